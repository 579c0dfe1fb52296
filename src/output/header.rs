//! `header`: the `Authorization` line of an HTTP request (RFC 6750 §2.1).

use crate::model::token::Grant;

#[expect(clippy::disallowed_methods, reason = "it is the result")]
pub fn render(grant: &Grant) -> String {
    format!("Authorization: Bearer {}\n", grant.token.expose())
}

#[cfg(test)]
mod tests {
    use crate::output::fixture::grant;

    #[test]
    fn the_header_is_ready_for_curl() {
        assert_eq!(super::render(&grant("{}")), "Authorization: Bearer eyJ.e30.T\n");
    }
}
