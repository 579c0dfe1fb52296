//! A configuration file: accepted values are those of the file; faults have a position, no value.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::assert_made_of;
use crate::model::secret::Secret;
use crate::model::time::parse_duration;
use crate::settings::file::{DEFAULT_PROFILE, Profile, profiles};

/// The words that errors consist of.
const VOCABULARY: &str = "
    this is not valid TOML JSON UTF-8 unknown key did you mean client_id client_secret
    client_secret_file client_secret_command base_url scope ca_cert timeout cache profile GrantType
    client_id? client_secret? client_secret_file? client_secret_command? base_url? scope? ca_cert?
    timeout? cache? profile? the keys are client_id, client_secret, client_secret_file,
    client_secret_command, base_url, scope, ca_cert, timeout, cache and [profile.NAME] must be a
    string list of strings, program first true or false duration like \"30s\" table profiles: given
    twice \"default\" write its at top file, before client_credentials both in one keep them
    has control character its path \\ begins an escape in double quotes: write /, or single quotes
    UTF-16 save as";

const STRINGS: [(&str, &str); 3] =
    [("client_id", "ClientId"), ("client_secret", "ClientSecret"), ("scope", "Scope")];

/// The bytes are a file: JSON if they begin with a brace, else TOML.
pub fn check(data: &[u8]) -> &'static str {
    let start = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data).trim_ascii_start();
    let path = Path::new(if start.starts_with(b"{") { "config.json" } else { "config.toml" });
    match profiles(data, path) {
        Ok(profiles) => {
            profiles.values().for_each(assert_shows_no_secret);
            let document = read_by_hand(data, path);
            assert_eq!(profiles.len(), assert_matches(&document, &profiles));
            "accepted"
        }
        Err(failure) => {
            assert_eq!((failure.kind.exit_code(), &failure.server_messages), (3, &Vec::new()));
            let what =
                failure.message.strip_prefix("cannot read the configuration file config.toml: it ");
            let what = what.or(failure
                .message
                .strip_prefix("cannot read the configuration file config.json: it "));
            let what = what.unwrap_or_else(|| positioned(&failure.message, data));
            assert_made_of(VOCABULARY, what);
            failure.hints.iter().for_each(|hint| assert_hint(hint));
            fault(what)
        }
    }
}

/// A hint quotes nothing of the file but the short name of a table.
fn assert_hint(hint: &str) {
    let quoted = hint.strip_prefix("a profile is a table [profile.");
    let Some(name) = quoted.and_then(|rest| rest.strip_suffix(']')) else {
        return assert_made_of(VOCABULARY, hint);
    };
    let is_bare = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    assert!((1..=32).contains(&name.len()) && name.bytes().all(is_bare), "{name:?}");
}

/// The text after the position, which must be a position in the file.
fn positioned<'a>(message: &'a str, data: &[u8]) -> &'a str {
    let mut parts = message.splitn(4, ':');
    assert!(matches!(parts.next(), Some("config.toml" | "config.json")));
    let mut number =
        || parts.next().and_then(|digits| digits.parse::<usize>().ok()).expect("a position");
    let (line, column) = (number(), number());
    let lines: Vec<_> = data.split(|byte| *byte == b'\n').collect();
    assert!((1..=lines.len()).contains(&line), "{message:?} of {} lines", lines.len());
    // serde_json counts bytes. At a premature end, it reports the position after the last one.
    assert!((1..=lines[line - 1].len() + 2).contains(&column), "{message:?}");
    parts.next().expect("what is wrong")
}

fn fault(what: &str) -> &'static str {
    match what {
        _ if what.ends_with("UTF-8") => "not-utf8",
        _ if what.contains("not valid") => "syntax",
        _ if what.contains("unknown key") => "unknown-key",
        _ if what.contains("unknown table") => "unknown-table",
        _ if what.contains("GrantType must") && what.ends_with("client_credentials") => {
            "grant-type"
        }
        _ if what.contains(" must be ") => "wrong-type",
        _ if what.ends_with("given twice") => "twice",
        _ if what.contains("both ") => "several-secrets",
        _ => "default-as-table",
    }
}

fn assert_shows_no_secret(profile: &Profile) {
    let another = profile.client_secret.as_ref().map(|_| Secret::new("another".into()));
    assert_eq!(
        format!("{profile:?}"),
        format!("{:?}", Profile { client_secret: another, ..profile.clone() })
    );
}

fn read_by_hand(data: &[u8], path: &Path) -> Map<String, Value> {
    let text = std::str::from_utf8(data).expect("only text is accepted");
    match path.extension().is_some_and(|extension| extension == "json") {
        true => serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .expect("only JSON is accepted"),
        false => toml::from_str(text).expect("only TOML is accepted"),
    }
}

/// Panics unless every profile is as in the document. Returns how many there are.
fn assert_matches(document: &Map<String, Value>, profiles: &BTreeMap<String, Profile>) -> usize {
    let mut count = 1;
    assert_says(document, &profiles[DEFAULT_PROFILE]);
    if let Some(tables) = document.get("profile") {
        for (name, table) in tables.as_object().expect("profiles are a table") {
            assert_says(table.as_object().expect("a profile is a table"), &profiles[name]);
            assert_eq!(table.get("profile"), None);
            count += 1;
        }
    }
    count
}

fn assert_says(table: &Map<String, Value>, profile: &Profile) {
    const KEYS: [&str; 9] = [
        "client_id",
        "client_secret",
        "client_secret_file",
        "client_secret_command",
        "base_url",
        "scope",
        "ca_cert",
        "timeout",
        "cache",
    ];
    let vendor = |key: &str| {
        STRINGS.iter().find(|(own, _)| *own == key).and_then(|(_, vendor)| table.get(*vendor))
    };
    let value = |key: &str| table.get(key).or(vendor(key));
    let text = |key: &str| value(key).map(|value| value.as_str().expect("a string"));
    let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_str().unwrap().to_owned());
    for key in table.keys() {
        let known = KEYS.contains(&key.as_str()) || STRINGS.iter().any(|(_, vendor)| vendor == key);
        assert!(known || key == "profile" || key == "GrantType", "{key:?}");
    }
    assert_eq!(text("client_id"), profile.client_id.as_deref());
    assert_eq!(text("client_secret"), profile.client_secret.as_ref().map(|secret| secret.expose()));
    assert_eq!(text("base_url"), profile.base_url.as_deref());
    assert_eq!(text("scope"), profile.scope.as_deref());
    assert_eq!(text("client_secret_file"), path(&profile.client_secret_file).as_deref());
    assert_eq!(text("ca_cert"), path(&profile.ca_cert).as_deref());
    assert_eq!(
        text("timeout").map(|text| parse_duration(text).expect("a duration")),
        profile.timeout
    );
    assert_eq!(value("cache"), profile.cache.map(Value::from).as_ref());
    assert_eq!(
        value("client_secret_command"),
        profile.client_secret_command.clone().map(Value::from).as_ref()
    );
    assert!(profile.client_secret_command.as_ref().is_none_or(|words| !words.is_empty()));
    let secrets = ["client_secret", "client_secret_file", "client_secret_command"];
    assert!(
        secrets.iter().filter(|key| value(key).is_some()).count() <= 1,
        "two sources for one secret"
    );
    assert!(table.get("GrantType").is_none_or(|grant_type| grant_type == "client_credentials"));
}
