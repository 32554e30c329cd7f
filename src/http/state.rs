//! What all handlers share.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::cache::Cache;
use crate::config::Config;
use crate::domain::timestamp::TimestampFormat;
use crate::master::Master;
use crate::pki::LocalAuthority;
use crate::shacache::Shacache;

/// The local end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct LocalAddress(pub SocketAddr);

/// The state of one server.
#[derive(Debug)]
pub struct State {
    /// The master behind all APIs.
    pub master: Master,
    /// Encoded answers that hold until something changes.
    pub information: Cache,
    /// Encoded JSON-RPC documents of instances that hold until something changes.
    pub instances: Cache,
    /// Thirty-two random characters, new at every start.
    pub run_id: String,
    /// The secret by which the owner of the database proves that he is: it stands in the lock of the database.
    pub operator_token: String,
    /// Whether callers must prove who they are.
    pub require_certificate: bool,
    /// The authority that signs certificates; `None` when there is none.
    pub authority: Option<LocalAuthority>,
    /// The content cache; `None` when there is none.
    pub shacache: Option<Shacache>,
    /// The directory with files for everybody; `None` when there is none.
    pub public_directory: Option<PathBuf>,
    /// What the ready file says, as JSON.
    pub ready: String,
    /// The configured host.
    pub host: String,
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
    /// How timestamps are written.
    pub timestamp_format: TimestampFormat,
}

impl State {
    /// The state of a server with a configuration.
    pub fn new(
        master: Master,
        config: &Config,
        ready: String,
        authority: Option<LocalAuthority>,
        operator_token: String,
        shacache: Option<Shacache>,
    ) -> Self {
        Self {
            master,
            information: Cache::default(),
            instances: Cache::default(),
            run_id: run_id(),
            operator_token,
            require_certificate: config.require_certificate,
            authority,
            shacache,
            public_directory: config.public_directory.clone(),
            ready,
            host: config.host.clone(),
            allow_hosts: config.allow_hosts.clone(),
            allow_origins: config.allow_origins.clone(),
            trusted_proxies: config.trusted_proxies.clone(),
            form_limit: config.form_limit,
            client_timeout: config.client_timeout,
            timestamp_format: config.timestamp_format,
        }
    }
}

fn run_id() -> String {
    use rand::distr::{Alphanumeric, SampleString};
    Alphanumeric.sample_string(&mut rand::rng(), 32)
}
