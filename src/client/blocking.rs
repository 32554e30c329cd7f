//! The client for programs that are not asynchronous: the same objects with the same methods, each of which waits for
//! its answer.
//!
//! Nothing of it may be used inside of an asynchronous runtime, where waiting would stop everything else: that panics.
//!
//! ```
//! # mod example { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/example/master.rs")); }
//! # example::with_master_blocking(|url| {
//! use slapproxy::client::blocking::Slap;
//! use slapproxy::client::Request;
//!
//! let slap = Slap::builder(&url).build_blocking()?;
//! let instance = slap.register_open_order().request(&Request::new("/srv/software.cfg", "my instance"))?;
//! assert_eq!(instance.get_id()?, "slappart0");
//! # Ok(()) });
//! ```

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use tokio::runtime::{self, Runtime};

use super::{
    Builder, Certificate, ClockArguments, ClockEntry, ComputerInformation, Destroyed, Entry, Error, ErrorKind,
    FaultReport, FaultRule, Follow, InstanceInformation, JournalArguments, JournalEntry, Parameters, Product, Request,
    RequestedState, Row, SoftwareInstance, Statistics, StatusDocument, SupplyState, UpdateReport, Value,
};
use crate::domain::event::EventPlace;
use crate::wire::control::{FormatReport, Ready, SeedReport, SnapshotEntry};
use crate::wire::json_rpc::{EventEntry, Method};
use crate::wire::person::PersonEntry;

/// What a front makes of an answer: objects get fronts of their own.
trait Front {
    type Of;

    fn front(of: Self::Of, runtime: &Arc<Runtime>) -> Self;
}

impl<T: Front> Front for Vec<T> {
    type Of = Vec<T::Of>;

    fn front(of: Self::Of, runtime: &Arc<Runtime>) -> Self {
        of.into_iter().map(|of| T::front(of, runtime)).collect()
    }
}

macro_rules! plain {
    ($($plain:ty),*) => {
        $(impl Front for $plain {
            type Of = Self;

            fn front(of: Self, _: &Arc<Runtime>) -> Self {
                of
            }
        })*
    };
}

plain!(
    (),
    String,
    [String; 2],
    Value,
    Parameters,
    RequestedState,
    SoftwareInstance,
    StatusDocument,
    Certificate,
    Destroyed,
    InstanceInformation,
    ComputerInformation,
    BTreeMap<String, Row>,
    Ready,
    ClockEntry,
    FaultReport,
    JournalEntry,
    FormatReport,
    SeedReport,
    SnapshotEntry,
    PersonEntry,
    u64,
    Entry,
    UpdateReport,
    Statistics
);

impl Front for (Computer, Certificate) {
    type Of = (super::Computer, Certificate);

    fn front((computer, certificate): Self::Of, runtime: &Arc<Runtime>) -> Self {
        (Computer::front(computer, runtime), certificate)
    }
}

/// Makes the front of an object. Some of its methods wait for an answer, the others tell what is known.
macro_rules! front {
    (
        $name:ident
        $(wait $waiting:ident($($sent:ident: $sent_type:ty),*) -> $answer:ty;)*
        $(tell $telling:ident($($given:ident: $given_type:ty),*) -> $told:ty;)*
    ) => {
        #[doc = concat!("The front of [`", stringify!($name), "`](super::", stringify!($name), ").")]
        #[derive(Debug, Clone)]
        pub struct $name {
            inner: super::$name,
            runtime: Arc<Runtime>,
        }

        impl Front for $name {
            type Of = super::$name;

            fn front(inner: Self::Of, runtime: &Arc<Runtime>) -> Self {
                Self { inner, runtime: Arc::clone(runtime) }
            }
        }

        impl $name {
            /// The object behind the front, for what [`Slap::wait`] waits for.
            #[must_use]
            pub fn as_async(&self) -> &super::$name {
                &self.inner
            }

            $(
                #[doc = concat!("Waits for [`", stringify!($waiting), "`](super::", stringify!($name), "::",
                                stringify!($waiting), ").")]
                ///
                /// # Errors
                /// As that.
                pub fn $waiting(&self, $($sent: $sent_type),*) -> Result<$answer, Error> {
                    let answer = self.runtime.block_on(self.inner.$waiting($($sent),*))?;
                    Ok(Front::front(answer, &self.runtime))
                }
            )*

            $(
                #[doc = concat!("The same as [`", stringify!($telling), "`](super::", stringify!($name), "::",
                                stringify!($telling), ").")]
                ///
                /// # Errors
                /// As that, if it can fail.
                pub fn $telling(&self, $($given: $given_type),*) -> $told {
                    self.inner.$telling($($given),*)
                }
            )*
        }
    };
}

