//! The keys of https and of certificates, which depend on each other.

use std::path::PathBuf;

use super::fault::Place;
use super::overrides::Overrides;
use super::reader::Reader;
use super::{Config, Tls, value};

/// Reads the keys into the configuration.
pub(super) fn read(reader: &mut Reader<'_>, overrides: &Overrides, config: &mut Config) {
    let before = reader.fault_count();
    let wanted = setting(reader, "tls", overrides.tls.as_ref(), value::boolean);
    let required = setting(reader, "require_certificate", overrides.require_certificate.as_ref(), value::boolean);
    let without = setting(reader, "no_certificates", overrides.no_certificates.as_ref(), value::boolean);
    let http_port = setting(reader, "http_port", overrides.http_port.as_ref(), value::port);
    let files = files(reader, overrides);
    if reader.fault_count() > before {
        return;
    }
    let tls = wanted.as_ref().map_or(files.is_some(), |(_, wanted)| *wanted);
    config.certificates = !without.is_some_and(|(_, without)| without);
    if let Some((place, true)) = &required {
        if !tls {
            reader.fail(place, "tls is not set beside it; without it nobody can show a certificate");
        } else if !config.certificates {
            reader.fail(place, "no_certificates is set beside it; expected only one of the two");
        }
    }
    match (&http_port, &wanted) {
        (Some((place, _)), _) if !tls => {
            reader.fail(place, "tls is not set beside it; without it, port is for plain HTTP");
        }
        (_, Some((place, true))) if files.is_none() && !config.certificates => {
            reader.fail(place, "no_certificates is set beside it; expected tls_certificate and tls_key too");
        }
        _ => {}
    }
    config.tls = tls.then(|| Tls { files, http_port: http_port.map(|(_, port)| port) });
    config.require_certificate = required.is_some_and(|(_, required)| required);
}

/// A value, and where it was written.
fn setting<T>(
    reader: &mut Reader<'_>,
    key: &'static str,
    given: Option<&String>,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Option<(Place, T)> {
    let text = reader.text(key, given)?;
    reader.check(&text, parse).map(|value| (text.place, value))
}

/// The certificate and the key of the server.
fn files(reader: &mut Reader<'_>, overrides: &Overrides) -> Option<(PathBuf, PathBuf)> {
    let before = reader.fault_count();
    let certificate = reader.path("tls_certificate", overrides.tls_certificate.as_ref(), value::path);
    let key = reader.path("tls_key", overrides.tls_key.as_ref(), value::path);
    let both = "expected both files, or none";
    match (certificate, key) {
        (Some((_, certificate)), Some((_, key))) => return Some((certificate, key)),
        _ if reader.fault_count() > before => {}
        (Some((place, _)), None) => reader.fail(&place, format!("tls_key is not set beside it; {both}")),
        (None, Some((place, _))) => reader.fail(&place, format!("tls_certificate is not set beside it; {both}")),
        (None, None) => {}
    }
    None
}
