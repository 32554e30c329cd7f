//! The master that commands call: where it is, and who calls.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use clap::builder::FalseyValueParser;

use super::exit::Exit;
use super::output::{OutputFormat, data, note};
use super::settings::{path, seconds};
use super::{api, local, ready_file};
use crate::client::{Builder, Error, Slap};
use crate::config::{ClientConfig, Config, Environment, Overrides};
use crate::http::block_on;
use crate::wire::control::Ready;

/// What the beginning of a software release says that it is the name of a product.
const PRODUCT: &str = "product.";

/// Options of every command that calls a master.
#[derive(Debug, Args)]
#[command(next_help_heading = "Master")]
pub struct MasterArguments {
    /// The master [default: that of --ready-file, --database-uri or --cfg, or else the running server]
    #[arg(long, value_name = "URL", env = "SLAPPROXY_MASTER_URL")]
    master_url: Option<String>,
    /// Configuration file of the client [default: ~/.slapos/slapos-client.cfg, when it is there]
    #[arg(long, value_name = "FILE", value_parser = path(), env = "SLAPOS_CLIENT_CONFIGURATION")]
    cfg: Option<PathBuf>,
    /// The ready file of a server, which says where it is
    #[arg(long, value_name = "FILE", value_parser = path(), env = "SLAPPROXY_READY_FILE")]
    ready_file: Option<PathBuf>,
    /// The database of a running server
    #[arg(short = 'u', long, value_name = "PATH", value_parser = path(), env = "SLAPPROXY_DATABASE_URI")]
    database_uri: Option<PathBuf>,
    #[command(flatten)]
    caller: CallerArguments,
    /// How long a call may take
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds, env = "SLAPPROXY_CALL_TIMEOUT")]
    call_timeout: Duration,
    /// Print what would be sent, and do not send it
    #[arg(long, value_parser = FalseyValueParser::new(), env = "SLAPPROXY_API")]
    api: bool,
    /// How the answer is printed [default: text]
    #[arg(long, value_enum, env = "SLAPPROXY_FORMAT")]
    format: Option<OutputFormat>,
}

/// Options that say who calls, and whom he believes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Master")]
pub struct CallerArguments {
    /// One's private key, for a master behind https
    #[arg(long, alias = "key_file", value_name = "FILE", value_parser = path(), env = "SLAPPROXY_KEY_FILE")]
    key_file: Option<PathBuf>,
    /// One's certificate, for a master behind https
    #[arg(long, alias = "cert_file", value_name = "FILE", value_parser = path(), env = "SLAPPROXY_CERT_FILE")]
    cert_file: Option<PathBuf>,
    /// The authority that the certificate of the master must come from [default: those that the system trusts]
    #[arg(long, alias = "master_ca_file", value_name = "FILE", value_parser = path(), env = "SLAPPROXY_CA_FILE")]
    ca_file: Option<PathBuf>,
    /// One's access token, in place of a certificate
    #[arg(long, value_name = "TOKEN", env = "SLAPPROXY_ACCESS_TOKEN", hide_env_values = true)]
    access_token: Option<String>,
}

/// The connection of a command to its master.
pub struct Connection {
    /// Where the master is.
    pub url: String,
    /// What the configuration file of the client says.
    pub config: ClientConfig,
    slap: Slap,
    showing: bool,
    format: Option<OutputFormat>,
}

impl MasterArguments {
    /// Runs a command that calls the master.
    pub fn call(&self, command: impl AsyncFnOnce(&Connection) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let connection = self.connect()?;
        let result = block_on(command(&connection));
        let unsent = result.as_ref().err().and_then(|error| error.downcast_ref::<Error>()?.unsent());
        if let Some(call) = unsent {
            return Ok(data(api::show(call, connection.format()).as_bytes())?);
        }
        result.map_err(|error| match error.downcast_ref::<Error>() {
            Some(lost) if lost.is_connection() => Exit::failed(format!(
                "error: {lost}\nhint: `slapproxy start` starts a master, --master-url names another one"
            )),
            _ => error,
        })
    }

    fn connect(&self) -> anyhow::Result<Connection> {
        let Found { url, builder, config } = self.find()?;
        let builder = self.caller.known(builder, &config)?.timeout(self.call_timeout);
        let slap = builder.build().context("the connection to the master cannot be made")?;
        Ok(Connection { url, config, slap, showing: self.api, format: self.format })
    }

