//! Options and commands of other programs, and what they are called here.

/// The hint for an option, if the command has the option that the hint names. `has` tells whether
/// the command has a long option.
pub fn option_hint(option: &str, has: impl Fn(&str) -> bool) -> Option<&'static str> {
    let (needed, hint) = match option {
        "--json" | "--jq" | "--query" => ("output", "did you mean -o json?"),
        "--format" => ("output", "did you mean --output?"),
        "--file" | "--out" | "--output-file" => ("to-file", "did you mean --to-file?"),
        "--refresh" | "--force" | "--force-refresh" | "--renew" => {
            ("min-ttl", "for a new token: skia-auth login")
        }
        "--url" | "--host" | "--endpoint" | "--server" => ("base-url", "did you mean --base-url?"),
        "--id" | "--user" | "--username" => ("client-id", "did you mean --client-id?"),
        "--secret" | "--password" | "--client-secret" => {
            ("client-secret-file", "did you mean --client-secret-file?")
        }
        "--client-secret-stdin" | "--secret-stdin" | "--password-stdin" => {
            ("client-secret-file", "did you mean --client-secret-file -?")
        }
        "--insecure" | "-k" | "--no-verify" | "--skip-verify" => {
            ("ca-cert", "to trust another certificate authority: --ca-cert FILE")
        }
        "--proxy" => ("ca-cert", "the variable HTTPS_PROXY names a proxy"),
        "--debug" | "--trace" => ("verbose", "did you mean -vv?"),
        "--name" | "--context" | "--account" => ("profile", "did you mean --profile?"),
        "--silent" => ("quiet", "did you mean --quiet?"),
        _ => return None,
    };
    has(needed).then_some(hint)
}

/// The hint for a word in place of a command.
pub fn command_hint(word: &str) -> Option<&'static str> {
    Some(match word {
        "whoami" | "who" | "me" | "info" => "skia-auth status",
        "refresh" | "renew" | "auth" | "signin" | "sign-in" | "log-in" => "skia-auth login",
        "revoke" | "signout" | "sign-out" | "log-out" => "skia-auth logout",
        "get" | "get-token" | "print-token" | "access-token" | "print-access-token" => {
            "skia-auth token"
        }
        "run" => "skia-auth exec -- COMMAND",
        "decode" | "jwt" => "skia-auth inspect",
        "check" | "ping" | "test" => "skia-auth doctor",
        "serve" | "server" | "mock" => "skia-auth sandbox",
        "profile" | "profiles" | "list" => "skia-auth config list",
        "init" | "configure" | "setup" => "skia-auth config init",
        "version" => "skia-auth --version",
        _ => return None,
    })
}

/// The hint for a word in place of a command of `config`.
pub fn config_hint(word: &str) -> Option<&'static str> {
    Some(match word {
        "get" | "view" => "skia-auth config show",
        "profiles" | "list-profiles" | "ls" => "skia-auth config list",
        "add" | "create" | "new" => "skia-auth config init -p NAME",
        "use" | "switch" | "activate" => "name a profile for each call: -p NAME, or SKIA_PROFILE",
        "set" | "unset" | "edit" | "delete" | "remove" | "rm" => {
            "edit the file that skia-auth config path names"
        }
        _ => return None,
    })
}
