//! Everything that a user can see, through the real binary.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod answers;
mod generated;
mod harness;
mod help;
mod markdown;
mod network;
mod output;
mod pipelines;
mod readme;
mod seal;
mod settings;
mod support;
