//! The slap client: what a person, a node and an instance do with a SlapOS master, this one or another one.
//!
//! A [`Slap`] is the connection. It gives objects: an [`OpenOrder`] requests instances, a [`Supply`] wants software
//! releases on computers, a [`Computer`] lists what is to be done on it, and a [`ComputerPartition`] is where its node
//! reports and its instance publishes.
//!
//! ```
//! # mod example { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/example/master.rs")); }
//! # example::with_master(async |url| {
//! use slapproxy::client::{Parameters, Request, RequestedState, Slap, SupplyState, Value};
//!
//! let slap = Slap::builder(&url).build()?;
//!
//! // A person supplies a software release and requests an instance of it.
//! slap.register_supply().supply("/srv/software.cfg", "local_computer", SupplyState::Available).await?;
//! let request = Request::new("/srv/software.cfg", "my instance").parameter("domain", "app.example");
//! let instance = slap.register_open_order().request(&request).await?;
//! assert_eq!(instance.get_id()?, "slappart0");
//!
//! // The node of the computer sees both, and reports.
//! let computer = slap.register_computer("local_computer");
//! for release in computer.get_software_release_list().await? {
//!     release.available().await?;
//! }
//! for partition in computer.get_computer_partition_list().await? {
//!     if partition.get_state().await? == RequestedState::Started {
//!         assert_eq!(partition.get_instance_parameter("domain").await?, Value::from("app.example"));
//!         let connection = [("url".to_owned(), Value::from("https://app.example/"))].into();
//!         partition.set_connection_dict(&Parameters::new("connection", connection)?, None).await?;
//!         partition.started().await?;
//!     }
//! }
//!
//! // The person asks again.
//! let instance = slap.register_open_order().request(&request).await?;
//! assert_eq!(instance.get_connection_parameter("url").await?, Value::from("https://app.example/"));
//! # Ok(()) });
//! ```
//!
//! Every failure is an [`Error`] of some [`ErrorKind`]:
//!
//! ```
//! # mod example { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/example/master.rs")); }
//! # example::with_master(async |url| {
//! # use slapproxy::client::Slap;
//! # let slap = Slap::builder(&url).build()?;
//! let error = slap.register_computer("COMP-1").get_status().await.unwrap_err();
//! assert!(error.is_not_found());
//! assert_eq!(error.message(), "computer_id: there is no computer \"COMP-1\"; known: local_computer");
//! # Ok(()) });
//! ```
//!
//! Beneath the objects are the three APIs of masters: [`Slap::slap_tool`], [`Slap::json_rpc`] and [`Slap::hateoas`].
//! Any method of the JSON-RPC API is called with its request, as `wire::json_rpc` has it:
//!
//! ```
//! # mod example { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/example/master.rs")); }
//! # example::with_master(async |url| {
//! # use slapproxy::client::Slap;
//! # let slap = Slap::builder(&url).build()?;
//! use slapproxy::wire::json_rpc::AllDocsComputeNodeList;
//!
//! let computers = slap.call(&AllDocsComputeNodeList {}).await?;
//! assert_eq!(computers.result_list[0].computer_guid, "local_computer");
//! # Ok(()) });
//! ```
//!
//! Programs that are not asynchronous take the module `blocking`, which the feature of the same name brings.

#[cfg(feature = "blocking")]
pub mod blocking;
mod builder;
mod call;
mod computer;
mod document;
mod error;
mod events;
mod hateoas;
mod json_rpc;
mod order;
mod partition;
mod people;
mod relay;
mod replay;
mod report;
mod request;
mod shacache;
mod slap_tool;
mod software;
mod transaction;
mod transport;
mod url;

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::OnceCell;

use self::transaction::Transactions;
use self::transport::Transport;

