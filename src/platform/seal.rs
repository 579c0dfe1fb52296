//! Protects the memory of this process from other processes of the user and from core dumps.

/// Makes the process undumpable: no core file, and no `ptrace`, `/proc/PID/mem` or
/// `/proc/PID/environ` for unprivileged processes. `execve` resets this, so that the command of
/// `exec` is not affected.
pub fn seal() {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // A kernel that refuses leaves the process as it was.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
