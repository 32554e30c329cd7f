//! Masters behind HTTPS: who is believed, and what is shown.

use std::fs;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use slapproxy::client::Builder;
use slapproxy::client::blocking::Slap;

use super::scripted::{Scripted, ok};

/// An authority, and the pairs of key and certificate that it hands out.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    /// A key and its certificate for a name, in PEM.
    fn pair(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        (key.serialize_pem(), certificate.pem())
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.pem().as_bytes()).unwrap()).unwrap();
        roots
    }
}

/// A master with a certificate for a name; `clients` hands out the certificates that callers must show.
pub fn master(authority: &Authority, name: &str, clients: Option<&Authority>) -> Scripted {
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let (key, certificate) = authority.pair(name);
    let builder = match clients {
        None => ServerConfig::builder().with_no_client_auth(),
        Some(clients) => {
            let verifier = WebPkiClientVerifier::builder(Arc::new(clients.roots())).build().unwrap();
            ServerConfig::builder().with_client_cert_verifier(verifier)
        }
    };
    let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    Scripted::with_tls(builder.with_single_cert(chain, key).unwrap(), |_| ok("OK"))
}

/// Calls a master; `Err` is the message of a failure of the connection.
fn call(builder: Builder) -> Result<(), String> {
    builder.build_blocking().unwrap().register_computer("c").bang("x").map_err(|error| {
        assert!(error.is_connection(), "{error}");
        error.message().to_owned()
    })
}

#[test]
fn a_master_is_believed_when_the_given_authority_knows_it() {
    let authority = Authority::new();
    let server = master(&authority, "127.0.0.1", None);
    let builder = || Slap::builder(&server.url);
    assert_eq!(call(builder().ca_pem(authority.pem())), Ok(()));
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ca.pem");
    fs::write(&file, authority.pem()).unwrap();
    assert_eq!(call(builder().ca_file(&file)), Ok(()));
    assert_eq!(server.lines().len(), 2);
}

#[test]
fn other_masters_are_not_believed_unless_anybody_is() {
    let authority = Authority::new();
    let server = master(&authority, "127.0.0.1", None);
    let builder = || Slap::builder(&server.url);
    assert_eq!(call(builder()), Err("invalid peer certificate: UnknownIssuer".to_owned()));
    // The other authority has the same name.
    let namesake = Authority::new().pem();
    assert_eq!(call(builder().ca_pem(namesake)), Err("invalid peer certificate: BadSignature".to_owned()));
    assert_eq!(server.lines(), [""; 0]);
    assert_eq!(call(builder().danger_accept_any_certificate()), Ok(()));
    let other = master(&authority, "other.example", None);
    let message = call(Slap::builder(&other.url).ca_pem(authority.pem())).unwrap_err();
    assert!(message.starts_with("invalid peer certificate: certificate not valid for name \"127.0.0.1\""), "{message}");
    assert_eq!(call(Slap::builder(&other.url).danger_accept_any_certificate().ca_pem(authority.pem())), Ok(()));
}

#[test]
fn the_certificate_of_the_caller_is_shown() {
    let (authority, clients) = (Authority::new(), Authority::new());
    let server = master(&authority, "127.0.0.1", Some(&clients));
    let builder = || Slap::builder(&server.url).ca_pem(authority.pem());
    assert!(call(builder()).is_err());
    let (key, certificate) = clients.pair("COMP-1");
    assert_eq!(call(builder().certificate_pem(key.as_str(), certificate.as_str())), Ok(()));
    let directory = tempfile::tempdir().unwrap();
    let files = [directory.path().join("key"), directory.path().join("certificate")];
    fs::write(&files[0], key.trim_end()).unwrap();
    fs::write(&files[1], certificate).unwrap();
    assert_eq!(call(builder().certificate_files(&files[0], &files[1])), Ok(()));
    let (key, certificate) = Authority::new().pair("COMP-1");
    assert!(call(builder().certificate_pem(key, certificate)).is_err());
    assert_eq!(server.lines().len(), 2);
}

#[test]
fn files_that_cannot_be_used_are_told_at_once() {
    let missing = "/nowhere/key.pem";
    let error = Slap::builder("https://h/").certificate_files(missing, missing).build_blocking().unwrap_err();
    assert!(error.is_invalid_request());
    assert_eq!(error.to_string(), "/nowhere/key.pem: No such file or directory (os error 2)");
    let error = Slap::builder("https://h/").ca_file("/nowhere/ca.pem").build_blocking().unwrap_err();
    assert_eq!(error.to_string(), "/nowhere/ca.pem: No such file or directory (os error 2)");
    let error = Slap::builder("https://h/").certificate_pem("no key", "no certificate").build_blocking().unwrap_err();
    assert_eq!(error.to_string(), "the key or the certificate: unexpected error: private key or certificate not found");
    let error = Slap::builder("https://h/").ca_pem("no certificate").build_blocking().unwrap_err();
    assert_eq!(error.to_string(), "the certificates of the authority: no certificate found");
}

/// What the program says of a master where the system trusts nobody.
fn waited(url: &str) -> (Option<i32>, String) {
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_slapproxy"));
    program.args(["wait", "--timeout", "10", "--master-url", url]);
    let output = program.env("SSL_CERT_FILE", "/nowhere").env("SSL_CERT_DIR", "/nowhere").output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn where_the_system_trusts_nobody_masters_without_tls_are_reached_all_the_same() {
    let app = crate::app::TestApp::empty();
    assert_eq!(waited(&app.url), (Some(0), "the master is ready\n".to_owned()));
    let reason = "unexpected error: No CA certificates were loaded from the system";
    assert_eq!(waited("https://127.0.0.1:9/"), (Some(1), format!("error: {reason}\n")));
}
