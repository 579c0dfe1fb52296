//! The binary: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    skia_auth::run(std::env::args_os().collect()).into()
}
