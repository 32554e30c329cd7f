//! `slapproxy request`

mod answer;
mod checked;
mod waiting;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::FalseyValueParser;

use self::answer::Answer;
use super::exit::Exit;
use super::master::{Connection, MasterArguments};
use super::parameters;
use super::settings::{path, seconds};
use crate::client::{Request as Wanted, RequestedState};
use crate::domain::ids::{SoftwareRelease, Title};
use crate::domain::parameters::Parameters;
use crate::wire::software_schema::{Serialisation, Sharing};

/// How parameters travel.
const SERIALISATIONS: [&str; 2] = [Serialisation::Xml.as_str(), Serialisation::JsonInXml.as_str()];

/// Request an instance: create it, change it, or see how it is.
#[derive(Debug, Args)]
#[command(infer_long_args = true)]
pub struct Request {
    /// The title of the instance
    #[arg(value_name = "TITLE")]
    reference: String,
    /// The software release: a URL, a path, or product.NAME
    #[arg(value_name = "SOFTWARE")]
    software_url: String,
    /// Where it is to be, such as computer_guid=COMP-1
    #[arg(long, num_args = 1.., value_name = "KEY=VALUE")]
    node: Vec<String>,
    /// The software type [default: default]
    #[arg(long = "type", value_name = "TYPE")]
    software_type: Option<String>,
    /// started, stopped or destroyed [default: as it is]
    #[arg(long)]
    state: Option<String>,
    /// Request a shared instance, which an instance of the release serves
    #[arg(long, visible_alias = "slave")]
    shared: bool,
    /// Instance parameters, which are texts
    #[arg(long, num_args = 1.., value_name = "KEY=VALUE", conflicts_with = "parameters_file")]
    parameters: Vec<String>,
    /// File with the instance parameters: JSON, YAML (.yaml, .yml) or XML (.xml); - is JSON from standard input
    #[arg(long, value_name = "FILE", value_parser = path())]
    parameters_file: Option<PathBuf>,
    /// How the parameters travel [default: as the release says, else json-in-xml for files]
    #[arg(long, value_name = "SERIALISATION", value_parser = SERIALISATIONS, conflicts_with = "force_serialisation")]
    serialisation: Option<String>,
    /// The same for parameters of a file only
    #[arg(long, value_name = "SERIALISATION", value_parser = SERIALISATIONS)]
    force_serialisation: Option<String>,
    /// Do not check the parameters against the schema of the release
    #[arg(long, value_parser = FalseyValueParser::new(), env = "SLAPPROXY_NO_VALIDATE")]
    no_validate: bool,
    /// Wait until the node reports the whole tree to be as wanted, or an error
    #[arg(long, value_parser = FalseyValueParser::new(), env = "SLAPPROXY_WAIT")]
    wait: bool,
    /// How long to wait
    #[arg(long, value_name = "SECONDS", default_value = "3600", value_parser = seconds, env = "SLAPPROXY_WAIT_TIMEOUT")]
    timeout: Duration,
    #[command(flatten)]
    master: MasterArguments,
}

/// What is requested, once every word was read.
struct Order {
    title: String,
    release: String,
    software_type: String,
    state: Option<RequestedState>,
    sharing: Sharing,
    parameters: Parameters,
    filter: Parameters,
}

impl Request {
    /// Requests the instance and prints how it is.
    pub fn run(self) -> anyhow::Result<()> {
        self.master.call(async |master| {
            let order = self.order(master).await?;
            self.send(master, &order).await
        })
    }

    async fn order(&self, master: &Connection) -> anyhow::Result<Order> {
        let config = &master.config;
        let node = parameters::pairs("--node", &self.node)?;
        let pairs = parameters::pairs("--parameters", &self.parameters)?;
        let state = self.state.as_ref().or(config.state.as_ref());
        let state = state.map(|state| RequestedState::parse("--state", state)).transpose()?;
        let parse =
            |option: &str, text: Option<&String>| text.map(|text| Serialisation::parse(option, text)).transpose();
        let explicit = parse("--serialisation", self.serialisation.as_ref())?;
        let for_files = self.force_serialisation.as_ref().or(config.force_serialisation.as_ref());
        let for_files = explicit.or(parse("--force-serialisation", for_files)?);
        Title::parse("TITLE", &self.reference)?;
        let release = master.software_release(&self.software_url).await?;
        SoftwareRelease::parse("SOFTWARE", &release)?;
        let given = checked::Given {
            release: &release,
            software_type: self.software_type.as_ref().or(config.software_type.as_ref()).map_or("", String::as_str),
            sharing: if self.shared || config.shared { Sharing::Shared } else { Sharing::Own },
            pairs,
            file: self.parameters_file.as_deref().filter(|file| !file.as_os_str().is_empty()),
            explicit,
            for_files,
        };
        let (software_type, sharing) = (given.software_type.to_owned(), given.sharing);
        // What is destroyed needs no parameters.
        let unchecked = self.no_validate || state == Some(RequestedState::Destroyed);
        let parameters = if unchecked { given.unchecked().await? } else { given.checked().await? };
        let filter = parameters::texts(node)?;
        Ok(Order { title: self.reference.clone(), release, software_type, state, sharing, parameters, filter })
    }

    async fn send(&self, master: &Connection, order: &Order) -> anyhow::Result<()> {
        let Order { title, release, software_type, state, sharing, parameters, filter } = order;
        let mut wanted = Wanted::new(release, title).parameters(parameters).filters(filter);
        if !software_type.is_empty() {
            wanted = wanted.software_type(software_type);
        }
        if let Some(state) = state {
            wanted = wanted.state(*state);
        }
        if *sharing == Sharing::Shared {
            wanted = wanted.shared();
        }
        let instance = master.master().register_open_order().request(&wanted).await?;
        let answer = if instance.is_allocated() { Some(Answer::of_request(order, &instance).await?) } else { None };
        match answer {
            // There is no instance that a node would do something about.
            Some(answer) if !self.wait || answer.is_nowhere() => answer.print(master, order),
            None if !self.wait => Err(Exit::not_there(format!(
                "{title}: requested; the master has no place for it yet\n\
                 hint: run the command again in a while, or with --wait"
            ))),
            _ => Answer::of_instance(waiting::wait(master, order, self.timeout).await?).print(master, order),
        }
    }
}
