//! The completion scripts, run by their shells.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::*;

/// A line that ends at the cursor, words that a shell must offer, and words that it must not offer.
type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

const CASES: [Case; 10] = [
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
    ("skia-auth config ", &["show", "path", "list", "init"], &["login"]),
    ("skia-auth config show --", &["--output", "--base-url"], &["--profile-names"]),
    ("skia-auth sandbox -- skia-au", &["skia-auth"], &["--answer", "--port"]),
];

/// A value of which nothing is known. Nushell offers files for it.
const FREE: [Case; 2] = [
    ("skia-auth token --min-ttl ", &[], &["script"]),
    ("skia-auth token --base-url ", &[], &["script"]),
];

/// What a shell offers after the name of a command that follows "--".
const NESTED: [Case; 3] = [
    ("skia-auth exec -- skia-auth lo", &["login", "logout"], &["--min-ttl"]),
    ("skia-auth exec -p staging -- skia-auth completions ", &["bash", "zsh"], &["--min-ttl"]),
    ("skia-auth sandbox -- skia-auth token --off", &["--offline"], &["--answer", "--port"]),
];

const CONFIG: &str = "client_id = 'x'
[profile.staging]
base_url = 'https://staging.example/api'
[profile.'eu.prod']
base_url = 'https://user:password@not.valid/api'
[profile.'not plain']
";

fn home() -> Home {
    let home = Home::new();
    home.write_config(CONFIG);
    home.declare_shell_files();
    let script = home.file("script", "#!/bin/sh\n");
    fs::set_permissions(script, fs::Permissions::from_mode(0o700)).unwrap();
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
fn profiles_are_listed_with_their_base_urls() {
    home().skia(["config", "show", "--profile-names"]).run().ok("\
default\thttps://api.skia.com.br/api\neu.prod\t\nstaging\thttps://staging.example/api\n");
}

#[test]
fn profiles_of_a_missing_or_broken_file_are_not_listed() {
    let home = Home::new();
    home.skia(["config", "show", "--profile-names"]).run().ok("");
    home.write_config("[profile.staging]\nbase_url = ");
    home.skia(["config", "show", "--profile-names"]).run().ok("");
}

#[test]
fn bash_completes() {
    if !installed("bash") {
        return;
    }
    let home = home();
    // readline passes the command, the word at the cursor and the word before it.
    let script = r#"
        compopt() { :; } # The builtin works during a completion alone.
        source <(skia-auth completions bash)
        function=$(complete -p skia-auth | sed 's/.*-F \([^ ]*\).*/\1/')
        IFS=' ' read -ra COMP_WORDS <<< "$LINE"
        case $LINE in *' ') COMP_WORDS+=('') ;; esac
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$LINE COMP_POINT=${#LINE}
        "$function" skia-auth "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    for case in CASES.into_iter().chain(FREE) {
        let outcome = home.program("bash", ["--norc", "-c", script]).env("LINE", case.0).run();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome}");
        judge(case, &outcome.stdout());
    }
}

const BASH_COMPLETION: &str = "/usr/share/bash-completion/bash_completion";

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
    terminal.send("-p stag\t").expect("-p staging ").send("\x15");
    terminal.send("skia-auth login --output=oa\t").expect("--output=oauth ").send("\x15");
    terminal.send("skia-auth login --profile=stag\t").expect("--profile=staging ").send("\x15");
    terminal.send("skia-auth exec -- skia-au\t").expect("exec -- skia-auth ").send("\x15");
    terminal.send("skia-auth exec -p staging -- ./scr\t").expect("-- ./script ");
    terminal.send("\x15exit\r");
    terminal.wait();
}

#[test]
fn bash_completes_a_command_with_bash_completion() {
    if !installed("bash") || !Path::new(BASH_COMPLETION).exists() {
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
        .send(&format!(". {BASH_COMPLETION}; source <(skia-auth completions bash); echo rea''dy\r"))
        .expect("ready");
    terminal.send("skia-auth exec -- skia-au\t").expect("exec -- skia-auth ");
    terminal.send("login --dry\t").expect("login --dry-run ").send("\x15");
    terminal.send("skia-auth sandbox -- skia-auth token -p stag\t").expect("-p staging ");
    terminal.send("\x15skia-auth exec --min-ttl 1h -- ./scr\t").expect("-- ./script ");
    terminal.send("\x15exit\r");
    terminal.wait();
}

#[test]
fn fish_completes() {
    if !installed("fish") {
        return;
    }
    let home = home();
    let script = "skia-auth completions fish | source; complete -C \"$LINE\"";
    for case in CASES.into_iter().chain(NESTED).chain(FREE) {
        let outcome = home.program("fish", ["--no-config", "-c", script]).env("LINE", case.0).run();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome}");
        judge(case, &outcome.stdout());
    }
    let whole = [
        (
            "skia-auth token -p ",
            "default\thttps://api.skia.com.br/api\neu.prod\nstaging\thttps://staging.example/api\n",
        ),
        ("skia-auth token --prof", "--profile\tUse this profile of the configuration file\n"),
        ("skia-auth exec ", "--\n"),
        ("skia-auth help logi", "login\tRequest a new token from the server and print it\n"),
    ];
    for (line, offered) in whole {
        home.program("fish", ["--no-config", "-c", script]).env("LINE", line).run().ok(offered);
    }
}

