//! `token`: the token and nothing else.

use crate::model::token::Grant;

#[expect(clippy::disallowed_methods, reason = "it is the result")]
pub fn render(grant: &Grant) -> String {
    format!("{}\n", grant.token.expose())
}

#[cfg(test)]
mod tests {
    use crate::output::fixture::grant;

    #[test]
    fn the_token_stands_alone() {
        assert_eq!(super::render(&grant("{}")), "eyJ.e30.T\n");
    }
}
