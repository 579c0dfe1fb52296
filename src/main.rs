//! The binary: everything is in the library.
#![cfg_attr(all(target_os = "linux", target_env = "gnu"), no_main)]

use std::env::args_os;

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn main() -> std::process::ExitCode {
    skia_auth::run(args_os().collect()).into()
}

/// What the C library calls, in the place of the standard library's own start: that one reads `/proc/self/maps` and
/// prepares a handler of stack overflows, which is a sixth of a cached call. `args_os` works here with glibc alone.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code, reason = "a name is exported, and there is no other of this name")]
#[unsafe(no_mangle)]
extern "C" fn main() -> i32 {
    skia_auth::start();
    skia_auth::run(args_os().collect()).into()
}