front! {
    Slap
    wait get_software_release_list_from_software_product(product: &Product) -> Vec<String>;
    wait get_open_order_dict() -> BTreeMap<String, Row>;
    wait get_computer_dict() -> BTreeMap<String, Row>;
    wait ready() -> Ready;
    wait import(documents: &[String]) -> Vec<FormatReport>;
    wait import_preview(documents: &[String]) -> Vec<FormatReport>;
    wait seed(seed: &str) -> SeedReport;
    wait dump() -> String;
    wait load_snapshot(path: &str) -> ();
    wait snapshots() -> Vec<SnapshotEntry>;
    wait keep_snapshot(name: &str) -> ();
    wait restore_snapshot(name: &str) -> ();
    wait dump_snapshot(name: &str) -> String;
    wait reset() -> ();
    wait journal(arguments: &JournalArguments) -> Vec<JournalEntry>;
    wait clock() -> ClockEntry;
    wait change_clock(arguments: &ClockArguments) -> ClockEntry;
    wait faults() -> Vec<FaultReport>;
    wait add_faults(rules: &[FaultRule]) -> Vec<FaultReport>;
    wait clear_faults() -> ();
}

front! {
    Computer
    wait get_software_release_list() -> Vec<SoftwareRelease>;
    wait get_computer_partition_list() -> Vec<ComputerPartition>;
    wait update_configuration(configuration_xml: &str) -> String;
    wait report_usage(computer_usage: &str) -> ();
    wait bang(message: &str) -> ();
    wait get_status() -> StatusDocument;
    wait generate_certificate() -> Certificate;
    wait revoke_certificate() -> ();
    wait get_information() -> ComputerInformation;
    tell get_guid() -> &str;
}

front! {
    ComputerPartition
    wait request(request: &Request) -> ComputerPartition;
    wait get_instance_guid() -> String;
    wait get_state() -> RequestedState;
    wait get_type() -> String;
    wait get_software_release() -> SoftwareRelease;
    wait get_instance_parameter_dict() -> Parameters;
    wait get_instance_parameter(key: &str) -> Value;
    wait get_connection_parameter_dict() -> Parameters;
    wait get_connection_parameter(key: &str) -> Value;
    wait get_filter_dict() -> Parameters;
    wait get_software_instance() -> SoftwareInstance;
    wait building() -> ();
    wait available() -> ();
    wait started() -> ();
    wait stopped() -> ();
    wait destroyed() -> Destroyed;
    wait error(error_log: &str, slave_reference: Option<&str>) -> ();
    wait bang(message: &str) -> ();
    wait rename(new_name: &str, slave_reference: Option<&str>) -> ();
    wait set_connection_dict(connection_dict: &Parameters, slave_reference: Option<&str>) -> ();
    wait set_related_instance_list(titles: &[&str]) -> ();
    wait get_status() -> StatusDocument;
    wait get_certificate() -> Certificate;
    wait get_full_hosting_ip_address_list() -> Vec<[String; 2]>;
    wait get_information(title: &str) -> InstanceInformation;
    tell is_allocated() -> bool;
    tell get_id() -> Result<String, Error>;
    tell get_computer_id() -> Result<String, Error>;
    tell get_access_status() -> Option<&str>;
    tell set_usage(usage_log: &str) -> ();
    tell get_usage() -> Option<String>;
}

front! {
    People
    wait list() -> Vec<PersonEntry>;
    wait add(name: &str) -> ();
    wait remove(name: &str) -> ();
    wait certificate(name: &str) -> Certificate;
    wait token(name: &str, lifetime: u64) -> String;
    wait own_certificate() -> Certificate;
    wait register_computer(title: &str) -> (Computer, Certificate);
    wait authority() -> String;
    wait revocation_list() -> String;
}

front! {
    Shacache
    wait get_content(sha512: &str, into: &mut (dyn Write + Send)) -> u64;
    wait post_content(file: &Path) -> String;
    wait put_content(sha512: &str, file: &Path) -> String;
    wait get_entries(key: &str) -> Vec<Entry>;
    wait put_entry(key: &str, new: &Entry) -> ();
    wait update() -> UpdateReport;
    wait statistics() -> Statistics;
}

front! {
    SoftwareRelease
    wait building() -> ();
    wait available() -> ();
    wait error(error_log: &str) -> ();
    wait destroyed() -> ();
    wait get_status() -> StatusDocument;
    tell get_uri() -> &str;
    tell get_computer_id() -> Result<&str, Error>;
    tell get_state() -> Result<SupplyState, Error>;
}

front! {
    SoftwareProductCollection
    wait get(product: &str) -> String;
}

front! {
    OpenOrder
    wait request(request: &Request) -> ComputerPartition;
    wait get_information(title: &str) -> InstanceInformation;
    wait request_computer(computer_reference: &str) -> Computer;
}

front! {
    Supply
    wait supply(software_release: &str, computer_guid: &str, state: SupplyState) -> ();
}

