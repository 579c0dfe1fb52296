//! All that differs between operating systems, and nothing else.

pub mod files;
pub mod forward;
pub mod private_fs;
pub mod process;
pub mod prompt;
pub mod roots;
pub mod seal;
pub mod signals;
pub mod stdio;
