//! `fish`: assignments for the fish shell.

use super::Variable;

pub fn render(variables: &[Variable]) -> String {
    // The semicolons are for `eval (…)`, which joins the lines with spaces.
    variables.iter().map(|(name, value)| format!("set -gx {name} '{}';\n", escape(value))).collect()
}

/// Fish has two escapes between single quotes: `\\` and `\'`.
fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('\'', "\\'")
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::output::fixture::*;
    use crate::output::variables;

    #[test]
    fn values_are_quoted() {
        assert_eq!(
            render(&variables(&grant("{}"), r"https://h/a'b\c")),
            r"set -gx SKIA_TOKEN 'eyJ.e30.T';
set -gx SKIA_TOKEN_EXPIRES_AT '2025-04-24T13:16:51Z';
set -gx SKIA_BASE_URL 'https://h/a\'b\\c';
"
        );
        assert!(
            render(&variables(&grant_without_expiry(), BASE_URL))
                .contains("set -gx SKIA_TOKEN_EXPIRES_AT '';\n")
        );
    }

    #[cfg(unix)]
    #[test]
    fn fish_reads_back_what_was_written() {
        for read in ["printf %s $argv[1] | source", "eval (printf %s $argv[1])", "eval $argv[1]"] {
            let rendered = render(&variables(&grant_without_expiry(), NASTY));
            if let Some(text) =
                run_in(&["fish", "--no-config"], &format!("{read}; {SHOW}"), &rendered)
            {
                assert_eq!(text, format!("eyJ.e30.T||{NASTY}|3\n"), "{read}");
            }
        }
    }
}
