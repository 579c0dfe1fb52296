//! Why a TLS connection was refused, in words for the person who has to do something about it.

use jiff::Timestamp;
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error, InvalidMessage, PeerIncompatible};

use crate::error::Failure;
use crate::http::tls::issuer::printable;
use crate::http::tls::witness::is_authority;

/// At most that many names of a certificate are listed: enough to see whose it is.
const NAMES: usize = 5;

/// The failure that an error of the TLS library stands for. `issuer` is whoever issued the certificate, if one was seen.
pub fn explain(error: &Error, host: &str, issuer: Option<&str>) -> Failure {
    match error {
        Error::InvalidCertificate(error) => certificate(error, host, issuer),
        Error::NoCertificatesPresented => {
            Failure::protocol(format!("{host} presents no certificate"))
        }
        Error::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::MessageTooLarge,
        ) => Failure::protocol(format!("{host} does not speak TLS on this port"))
            .hint("check the port in the base URL, and whether it should begin with http://"),
        Error::AlertReceived(AlertDescription::ProtocolVersion)
        | Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => Failure::protocol(format!(
            "{host} speaks only a version of TLS that is too old (1.2 or 1.3 is needed)"
        )),
        Error::AlertReceived(
            AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity,
        )
        | Error::PeerIncompatible(_) => Failure::protocol(format!(
            "{host} has no TLS version and cipher in common with this program (1.2 or 1.3)"
        )),
        Error::AlertReceived(AlertDescription::CertificateRequired) => Failure::protocol(format!(
            "{host} asks for a client certificate, which this program does not have"
        )),
        Error::AlertReceived(AlertDescription::UnrecognisedName) => {
            Failure::protocol(format!("the server that answers for {host} does not know that name"))
        }
        Error::AlertReceived(alert) => Failure::protocol(format!(
            "{host} refused the TLS connection (alert {})",
            u8::from(*alert)
        )),
        Error::InvalidMessage(_)
        | Error::PeerMisbehaved(_)
        | Error::InappropriateMessage { .. } => {
            Failure::protocol(format!("{host} breaks the rules of TLS"))
        }
        Error::InappropriateHandshakeMessage { .. } | Error::DecryptError => {
            Failure::protocol(format!("{host} breaks the rules of TLS"))
        }
        _ => Failure::protocol(format!("no TLS connection to {host} can be made")),
    }
}

fn certificate(error: &CertificateError, host: &str, issuer: Option<&str>) -> Failure {
    use CertificateError as E;
    let seen = issuer.map(|name| format!(" (issued by \"{name}\")")).unwrap_or_default();
    let refused =
        |what: String| Failure::protocol(format!("the certificate of {host} {what}{seen}"));
    match error {
        E::UnknownIssuer | E::BadSignature => {
            let what = match (error, issuer) {
                (E::BadSignature, _) => refused("is not trusted: its signature is wrong".into()),
                (_, None) => refused("is not trusted: its issuer is unknown".into()),
                (_, Some(name)) => Failure::protocol(format!(
                    "the certificate of {host} is not trusted: its issuer \"{name}\" is unknown"
                )),
            };
            what.hint("if that issuer is right, name its root certificate: --ca-cert FILE")
        }
        E::NotValidForNameContext { presented, .. } => {
            let mut names: Vec<_> =
                presented.iter().filter_map(|name| quoted(name)).map(printable).collect();
            let more = if names.len() > NAMES { ", …" } else { "" };
            names.truncate(NAMES);
            match names.as_slice() {
                [] => refused("is for another name".into()),
                names => refused(format!("is for another name: {}{more}", names.join(", "))),
            }
        }
        E::NotValidForName => refused("is for another name".into()),
        E::ExpiredContext { not_after, .. } => refused(format!("expired on {}", day(*not_after))),
        E::Expired => refused("has expired".into()),
        E::NotValidYetContext { not_before, .. } => {
            refused(format!("is not valid before {}", day(*not_before)))
                .hint("check the clock of this machine: date -u")
        }
        E::NotValidYet => {
            refused("is not valid yet".into()).hint("check the clock of this machine: date -u")
        }
        E::Revoked => refused("has been revoked".into()),
        E::UnknownRevocationStatus
        | E::ExpiredRevocationList
        | E::ExpiredRevocationListContext { .. } => {
            refused("cannot be checked for revocation".into())
        }
        E::InvalidPurpose | E::InvalidPurposeContext { .. } => {
            refused("is not one for a server".into())
        }
        E::BadEncoding => refused("is malformed".into()),
        E::UnhandledCriticalExtension => {
            refused("has a critical extension that is not understood".into())
        }
        error if is_authority(error) => {
            let what = "is not trusted: it is a certificate authority's own";
            refused(what.into()).hint("if it is the right one, trust it: --ca-cert FILE")
        }
        _ => refused("is not trusted".into()),
    }
}

/// The name in `DnsName("example.com")` or `IpAddress(10.0.0.1)`, which is how webpki hands out what a certificate is for.
fn quoted(presented: &str) -> Option<&str> {
    let (_, rest) = presented.split_once('(')?;
    Some(rest.strip_suffix(')')?.trim_matches('"'))
}

/// The day of an instant in UTC: `2025-04-24`.
fn day(instant: UnixTime) -> String {
    let seconds = i64::try_from(instant.as_secs()).unwrap_or(i64::MAX);
    match Timestamp::from_second(seconds) {
        Ok(instant) => instant.to_string().chars().take(10).collect(),
        Err(_) => "a day beyond the calendar".into(),
    }
}
