//! The configuration of the server: a file in the dialect of Python's `ConfigParser`, the command line and the
//! environment, made into one checked [`Config`]. Everything that is wrong is reported at once.

mod client;
mod fault;
mod file;
mod ini;
mod interpolation;
mod multimaster;
mod overrides;
mod reader;
mod spelling;
mod tls;
mod value;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::time::Duration;

pub use crate::domain::compat::CompatSchema;
pub use crate::domain::delay::AllocationDelay;
pub use crate::domain::fault::FaultRule;
pub use crate::domain::placement::Allocation;
pub use crate::domain::software::SoftwareProduct;
pub use crate::domain::timestamp::TimestampFormat;

pub use self::client::ClientConfig;
pub use self::fault::{Fault, Faults};
pub use self::multimaster::RemoteMaster;
pub use self::overrides::{Environment, Overrides};

use self::fault::Place;
use self::reader::Reader;

/// Where a server listens when nobody says it.
const PORT: u16 = 5000;

/// How many requests are kept to be looked at, unless it is said.
const JOURNAL: usize = 1000;

/// What the server needs to know before it starts.
///
/// Values come from the command line or the environment, else from the sections `[slapos]` and `[slapproxy]` of the
/// file in the order in which they stand there; the first value that is not empty wins. "Source" names the key of the
/// file.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Name or address to listen on, an IPv6 address without brackets. Source: `host`; default `127.0.0.1`.
    pub host: String,
    /// TCP port to listen on; 0 means any free one. Source: `port`; default 5000, or any free one if `ephemeral`.
    pub port: u16,
    /// The SQLite file; it and its directory need not exist. Source: `database_uri`; default `slapproxy/proxy.db` in
    /// the user's data directory.
    pub database: PathBuf,
    /// Where everything is kept. Source: `ephemeral`; default on the disk.
    pub keeping: Keeping,
    /// Reference of the default computer, which is always known. Source: `computer_id`; default `local_computer`.
    pub computer_id: String,
    /// Products by name, in the order of the file; each name once, with its last URL. Source: `software_product_list`.
    pub software_products: Vec<SoftwareProduct>,
    /// Directory that local releases are relative to. Source: `local_software_release_root`; default `/`.
    pub local_software_release_root: PathBuf,
    /// Directory served at `/panel/public/`. Source: `public_directory_path`.
    pub public_directory: Option<PathBuf>,
    /// Masters to which requests may be forwarded, in the order of the file. Source: the sections `[multimaster/URL]`.
    pub multimaster: Vec<RemoteMaster>,
    /// How long another master may take to answer a forwarded request, from the connection to the last byte. Source:
    /// `forward_timeout`, in seconds; default 30 s.
    pub forward_timeout: Duration,
    /// Hosts (`host`, `host:port` or `*`) that the HTTP proxy reaches besides published and requested URLs. Source:
    /// `http_proxy_allow`.
    pub http_proxy_allow: Vec<String>,
    /// How long an answer through the HTTP proxy may take, from the connection to the last byte. Source:
    /// `http_proxy_timeout`, in seconds; default 60 s.
    pub http_proxy_timeout: Duration,
    /// The content cache; absent when it is not served. Source: the keys `shacache_…`.
    pub shacache: Option<Shacache>,
    /// Whether requests that name no computer may go to others than the default one. Source: `allocation`, `default` or
    /// `any`; default `default`.
    pub allocation: Allocation,
    /// The schema of the Python proxy in which foreign readers find the database. Source: `compat_schema`; default 18.
    pub compat_schema: CompatSchema,
    /// How instance timestamps are written on the wire. Source: `timestamp_format`.
    pub timestamp_format: TimestampFormat,
    /// Values of the `Host` header that are served besides the server's own names. Source: `allow_host`.
    pub allow_hosts: Vec<String>,
    /// Values of the `Origin` header that are served besides the server's own. Source: `allow_origin`.
    pub allow_origins: Vec<String>,
    /// Addresses whose forwarded headers are believed. Source: `trusted_proxy`; default `127.0.0.1` and `::1`.
    pub trusted_proxies: Vec<IpAddr>,
    /// The largest request body that is kept in memory, in bytes. Source: `form_limit`; default 64 MiB.
    pub form_limit: usize,
    /// How long a client may take to send its request. Source: `client_timeout`, in seconds; default 30 s.
    pub client_timeout: Duration,
    /// How https is served; absent when it is not. Source: `tls` and the keys `tls_…`.
    pub tls: Option<Tls>,
    /// Whether callers must show a certificate or a token. Source: `require_certificate`; default no.
    pub require_certificate: bool,
    /// Whether there is a certificate authority. Source: `no_certificates`; default yes.
    pub certificates: bool,
    /// Whether callers may change how the server behaves, by the calls `/-/…` that say so. Source: `control`; default no.
    pub control: bool,
    /// The requests that fail on purpose. Source: `fault`.
    pub faults: Vec<FaultRule>,
    /// How many of the latest requests are kept to be looked at. Source: `journal`; default 1000.
    pub journal: usize,
    /// File to which requests are recorded, to be replayed. Source: `record`.
    pub record: Option<PathBuf>,
    /// What is done as the production master does it, and not as is most useful.
    pub like_master: LikeMaster,
    /// File that takes the log. Source: `log_file`.
    pub log_file: Option<PathBuf>,
    /// What is odd without being wrong, one sentence each, to be logged at start.
    pub warnings: Vec<String>,
}

