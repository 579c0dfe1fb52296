//! The commands, one per file. Each returns its whole output and its exit code; only `sandbox`
//! writes to standard output itself, since it then serves until it is stopped.

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
mod watch;

use crate::report::Note;

/// The result of a command: the bytes for standard output and the exit code.
#[derive(Debug)]
pub struct Outcome {
    pub output: Vec<u8>,
    /// One of ours, or that of a command: up to 32 bits on Windows.
    pub exit_code: i32,
    /// What a person reads on a terminal after the output.
    pub last_line: Option<Note<'static>>,
}

impl Outcome {
    pub fn of(output: impl Into<Vec<u8>>) -> Self {
        Self { output: output.into(), exit_code: 0, last_line: None }
    }

    #[must_use]
    pub fn exit_code(self, exit_code: impl Into<i32>) -> Self {
        Self { exit_code: exit_code.into(), ..self }
    }

    pub fn nothing() -> Self {
        Self::of(Vec::new())
    }
}
