//! Deserializes the profiles of a file. Its faults quote no value, as the errors of serde do.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};

use super::fault::{Fault, Problem};
use super::{DEFAULT_PROFILE, Profile};
use crate::error::nearest;
use crate::model::secret::Secret;
use crate::model::time::parse_duration;

/// The keys of a profile, each with its name in the documented request: the body of that request is
/// a valid file.
pub const KEYS: [(&str, Option<&str>); 9] = [
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

type Profiles = BTreeMap<String, Profile>;

pub fn parse(text: &str, is_json: bool) -> Result<Profiles, Problem> {
    let fault = FaultCell::default();
    let (result, syntax) = if is_json {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut json = serde_json::Deserializer::from_str(text);
        let profiles = file(&mut json, &fault).and_then(|profiles| json.end().map(|()| profiles));
        let problem = |error: serde_json::Error| {
            (error.line().max(1), error.column().max(1), error.is_data())
        };
        (profiles.map_err(problem), "JSON")
    } else {
        let profiles = toml::Deserializer::parse(text).and_then(|toml| file(toml, &fault));
        let problem = |error: toml::de::Error| {
            let start = error.span().map_or(0, |span| span.start);
            fault.replace_with(|fault| unknown_table(fault.take(), text, start));
            let (line, column) = position(text, start);
            (line, column, true)
        };
        (profiles.map_err(problem), "TOML")
    };
    result.map_err(|(line, column, is_data)| {
        let fault = fault.into_inner().filter(|_| is_data).unwrap_or_else(|| {
            match text.split('\n').nth(line - 1).is_some_and(|line| line.contains('\\')) {
                true => Fault::Escape(syntax),
                false => Fault::Syntax(syntax),
            }
        });
        Problem { line, column, fault }
    })
}

/// Names a table in place of an unknown key, if the key is the header `[NAME]`.
fn unknown_table(fault: Option<Fault>, text: &str, start: usize) -> Option<Fault> {
    match (&fault, header_at(text, start)) {
        (Some(Fault::UnknownKey { .. }), Some(DEFAULT_PROFILE)) => Some(Fault::DefaultAsTable),
        (Some(Fault::UnknownKey { .. }), Some(name)) => {
            Some(Fault::UnknownTable { name: name.to_owned() })
        }
        _ => fault,
    }
}

/// The name in a header `[NAME]`, of which `start` is the offset. A longer name than that of a
/// profile may be a secret in the wrong place.
fn header_at(text: &str, start: usize) -> Option<&str> {
    const LONGEST: usize = 32;
    let (before, after) = text.split_at_checked(start)?;
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let (name, rest) = after.split_at(after.find(|c| !is_bare(c))?);
    let is_header = before.trim_end_matches([' ', '\t']).ends_with('[')
        && rest.trim_start_matches([' ', '\t']).starts_with(']');
    (is_header && (1..=LONGEST).contains(&name.len())).then_some(name)
}

/// Line and column of a byte, both counted from 1, columns in characters.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// The first fault. It replaces serde's error, of which only the position is used.
type FaultCell = RefCell<Option<Fault>>;

fn fail<E: Error>(cell: &FaultCell, fault: Fault) -> E {
    cell.borrow_mut().get_or_insert(fault);
    E::custom("")
}

/// Records a fault for an error of serde, unless one was recorded already.
fn or_fault<T, E>(result: Result<T, E>, cell: &FaultCell, fault: Fault) -> Result<T, E> {
    result.inspect_err(|_| {
        cell.borrow_mut().get_or_insert(fault);
    })
}

fn file<'de, D: Deserializer<'de>>(
    deserializer: D,
    fault: &FaultCell,
) -> Result<Profiles, D::Error> {
    let mut profiles = Profiles::new();
    let seed = ProfileSeed { fault, others: Some(&mut profiles) };
    let default = seed.deserialize(deserializer)?;
    profiles.insert(DEFAULT_PROFILE.to_owned(), default);
    Ok(profiles)
}

struct ProfileSeed<'a> {
    fault: &'a FaultCell,
    /// Receives the other profiles; only for the profile at the top level.
    others: Option<&'a mut Profiles>,
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
        const STRING: &str = "a string";
        let fault = self.fault;
        let mut profile = Profile::default();
        let mut seen = Vec::new();
        while let Some(key) = map.next_key_seed(KeySeed { fault, at_top: self.others.is_some() })? {
            if seen.contains(&key) {
                return Err(fail(fault, Fault::Twice(key)));
            }
            seen.push(key);
            let value = Value { fault, key, map: &mut map };
            match key {
                "client_id" => profile.client_id = Some(value.read(STRING)?),
                "client_secret" => profile.client_secret = Some(Secret::new(value.read(STRING)?)),
                "client_secret_file" => {
                    let path = value.read_path(STRING, String::as_str)?;
                    profile.client_secret_file = Some(path.into());
                }
                "client_secret_command" => {
                    let expected = "a list of strings, the program first";
                    let Argv(words) = value.read_path(expected, |Argv(words)| &words[0])?;
                    profile.client_secret_command = Some(words);
                }
                "base_url" => profile.base_url = Some(value.read(STRING)?),
                "scope" => profile.scope = Some(value.read(STRING)?),
                "ca_cert" => {
                    let path = value.read_path(STRING, String::as_str)?;
                    profile.ca_cert = Some(path.into());
                }
                "timeout" => {
                    let WrittenDuration(timeout) = value.read("a duration like \"30s\"")?;
                    profile.timeout = Some(timeout);
                }
                "cache" => profile.cache = Some(value.read("true or false")?),
                GRANT_TYPE => {
                    if value.read::<String>(STRING)? != "client_credentials" {
                        return Err(fail(fault, Fault::OtherGrantType));
                    }
                }
                // `KeySeed` accepts the last key, `profile`, at the top level alone.
                _ => {
                    if let Some(profiles) = self.others.as_deref_mut() {
                        let expected = "a table of profiles: [profile.NAME]";
                        let read = map.next_value_seed(ProfilesSeed { fault, profiles });
                        or_fault(read, fault, Fault::WrongType { key, expected })?;
                    }
                }
            }
        }
        seen.retain(|key| key.starts_with("client_secret"));
        match seen[..] {
            [one, other, ..] => Err(fail(fault, Fault::SeveralSecrets(one, other))),
            _ => Ok(profile),
        }
    }
}

