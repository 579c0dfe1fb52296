//! The configuration file: its names, its two syntaxes, and errors that give a position and never a value.

mod fault;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};

use self::fault::{Fault, Problem};
use crate::error::{Failure, nearest, shell_quote};
use crate::model::secret::Secret;
use crate::model::time::parse_duration;
use crate::platform::files::{self, Access, Contents};
use crate::settings::DEFAULT_TIMEOUT;

/// The largest configuration file that is read, in bytes: a thousand times a real one.
const LARGEST: usize = 1024 * 1024;

/// The profile that stands at the top level of the file.
pub const DEFAULT_PROFILE: &str = "default";

/// Every key of a profile, by the name that messages use. The vendor's names are those of the documented request, so
/// that its body, saved as it is, is a valid file.
const KEYS: [(&str, Option<&str>); 9] = [
    ("client_id", Some("ClientId")),
    ("client_secret", Some("ClientSecret")),
    ("client_secret_file", None),
    ("client_secret_command", None),
    ("base_url", None),
    ("scope", Some("Scope")),
    ("ca_cert", None),
    ("timeout", None),
    ("cache", None),
];
const GRANT_TYPE: &str = "GrantType";
const PROFILE: &str = "profile";

/// What one profile says. It inherits nothing from another.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    pub client_id: Option<String>,
    pub client_secret: Option<Secret>,
    pub client_secret_file: Option<PathBuf>,
    pub client_secret_command: Option<Vec<String>>,
    pub base_url: Option<String>,
    pub scope: Option<String>,
    pub ca_cert: Option<PathBuf>,
    pub timeout: Option<Duration>,
    pub cache: Option<bool>,
}

/// A configuration file that was read and understood.
#[derive(Debug)]
pub struct ConfigFile {
    pub path: PathBuf,
    pub profiles: BTreeMap<String, Profile>,
    /// Who else can reach the file that was read.
    access: Access,
}

impl ConfigFile {
    /// Reads a file: JSON if its name ends in `.json`, else TOML.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let contents = files::read_within(path, LARGEST, DEFAULT_TIMEOUT);
        let Contents { bytes, access } = contents.map_err(|why| unreadable(path, &why))?;
        let profiles = profiles(&bytes, path)?;
        let file = Self { path: path.to_owned(), profiles, access };
        file.refuse_unsafe_mode()?;
        Ok(file)
    }

    /// Whether the file holds a secret itself and somebody else can read it.
    pub fn is_exposed(&self) -> bool {
        self.profiles.values().any(|profile| profile.client_secret.is_some())
            && self.access.mode & 0o044 != 0
    }

    /// A file that names a command, and that others can write, is a program of theirs.
    fn refuse_unsafe_mode(&self) -> Result<(), Failure> {
        if self.profiles.values().all(|profile| profile.client_secret_command.is_none()) {
            return Ok(());
        }
        let path = self.path.display();
        if self.access.mode & 0o022 != 0 {
            return Err(Failure::config(format!(
                "{path} names a command, and other users can write the file"
            ))
            .hint(format!("chmod go-w {}", shell_quote(path))));
        }
        if self.access.is_foreign {
            return Err(Failure::config(format!(
                "{path} names a command, and the file belongs to another user"
            ))
            .hint(format!("sudo chown \"$(id -u)\" {path}")));
        }
        Ok(())
    }
}

fn unreadable(path: &Path, why: &str) -> Failure {
    Failure::config(format!("cannot read the configuration file {}: {why}", path.display()))
}

/// The profiles in the bytes of a file; its name says in which syntax they are written.
pub fn profiles(bytes: &[u8], path: &Path) -> Result<BTreeMap<String, Profile>, Failure> {
    let text = std::str::from_utf8(bytes).map_err(|_| unreadable(path, "it is not valid UTF-8"))?;
    let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    parse(text, is_json).map_err(|problem| problem.into_failure(path))
}

