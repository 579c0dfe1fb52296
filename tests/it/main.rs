//! Everything that a user can see, through the real binary.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]
#![cfg_attr(windows, allow(dead_code, unused_imports, reason = "used by cases for Unix alone"))]

mod answers;
mod cache;
mod clock;
mod colour;
#[cfg(unix)]
mod completions;
mod config_init;
mod config_list;
mod doctor;
#[cfg(unix)]
mod examples;
mod exec;
mod generated;
#[cfg(target_os = "linux")]
mod golden;
mod harness;
mod help;
mod home_and_nesting;
mod inspect;
mod layers;
mod logout;
mod markdown;
mod masking;
mod network;
#[cfg(unix)]
mod nonblocking;
mod outage;
mod output;
#[cfg(unix)]
mod picture;
#[cfg(unix)]
mod pipelines;
mod powershell;
mod readme;
#[cfg(unix)]
mod recipes;
mod sandbox;
#[cfg(unix)]
mod seal;
#[cfg(unix)]
mod services;
mod settings;
#[cfg(unix)]
mod signals;
mod status;
mod story;
mod support;
mod to_file;
#[cfg(unix)]
mod waiting;
#[cfg(unix)]
mod watch;
mod windows;
