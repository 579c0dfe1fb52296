//! Keeps the memory of the process, which holds a secret, from the user's other processes and from core dumps.

/// Makes the process undumpable: no core file, no `ptrace`, no `/proc/PID/mem` or `/proc/PID/environ` for other
/// processes without privileges. A command that `exec` becomes is as it would be without us: `execve` resets it.
pub fn seal() {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // Where the kernel does not allow it, nothing is lost that was there before.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