pub use self::builder::Builder;
pub use self::call::Call;
pub use self::computer::Computer;
pub use self::document::fetch_document;
pub use self::error::{Error, ErrorKind};
pub use self::events::EventStream;
pub use self::hateoas::Hateoas;
pub use self::json_rpc::JsonRpc;
pub use self::order::{OpenOrder, Supply, Token};
pub use self::partition::ComputerPartition;
pub use self::people::People;
pub use self::relay::{Relay, RelayError, Relayed};
pub use self::report::Destroyed;
pub use self::request::Request;
pub use self::shacache::Shacache;
pub use self::slap_tool::SlapTool;
pub use self::software::{SoftwareProductCollection, SoftwareRelease};
pub(crate) use self::transport::Download;
pub use crate::domain::fault::FaultRule;
pub use crate::domain::parameters::{Parameters, Value};
pub use crate::domain::state::{RequestedState, SupplyState};
pub use crate::wire::clock::ClockEntry;
pub use crate::wire::fault::FaultReport;
pub use crate::wire::form::{ClockArguments, Follow, JournalArguments, Product, RequestArguments};
pub use crate::wire::hateoas::{ComputerInformation, InstanceInformation, Row};
pub use crate::wire::journal::JournalEntry;
pub use crate::wire::json_rpc::Certificate;
pub use crate::wire::shacache::{Entry, Statistics, UpdateReport};
pub use crate::wire::status::StatusDocument;
pub use crate::wire::xml::objects::{Answered, SoftwareInstance};

use crate::wire::control::{FormatReport, Ready, SeedReport, SnapshotEntry};
use crate::wire::form::{FaultArguments, Import, SeedArguments, SnapshotArguments, SnapshotName};
use crate::wire::hateoas::{Root, Search};
use crate::wire::json_rpc::Method;

/// The connection to a master. Clones share it.
#[derive(Debug, Clone)]
pub struct Slap {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    transport: Transport,
    rest_url: Option<String>,
    root: OnceCell<Root>,
    transactions: Transactions,
}

/// Every call fails with the [`Error`] that [`ErrorKind`] tells about.
#[expect(clippy::missing_errors_doc, reason = "all calls fail alike, as said above")]
impl Slap {
    /// A connection to the master at a URL, made step by step.
    ///
    /// The URL may have a path, below which the calls are. A bare IPv6 address gets its brackets.
    pub fn builder(url: &str) -> Builder {
        Builder::new(url)
    }

    fn connected(transport: Transport, rest_url: Option<String>, transactions: Transactions) -> Self {
        Self { inner: Arc::new(Inner { transport, rest_url, root: OnceCell::new(), transactions }) }
    }

    /// The same connection, which sends nothing, as [`Builder::without_sending`] makes one. What it knows of the master
    /// already, such as where the HATEOAS API is, it still knows.
    pub(crate) fn without_sending(&self) -> Self {
        let Inner { transport, rest_url, root, transactions } = &*self.inner;
        Self {
            inner: Arc::new(Inner {
                transport: transport.without_sending(),
                rest_url: rest_url.clone(),
                root: root.clone(),
                transactions: transactions.clone(),
            }),
        }
    }

    /// A computer, by its reference. Nothing is sent.
    #[must_use]
    pub fn register_computer(&self, computer_guid: &str) -> Computer {
        Computer::new(self.clone(), computer_guid.to_owned())
    }

    /// A partition of a computer. Nothing is sent; an empty name is [`ErrorKind::NotFound`].
    ///
    /// On a node this also makes the file in which the requests of the partition are noted.
    pub fn register_computer_partition(
        &self,
        computer_guid: &str,
        partition_id: &str,
    ) -> Result<ComputerPartition, Error> {
        if computer_guid.is_empty() || partition_id.is_empty() {
            return Err(Error::not_found("the computer or the partition has no name"));
        }
        Ok(ComputerPartition::registered(self.clone(), computer_guid, partition_id))
    }

    /// A software release, by its URL or path, on no computer yet. Nothing is sent.
    #[must_use]
    pub fn register_software_release(&self, software_release: &str) -> SoftwareRelease {
        SoftwareRelease::new(self.clone(), software_release)
    }

