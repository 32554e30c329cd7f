//! The one server value: the program, the tests and other people's tests use the same.

use std::any::Any;
use std::io;
use std::iter;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::{Extensions, Server, ServerHandle};
use actix_web::middleware::{Condition, NormalizePath, TrailingSlash, from_fn};
use actix_web::rt::net::TcpStream;
use actix_web::{App, HttpServer, web};
use thiserror::Error;
use tokio::sync::watch;

use super::identity::PeerCertificate;
use super::journal::Journal;
use super::state::{LocalAddress, Start, State};
use super::tls::server_config;
use super::{clock, docs, error, faults, guard, hateoas, http_proxy, journal, json_rpc, panel, people, slap_tool};
use crate::client;
use crate::config::{self, Config, Keeping};
use crate::domain::clock::BEGINNING;
use crate::domain::description::ComputerDescription;
use crate::domain::error::Refusal;
use crate::domain::fault::FaultRule;
use crate::domain::ids::Reference;
use crate::federation::remotes;
use crate::fixtures::{self, SeedFile};
use crate::master::{self, Master, Settings, USER};
use crate::pki::{self, LocalAuthority};
use crate::shacache::{self, Places, Shacache};
use crate::storage::{Db, Imported, Lock, OpenError, Opening, ServerInfo};
use crate::wire::control;

/// More threads than this serve one machine's agent no faster.
const WORKERS: usize = 4;

/// How long a connection may be silent between two requests.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// How old the time may be by which the server measures time-outs: it reads the clock only so often.
const CLOCK: Duration = Duration::from_millis(500);

/// How long a stop waits for what is in flight, in seconds.
const SHUTDOWN_SECONDS: u64 = 1;

