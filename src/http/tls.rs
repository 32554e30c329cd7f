//! The TLS side of the server: its certificate, and the authority of its clients' certificates.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::config::{Config, Tls};
use crate::domain::certificate::Pair;
use crate::domain::timestamp::Timestamp;
use crate::pki::LocalAuthority;

/// What the server shows, and what it asks of its clients: a certificate of the authority, if they have one.
///
/// # Errors
/// A sentence that names the file or the authority that cannot be used.
pub fn server_config(config: &Config, tls: &Tls, authority: Option<&LocalAuthority>) -> Result<ServerConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let clients = match authority {
        None => versions.with_no_client_auth(),
        Some(authority) => {
            let roots = Arc::new(roots(authority)?);
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider).allow_unauthenticated().build();
            versions.with_client_cert_verifier(verifier.map_err(|error| error.to_string())?)
        }
    };
    let (chain, key) = match (&tls.files, authority) {
        (Some((certificate, key)), _) => (read_chain(certificate)?, read_key(key)?),
        (None, Some(authority)) => own(config, authority)?,
        (None, None) => return Err("there is neither a certificate for the server nor an authority".into()),
    };
    clients.with_single_cert(chain, key).map_err(|error| format!("the certificate of the server: {error}"))
}

fn roots(authority: &LocalAuthority) -> Result<RootCertStore, String> {
    let pem = authority.certificate().map_err(|error| error.to_string())?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        roots.add(certificate.map_err(|error| error.to_string())?).map_err(|error| error.to_string())?;
    }
    Ok(roots)
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// A certificate of the authority for all names of this server, new at each start.
fn own(config: &Config, authority: &LocalAuthority) -> Result<Identity, String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(Into::into).to_vec();
    let wildcard = ["0.0.0.0", "::"].contains(&config.host.as_str());
    let others = [&config.host].into_iter().filter(|_| !wildcard).chain(&config.allow_hosts);
    for name in others {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name.clone());
        }
    }
    let now = Timestamp::from_system_time(SystemTime::now());
    let Pair { key, certificate } = authority.server(&names, now).map_err(|error| error.to_string())?;
    let chain = CertificateDer::pem_slice_iter(certificate.as_bytes()).collect::<Result<_, _>>();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes());
    Ok((chain.map_err(|error| error.to_string())?, key.map_err(|error| error.to_string())?))
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let bytes = fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match chain {
        Ok(chain) if chain.is_empty() => Err(format!("{} holds no certificate in PEM", path.display())),
        chain => chain.map_err(|error| format!("{} is not PEM: {error}", path.display())),
    }
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, String> {
    let bytes = fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    PrivateKeyDer::from_pem_slice(&bytes)
        .map_err(|error| format!("{} holds no private key in PEM: {error}", path.display()))
}