    /// The orders of the person who calls. Nothing is sent.
    #[must_use]
    pub fn register_open_order(&self) -> OpenOrder {
        OpenOrder { slap: self.clone() }
    }

    /// The supplies of the person who calls. Nothing is sent.
    #[must_use]
    pub fn register_supply(&self) -> Supply {
        Supply { slap: self.clone() }
    }

    /// The tokens of the person who calls. Nothing is sent.
    #[must_use]
    pub fn register_token(&self) -> Token {
        Token { slap: self.clone() }
    }

    /// The people of the master. Nothing is sent.
    #[must_use]
    pub fn people(&self) -> People {
        People { slap: self.clone() }
    }

    /// The content cache of the master. Nothing is sent.
    #[must_use]
    pub fn shacache(&self) -> Shacache {
        Shacache::of(self.transport())
    }

    /// The software products of the master. Nothing is sent.
    #[must_use]
    pub fn software_product_collection(&self) -> SoftwareProductCollection {
        SoftwareProductCollection { slap: self.clone() }
    }

    /// The releases of a software product, the best one first: of a product by its name, or of the product that another
    /// release belongs to.
    pub async fn get_software_release_list_from_software_product(
        &self,
        product: &Product,
    ) -> Result<Vec<String>, Error> {
        self.slap_tool().get_software_release_list_from_software_product(product).await
    }

    /// What the person ordered, by title: the root instances, shared ones too.
    pub async fn get_open_order_dict(&self) -> Result<BTreeMap<String, Row>, Error> {
        let rows = self.hateoas().await?.search(&Search::InstanceTrees(None), &["title", "url_string"]).await?;
        Ok(by_title(rows))
    }

    /// The computers that the person may use, by title.
    pub async fn get_computer_dict(&self) -> Result<BTreeMap<String, Row>, Error> {
        let rows = self.hateoas().await?.search(&Search::Computers(None), &["title", "reference"]).await?;
        Ok(by_title(rows))
    }

