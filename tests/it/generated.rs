//! The files that are made from the command line's definition and checked in.

use std::fs;
use std::path::Path;

use clap_complete::Shell;
use clap_complete_nushell::Nushell;

use crate::support::Home;

fn renewing() -> bool {
    std::env::var_os("SKIA_AUTH_RENEW").is_some()
}

/// Compares a checked-in file with what the definition gives, or renews it where that was asked for.
fn check(name: &str, fresh: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if renewing() {
        fs::write(&path, fresh).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == fresh, "{name} is stale: renew it with SKIA_AUTH_RENEW=1 cargo nextest run generated");
}

fn completion(generator: impl clap_complete::Generator) -> String {
    let mut script = Vec::new();
    clap_complete::generate(generator, &mut skia_auth::cli::command(), "skia-auth", &mut script);
    // The bash script of clap_complete 4.6 joins the names of a hyphenated program and its commands in two ways, and
    // then completes nothing behind a command (clap issue 6421).
    String::from_utf8(script).unwrap().replace("skia__subcmd__auth", "skia__auth")
}

#[test]
fn completions_are_fresh_and_the_program_prints_the_same() {
    let scripts = [
        ("bash", "completions/skia-auth.bash", completion(Shell::Bash)),
        ("zsh", "completions/_skia-auth", completion(Shell::Zsh)),
        ("fish", "completions/skia-auth.fish", completion(Shell::Fish)),
        ("powershell", "completions/_skia-auth.ps1", completion(Shell::PowerShell)),
        ("elvish", "completions/skia-auth.elv", completion(Shell::Elvish)),
        ("nushell", "completions/skia-auth.nu", completion(Nushell)),
    ];
    for (shell, file, script) in scripts {
        check(file, &script);
        if renewing() {
            continue;
        }
        let home = Home::new();
        let outcome = home.skia(["completions", shell]).run();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{shell}");
        assert!(outcome.stdout() == script, "completions {shell}: the program was built with another file");
    }
}
