//! Colours: only on a terminal, and as `--color` and `NO_COLOR` say.

use crate::support::*;

const ERROR: &str = "skia-auth: error: no client id and no client secret";

#[cfg(unix)]
fn on_terminal(arguments: &[&str], no_color: &str) -> String {
    Home::new().skia(arguments).env("NO_COLOR", no_color).on_terminal().wait().screen
}

#[cfg(unix)]
#[test]
fn errors_are_coloured_on_a_terminal_unless_unwanted() {
    assert!(on_terminal(&["token"], "").contains("\x1b["));
    assert!(on_terminal(&["token", "--color", "always"], "1").contains("\x1b["));
    for (arguments, no_color) in [(&["token"][..], "1"), (&["token", "--color", "never"], "")] {
        let screen = on_terminal(arguments, no_color);
        assert!(screen.starts_with("skia-auth: error: ") && !screen.contains('\x1b'), "{screen}");
    }
}

#[test]
fn errors_are_coloured_elsewhere_only_if_wanted() {
    let run = |arguments: &[&str]| Home::new().skia(arguments).allow_colour().run().stderr;
    assert!(!run(&["token"]).contains('\x1b') && run(&["token"]).starts_with(&ERROR[..18]));
    assert!(!run(&["token", "--color", "auto"]).contains('\x1b'));
    assert!(
        run(&["token", "--color", "always"])
            .starts_with("\x1b[1m\x1b[31mskia-auth: error:\x1b[0m ")
    );
    assert!(run(&["--color=always", "token"]).starts_with('\x1b'));
}

#[cfg(unix)]
#[test]
fn help_and_usage_errors_obey_the_option_too() {
    for help in [&["--help"][..], &["login", "-h"], &["config", "show", "--help"]] {
        assert!(on_terminal(help, "").contains("\x1b["), "{help:?}");
        assert!(!on_terminal(help, "1").contains('\x1b'), "{help:?}");
        let with = |when: &'static str| [help, &["--color", when]].concat();
        let before = |when: &'static str| [&["--color", when], help].concat();
        assert!(!on_terminal(&before("never"), "").contains('\x1b'), "{help:?}");
        assert!(Home::new().skia(before("always")).run().stdout().contains("\x1b["), "{help:?}");
        assert!(Home::new().skia(with("always")).run().stdout().contains("\x1b["), "{help:?}");
        assert!(!Home::new().skia(help).run().stdout().contains('\x1b'), "{help:?}");
    }
    let usage = |arguments: &[&str]| Home::new().skia(arguments).allow_colour().run();
    for arguments in [
        &["--color=always"][..],
        &["--color", "always", "--nonsense"],
        &["login", "--color=always", "-Z"],
    ] {
        let outcome = usage(arguments);
        assert_eq!(outcome.code, Some(2));
        assert!(outcome.stderr.contains("\x1b["), "{arguments:?} {outcome}");
    }
    assert!(!on_terminal(&["--nonsense", "--color", "never"], "").contains('\x1b'));
    // After `--` it is an argument of the command.
    assert!(!usage(&["exec", "--nonsense", "--", "x", "--color=always"]).stderr.contains('\x1b'));
}