fn parse(text: &str, is_json: bool) -> Result<BTreeMap<String, Profile>, Problem> {
    let fault = RefCell::new(None);
    let seed = FileSeed { fault: &fault };
    let (read, (line, column), data_error) = if is_json {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut deserializer = serde_json::Deserializer::from_str(text);
        match seed.deserialize(&mut deserializer).and_then(|file| deserializer.end().map(|()| file))
        {
            Ok(file) => (Some(file), (1, 1), false),
            Err(error) => (None, (error.line().max(1), error.column().max(1)), error.is_data()),
        }
    } else {
        match toml::Deserializer::parse(text)
            .and_then(|deserializer| seed.deserialize(deserializer))
        {
            Ok(file) => (Some(file), (1, 1), false),
            Err(error) => (None, position(text, error.span().map_or(0, |span| span.start)), true),
        }
    };
    match read {
        Some(profiles) => Ok(profiles),
        None => {
            let syntax = Fault::Syntax(if is_json { "JSON" } else { "TOML" });
            let fault = fault.into_inner().filter(|_| data_error).unwrap_or(syntax);
            Err(Problem { line, column, fault })
        }
    }
}

/// Line and column of a byte, both counted from 1, columns in characters.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// The first fault that was met: serde's own errors quote the value they stumble over.
type FaultCell = RefCell<Option<Fault>>;

fn fail<E: serde::de::Error>(cell: &FaultCell, fault: Fault) -> E {
    cell.borrow_mut().get_or_insert(fault);
    E::custom("")
}

struct FileSeed<'a> {
    fault: &'a FaultCell,
}

impl<'de> DeserializeSeed<'de> for FileSeed<'_> {
    type Value = BTreeMap<String, Profile>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let mut profiles = BTreeMap::new();
        let default = ProfileSeed { fault: self.fault, profiles: Some(&mut profiles) }
            .deserialize(deserializer)?;
        profiles.insert(DEFAULT_PROFILE.to_owned(), default);
        Ok(profiles)
    }
}

/// One profile; the one at the top of the file collects the others.
struct ProfileSeed<'a> {
    fault: &'a FaultCell,
    profiles: Option<&'a mut BTreeMap<String, Profile>>,
}

impl<'de> DeserializeSeed<'de> for ProfileSeed<'_> {
    type Value = Profile;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Profile, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ProfileSeed<'_> {
    type Value = Profile;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Profile, A::Error> {
        let fault = self.fault;
        let mut profile = Profile::default();
        let mut secrets: Vec<&'static str> = Vec::new();
        let mut grant_type = None;
        while let Some(key) =
            map.next_key_seed(KeySeed { fault, at_top: self.profiles.is_some() })?
        {
            let slot = Slot { fault, key, map: &mut map };
            match key {
                "client_id" => slot.fill(&mut profile.client_id, "a string")?,
                "client_secret" => {
                    let mut text: Option<String> = None;
                    slot.fill(&mut text, "a string")?;
                    if profile.client_secret.is_some() {
                        return Err(fail(fault, Fault::Twice(key)));
                    }
                    profile.client_secret = text.map(Secret::new);
                }
                "client_secret_file" => slot.fill(&mut profile.client_secret_file, "a string")?,
                "client_secret_command" => {
                    let mut argv: Option<Argv> = None;
                    slot.fill(&mut argv, "a list of strings, the program first")?;
                    profile.client_secret_command = argv.map(|Argv(words)| words);
                }
                "base_url" => slot.fill(&mut profile.base_url, "a string")?,
                "scope" => slot.fill(&mut profile.scope, "a string")?,
                "ca_cert" => slot.fill(&mut profile.ca_cert, "a string")?,
                "timeout" => {
                    let mut duration: Option<WrittenDuration> = None;
                    slot.fill(&mut duration, "a duration like \"30s\"")?;
                    profile.timeout = duration.map(|WrittenDuration(duration)| duration);
                }
                "cache" => slot.fill(&mut profile.cache, "true or false")?,
                GRANT_TYPE => slot.fill(&mut grant_type, "a string")?,
                _ => {
                    let Some(profiles) = self.profiles.as_deref_mut() else {
                        return Err(fail(fault, Fault::UnknownKey { nearest: None }));
                    };
                    map.next_value_seed(ProfilesSeed { fault, profiles }).inspect_err(|_| {
                        let expected = "a table of profiles: [profile.NAME]";
                        fault
                            .borrow_mut()
                            .get_or_insert(Fault::WrongType { key: PROFILE, expected });
                    })?;
                }
            }
            if key.starts_with("client_secret") {
                secrets.push(key);
            }
        }
        if grant_type.is_some_and(|grant_type: String| grant_type != "client_credentials") {
            return Err(fail(fault, Fault::OtherGrantType));
        }
        if let [one, other, ..] = secrets[..] {
            return Err(fail(fault, Fault::SeveralSecrets(one, other)));
        }
        Ok(profile)
    }
}

