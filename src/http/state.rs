//! What all handlers share.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch::Receiver;

use super::cache::Cache;
use super::faults::Faults;
use super::journal::Journal;
use crate::client::{self, Relay};
use crate::config::Config;
use crate::domain::error::Refusal;
use crate::domain::fault::FaultRule;
use crate::domain::timestamp::TimestampFormat;
use crate::federation::Federation;
use crate::master::Master;
use crate::pki::{self, LocalAuthority};
use crate::shacache::Shacache;

/// The run id of servers that are to be the same at each start.
const RUN_ID: &str = "00000000000000000000000000000000";

/// The local end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct LocalAddress(pub SocketAddr);

/// What a server knows only once it starts.
#[derive(Debug)]
pub struct Start {
    /// What the ready file says, as JSON.
    pub ready: String,
    /// The URL of the server.
    pub url: String,
    /// The addresses that it listens on.
    pub listening: Vec<SocketAddr>,
    /// The authority that signs certificates; `None` when there is none.
    pub authority: Option<LocalAuthority>,
    /// The secret of the owner of the database.
    pub operator_token: String,
    /// Whether the server is stopping.
    pub closing: Receiver<bool>,
    /// The content cache; `None` when none is configured.
    pub shacache: Option<Shacache>,
    /// The journal of requests; `None` when there is none.
    pub journal: Option<Arc<Journal>>,
    /// The requests that fail on purpose.
    pub faults: Vec<FaultRule>,
}

/// The state of one server.
#[derive(Debug)]
pub struct State {
    /// The master behind all APIs.
    pub master: Master,
    /// Encoded answers that hold until something changes.
    pub information: Cache,
    /// Encoded JSON-RPC documents of instances that hold until something changes.
    pub instances: Cache,
    /// Whether the server is stopping.
    pub closing: Receiver<bool>,
    /// Thirty-two random characters, new at every start unless the server is deterministic.
    pub run_id: String,
    /// The digest of the secret by which the owner of the database proves that he is: it stands in the lock of the database.
    pub operator_token: Vec<u8>,
    /// Whether callers must prove who they are.
    pub require_certificate: bool,
    /// The authority that signs certificates; `None` when there is none.
    pub authority: Option<LocalAuthority>,
    /// The content cache; `None` when there is none.
    pub shacache: Option<Shacache>,
    /// The directory with files for everybody; `None` when there is none.
    pub public_directory: Option<PathBuf>,
    /// The directory that local releases are relative to.
    pub local_software_release_root: PathBuf,
    /// What the ready file says, as JSON.
    pub ready: String,
    /// The URL of this server.
    pub url: String,
    /// The other masters.
    pub federation: Federation,
    /// Passes requests on for the HTTP proxy.
    pub relay: Relay,
    /// Hosts that the HTTP proxy reaches besides published and requested URLs.
    pub http_proxy_allow: Vec<String>,
    /// The configured host.
    pub host: String,
    /// The addresses that it listens on.
    pub listening: Vec<SocketAddr>,
    /// Further names in `Host` headers.
    pub allow_hosts: Vec<String>,
    /// Further sites in `Origin` headers.
    pub allow_origins: Vec<String>,
    /// Whose forwarded headers are believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// The largest form, in bytes.
    pub form_limit: usize,
    /// How long a client may take to send its request.
    pub client_timeout: Duration,
    /// Whether callers may change how the server behaves.
    pub may_control: bool,
    /// The requests that fail on purpose.
    pub faults: Faults,
    /// The journal of requests, and their record; `None` when neither is wanted.
    pub journal: Option<Arc<Journal>>,
    /// How timestamps are written.
    pub timestamp_format: TimestampFormat,
}

impl State {
    /// Lets callers change how the server behaves, if it was started so.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`]
    pub fn control(&self) -> Result<(), Refusal> {
        if self.may_control {
            return Ok(());
        }
        let reason = "This call changes how the server behaves, and is there only when it is started with --control.";
        Err(Refusal::Forbidden { reason: reason.into() })
    }

    /// The state of a server with a configuration.
    ///
    /// # Errors
    /// When the system gives no means to connect to others.
    pub fn new(master: Master, config: &Config, start: Start) -> Result<Self, client::Error> {
        let Start { ready, url, listening, authority, operator_token, closing, shacache, journal, faults } = start;
        let run_id = if config.like_master.deterministic { RUN_ID.into() } else { pki::new_token() };
        Ok(Self {
            master,
            information: Cache::default(),
            instances: Cache::default(),
            closing,
            federation: Federation::new(&config.multimaster, config.forward_timeout, &run_id),
            relay: Relay::new(config.http_proxy_timeout)?,
            http_proxy_allow: config.http_proxy_allow.clone(),
            run_id,
            url,
            operator_token: pki::digest(operator_token.as_bytes()),
            require_certificate: config.require_certificate,
            authority,
            shacache,
            local_software_release_root: config.local_software_release_root.clone(),
            public_directory: config.public_directory.clone(),
            ready,
            host: config.host.clone(),
            listening,
            allow_hosts: config.allow_hosts.clone(),
            allow_origins: config.allow_origins.clone(),
            trusted_proxies: config.trusted_proxies.clone(),
            form_limit: config.form_limit,
            client_timeout: config.client_timeout,
            may_control: config.control,
            faults: Faults::new(faults),
            journal,
            timestamp_format: config.timestamp_format,
        })
    }
}
