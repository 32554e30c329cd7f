//! The options that mirror the configuration file.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser};

use super::shacache::ShacacheArguments;
use crate::config::{Config, Environment, Faults, Overrides};

/// Options of the database.
#[derive(Debug, Clone, Args)]
pub struct DatabaseArguments {
    /// Configuration file (slapos.cfg)
    #[arg(long, global = true, value_name = "FILE", value_parser = path(), env = "SLAPOS_CONFIGURATION")]
    pub cfg: Option<PathBuf>,
    /// Database file [default: slapproxy/proxy.db in the user's data directory]
    #[arg(short = 'u', long, global = true, value_name = "PATH", value_parser = path(), env = "SLAPPROXY_DATABASE_URI")]
    pub database_uri: Option<PathBuf>,
    /// Reference of the default computer [default: `local_computer`]
    #[arg(long, global = true, value_name = "REFERENCE", env = "SLAPPROXY_COMPUTER_ID")]
    pub computer_id: Option<String>,
}

/// Options of the server.
#[derive(Debug, Args)]
pub struct ServerArguments {
    #[command(flatten)]
    pub database: DatabaseArguments,
    /// Name or address to listen on [default: 127.0.0.1]
    #[arg(long, env = "SLAPPROXY_HOST")]
    pub host: Option<String>,
    /// Port to listen on; 0 is any free one [default: 5000]
    #[arg(long, env = "SLAPPROXY_PORT", allow_hyphen_values = true)]
    pub port: Option<String>,
    /// Another name of this server in Host headers; may be repeated
    #[arg(long, value_name = "NAME", env = "SLAPPROXY_ALLOW_HOST")]
    pub allow_host: Vec<String>,
    /// A site whose pages may call this server (Origin header), or *; may be repeated
    #[arg(long, value_name = "ORIGIN", env = "SLAPPROXY_ALLOW_ORIGIN")]
    pub allow_origin: Vec<String>,
    /// A reverse proxy whose forwarded headers are believed; may be repeated [default: `127.0.0.1`, `::1`]
    #[arg(long, value_name = "ADDRESS", env = "SLAPPROXY_TRUSTED_PROXY")]
    pub trusted_proxy: Vec<String>,
    /// Largest form [default: 64M]
    #[arg(long, value_name = "SIZE", env = "SLAPPROXY_FORM_LIMIT")]
    pub form_limit: Option<String>,
    /// How long a client may take to send its request [default: 30]
    #[arg(long, value_name = "SECONDS", env = "SLAPPROXY_CLIENT_TIMEOUT")]
    pub client_timeout: Option<String>,
    /// Serve https, with a certificate of the own authority unless --tls-certificate names another one
    #[arg(long, value_name = "BOOLEAN", num_args = 0..=1, default_missing_value = "true", env = "SLAPPROXY_TLS")]
    pub tls: Option<String>,
    /// PEM file of the server's certificate, followed by those that sign it
    #[arg(long, value_name = "FILE", value_parser = path(), env = "SLAPPROXY_TLS_CERTIFICATE")]
    pub tls_certificate: Option<PathBuf>,
    /// PEM file of the key of the server's certificate
    #[arg(long, value_name = "FILE", value_parser = path(), env = "SLAPPROXY_TLS_KEY")]
    pub tls_key: Option<PathBuf>,
    /// A further port, for plain HTTP beside https; 0 is any free one
    #[arg(long, value_name = "PORT", env = "SLAPPROXY_HTTP_PORT", allow_hyphen_values = true)]
    pub http_port: Option<String>,
    /// Let in only who proves by a certificate of the own authority, or a token, who he is
    #[arg(
        long,
        value_name = "BOOLEAN",
        num_args = 0..=1,
        default_missing_value = "true",
        env = "SLAPPROXY_REQUIRE_CERTIFICATE"
    )]
    pub require_certificate: Option<String>,
    /// Give out no certificates: where the protocol has some, empty texts
    #[arg(
        long,
        value_name = "BOOLEAN",
        num_args = 0..=1,
        default_missing_value = "true",
        env = "SLAPPROXY_NO_CERTIFICATES"
    )]
    pub no_certificates: Option<String>,
    /// Let callers change how the server behaves: reset it, let requests fail, move the clock
    #[arg(long, value_name = "BOOLEAN", num_args = 0..=1, default_missing_value = "true", env = "SLAPPROXY_CONTROL")]
    pub control: Option<String>,
    /// Requests that fail on purpose, such as "endpoint=requestComputerPartition status=503 count=2"; may be repeated
    #[arg(long, value_name = "RULE", env = "SLAPPROXY_FAULT")]
    pub fault: Vec<String>,
    /// How many of the latest requests are kept for `slapproxy journal`; 0 is none [default: 1000]
    #[arg(long, value_name = "NUMBER", env = "SLAPPROXY_JOURNAL")]
    pub journal: Option<String>,
    /// Write all requests with their answers, secrets too, to the end of this file, for `slapproxy replay`
    #[arg(long, value_name = "FILE", value_parser = path(), env = "SLAPPROXY_RECORD")]
    pub record: Option<PathBuf>,
    /// Refuse what the production master refuses
    #[arg(long, value_name = "BOOLEAN", num_args = 0..=1, default_missing_value = "true", env = "SLAPPROXY_STRICT")]
    pub strict: Option<String>,
    /// Start with the same run id and time each time
    #[arg(long, value_name = "BOOLEAN", num_args = 0..=1, default_missing_value = "true", env = "SLAPPROXY_DETERMINISTIC")]
    pub deterministic: Option<String>,
    /// Give new instances their place only after this time, or after being asked as often: 2s, 3polls
    #[arg(long, value_name = "DELAY", env = "SLAPPROXY_ASYNC_ALLOCATION")]
    pub async_allocation: Option<String>,
    /// Schema of the Python proxy in which others find the database: 17 or 18 [default: 18]
    #[arg(long, value_name = "VERSION", env = "SLAPPROXY_COMPAT_SCHEMA")]
    pub compat_schema: Option<String>,
    /// Where requests go that name no computer: to the default one, or, when it has no place, to any [default: default]
    #[arg(long, value_name = "default|any", env = "SLAPPROXY_ALLOCATION")]
    pub allocation: Option<String>,
    /// How timestamps are written: seconds or microseconds [default: seconds]
    #[arg(long, value_name = "FORMAT", env = "SLAPPROXY_TIMESTAMP_FORMAT")]
    pub timestamp_format: Option<String>,
    /// How long another master may take to answer a forwarded request [default: 30]
    #[arg(long, value_name = "SECONDS", env = "SLAPPROXY_FORWARD_TIMEOUT")]
    pub forward_timeout: Option<String>,
    /// A host that the HTTP proxy may reach: host, host:port, or * for all; may be repeated
    #[arg(long, value_name = "HOST", env = "SLAPPROXY_HTTP_PROXY_ALLOW")]
    pub http_proxy_allow: Vec<String>,
    /// How long an answer through the HTTP proxy may take [default: 60]
    #[arg(long, value_name = "SECONDS", env = "SLAPPROXY_HTTP_PROXY_TIMEOUT")]
    pub http_proxy_timeout: Option<String>,
    /// A software product, as "NAME URL"; may be repeated
    #[arg(long, value_name = "NAME URL", env = "SLAPPROXY_SOFTWARE_PRODUCT_LIST")]
    pub software_product_list: Vec<String>,
    /// Directory that local releases are relative to [default: /]
    #[arg(long, value_name = "DIR", value_parser = path(), env = "SLAPPROXY_LOCAL_SOFTWARE_RELEASE_ROOT")]
    pub local_software_release_root: Option<PathBuf>,
    /// Directory served at /panel/public/
    #[arg(long, value_name = "DIR", value_parser = path(), env = "SLAPPROXY_PUBLIC_DIRECTORY_PATH")]
    pub public_directory_path: Option<PathBuf>,
    /// Keep everything in memory, listen on any free port, and leave nothing behind
    #[arg(long, value_name = "BOOLEAN", num_args = 0..=1, default_missing_value = "true", env = "SLAPPROXY_EPHEMERAL")]
    pub ephemeral: Option<String>,
    #[command(flatten)]
    pub shacache: ShacacheArguments,
}

