//! `completions`: prints the files of `completions/`, which are also packaged.

use super::Outcome;
use crate::cli::Shell;

pub fn run(shell: Shell) -> Outcome {
    Outcome::of(match shell {
        Shell::Bash => include_str!("../../completions/skia-auth.bash"),
        Shell::Zsh => include_str!("../../completions/_skia-auth"),
        Shell::Fish => include_str!("../../completions/skia-auth.fish"),
        Shell::Powershell => include_str!("../../completions/_skia-auth.ps1"),
        Shell::Elvish => include_str!("../../completions/skia-auth.elv"),
        Shell::Nushell => include_str!("../../completions/skia-auth.nu"),
    })
}