// Checked while they are read: only then does an error have the position of the value.

#[derive(Deserialize)]
#[serde(try_from = "Vec<String>")]
struct Argv(Vec<String>);

impl TryFrom<Vec<String>> for Argv {
    type Error = &'static str;

    fn try_from(words: Vec<String>) -> Result<Self, Self::Error> {
        if words.is_empty() { Err("no program") } else { Ok(Self(words)) }
    }
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct WrittenDuration(Duration);

impl TryFrom<String> for WrittenDuration {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        parse_duration(&text).map(Self).map_err(|_| "no duration")
    }
}

/// The place of one value.
struct Slot<'a, A> {
    fault: &'a FaultCell,
    key: &'static str,
    map: &'a mut A,
}

impl<'de, A: MapAccess<'de>> Slot<'_, A> {
    fn fill<T: Deserialize<'de>>(
        self,
        target: &mut Option<T>,
        expected: &'static str,
    ) -> Result<(), A::Error> {
        let Self { fault, key, map } = self;
        if target.is_some() {
            return Err(fail(fault, Fault::Twice(key)));
        }
        // serde's message is thrown away: it quotes the value.
        let value = map.next_value().inspect_err(|_| {
            fault.borrow_mut().get_or_insert(Fault::WrongType { key, expected });
        })?;
        *target = Some(value);
        Ok(())
    }
}

struct KeySeed<'a> {
    fault: &'a FaultCell,
    at_top: bool,
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<&'static str, D::Error> {
        let written = Cow::<str>::deserialize(deserializer)?;
        let own = KEYS
            .iter()
            .find(|(name, vendor)| written == *name || Some(&*written) == *vendor)
            .map(|(name, _)| *name);
        match own {
            Some(name) => Ok(name),
            None if written == GRANT_TYPE => Ok(GRANT_TYPE),
            None if written == PROFILE && self.at_top => Ok(PROFILE),
            None => {
                let names = KEYS.iter().map(|(name, _)| *name);
                let nearest = nearest(&written, names.chain(self.at_top.then_some(PROFILE)));
                Err(fail(self.fault, Fault::UnknownKey { nearest }))
            }
        }
    }
}

struct ProfilesSeed<'a> {
    fault: &'a FaultCell,
    profiles: &'a mut BTreeMap<String, Profile>,
}

