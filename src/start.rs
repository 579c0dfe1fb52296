//! What has to be so before anything else: the standard library sees to it, unless `main` is called without it.

use std::fs::OpenOptions;
use std::os::fd::AsRawFd;
use std::{mem, process};

use rustix::io::{Errno, fcntl_getfd};
use rustix::stdio::{stderr, stdin, stdout};

use crate::signals;
use crate::stdio;

/// Fills the standard descriptors that are closed, so that no file or socket becomes one, and makes a closed pipe an
/// error of the write in the place of a signal.
pub fn start() {
    for standard in [stdin(), stdout(), stderr()] {
        if fcntl_getfd(standard) == Err(Errno::BADF) {
            // It gets the lowest free number: this one, as those below are open.
            match OpenOptions::new().read(true).write(true).open("/dev/null") {
                Ok(file) => mem::forget(file),
                Err(_) => process::abort(),
            }
            if standard.as_raw_fd() == stdout().as_raw_fd() {
                stdio::remember_that_stdout_is_closed();
            }
        }
    }
    // It fails for a signal that does not exist.
    let _ = signals::outlive_readers();
}
