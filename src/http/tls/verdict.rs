//! Why a TLS connection failed, in words for the person who has to act.

use jiff::Timestamp;
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error, InvalidMessage, PeerIncompatible};

use crate::error::Failure;
use crate::http::tls::issuer::printable;
use crate::http::tls::witness::{is_authority, is_of_old_version};
use crate::platform::advice;

/// The most names of a certificate that are listed.
const NAMES: usize = 5;

/// Explains an error of the TLS library. `issuer` is the issuer of the server's certificate, if
/// known.
pub fn explain(error: &Error, host: &str, issuer: Option<&str>) -> Failure {
    let what = match error {
        Error::InvalidCertificate(error) => return certificate(error, host, issuer),
        Error::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::MessageTooLarge,
        ) => {
            return Failure::protocol(format!("{host} does not speak TLS on this port"))
                .hint("check the port in the base URL, and whether it should begin with http://");
        }
        Error::NoCertificatesPresented => format!("{host} presents no certificate"),
        Error::AlertReceived(AlertDescription::ProtocolVersion)
        | Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => format!("{host} speaks only a version of TLS that is too old (1.2 or 1.3 is needed)"),
        Error::AlertReceived(
            AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity,
        )
        | Error::PeerIncompatible(_) => {
            format!("{host} has no TLS version and cipher in common with this program (1.2 or 1.3)")
        }
        Error::AlertReceived(AlertDescription::CertificateRequired) => {
            format!("{host} asks for a client certificate, which this program does not have")
        }
        Error::AlertReceived(AlertDescription::UnrecognisedName) => {
            format!("the server that answers for {host} does not know that name")
        }
        Error::AlertReceived(alert) => {
            format!("{host} refused the TLS connection (alert {})", u8::from(*alert))
        }
        Error::InvalidMessage(_)
        | Error::PeerMisbehaved(_)
        | Error::InappropriateMessage { .. }
        | Error::InappropriateHandshakeMessage { .. }
        | Error::DecryptError => format!("{host} violated the TLS protocol"),
        _ => format!("no TLS connection to {host} can be made"),
    };
    Failure::protocol(what)
}

fn certificate(error: &CertificateError, host: &str, issuer: Option<&str>) -> Failure {
    use CertificateError as E;
    let issued = issuer.map(|name| format!(" (issued by \"{name}\")")).unwrap_or_default();
    let refused =
        |what: &str| Failure::protocol(format!("the certificate of {host} {what}{issued}"));
    let check_clock = format!("check the clock of this machine: {}", advice::SHOW_CLOCK);
    let name_it = "if that issuer is right, name its root certificate: --ca-cert FILE";
    match error {
        E::UnknownIssuer => {
            let issuer = issuer.map(|name| format!(" \"{name}\"")).unwrap_or_default();
            let what = "is not trusted: its issuer";
            Failure::protocol(format!("the certificate of {host} {what}{issuer} is unknown"))
                .hint(name_it)
        }
        E::BadSignature => refused("is not trusted: its signature is wrong").hint(name_it),
        E::NotValidForNameContext { presented, .. } => refused(&other_name(presented)),
        E::ExpiredContext { not_after, .. } => {
            refused(&format!("expired on {}", day(*not_after))).hint(check_clock)
        }
        E::NotValidYetContext { not_before, .. } => {
            refused(&format!("is not valid before {}", day(*not_before))).hint(check_clock)
        }
        E::InvalidPurposeContext { .. } => refused("is not meant for a server"),
        E::BadEncoding => refused("is malformed"),
        E::UnhandledCriticalExtension => refused("has a critical extension that is not understood"),
        error if is_authority(error) => {
            refused("is not trusted: it is a certificate authority's own")
                .hint("if it is the right one, trust it: --ca-cert FILE")
        }
        error if is_of_old_version(error) => {
            refused("is not trusted: it is X.509 version 1, and version 3 is needed")
        }
        _ => refused("is not trusted").hint(name_it),
    }
}

/// Lists the names of a certificate for another host. webpki writes each one as
/// `DnsName("example.com")` or `IpAddress(10.0.0.1)`.
fn other_name(presented: &[String]) -> String {
    let name = |text: &String| {
        let (_, rest) = text.split_once('(')?;
        Some(printable(rest.strip_suffix(')')?.trim_matches('"')))
    };
    let names: Vec<_> = presented.iter().filter_map(name).collect();
    match names.len() {
        0 => "names no host: it has no usable subjectAltName".to_owned(),
        1..=NAMES => format!("is for another name: {}", names.join(", ")),
        _ => format!("is for another name: {}, …", names[..NAMES].join(", ")),
    }
}

/// The day of an instant in UTC: `2025-04-24`.
fn day(instant: UnixTime) -> String {
    let seconds = i64::try_from(instant.as_secs()).unwrap_or(i64::MAX);
    match Timestamp::from_second(seconds) {
        Ok(instant) => instant.strftime("%Y-%m-%d").to_string(),
        Err(_) => "a day beyond the calendar".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn certificate_without_extensions_is_told_apart() {
        let old = webpki::Error::UnsupportedCertVersion;
        let error = CertificateError::Other(rustls::OtherError(Arc::new(old)));
        let failure = explain(&Error::InvalidCertificate(error), "h:1", None);
        let what = "is not trusted: it is X.509 version 1, and version 3 is needed";
        assert_eq!(failure.message, format!("the certificate of h:1 {what}"));
    }
}
