//! The nouns that every room uses.

pub mod base_url;
pub mod freshness;
pub mod identity;
pub mod jwt;
pub mod members;
pub mod provenance;
pub mod secret;
pub mod time;
pub mod token;
