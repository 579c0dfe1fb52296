//! The binary: everything is in the library.

fn main() {
    // An exit code of Windows has 32 bits, and `ExitCode` holds 8.
    std::process::exit(skia_auth::run(std::env::args_os().collect()));
}
