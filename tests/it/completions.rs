//! The completion scripts, run by their shells.

use std::fs;

use crate::support::*;

/// A line that ends at the cursor, words that a shell must offer, and words that it must not offer.
type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

const CASES: [Case; 8] = [
    (
        "skia-auth ",
        &["login", "token", "exec", "status", "doctor", "completions"],
        &["--profile-names"],
    ),
    ("skia-auth lo", &["login", "logout"], &["token"]),
    (
        "skia-auth login --",
        &["--output", "--dry-run", "--base-url", "--sandbox"],
        &["--offline", "--answer"],
    ),
    ("skia-auth token --", &["--offline", "--min-ttl"], &["--dry-run"]),
    ("skia-auth login -o ", &["token", "json", "text", "oauth", "dotenv"], &["login"]),
    ("skia-auth token -p ", &["default", "staging", "eu.prod"], &["json"]),
    (
        "skia-auth completions ",
        &["bash", "zsh", "fish", "powershell", "elvish", "nushell"],
        &["token"],
    ),
    ("skia-auth config ", &["show", "path", "init"], &["login"]),
];

const CONFIG: &str =
    "client_id = 'x'\n[profile.staging]\n[profile.'eu.prod']\n[profile.'not plain']\n";

fn home() -> Home {
    let home = Home::new();
    home.write_config(CONFIG);
    home.declare_shell_files();
    home
}

#[track_caller]
fn judge((line, wanted, unwanted): Case, offered: &str) {
    let offered: Vec<&str> =
        offered.lines().map(|line| line.split('\t').next().unwrap_or_default().trim()).collect();
    for word in wanted {
        assert!(offered.contains(word), "{line:?}: {word} is not offered: {offered:?}");
    }
    for word in unwanted.iter().chain(&["not", "plain", "not plain"]) {
        assert!(!offered.contains(word), "{line:?}: {word} is offered: {offered:?}");
    }
}

#[test]
fn bash_completes() {
    if !installed("bash") {
        return;
    }
    let home = home();
    // readline passes the command, the word at the cursor and the word before it.
    let script = r#"
        source <(skia-auth completions bash)
        function=$(complete -p skia-auth | sed 's/.*-F \([^ ]*\).*/\1/')
        IFS=' ' read -ra COMP_WORDS <<< "$LINE"
        case $LINE in *' ') COMP_WORDS+=('') ;; esac
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$LINE COMP_POINT=${#LINE}
        "$function" skia-auth "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    for case in CASES {
        let outcome = home.program("bash", ["--norc", "-c", script]).env("LINE", case.0).run();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome}");
        judge(case, &outcome.stdout());
    }
}

#[test]
fn bash_completes_when_the_key_is_pressed() {
    if !installed("bash") {
        return;
    }
    let home = home();
    let mut terminal = home
        .program("bash", ["--norc", "--noprofile", "-i"])
        .env("PS1", "> ")
        .env("TERM", "dumb")
        .on_terminal();
    terminal
        .expect("> ")
        .send("source <(skia-auth completions bash); echo rea''dy\r")
        .expect("ready");
    terminal.send("skia-auth logi\t").expect("skia-auth login ");
    terminal.send("-p stag\t").expect("-p staging ").send("\x15exit\r");
    terminal.wait();
}

#[test]
fn fish_completes() {
    if !installed("fish") {
        return;
    }
    let home = home();
    let script = "skia-auth completions fish | source; complete -C \"$LINE\"";
    for case in CASES {
        let outcome = home.program("fish", ["--no-config", "-c", script]).env("LINE", case.0).run();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome}");
        judge(case, &outcome.stdout());
    }
}

#[test]
fn zsh_completes() {
    if !installed("zsh") {
        return;
    }
    let home = home();
    let functions = home.work().join("functions");
    fs::create_dir(&functions).unwrap();
    home.declare_foreign("offered");
    let script = home.skia(["completions", "zsh"]).run();
    fs::write(functions.join("_skia-auth"), script.stdout).unwrap();
    // All completion functions offer words through `compadd`: record what it would add.
    let setup = home.file(
        "setup",
        r#"
        fpath=($PWD/functions $fpath); PS1='> '; unsetopt prompt_sp prompt_cr; LISTMAX=1000
        autoload -U compinit; compinit -u -D; zstyle ':completion:*' verbose no
        compadd() {
            if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
                typeset -a hits; builtin compadd -A hits "$@"
                print -rl -- $hits >> offered
            fi
            builtin compadd "$@"
        }
        tell() { zle expand-or-complete; print done >> offered }
        zle -N tell; bindkey '^I' tell
        "#,
    );
    for case in CASES {
        let offered = home.work().join("offered");
        fs::write(&offered, "").unwrap();
        let mut terminal =
            home.program("zsh", ["-f", "-i"]).env("TERM", "dumb").env("PS1", "> ").on_terminal();
        terminal
            .expect("> ")
            .send(&format!("source {}; echo rea''dy\r", setup.display()))
            .expect("ready");
        terminal.expect("> ").send(&format!("{}\t", case.0));
        let is_done = || fs::read_to_string(&offered).unwrap().ends_with("done\n");
        terminal.until("list of words", is_done);
        terminal.send("\x15exit\r");
        terminal.wait();
        judge(case, &fs::read_to_string(&offered).unwrap());
    }
}