    /// Where the master is: who is named on the command line or in the environment wins over the configuration file.
    fn find(&self) -> anyhow::Result<Found> {
        let environment = Environment::of_process();
        if let Some(url) = self.master_url.clone().filter(|url| !url.is_empty()) {
            return Ok(Found::at(url, ClientConfig::default()));
        }
        if let Some(file) = self.ready_file.as_ref().filter(|path| is_said(path)) {
            let ready = ready_file::read(file)?;
            let own =
                database(Some(PathBuf::from(&ready.database)), &environment).and_then(|config| local::running(&config));
            return Ok(match own.ok().flatten() {
                Some((running, builder)) if running.url == ready.url => Found::running(running, builder),
                _ => Found::at(ready.url, ClientConfig::default()),
            });
        }
        let given = self.database_uri.clone().filter(|path| is_said(path));
        if given.is_none()
            && let Some(file) = ClientConfig::file(self.cfg.as_deref(), &environment)?
        {
            let config = ClientConfig::load(&file, &environment)?;
            return Ok(Found::at(config.master_url.clone(), config));
        }
        let config = database(given, &environment)?;
        let hint = "start one with `slapproxy start`, or name another with --master-url URL or --cfg FILE";
        let running = local::running(&config)?.ok_or_else(|| {
            anyhow!("there is no master: no server uses the database {}\nhint: {hint}", config.database.display())
        });
        running.map(|(running, builder)| Found::running(running, builder))
    }
}

impl CallerArguments {
    /// A connection on which the caller is known, by what is said here or else by the configuration file of the client.
    pub fn known(&self, mut builder: Builder, config: &ClientConfig) -> anyhow::Result<Builder> {
        let given = |option: &Option<PathBuf>| option.clone().filter(|path| is_said(path));
        let pair = match (given(&self.key_file), given(&self.cert_file)) {
            (None, None) => (config.key_file.clone(), config.cert_file.clone()),
            pair => pair,
        };
        match pair {
            (Some(key), Some(certificate)) => builder = builder.certificate_files(key, certificate),
            (None, None) => {}
            (Some(_), None) => bail!("there is a key file without certificate file; expected both, or none"),
            (None, Some(_)) => bail!("there is a certificate file without key file; expected both, or none"),
        }
        if let Some(authority) = given(&self.ca_file).or_else(|| config.ca_file.clone()) {
            builder = builder.ca_file(authority);
        }
        if let Some(token) = self.access_token.as_ref().filter(|token| !token.is_empty()) {
            builder = builder.access_token(token);
        }
        if let Some(rest_url) = &config.master_rest_url {
            builder = builder.rest_url(rest_url);
        }
        Ok(builder)
    }
}

/// A master, and how it is called.
struct Found {
    url: String,
    builder: Builder,
    config: ClientConfig,
}

impl Found {
    /// The master at a URL.
    fn at(url: String, config: ClientConfig) -> Self {
        Self { builder: Slap::builder(&url), url, config }
    }

    /// The server of a database, called in the name of the owner of the database.
    fn running(ready: Ready, builder: Builder) -> Self {
        Self { url: ready.url, builder, config: ClientConfig::default() }
    }
}

/// Whether a path, which may come from an empty variable, says anything.
fn is_said(path: &Path) -> bool {
    !path.as_os_str().is_empty()
}

/// The configuration of a database; the default one unless it is given.
fn database(given: Option<PathBuf>, environment: &Environment) -> anyhow::Result<Config> {
    Ok(Config::load(Overrides { database: given, ..Overrides::default() }, environment)?)
}

impl Connection {
    /// The master, for what has to be known first.
    pub fn lookup(&self) -> &Slap {
        &self.slap
    }

    /// The master, for what the command is about: with `--api` it is shown, not sent.
    pub fn master(&self) -> Slap {
        if self.showing { self.slap.without_sending() } else { self.slap.clone() }
    }

    /// How the answer is printed.
    pub fn format(&self) -> OutputFormat {
        self.format.unwrap_or(OutputFormat::Text)
    }

    /// How the answer of a command is printed that the Python client has too: exactly as there, when nobody watches and
    /// nothing else is asked for, so that its output can be read by the same scripts.
    pub fn style(&self) -> Style {
        match self.format {
            Some(OutputFormat::Json) => Style::Json,
            Some(OutputFormat::Text) => Style::Text,
            None if std::io::stdout().is_terminal() => Style::Text,
            None => Style::Slapos,
        }
    }

    /// Tells people what happened, unless the answer is for programs or nothing happened.
    pub fn note(&self, line: &str) {
        if !self.showing && self.format() == OutputFormat::Text {
            note(line);
        }
    }

    /// Tells that something was done: programs by a document, people by a line.
    pub fn done(&self, document: &serde_json::Value, line: &str) -> anyhow::Result<()> {
        if self.format() == OutputFormat::Json {
            data(format!("{document:#}\n").as_bytes())?;
        }
        self.note(line);
        Ok(())
    }

    /// A software release: the best one of a product for `product.NAME`, or else the text itself.
    pub async fn software_release(&self, text: &str) -> anyhow::Result<String> {
        let Some(product) = text.strip_prefix(PRODUCT) else { return Ok(text.to_owned()) };
        let found = self.slap.software_product_collection().get(product).await;
        found.map_err(|error| {
            if !error.is_not_found() {
                return error.into();
            }
            let hint = "products are lines `NAME URL` of software_product_list in the configuration of the server";
            anyhow!("{text}: the master knows no software release of the product {product:?}\nhint: {hint}")
        })
    }
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// As the Python client prints it.
    Slapos,
}