/// Where a server keeps what it knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keeping {
    /// In the database file, and in files beside it.
    #[default]
    Disk,
    /// In memory: nothing is left when the server ends.
    Memory,
}

/// Where the content cache keeps its files, and where it looks for what it does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shacache {
    /// Directory of the contents. Source: `shacache_content_directory`.
    pub content_directory: PathBuf,
    /// Directory of the directory entries. Source: `shacache_metadata_directory`.
    pub metadata_directory: PathBuf,
    /// Another cache with contents. Source: `shacache_upstream_cache_url`.
    pub upstream_cache_url: Option<String>,
    /// Another cache with directory entries. Source: `shacache_upstream_dir_url`.
    pub upstream_dir_url: Option<String>,
}

/// What is done as the production master does it, and not as is most useful.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LikeMaster {
    /// Whether what the production master refuses is refused. Source: `strict`; default no.
    pub strict: bool,
    /// Whether run id and times are the same at each start. Source: `deterministic`; default no.
    pub deterministic: bool,
    /// When a new instance gets its place; at once, when absent. Source: `async_allocation`.
    pub async_allocation: Option<AllocationDelay>,
}

/// How https is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// The PEM files of the server's certificate and key; absent when its own authority signs one. Source:
    /// `tls_certificate` and `tls_key`.
    pub files: Option<(PathBuf, PathBuf)>,
    /// A further port for plain HTTP; 0 means any free one. Source: `http_port`.
    pub http_port: Option<u16>,
}

