//! The binary: everything is in the library.

// The allocator of Zig's C library maps memory for each size of block: a third of the system calls of
// a cached token, and a quarter of its time.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() {
    // An exit code of Windows has 32 bits, and `ExitCode` holds 8.
    std::process::exit(skia_auth::run(std::env::args_os().collect()));
}
