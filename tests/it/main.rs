//! Everything that a user can see, through the real binary.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod answers;
mod cache;
mod clock;
mod colour;
mod completions;
mod config_init;
mod config_list;
mod doctor;
mod examples;
mod exec;
mod generated;
mod harness;
mod help;
mod home_and_nesting;
mod inspect;
mod layers;
mod logout;
mod markdown;
mod masking;
mod network;
mod nonblocking;
mod outage;
mod output;
mod picture;
mod pipelines;
mod readme;
mod recipes;
mod sandbox;
mod seal;
mod settings;
mod signals;
mod status;
mod story;
mod support;
mod to_file;
mod waiting;