impl Config {
    /// Reads and checks the whole configuration. Looks at the disk, changes nothing there.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the file, the command line and the environment.
    pub fn load(overrides: Overrides, environment: &Environment) -> Result<Self, Faults> {
        let home = environment.home.as_deref();
        let mut start = Reader::new(None, home, Vec::new());
        let cfg = start.path("cfg", overrides.cfg.as_ref(), value::path);
        let (mut faults, _) = start.finish();
        let (document, in_file) = cfg.map_or((None, Vec::new()), |(_, file)| file::open(&file));
        faults.extend(in_file);
        let mut reader = Reader::new(document.as_ref(), home, faults);
        let ephemeral = reader.value("ephemeral", overrides.ephemeral.as_ref(), value::boolean).unwrap_or_default();
        let (keeping, port) = if ephemeral { (Keeping::Memory, 0) } else { (Keeping::Disk, PORT) };

        let mut config = Self {
            host: reader.value("host", overrides.host.as_ref(), value::host).unwrap_or_else(|| "127.0.0.1".to_owned()),
            port: reader.value("port", overrides.port.as_ref(), value::port).unwrap_or(port),
            keeping,
            database: database(&mut reader, overrides.database.as_ref(), keeping, environment).unwrap_or_default(),
            computer_id: reader
                .value("computer_id", overrides.computer_id.as_ref(), value::computer_id)
                .unwrap_or_else(|| "local_computer".to_owned()),
            software_products: software_products(&mut reader, &overrides.software_products),
            local_software_release_root: path(
                &mut reader,
                "local_software_release_root",
                overrides.local_software_release_root.as_ref(),
            )
            .unwrap_or_else(|| PathBuf::from("/")),
            public_directory: public_directory(&mut reader, overrides.public_directory.as_ref()),
            multimaster: multimaster::read(&mut reader),
            forward_timeout: reader
                .value("forward_timeout", overrides.forward_timeout.as_ref(), value::seconds)
                .unwrap_or(Duration::from_secs(30)),
            http_proxy_allow: reader.words("http_proxy_allow", &overrides.http_proxy_allow, value::proxied_host),
            http_proxy_timeout: reader
                .value("http_proxy_timeout", overrides.http_proxy_timeout.as_ref(), value::seconds)
                .unwrap_or(Duration::from_secs(60)),
            shacache: shacache(&mut reader, &overrides),
            allocation: reader
                .value("allocation", overrides.allocation.as_ref(), value::allocation)
                .unwrap_or_default(),
            compat_schema: reader
                .value("compat_schema", overrides.compat_schema.as_ref(), value::compat_schema)
                .unwrap_or_default(),
            timestamp_format: reader
                .value("timestamp_format", overrides.timestamp_format.as_ref(), value::timestamp_format)
                .unwrap_or_default(),
            allow_hosts: reader.words("allow_host", &overrides.allow_hosts, value::allow_host),
            allow_origins: reader.words("allow_origin", &overrides.allow_origins, value::allow_origin),
            trusted_proxies: reader.words("trusted_proxy", &overrides.trusted_proxies, value::address),
            form_limit: reader.value("form_limit", overrides.form_limit.as_ref(), value::size).unwrap_or(64 << 20),
            client_timeout: reader
                .value("client_timeout", overrides.client_timeout.as_ref(), value::seconds)
                .unwrap_or(Duration::from_secs(30)),
            tls: None,
            require_certificate: false,
            certificates: true,
            control: reader.value("control", overrides.control.as_ref(), value::boolean).unwrap_or_default(),
            faults: reader.list("fault", &overrides.faults, value::fault_rule),
            journal: reader.value("journal", overrides.journal.as_ref(), value::count).unwrap_or(JOURNAL),
            record: path(&mut reader, "record", overrides.record.as_ref()),
            like_master: LikeMaster {
                strict: reader.value("strict", overrides.strict.as_ref(), value::boolean).unwrap_or_default(),
                deterministic: reader
                    .value("deterministic", overrides.deterministic.as_ref(), value::boolean)
                    .unwrap_or_default(),
                async_allocation: reader.value(
                    "async_allocation",
                    overrides.async_allocation.as_ref(),
                    value::async_allocation,
                ),
            },
            log_file: path(&mut reader, "log_file", overrides.log_file.as_ref()),
            warnings: Vec::new(),
        };
        if config.trusted_proxies.is_empty() {
            config.trusted_proxies = vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        }
        tls::read(&mut reader, &overrides, &mut config);
        let place = Place::Option("ephemeral");
        if ephemeral && config.require_certificate {
            reader.fail(
                &place,
                "require_certificate is set beside it; without a file nobody could prove that he owns it",
            );
        }
        if ephemeral && config.shacache.take().is_some() {
            reader.warn(&place, "there is no content cache, since nothing is to be left on the disk");
        }
        if !overrides.multimaster.is_empty() {
            config.multimaster = overrides.multimaster;
        }
        let (faults, warnings) = reader.finish();
        Faults::check(faults)?;
        config.warnings = warnings;
        Ok(config)
    }
}

