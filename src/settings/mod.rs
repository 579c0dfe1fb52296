//! The settings that a call runs with, once everything that was typed, exported and written down has been weighed.
pub mod base_url;
