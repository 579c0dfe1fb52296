//! `skia-auth`: logs in to the Skia API and prints the bearer token.
mod error;
mod secret;
mod settings;
mod token;
