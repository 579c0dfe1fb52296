//! `dotenv`: `NAME=value` lines. They have no quotes: docker's `--env-file` keeps quotes.

use super::Variable;

pub fn render(variables: &[Variable]) -> String {
    variables.iter().map(|(name, value)| format!("{name}={value}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::output::fixture::*;
    use crate::output::variables;

    #[test]
    fn values_are_not_quoted() {
        assert_eq!(
            render(&variables(&grant("{}"), "https://h/a'b")),
            "\
SKIA_TOKEN=eyJ.e30.T
SKIA_TOKEN_EXPIRES_AT=2025-04-24T13:16:51Z
SKIA_BASE_URL=https://h/a'b
"
        );
        assert!(
            render(&variables(&grant_without_expiry(), BASE_URL))
                .contains("SKIA_TOKEN_EXPIRES_AT=\n")
        );
    }
}
