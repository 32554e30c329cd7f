//! The one server value: the program, the tests and other people's tests use the same.

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::thread::available_parallelism;
use std::time::Duration;

use actix_web::dev::{Extensions, Server, ServerHandle};
use actix_web::middleware::{NormalizePath, TrailingSlash, from_fn};
use actix_web::rt::net::TcpStream;
use actix_web::{App, HttpServer, web};
use thiserror::Error;

use super::state::{LocalAddress, State};
use super::{control, docs, error, guard, hateoas, json_rpc, slap_tool};
use crate::config::Config;
use crate::domain::description::ComputerDescription;
use crate::domain::error::Refusal;
use crate::domain::ids::Reference;
use crate::master::{self, Master, Settings};
use crate::storage::{Db, Lock, OpenError, ServerInfo};

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
    /// The file beside the database that tells where the server is.
    #[error("cannot write the lock of the database: {0}")]
    Publish(io::Error),
}

/// A server that listens, and serves once it runs.
pub struct Application {
    server: Server,
    address: SocketAddr,
    ready: String,
    master: Master,
    _lock: Lock,
}

/// Stops a running server.
#[derive(Debug, Clone)]
pub struct Stopper(ServerHandle);

impl Stopper {
    /// Stops accepting, and waits until what is in flight is answered.
    pub async fn stop(&self) {
        self.0.stop(true).await;
    }
}

impl Application {
    /// Opens the database and binds the address; port 0 is any free one.
    ///
    /// # Errors
    /// [`StartError`], before anything is served.
    pub async fn build(config: Config) -> Result<Self, StartError> {
        Self::build_importing(config, Vec::new()).await
    }

    /// [`Application::build`], taking over computer descriptions before the first client can connect.
    ///
    /// # Errors
    /// [`StartError`], before anything is served.
    pub async fn build_importing(config: Config, descriptions: Vec<ComputerDescription>) -> Result<Self, StartError> {
        let default_computer = Reference::parse("computer_id", &config.computer_id)?;
        let mut lock = Lock::take(&config.database)?;
        let db = Db::open(&config.database)?;
        let settings = Settings { default_computer, software_products: config.software_products.clone() };
        let master = Master::new(db, settings).await?;
        if !descriptions.is_empty() {
            master.load_computer_configurations(descriptions, "user".into()).await?;
        }
        let listener = listen(&config.host, config.port).map_err(|source| StartError::Listen {
            host: config.host.clone(),
            port: config.port,
            source,
        })?;
        let address = listener.local_addr().map_err(StartError::Publish)?;
        let ready = ready(&config, address);
        lock.publish(&ServerInfo(ready.clone())).map_err(StartError::Publish)?;
        let state = web::Data::new(State::new(master.clone(), &config, ready.clone()));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(state.clone())
                .wrap(from_fn(guard::guard))
                .wrap(NormalizePath::new(TrailingSlash::MergeOnly))
                .configure(control::configure)
                .configure(docs::configure)
                .configure(slap_tool::configure)
                .configure(json_rpc::configure)
                .configure(hateoas::configure)
                .default_service(web::to(error::not_found))
        })
        .workers(available_parallelism().map_or(1, usize::from).min(WORKERS))
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(config.client_timeout + CLOCK)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals()
        .on_connect(remember_local_address)
        .listen(listener)
        .map_err(StartError::Publish)?
        .run();
        Ok(Self { server, address, ready, master, _lock: lock })
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

    /// What stops it.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        Stopper(self.server.handle())
    }

    /// Serves until it is stopped; then checkpoints and closes the database.
    ///
    /// # Errors
    /// When a thread of the server fails.
    pub async fn run(self) -> io::Result<()> {
        let result = self.server.await;
        self.master.close();
        result
    }
}

fn listen(host: &str, port: u16) -> io::Result<TcpListener> {
    let mut last = io::Error::other("the name has no address");
    for address in (host, port).to_socket_addrs()? {
        match TcpListener::bind(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn ready(config: &Config, address: SocketAddr) -> String {
    let host = match config.host.as_str() {
        "0.0.0.0" => "127.0.0.1".into(),
        "::" => "[::1]".into(),
        host if host.contains(':') => format!("[{host}]"),
        host => host.to_owned(),
    };
    let database = std::path::absolute(&config.database).unwrap_or_else(|_| config.database.clone());
    crate::wire::control::ready(&crate::wire::control::Ready {
        url: format!("http://{host}:{}/", address.port()),
        pid: std::process::id(),
        database: database.to_string_lossy().into_owned(),
    })
}

fn remember_local_address(connection: &dyn std::any::Any, data: &mut Extensions) {
    if let Some(address) = connection.downcast_ref::<TcpStream>().and_then(|stream| stream.local_addr().ok()) {
        data.insert(LocalAddress(address));
    }
}

/// Runs a future on a runtime in which a server can be built.
pub fn block_on<F: Future>(future: F) -> F::Output {
    actix_web::rt::System::new().block_on(future)
}
