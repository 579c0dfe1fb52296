//! Who a token is for: what decides which cache entry is meant.

use super::base_url::BaseUrl;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub base_url: BaseUrl,
    pub client_id: String,
    pub scope: String,
}