fn path(reader: &mut Reader<'_>, key: &'static str, given: Option<&PathBuf>) -> Option<PathBuf> {
    reader.path(key, given, value::path).map(|(_, path)| path)
}

fn database(
    reader: &mut Reader<'_>,
    given: Option<&PathBuf>,
    keeping: Keeping,
    environment: &Environment,
) -> Option<PathBuf> {
    let before = reader.fault_count();
    let found = reader.path("database_uri", given, value::database).map(|(_, path)| path);
    let database = found.or_else(|| environment.default_database());
    if database.is_none() && keeping == Keeping::Disk && reader.fault_count() == before {
        let text = "not set, and there is no home directory for the default; expected the path of a file";
        reader.fail(&Place::Option("database_uri"), text);
    }
    database
}

fn software_products(reader: &mut Reader<'_>, given: &[String]) -> Vec<SoftwareProduct> {
    let mut products: Vec<SoftwareProduct> = Vec::new();
    for product in reader.list("software_product_list", given, value::software_product) {
        match products.iter_mut().find(|known| known.name == product.name) {
            Some(known) => *known = product,
            None => products.push(product),
        }
    }
    products
}

fn public_directory(reader: &mut Reader<'_>, given: Option<&PathBuf>) -> Option<PathBuf> {
    let (place, path) = reader.path("public_directory_path", given, value::path)?;
    if !path.is_dir() {
        let text = format!("{} is not a directory, so /panel/public/ has nothing to serve", path.display());
        reader.warn(&place, &text);
    }
    Some(path)
}

fn shacache(reader: &mut Reader<'_>, overrides: &Overrides) -> Option<Shacache> {
    let before = reader.fault_count();
    let content = overrides.shacache_content_directory.as_ref();
    let content = reader.path("shacache_content_directory", content, value::path);
    let metadata = overrides.shacache_metadata_directory.as_ref();
    let metadata = reader.path("shacache_metadata_directory", metadata, value::path);
    let mut upstream = |key, given: Option<&String>| {
        let text = reader.text(key, given)?;
        if !text.text.starts_with("http://") && !text.text.starts_with("https://") {
            let warning = format!("{:?} is not an http:// or https:// URL, so nothing can be fetched there", text.text);
            reader.warn(&text.place, &warning);
        }
        Some(text)
    };
    let cache_url = upstream("shacache_upstream_cache_url", overrides.shacache_upstream_cache_url.as_ref());
    let dir_url = upstream("shacache_upstream_dir_url", overrides.shacache_upstream_dir_url.as_ref());
    if reader.fault_count() > before {
        return None;
    }
    let both = "expected both directories, or none";
    match (content, metadata) {
        (Some((_, content_directory)), Some((_, metadata_directory))) => {
            return Some(Shacache {
                content_directory,
                metadata_directory,
                upstream_cache_url: cache_url.map(|url| url.text),
                upstream_dir_url: dir_url.map(|url| url.text),
            });
        }
        (Some((place, _)), None) => {
            reader.fail(&place, format!("shacache_metadata_directory is not set beside it; {both}"));
        }
        (None, Some((place, _))) => {
            reader.fail(&place, format!("shacache_content_directory is not set beside it; {both}"));
        }
        (None, None) => {
            for url in cache_url.iter().chain(&dir_url) {
                reader.warn(
                    &url.place,
                    "ignored, since shacache_content_directory and shacache_metadata_directory are not set",
                );
            }
        }
    }
    None
}

#[cfg(test)]
mod tests;