#[test]
fn fish_completes_when_the_key_is_pressed() {
    if !installed("fish") {
        return;
    }
    let home = home();
    let mut terminal =
        home.program("fish", ["--no-config", "-i"]).env("TERM", "dumb").on_terminal();
    terminal.send("skia-auth completions fish | source; echo rea''dy\r").expect("ready");
    terminal.send("skia-auth exec -- skia-au\t").expect("exec -- skia-auth ");
    terminal.send("login --dry\t").expect("--dry-run ");
    terminal.send("\x15exit\r");
    terminal.wait();
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
    for case in CASES.into_iter().chain(NESTED).chain(FREE) {
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

#[test]
fn zsh_shows_the_base_urls_of_profiles() {
    if !installed("zsh") {
        return;
    }
    let home = home();
    let functions = home.work().join("functions");
    fs::create_dir(&functions).unwrap();
    let script = home.skia(["completions", "zsh"]).run();
    fs::write(functions.join("_skia-auth"), script.stdout).unwrap();
    let mut terminal =
        home.program("zsh", ["-f", "-i"]).env("TERM", "dumb").env("PS1", "> ").on_terminal();
    let setup =
        "fpath=($PWD/functions $fpath); autoload -U compinit; compinit -u -D; echo rea''dy\r";
    terminal.expect("> ").send(setup).expect("ready").expect("> ");
    terminal
        .send("skia-auth token --profile \t")
        .expect("staging")
        .expect("https://staging.example");
    terminal.send("\x15skia-auth exec \t").expect("exec -- ");
    terminal.send("\x15exit\r");
    terminal.wait();
}

#[test]
fn elvish_completes() {
    if !installed("elvish") {
        return;
    }
    let home = home();
    home.declare_foreign("offered");
    let mut terminal = home.program("elvish", ["-norc"]).env("TERM", "xterm").on_terminal();
    terminal.send("eval (skia-auth completions elvish | slurp); echo rea''dy\r").expect("ready");
    let offered = home.work().join("offered");
    // Words of a candidate are in its stem, or it is a string.
    let list = "{|@words| $edit:completion:arg-completer[skia-auth] $@words | each {|c| \
                if (eq (kind-of $c) string) { echo $c } else { echo $c[stem] } } > offered; \
                echo done >> offered }";
    for case in CASES.into_iter().chain(NESTED).chain(FREE) {
        fs::write(&offered, "").unwrap();
        let words: Vec<_> = case.0.split(' ').map(|word| format!("'{word}'")).collect();
        terminal.send(&format!("{list} {}\r", words.join(" ")));
        let is_done = || fs::read_to_string(&offered).unwrap().ends_with("done\n");
        terminal.until("list of words", is_done);
        let all = fs::read_to_string(&offered).unwrap();
        // The completer offers all, and elvish selects what begins with the word.
        let word = case.0.rsplit(' ').next().unwrap_or_default();
        let matching: Vec<_> = all.lines().filter(|line| line.starts_with(word)).collect();
        judge(case, &matching.join("\n"));
    }
    terminal.send("skia-auth completions fis\t; exit\r").expect("complete -c skia-auth");
    terminal.wait();
}

/// The program of npm's package `nushell`, which `.ci/tools` installs, or of the system.
#[test]
fn nushell_completes() {
    if !installed("nu") {
        return;
    }
    let home = home();
    let script = home.skia(["completions", "nushell"]).run().stdout();
    home.file("skia-auth.nu", script);
    home.declare_foreign("line.nu");
    // Nushell takes what follows "--" for options of ours too.
    let nested = ("skia-auth exec -- skia-auth login ", &["script"][..], &["login"][..]);
    let commands = ("skia-auth ", &["skia-auth login", "skia-auth exec"][..], &[][..]);
    let others = CASES.into_iter().filter(|case| !matches!(case.0, "skia-auth " | "skia-auth lo"));
    for case in others.filter(|case| case.0 != "skia-auth config ").chain([nested, commands]) {
        let text = format!("source skia-auth.nu\n{}", case.0);
        let file = home.work().join("line.nu");
        fs::write(&file, &text).unwrap();
        let position = text.len().to_string();
        let outcome = home.program("nu", ["-n", "--ide-complete", &position]).arg(&file).run();
        let found: serde_json::Value = serde_json::from_str(&outcome.stdout()).unwrap();
        let found: Vec<_> = found["completions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|word| word.as_str().unwrap())
            .collect();
        judge(case, &found.join("\n"));
    }
}
