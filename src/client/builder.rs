//! What a connection is made of.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

use super::Slap;
use super::error::Error;
use super::transaction::Transactions;
use super::transport::{EnvironmentProxy, Sending, Settings, Transport, Trust};
use super::url;

/// How long a call may take unless said otherwise.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The environment variable by which a node tells an instance where the partitions are.
const INSTANCE_ROOT: &str = "SLAPGRID_INSTANCE_ROOT";

/// What a connection is made of; [`Slap::builder`] makes one.
#[derive(Clone)]
#[must_use]
pub struct Builder {
    url: String,
    settings: Settings,
    identity: Option<(Pem, Pem)>,
    authority: Option<Pem>,
    instance_root: InstanceRoot,
}

/// A PEM document, or the file that holds it.
#[derive(Clone)]
enum Pem {
    File(PathBuf),
    Text(Vec<u8>),
}

impl Pem {
    fn read(self) -> Result<Vec<u8>, Error> {
        match self {
            Self::Text(text) => Ok(text),
            Self::File(path) => fs::read(&path).map_err(|error| Error::invalid(format!("{}: {error}", path.display()))),
        }
    }
}

/// Where the partitions are.
#[derive(Clone)]
enum InstanceRoot {
    OfEnvironment,
    Path(PathBuf),
    Nowhere,
}

/// Keys and tokens are not shown.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Builder {
    pub(super) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            settings: Settings {
                timeout: TIMEOUT,
                trust: Trust::System,
                identity: None,
                access_token: None,
                rest_url: None,
                via: None,
                environment_proxy: EnvironmentProxy::Unused,
                sending: Sending::Sent,
            },
            identity: None,
            authority: None,
            instance_root: InstanceRoot::OfEnvironment,
        }
    }

    /// How long one call may take, from the connection to the last byte of the answer; 60 seconds unless said.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// The files with the key and the certificate of the caller, in PEM. They are shown to masters behind `https` only.
    pub fn certificate_files(mut self, key: impl AsRef<Path>, certificate: impl AsRef<Path>) -> Self {
        self.identity = Some((Pem::File(key.as_ref().into()), Pem::File(certificate.as_ref().into())));
        self
    }

    /// The key and the certificate of the caller, in PEM. They are shown to masters behind `https` only.
    pub fn certificate_pem(mut self, key: impl Into<Vec<u8>>, certificate: impl Into<Vec<u8>>) -> Self {
        self.identity = Some((Pem::Text(key.into()), Pem::Text(certificate.into())));
        self
    }

    /// A file with the certificates, in PEM, by which masters are verified, in place of those that the system trusts.
    pub fn ca_file(mut self, path: impl AsRef<Path>) -> Self {
        self.authority = Some(Pem::File(path.as_ref().into()));
        self
    }

    /// The certificates, in PEM, by which masters are verified, in place of those that the system trusts.
    pub fn ca_pem(mut self, certificates: impl Into<Vec<u8>>) -> Self {
        self.authority = Some(Pem::Text(certificates.into()));
        self
    }

    /// Talks to whoever answers, whatever its certificate says: anybody on the way can read and change everything.
    pub fn danger_accept_any_certificate(mut self) -> Self {
        self.settings.trust = Trust::Anyone;
        self
    }

    /// The token by which the master knows the caller, sent as the header `X-Access-Token`. It is told to the master and
    /// to the server of the configured [REST URL](Self::rest_url) only.
    pub fn access_token(mut self, token: impl Into<String>) -> Self {
        self.settings.access_token = Some(token.into());
        self
    }

    /// The root of the HATEOAS API, if it is not the one that the master names.
    pub fn rest_url(mut self, url: impl Into<String>) -> Self {
        self.settings.rest_url = Some(url.into());
        self
    }

    /// Uses the proxies that the environment names (`http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`). Otherwise
    /// masters are called directly.
    pub fn use_environment_proxy(mut self) -> Self {
        self.settings.environment_proxy = EnvironmentProxy::Used;
        self
    }

    /// The directory of the partitions, in which the titles that a partition requests are noted for its node. It is the
    /// environment variable `SLAPGRID_INSTANCE_ROOT` unless said.
    pub fn instance_root(mut self, path: impl Into<PathBuf>) -> Self {
        self.instance_root = InstanceRoot::Path(path.into());
        self
    }

    /// Notes nothing for a node, whatever the environment says.
    pub fn no_instance_root(mut self) -> Self {
        self.instance_root = InstanceRoot::Nowhere;
        self
    }

    /// The masters that a request came through, as the header `Via` lists them.
    pub(crate) fn via(mut self, via: String) -> Self {
        self.settings.via = Some(via);
        self
    }

    /// Sends nothing: each call fails with [`ErrorKind::NotSent`](super::ErrorKind::NotSent), and
    /// [`Error::unsent`] is what it would have sent.
    pub fn without_sending(mut self) -> Self {
        self.settings.sending = Sending::Shown;
        self
    }

    /// The connection. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Error`] when the URL is none, a file cannot be read, or holds no key or certificate.
    pub fn build(self) -> Result<Slap, Error> {
        let Self { url, mut settings, identity, authority, instance_root } = self;
        if let Some((key, certificate)) = identity {
            let (mut pem, certificate) = (key.read()?, certificate.read()?);
            pem.push(b'\n');
            pem.extend(certificate);
            settings.identity = Some(pem);
        }
        if let (Some(authority), Trust::System) = (authority, &settings.trust) {
            settings.trust = Trust::Authority(authority.read()?);
        }
        settings.rest_url = settings.rest_url.as_deref().map(url::rest).transpose()?;
        let root = match instance_root {
            InstanceRoot::OfEnvironment => env::var_os(INSTANCE_ROOT).filter(|root| !root.is_empty()).map(Into::into),
            InstanceRoot::Path(path) => Some(path),
            InstanceRoot::Nowhere => None,
        };
        let rest_url = settings.rest_url.clone();
        Ok(Slap::connected(Transport::new(url::base(&url)?, settings)?, rest_url, Transactions { root }))
    }
}
