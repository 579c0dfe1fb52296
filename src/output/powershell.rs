//! `powershell`: assignments for PowerShell.

use super::Variable;

pub fn render(variables: &[Variable]) -> String {
    variables.iter().map(|(name, value)| format!("$env:{name} = '{}'\n", escape(value))).collect()
}

/// PowerShell reads typographic single quotes as single quotes. A doubled quote is one quote.
fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars() {
        if matches!(c, '\'' | '\u{2018}'..='\u{201b}') {
            escaped.push(c);
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::output::fixture::*;
    use crate::output::variables;

    #[test]
    fn values_are_quoted() {
        assert_eq!(
            render(&variables(&grant("{}"), "https://h/a'b’$(x)`c")),
            "\
$env:SKIA_TOKEN = 'eyJ.e30.T'
$env:SKIA_TOKEN_EXPIRES_AT = '2025-04-24T13:16:51Z'
$env:SKIA_BASE_URL = 'https://h/a''b’’$(x)`c'
"
        );
        assert!(
            render(&variables(&grant_without_expiry(), BASE_URL))
                .contains("$env:SKIA_TOKEN_EXPIRES_AT = ''\n")
        );
    }
}
