//! What every command hands back: the whole result, and the exit code that goes with it.

pub mod completions;
pub mod config;
pub mod doctor;
pub mod exec;
pub mod help;
pub mod inspect;
pub mod login;
pub mod logout;
pub mod sandbox;
pub mod status;
pub mod token;

mod cached;
mod deliver;
mod source;

use zeroize::Zeroizing;

/// The result of a command. Commands do not print.
#[derive(Debug)]
pub struct Outcome {
    pub output: Zeroizing<Vec<u8>>,
    pub exit_code: u8,
}

impl Outcome {
    pub fn of(output: impl Into<Vec<u8>>) -> Self {
        Self { output: Zeroizing::new(output.into()), exit_code: 0 }
    }

    #[must_use]
    pub fn exit_code(self, exit_code: u8) -> Self {
        Self { exit_code, ..self }
    }

    pub fn nothing() -> Self {
        Self::of(Vec::new())
    }
}