/// Why a server cannot start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The address.
    #[error("cannot listen on {host} port {port}: {source}")]
    Listen {
        /// The configured host.
        host: String,
        /// The configured port.
        port: u16,
        /// What the system says.
        source: io::Error,
    },
    /// The configured computer.
    #[error(transparent)]
    Computer(#[from] Refusal),
    /// The database, once open.
    #[error(transparent)]
    Master(#[from] master::Error),
    /// What connects to other servers.
    #[error("cannot connect to other servers: {0}")]
    Client(#[from] client::Error),
    /// A seed.
    #[error(transparent)]
    Seed(#[from] fixtures::Error),
    /// The certificates.
    #[error("cannot serve https: {0}")]
    Tls(String),
    /// The directories of the content cache.
    #[error("the content cache cannot be used: {0}")]
    Shacache(#[from] shacache::Error),
    /// The file to which requests are recorded.
    #[error("cannot record requests to {}: {source}", file.display())]
    Record {
        /// The configured file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file beside the database that tells where the server is.
    #[error("cannot write the lock of the database: {0}")]
    Publish(io::Error),
}

/// A server that listens, and serves once it runs.
pub struct Application {
    server: Server,
    address: SocketAddr,
    ready: String,
    closing: watch::Sender<bool>,
    master: Master,
    imported: Option<Imported>,
    journal: Option<Arc<Journal>>,
    _lock: Option<Lock>,
}

/// What a master is given before the first client can connect.
#[derive(Debug, Clone, Default)]
pub struct Preparation {
    /// Computer descriptions, which are taken over.
    pub descriptions: Vec<ComputerDescription>,
    /// Seeds, each of which is applied, in this order.
    pub seeds: Vec<SeedFile>,
}

/// A master before it is served.
struct Opened {
    master: Master,
    authority: Option<LocalAuthority>,
    /// Where the database is, or what it is called in memory.
    database: PathBuf,
    imported: Option<Imported>,
}

/// Opens the database and makes everything as the configuration and the preparation say.
async fn open_master(
    config: &Config,
    default_computer: Reference,
    lock: Option<&Lock>,
    preparation: Preparation,
) -> Result<Opened, StartError> {
    let opening = Opening { default_computer: default_computer.clone(), compat_schema: Some(config.compat_schema) };
    let db = match lock {
        Some(_) => Db::open(&config.database, &opening)?,
        None => Db::open_in_memory(&opening)?,
    };
    if config.like_master.deterministic {
        db.begin_at(BEGINNING);
    }
    let settings = Settings {
        strict: config.like_master.strict,
        async_allocation: config.like_master.async_allocation,
        remotes: remotes(&config.multimaster),
        allocation: config.allocation,
        ..Settings::new(default_computer, config.software_products.clone())
    };
    let imported = db.imported().cloned();
    let authority = config.certificates.then(|| match lock {
        Some(_) => LocalAuthority::beside(&config.database),
        None => LocalAuthority::in_memory(),
    });
    let database = db.path().to_owned();
    let mut master = Master::new(db, settings).await?;
    if let Some(authority) = &authority {
        master = master.with_authority(authority.clone());
    }
    master.resume_allocation().await?;
    master.rebase_local_software(&config.local_software_release_root).await?;
    if !preparation.descriptions.is_empty() {
        master.load_computer_configurations(preparation.descriptions, USER.into()).await?;
    }
    for seed in &preparation.seeds {
        seed.apply(&master, USER).await?;
    }
    if config.control {
        master = master.remembering()?;
    }
    Ok(Opened { master, authority, database, imported })
}

/// Stops a running server.
#[derive(Debug, Clone)]
pub struct Stopper {
    server: ServerHandle,
    closing: watch::Sender<bool>,
}

impl Stopper {
    /// Stops accepting, ends the streams of events, and waits until what is in flight is answered.
    pub async fn stop(&self) {
        self.closing.send_replace(true);
        self.server.stop(true).await;
    }
}

impl Application {
    /// Opens the database and binds the address; port 0 is any free one.
    ///
    /// # Errors
    /// [`StartError`], before anything is served.
    pub async fn build(config: Config) -> Result<Self, StartError> {
        Self::build_prepared(config, Preparation::default()).await
    }

    /// [`Application::build`], with computers and seeds that are there before the first client can connect.
    ///
    /// # Errors
    /// [`StartError`], before anything is served.
    pub async fn build_prepared(config: Config, preparation: Preparation) -> Result<Self, StartError> {
        let default_computer = Reference::parse("computer_id", &config.computer_id)?;
        let shacache = config.shacache.as_ref().map(open_shacache).transpose()?;
        let mut lock = match config.keeping {
            Keeping::Disk => Some(Lock::take(&config.database)?),
            Keeping::Memory => None,
        };
        let seeded = preparation.seeds.iter().flat_map(|seed| seed.seed().faults.clone());
        let faults: Vec<FaultRule> = config.faults.iter().cloned().chain(seeded).collect();
        let may_fail = config.control || !faults.is_empty();
        let Opened { master, authority, database, imported } =
            open_master(&config, default_computer, lock.as_ref(), preparation).await?;
        let tls = config.tls.as_ref().map(|tls| server_config(&config, tls, authority.as_ref()));
        let tls = tls.transpose().map_err(StartError::Tls)?;
        let listener = listen(&config.host, config.port)?;
        let address = listener.local_addr().map_err(StartError::Publish)?;
        let plain = config.tls.as_ref().and_then(|tls| tls.http_port);
        let plain = plain.map(|port| listen(&config.host, port)).transpose()?;
        let plain_address = plain.as_ref().map(TcpListener::local_addr).transpose().map_err(StartError::Publish)?;
        let where_it_is = where_it_is(&config, &database, address, plain_address);
        let ready = control::ready(&where_it_is);
        let token = pki::new_token();
        if let Some(lock) = &mut lock {
            lock.publish(&ServerInfo(control::lock_note(&where_it_is, &token))).map_err(StartError::Publish)?;
        }
        let (closing, closed) = watch::channel(false);
        let url = where_it_is.url.clone();
        let listening = iter::once(address).chain(plain_address).collect();
        let journal = Journal::open(&config).map_err(|source| record_error(&config, source))?.map(Arc::new);
        let start = Start {
            ready: ready.clone(),
            url,
            listening,
            authority,
            operator_token: token,
            closing: closed,
            shacache,
            journal: journal.clone(),
            faults,
        };
        let state = web::Data::new(State::new(master.clone(), &config, start)?);
        let is_kept = journal.is_some();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(state.clone())
                .wrap(Condition::new(may_fail, from_fn(faults::disturb)))
                .wrap(from_fn(guard::guard))
                .wrap(Condition::new(is_kept, from_fn(journal::keep)))
                .wrap(NormalizePath::new(TrailingSlash::MergeOnly))
                .wrap(from_fn(http_proxy::remember_path))
                .configure(super::control::configure)
                .configure(super::fixtures::configure)
                .configure(faults::configure)
                .configure(clock::configure)
                .configure(people::configure)
                .configure(docs::configure)
                .configure(slap_tool::configure)
                .configure(json_rpc::configure)
                .configure(hateoas::configure)
                .configure(super::shacache::configure)
                .configure(panel::configure)
                .configure(http_proxy::configure)
                .default_service(web::to(error::not_found))
        })
        .workers(available_parallelism().map_or(1, usize::from).min(WORKERS))
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(config.client_timeout + CLOCK)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals()
        .on_connect(remember_connection);
        let server = match tls {
            None => server.listen(listener),
            Some(tls) => server.listen_rustls_0_23(listener, tls),
        };
        let server = match plain {
            None => server,
            Some(plain) => server.and_then(|server| server.listen(plain)),
        };
        let server = server.map_err(StartError::Publish)?.run();
        Ok(Self { server, address, ready, closing, master, imported, journal, _lock: lock })
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it is, as JSON: `{"url": …, "pid": …, "database": …}`.
    #[must_use]
    pub fn ready(&self) -> &str {
        &self.ready
    }

    /// The master that it serves, for programs that carry a server.
    #[must_use]
    pub fn master(&self) -> &Master {
        &self.master
    }

    /// What it imported from a database of the Python proxy as it started.
    #[must_use]
    pub fn imported(&self) -> Option<&Imported> {
        self.imported.as_ref()
    }

    /// What stops it.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        Stopper { server: self.server.handle(), closing: self.closing.clone() }
    }

    /// Serves until it is stopped; then checkpoints and closes the database.
    ///
    /// # Errors
    /// When a thread of the server fails.
    pub async fn run(self) -> io::Result<()> {
        let result = self.server.await;
        if let Some(journal) = &self.journal {
            journal.close();
        }
        self.master.close();
        result
    }
}

fn record_error(config: &Config, source: io::Error) -> StartError {
    StartError::Record { file: config.record.clone().unwrap_or_default(), source }
}

fn open_shacache(config: &config::Shacache) -> Result<Shacache, shacache::Error> {
    Shacache::open(Places {
        content: &config.content_directory,
        metadata: &config.metadata_directory,
        upstream_cache_url: config.upstream_cache_url.as_deref(),
        upstream_dir_url: config.upstream_dir_url.as_deref(),
    })
}

fn listen(host: &str, port: u16) -> Result<TcpListener, StartError> {
    bind(host, port).map_err(|source| StartError::Listen { host: host.to_owned(), port, source })
}

fn bind(host: &str, port: u16) -> io::Result<TcpListener> {
    let mut last = io::Error::other("the name has no address");
    for address in (host, port).to_socket_addrs()? {
        match TcpListener::bind(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn where_it_is(config: &Config, database: &Path, address: SocketAddr, plain: Option<SocketAddr>) -> control::Ready {
    let host = match config.host.as_str() {
        "0.0.0.0" => "127.0.0.1".into(),
        "::" => "[::1]".into(),
        host if host.contains(':') => format!("[{host}]"),
        host => host.to_owned(),
    };
    let database = match config.keeping {
        Keeping::Memory => database.to_owned(),
        Keeping::Disk => std::path::absolute(database).unwrap_or_else(|_| database.to_owned()),
    };
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    control::Ready {
        url: format!("{scheme}://{host}:{}/", address.port()),
        http_url: plain.map(|plain| format!("http://{host}:{}/", plain.port())),
        pid: std::process::id(),
        database: database.to_string_lossy().into_owned(),
    }
}

/// Keeps with a connection where it came to, and the certificate that its client showed.
fn remember_connection(connection: &dyn Any, data: &mut Extensions) {
    let stream = match connection.downcast_ref::<TlsStream<TcpStream>>() {
        None => connection.downcast_ref::<TcpStream>(),
        Some(tls) => {
            let (stream, session) = tls.get_ref();
            let certificate = session.peer_certificates().and_then(|chain| pki::serial(chain.first()?).ok());
            certificate.map(PeerCertificate).map(|certificate| data.insert(certificate));
            Some(stream)
        }
    };
    if let Some(address) = stream.and_then(|stream| stream.local_addr().ok()) {
        data.insert(LocalAddress(address));
    }
}

/// Runs a future on a runtime in which a server can be built.
pub fn block_on<F: Future>(future: F) -> F::Output {
    actix_web::rt::System::new().block_on(future)
}