front! {
    Token
    wait request() -> String;
}

impl Builder {
    /// The connection, for a program that is not asynchronous. Nothing is sent yet.
    ///
    /// # Errors
    /// As [`Self::build`], and when there can be no runtime.
    pub fn build_blocking(self) -> Result<Slap, Error> {
        let inner = self.build()?;
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Error::new(ErrorKind::Connection, None, error.to_string()))?;
        Ok(Slap { inner, runtime: Arc::new(runtime) })
    }
}

impl Slap {
    /// A connection to the master at a URL, made step by step; [`Builder::build_blocking`] is the last one.
    pub fn builder(url: &str) -> Builder {
        super::Slap::builder(url)
    }

    /// Waits for whatever the objects behind the fronts do, such as `slap.as_async().json_rpc().…`.
    pub fn wait<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// Waits for the JSON-RPC method of a request.
    ///
    /// # Errors
    /// As [`JsonRpc::call`](super::JsonRpc::call).
    pub fn call<M: Method>(&self, request: &M) -> Result<M::Response, Error> {
        self.wait(self.inner.call(request))
    }

    /// The front of [`register_computer`](super::Slap::register_computer).
    #[must_use]
    pub fn register_computer(&self, computer_guid: &str) -> Computer {
        self.front(self.inner.register_computer(computer_guid))
    }

    /// The front of [`register_computer_partition`](super::Slap::register_computer_partition).
    ///
    /// # Errors
    /// As that.
    pub fn register_computer_partition(
        &self,
        computer_guid: &str,
        partition_id: &str,
    ) -> Result<ComputerPartition, Error> {
        Ok(self.front(self.inner.register_computer_partition(computer_guid, partition_id)?))
    }

    /// The front of [`register_software_release`](super::Slap::register_software_release).
    #[must_use]
    pub fn register_software_release(&self, software_release: &str) -> SoftwareRelease {
        self.front(self.inner.register_software_release(software_release))
    }

    /// The front of [`register_open_order`](super::Slap::register_open_order).
    #[must_use]
    pub fn register_open_order(&self) -> OpenOrder {
        self.front(self.inner.register_open_order())
    }

    /// The front of [`register_supply`](super::Slap::register_supply).
    #[must_use]
    pub fn register_supply(&self) -> Supply {
        self.front(self.inner.register_supply())
    }

    /// The front of [`people`](super::Slap::people).
    #[must_use]
    pub fn people(&self) -> People {
        self.front(self.inner.people())
    }

    /// The front of [`shacache`](super::Slap::shacache).
    #[must_use]
    pub fn shacache(&self) -> Shacache {
        self.front(self.inner.shacache())
    }

    /// The front of [`register_token`](super::Slap::register_token).
    #[must_use]
    pub fn register_token(&self) -> Token {
        self.front(self.inner.register_token())
    }

    /// The front of [`software_product_collection`](super::Slap::software_product_collection).
    #[must_use]
    pub fn software_product_collection(&self) -> SoftwareProductCollection {
        self.front(self.inner.software_product_collection())
    }

    /// Waits for [`follow_events`](super::Slap::follow_events).
    ///
    /// # Errors
    /// As that.
    pub fn follow_events(&self, follow: &Follow) -> Result<EventStream, Error> {
        let inner = self.wait(self.inner.follow_events(follow))?;
        Ok(EventStream { inner, runtime: Arc::clone(&self.runtime) })
    }

    fn front<T: Front>(&self, of: T::Of) -> T {
        T::front(of, &self.runtime)
    }
}

impl Computer {
    /// Waits for [`report_partition_usages`](super::Computer::report_partition_usages).
    ///
    /// # Errors
    /// As that.
    pub fn report_partition_usages(&self, partitions: &[ComputerPartition]) -> Result<(), Error> {
        let partitions: Vec<_> = partitions.iter().map(|partition| partition.inner.clone()).collect();
        self.runtime.block_on(self.inner.report_partition_usages(&partitions))
    }
}

/// The front of [`EventStream`](super::EventStream).
#[derive(Debug)]
pub struct EventStream {
    inner: super::EventStream,
    runtime: Arc<Runtime>,
}

impl EventStream {
    /// Waits for [`next_event`](super::EventStream::next_event).
    ///
    /// # Errors
    /// As that.
    pub fn next_event(&mut self) -> Result<Option<EventEntry>, Error> {
        self.runtime.block_on(self.inner.next_event())
    }

    /// The same as [`after`](super::EventStream::after).
    #[must_use]
    pub fn after(&self) -> Option<EventPlace> {
        self.inner.after()
    }
}

impl SoftwareRelease {
    /// The same release on a computer.
    #[must_use]
    pub fn on_computer(self, computer_guid: &str) -> Self {
        Self { inner: self.inner.on_computer(computer_guid), ..self }
    }
}