    /// The HATEOAS API: at the configured URL, or where the master says that it is. It is found once.
    pub async fn hateoas(&self) -> Result<Hateoas<'_>, Error> {
        let find = async || {
            let url = match &self.inner.rest_url {
                Some(url) => url.clone(),
                None => self.slap_tool().get_hateoas_url().await?,
            };
            Hateoas::root(self.transport(), url.trim()).await
        };
        let root = self.inner.root.get_or_try_init(find).await?;
        Ok(Hateoas { transport: self.transport(), root })
    }

    /// The classic API, call by call, in the name of the person who calls.
    #[must_use]
    pub fn slap_tool(&self) -> SlapTool<'_> {
        SlapTool { transport: self.transport(), identity: None }
    }

    /// The JSON-RPC API, method by method, in the name of the person who calls.
    #[must_use]
    pub fn json_rpc(&self) -> JsonRpc<'_> {
        JsonRpc { transport: self.transport(), identity: None }
    }

    /// Calls the JSON-RPC method of a request.
    pub async fn call<M: Method>(&self, request: &M) -> Result<M::Response, Error> {
        self.json_rpc().call(request).await
    }

    /// Where the server is (`GET /-/ready`).
    pub async fn ready(&self) -> Result<Ready, Error> {
        self.slap_tool().ready().await
    }

    /// Takes over computer descriptions, all of them or none (`POST /-/import`).
    pub async fn import(&self, documents: &[String]) -> Result<Vec<FormatReport>, Error> {
        self.slap_tool().import(&Import { documents: documents.to_vec() }).await
    }

    /// Tells what an import would change; nothing changes (`POST /-/import/preview`).
    pub async fn import_preview(&self, documents: &[String]) -> Result<Vec<FormatReport>, Error> {
        self.slap_tool().import_preview(&Import { documents: documents.to_vec() }).await
    }

    /// Makes everything as a seed says, in YAML or JSON; it names no other file (`POST /-/seed`).
    pub async fn seed(&self, seed: &str) -> Result<SeedReport, Error> {
        self.slap_tool().seed(&SeedArguments { seed: seed.to_owned() }).await
    }

    /// All that a seed can say of what the server holds, in YAML (`GET /-/dump`).
    pub async fn dump(&self) -> Result<String, Error> {
        self.slap_tool().dump().await
    }

    /// Puts what a snapshot holds in the place of everything (`POST /-/snapshot/load`): for the owner of the database, whose
    /// server reads the file.
    pub async fn load_snapshot(&self, path: &str) -> Result<(), Error> {
        self.slap_tool().snapshot_load(&SnapshotArguments { path: path.to_owned() }).await.map(|_| ())
    }

    /// The snapshots that a server which was started with `--control` keeps in memory (`GET /-/snapshot`).
    pub async fn snapshots(&self) -> Result<Vec<SnapshotEntry>, Error> {
        self.slap_tool().snapshot().await
    }

    /// Keeps a snapshot of everything in the memory of such a server, under a name (`POST /-/snapshot/keep`).
    pub async fn keep_snapshot(&self, name: &str) -> Result<(), Error> {
        self.slap_tool().snapshot_keep(&SnapshotName { name: name.to_owned() }).await.map(|_| ())
    }

    /// Puts what it keeps under a name in the place of everything (`POST /-/snapshot/restore`).
    pub async fn restore_snapshot(&self, name: &str) -> Result<(), Error> {
        self.slap_tool().snapshot_restore(&SnapshotName { name: name.to_owned() }).await.map(|_| ())
    }

    /// All that a seed can say of what it keeps under a name, in YAML (`GET /-/snapshot/dump`).
    pub async fn dump_snapshot(&self, name: &str) -> Result<String, Error> {
        self.slap_tool().snapshot_dump(&SnapshotName { name: name.to_owned() }).await
    }

    /// Brings a server that was started with `--control` back to what it held when it started (`POST /-/reset`).
    pub async fn reset(&self) -> Result<(), Error> {
        self.slap_tool().reset().await.map(|_| ())
    }

    /// The latest requests and their answers (`GET /-/journal`).
    pub async fn journal(&self, arguments: &JournalArguments) -> Result<Vec<JournalEntry>, Error> {
        self.slap_tool().journal(arguments).await
    }

    /// The time of the master (`GET /-/clock`).
    pub async fn clock(&self) -> Result<ClockEntry, Error> {
        self.slap_tool().clock().await
    }

    /// Sets, moves and freezes the time of the master (`POST /-/clock`); what it is then.
    pub async fn change_clock(&self, arguments: &ClockArguments) -> Result<ClockEntry, Error> {
        self.slap_tool().change_clock(arguments).await
    }

    /// The rules by which requests fail on purpose, and what they did (`GET /-/faults`).
    pub async fn faults(&self) -> Result<Vec<FaultReport>, Error> {
        self.slap_tool().faults().await
    }

    /// Adds rules by which requests fail on purpose (`POST /-/faults`); all that are in force then.
    pub async fn add_faults(&self, rules: &[FaultRule]) -> Result<Vec<FaultReport>, Error> {
        self.slap_tool().add_faults(&FaultArguments { rules: rules.to_vec() }).await
    }

    /// Lets no request fail on purpose any more (`DELETE /-/faults`).
    pub async fn clear_faults(&self) -> Result<(), Error> {
        self.slap_tool().clear_faults().await.map(drop)
    }

    fn transport(&self) -> &Transport {
        &self.inner.transport
    }

    fn transactions(&self) -> &Transactions {
        &self.inner.transactions
    }
}

/// Rows by their titles.
fn by_title(rows: Vec<Row>) -> BTreeMap<String, Row> {
    rows.into_iter().filter_map(|row| Some((row.title.clone()?, row))).collect()
}