/// Reads a path; an empty one, as of an empty variable, says nothing.
pub fn path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

/// Reads a duration in seconds.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let duration = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| "expected a number of seconds, such as 30 or 2.5".to_owned())
}

/// A configuration with faults: every one of them, a line each.
#[derive(Debug)]
pub struct Misconfigured(Faults);

impl fmt::Display for Misconfigured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nhint: README.md lists every key of the configuration with its meaning and default", self.0)
    }
}

impl std::error::Error for Misconfigured {}

/// Reads and checks the configuration.
pub fn load(overrides: Overrides) -> Result<Config, Misconfigured> {
    Config::load(overrides, &Environment::of_process()).map_err(Misconfigured)
}

impl DatabaseArguments {
    fn overrides(self) -> Overrides {
        Overrides { cfg: self.cfg, database: self.database_uri, computer_id: self.computer_id, ..Overrides::default() }
    }

    /// The checked configuration.
    pub fn config(self, log_file: Option<PathBuf>) -> Result<Config, Misconfigured> {
        load(Overrides { log_file, ..self.overrides() })
    }
}

impl ServerArguments {
    /// The checked configuration.
    pub fn config(self, log_file: Option<PathBuf>) -> Result<Config, Misconfigured> {
        let Overrides { cfg, database, computer_id, .. } = self.database.overrides();
        load(Overrides {
            cfg,
            database,
            computer_id,
            host: self.host,
            port: self.port,
            allow_hosts: self.allow_host,
            allow_origins: self.allow_origin,
            trusted_proxies: self.trusted_proxy,
            form_limit: self.form_limit,
            client_timeout: self.client_timeout,
            forward_timeout: self.forward_timeout,
            http_proxy_allow: self.http_proxy_allow,
            http_proxy_timeout: self.http_proxy_timeout,
            compat_schema: self.compat_schema,
            allocation: self.allocation,
            timestamp_format: self.timestamp_format,
            tls: self.tls,
            tls_certificate: self.tls_certificate,
            tls_key: self.tls_key,
            http_port: self.http_port,
            require_certificate: self.require_certificate,
            no_certificates: self.no_certificates,
            control: self.control,
            faults: self.fault,
            journal: self.journal,
            record: self.record,
            strict: self.strict,
            deterministic: self.deterministic,
            async_allocation: self.async_allocation,
            software_products: self.software_product_list,
            local_software_release_root: self.local_software_release_root,
            public_directory: self.public_directory_path,
            ephemeral: self.ephemeral,
            log_file,
            ..self.shacache.overrides()
        })
    }
}
