//! The identity that a token is for. Each identity has its own cache entry.

use super::base_url::BaseUrl;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub base_url: BaseUrl,
    pub client_id: String,
    pub scope: String,
}
