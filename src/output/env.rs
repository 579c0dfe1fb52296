//! `env`: assignments for POSIX shells.

use super::Variable;

pub fn render(variables: &[Variable]) -> String {
    variables.iter().map(|(name, value)| format!("export {name}={}\n", quote(value))).collect()
}

fn quote(value: &str) -> String {
    // Only a text with a NUL cannot be quoted, and no variable can contain one.
    shlex::try_quote(value).unwrap_or_default().into_owned()
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::output::fixture::*;
    use crate::output::variables;

    #[test]
    fn values_are_quoted_where_they_must_be() {
        assert_eq!(
            render(&variables(&grant("{}"), "https://h/a'b")),
            "\
export SKIA_TOKEN=eyJ.e30.T
export SKIA_TOKEN_EXPIRES_AT=2025-04-24T13:16:51Z
export SKIA_BASE_URL=\"https://h/a'b\"
"
        );
        assert_eq!(
            render(&variables(&grant_without_expiry(), BASE_URL)),
            "\
export SKIA_TOKEN=eyJ.e30.T
export SKIA_TOKEN_EXPIRES_AT=''
export SKIA_BASE_URL=https://api.skia.com.br/api
"
        );
    }

    #[cfg(unix)]
    #[test]
    fn shells_read_back_what_was_written() {
        let script = format!("SKIA_TOKEN_EXPIRES_AT=stale; eval \"$1\"; {SHOW}");
        for shell in [&["sh"][..], &["dash"], &["bash", "--norc"], &["zsh", "-f"]] {
            for token in ["eyJ.e30.T", "~root/+a==", "-n"] {
                let variables = [
                    ("SKIA_TOKEN", token.into()),
                    ("SKIA_TOKEN_EXPIRES_AT", String::new()),
                    ("SKIA_BASE_URL", NASTY.into()),
                ];
                if let Some(read) = run_in(shell, &script, &render(&variables)) {
                    assert_eq!(read, format!("{token}||{NASTY}|3\n"), "{shell:?}");
                }
            }
        }
    }
}
