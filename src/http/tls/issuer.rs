//! The name of a certificate's issuer, read from the unverified certificate.

/// The longest name that is shown, in characters.
const LONGEST: usize = 100;

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xa0;
const BMP_STRING: u8 = 0x1e;
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];

/// The issuer's common name and organization, or whichever is present. Any bytes are accepted.
pub fn of(certificate: &[u8]) -> Option<String> {
    let (certificate, _) = tagged(certificate, SEQUENCE)?;
    let (body, _) = tagged(certificate, SEQUENCE)?;
    let after_version = tagged(body, VERSION).map_or(body, |(_, rest)| rest);
    let (_, _serial, rest) = element(after_version)?;
    let (_, _algorithm, rest) = element(rest)?;
    let (name, _) = tagged(rest, SEQUENCE)?;
    match (attribute(name, COMMON_NAME), attribute(name, ORGANIZATION)) {
        (Some(common), Some(organization)) if common != organization => {
            Some(printable(&format!("{common} ({organization})")))
        }
        (Some(only), _) | (None, Some(only)) => Some(printable(&only)),
        (None, None) => None,
    }
}

/// The text with `?` for everything but letters, digits and a few characters that names contain:
/// nothing that a terminal or a CI runner acts on.
pub fn printable(text: &str) -> String {
    let shown = |c: char| if c.is_alphanumeric() || " .,-_'&()+@*/".contains(c) { c } else { '?' };
    text.chars().take(LONGEST).map(shown).collect()
}

/// The first attribute of a type in a distinguished name: a sequence of sets of pairs.
fn attribute(mut name: &[u8], wanted: &[u8]) -> Option<String> {
    while let Some((mut set, rest)) = tagged(name, SET) {
        while let Some((pair, next)) = tagged(set, SEQUENCE) {
            if let Some((_, kind, value)) = element(pair)
                && kind == wanted
                && let Some((tag, text, _)) = element(value)
            {
                let text = decode(tag, text);
                return (!text.trim().is_empty()).then_some(text);
            }
            set = next;
        }
        name = rest;
    }
    None
}

fn decode(tag: u8, text: &[u8]) -> String {
    if tag == BMP_STRING {
        let units: Vec<_> =
            text.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
        return String::from_utf16_lossy(&units);
    }
    String::from_utf8_lossy(text).into_owned()
}

/// Splits one DER element off if it has this tag: its value, and what follows it.
fn tagged(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    element(bytes).filter(|(found, ..)| *found == tag).map(|(_, value, rest)| (value, rest))
}

/// Splits one DER element (X.690) off: its tag, its value, and what follows it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], mut rest) = bytes.split_first_chunk::<2>()?;
    let mut length = usize::from(first);
    if first >= 0x80 {
        let (digits, after) = rest
            .split_at_checked(usize::from(first & 0x7f))
            .filter(|(d, _)| matches!(d.len(), 1..=3))?;
        length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
        rest = after;
    }
    let (value, rest) = rest.split_at_checked(length)?;
    Some((tag, value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issued(issuer: &[(rcgen::DnType, &str)]) -> Vec<u8> {
        let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        for (kind, value) in issuer {
            parameters.distinguished_name.push(kind.clone(), *value);
        }
        parameters.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn common_name_and_organization_are_found() {
        use rcgen::DnType::{CommonName, CountryName, OrganizationName};
        let both =
            issued(&[(CountryName, "BR"), (OrganizationName, "Corp"), (CommonName, "Corp Root")]);
        assert_eq!(of(&both).as_deref(), Some("Corp Root (Corp)"));
        assert_eq!(of(&issued(&[(OrganizationName, "Corp")])).as_deref(), Some("Corp"));
        assert_eq!(of(&issued(&[(CommonName, "Ação")])).as_deref(), Some("Ação"));
        assert_eq!(of(&issued(&[(CountryName, "BR")])), None);
    }

    #[test]
    fn hostile_name_is_shown_with_question_marks() {
        let name =
            of(&issued(&[(rcgen::DnType::CommonName, "::x ##[a] \u{1b}[0m\u{202e}\u{9b}\n")]))
                .unwrap();
        assert_eq!(name, "??x ???a? ??0m???");
        let long = of(&issued(&[(rcgen::DnType::CommonName, &"x".repeat(5000))])).unwrap();
        assert_eq!(long.len(), LONGEST);
    }

    #[test]
    fn any_bytes_are_accepted() {
        let whole = issued(&[(rcgen::DnType::CommonName, "Corp Root")]);
        for end in 0..whole.len() {
            of(&whole[..end]);
        }
        for position in 0..whole.len() {
            for byte in [0x00, 0x30, 0x7f, 0x80, 0x83, 0x84, 0xff] {
                let mut mutated = whole.clone();
                mutated[position] = byte;
                of(&mutated);
            }
        }
    }
}
