//! The types that all rooms share.

pub mod base_url;
pub mod host;
pub mod identity;
pub mod jwt;
pub mod members;
pub mod miss;
pub mod provenance;
pub mod secret;
pub mod time;
pub mod token;