struct Value<'a, A> {
    fault: &'a FaultCell,
    key: &'static str,
    map: &'a mut A,
}

impl<'de, A: MapAccess<'de>> Value<'_, A> {
    fn read<T: Deserialize<'de>>(self, expected: &'static str) -> Result<T, A::Error> {
        let Self { fault, key, map } = self;
        or_fault(map.next_value(), fault, Fault::WrongType { key, expected })
    }

    /// Reads a value that contains a path.
    fn read_path<T: Deserialize<'de>>(
        self,
        expected: &'static str,
        path: fn(&T) -> &str,
    ) -> Result<T, A::Error> {
        let Self { fault, key, map } = self;
        let read = map.next_value_seed(PathSeed { fault, key, path });
        or_fault(read, fault, Fault::WrongType { key, expected })
    }
}

struct PathSeed<'a, T> {
    fault: &'a FaultCell,
    key: &'static str,
    path: fn(&T) -> &str,
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for PathSeed<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        let value = T::deserialize(deserializer)?;
        // `"C:\temp\new.txt"` has a tab and a line break.
        if (self.path)(&value).contains(char::is_control) {
            return Err(fail(self.fault, Fault::ControlCharacter(self.key)));
        }
        Ok(value)
    }
}

// These are checked during deserialization, so that a fault has the position of the value.

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
        parse_duration(&text).map(Self)
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
        let key = KEYS
            .iter()
            .find(|(name, vendor)| written == *name || Some(&*written) == *vendor)
            .map(|(name, _)| *name);
        match key {
            Some(key) => Ok(key),
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
    profiles: &'a mut Profiles,
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
            let profile = map.next_value_seed(ProfileSeed { fault: self.fault, others: None })?;
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
        let profiles = json(
            r#"{"ClientId": "a", "ClientSecret": "b",
                "GrantType": "client_credentials", "Scope": "api"}"#,
        )
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
    fn backslash_that_begins_an_escape_is_told() {
        let fault = |text| toml(text).unwrap_err().fault;
        assert_eq!(fault(r#"ca_cert = "C:\Users\me""#), Fault::Escape("TOML"));
        assert_eq!(json(r#"{"ca_cert": "C:\Users"}"#).unwrap_err().fault, Fault::Escape("JSON"));
        assert_eq!(
            toml("scope = 'a'\nca_cert = \"C:\\temp\\new\"").unwrap_err(),
            problem(2, 11, Fault::ControlCharacter("ca_cert"))
        );
        let fault = json(r#"{"client_secret_command": ["C:\new", "a\nb"]}"#).unwrap_err().fault;
        assert_eq!(fault, Fault::ControlCharacter("client_secret_command"));
        assert!(toml(r"ca_cert = 'C:\temp\new'").is_ok());
        assert!(toml(r#"client_secret_command = ["sh", "-c", "a\nb"]"#).is_ok());
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