impl<'de> DeserializeSeed<'de> for ProfilesSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ProfilesSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a table of profiles")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name == DEFAULT_PROFILE {
                return Err(fail(self.fault, Fault::DefaultAsTable));
            }
            let profile = map.next_value_seed(ProfileSeed { fault: self.fault, profiles: None })?;
            if self.profiles.insert(name, profile).is_some() {
                return Err(fail(self.fault, Fault::Twice("a profile")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toml(text: &str) -> Result<BTreeMap<String, Profile>, Problem> {
        parse(text, false)
    }

    fn json(text: &str) -> Result<BTreeMap<String, Profile>, Problem> {
        parse(text, true)
    }

    fn problem(line: usize, column: usize, fault: Fault) -> Problem {
        Problem { line, column, fault }
    }

    #[test]
    fn documented_request_body_is_a_configuration() {
        let profiles =
            json(r#"{"ClientId": "a", "ClientSecret": "b", "GrantType": "client_credentials", "Scope": "api"}"#)
                .unwrap();
        let default = &profiles[DEFAULT_PROFILE];
        assert_eq!(default.client_id.as_deref(), Some("a"));
        assert_eq!(default.client_secret.as_ref().map(Secret::expose), Some("b"));
        assert_eq!(default.scope.as_deref(), Some("api"));
    }

    #[test]
    fn profiles_inherit_nothing() {
        let profiles =
            toml("client_id = 'a'\nscope = 's'\n[profile.staging]\nclient_id = 'b'\n").unwrap();
        assert_eq!(profiles["staging"].client_id.as_deref(), Some("b"));
        assert_eq!(profiles["staging"].scope, None);
        assert_eq!(profiles[DEFAULT_PROFILE].scope.as_deref(), Some("s"));
    }

    #[test]
    fn faults_have_a_position_and_no_value() {
        let unknown = Fault::UnknownKey { nearest: Some("client_secret") };
        assert_eq!(
            toml("client_id = 'a'\nclient_secrt = 'hunter2'\n").unwrap_err(),
            problem(2, 1, unknown)
        );
        let unknown = Fault::UnknownKey { nearest: Some("client_id") };
        assert_eq!(toml("[profile.x]\n  clientid = 1\n").unwrap_err(), problem(2, 3, unknown));
        let wrong = Fault::WrongType { key: "client_id", expected: "a string" };
        assert_eq!(toml("\nclient_id = 12\n").unwrap_err(), problem(2, 13, wrong));
        assert_eq!(toml("client_secret = 'hunter2\n").unwrap_err().fault, Fault::Syntax("TOML"));
        assert_eq!(toml("scope = 'a'\nscope = 'b'\n").unwrap_err().line, 2);
        assert_eq!(
            toml("[profile.default]\nscope = 'a'\n").unwrap_err().fault,
            Fault::DefaultAsTable
        );
        let wrong = Fault::WrongType { key: "timeout", expected: "a duration like \"30s\"" };
        assert_eq!(toml("scope = 'a'\ntimeout = 'soon'\n").unwrap_err(), problem(2, 11, wrong));
        assert_eq!(
            toml("client_secret = 'a'\nclient_secret_file = 'b'\n").unwrap_err().fault,
            Fault::SeveralSecrets("client_secret", "client_secret_file")
        );
        let list = "a list of strings, the program first";
        for text in ["client_secret_command = []\n", "client_secret_command = 'pass'\n"] {
            assert_eq!(
                toml(text).unwrap_err().fault,
                Fault::WrongType { key: "client_secret_command", expected: list }
            );
        }
    }

    #[test]
    fn json_faults_have_a_position_too() {
        assert_eq!(json("{\n  \"client_secrt\": \"hunter2\"}").unwrap_err().line, 2);
        assert_eq!(
            json("{\"client_id\": \"a\", \"ClientId\": \"b\"}").unwrap_err().fault,
            Fault::Twice("client_id")
        );
        assert_eq!(json("{\"client_id\": \"a\"").unwrap_err().fault, Fault::Syntax("JSON"));
        assert_eq!(json("{} {}").unwrap_err().fault, Fault::Syntax("JSON"));
        assert_eq!(json("[]").unwrap_err().line, 1);
        assert_eq!(json("{\"GrantType\": \"password\"}").unwrap_err().fault, Fault::OtherGrantType);
    }
}
