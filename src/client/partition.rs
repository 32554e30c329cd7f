//! Partitions and the instances in them: what is known of them.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::call::Identity;
use super::error::Error;
use super::json_rpc::JsonRpc;
use super::request::Request;
use super::slap_tool::SlapTool;
use super::software::SoftwareRelease;
use super::{Slap, SoftwareInstance};
use crate::domain::instance;
use crate::domain::parameters::{Parameters, Value};
use crate::domain::state::RequestedState;
use crate::wire::form::{PartitionArguments, Register, RequestArguments};

/// A partition of a computer and the instance in it, or a requested instance in its partition; a requested shared
/// instance is in the partition of its host.
///
/// What the master did not tell when the partition was listed or requested is fetched once, when it is first asked for;
/// clones share it. What is published, renamed or reported afterwards does not change what is known: register the
/// partition anew to see it.
#[derive(Debug, Clone)]
pub struct ComputerPartition {
    pub(super) slap: Slap,
    told: SoftwareInstance,
    rest: Rest,
    fetched: Arc<OnceCell<SoftwareInstance>>,
    usage: Arc<Mutex<Option<String>>>,
}

/// What of an instance can be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// Everything that is not known.
    Fetched,
    /// Nothing: it is not there, or what is fetched would be that of another instance, the host.
    None,
}

/// Getters that need what the master has not told yet fail with
/// [`ResourceNotReady`](super::ErrorKind::ResourceNotReady), otherwise as [`ErrorKind`](super::ErrorKind) tells.
#[expect(clippy::missing_errors_doc, reason = "all calls fail alike, as said above")]
impl ComputerPartition {
    fn new(slap: Slap, told: SoftwareInstance, rest: Rest) -> Self {
        Self { slap, told, rest, fetched: Arc::default(), usage: Arc::default() }
    }

    pub(super) fn registered(slap: Slap, computer: &str, partition: &str) -> Self {
        slap.transactions().begin(partition);
        let (computer, partition) = (Some(computer.to_owned()), Some(partition.to_owned()));
        Self::new(slap, SoftwareInstance { computer, partition, ..SoftwareInstance::default() }, Rest::Fetched)
    }

    pub(super) fn listed(slap: Slap, mut told: SoftwareInstance, computer: &str) -> Self {
        told.computer.get_or_insert_with(|| computer.to_owned());
        Self::new(slap, told, Rest::None)
    }

    /// Requests an instance in the name of a partition, or of the person who calls.
    pub(super) async fn request_by(slap: &Slap, by: Option<&Self>, request: &Request) -> Result<Self, Error> {
        let arguments = instance::Request::try_from(request)?;
        let requester = by.map(Self::place).transpose()?;
        if let Some(requester) = &requester {
            slap.transactions().record(&requester.partition, request.title());
        }
        let slap_tool = by.map_or_else(|| slap.slap_tool(), Self::slap_tool);
        let requester = requester.map(|place| (place.computer, place.partition));
        let arguments = RequestArguments { request: arguments, requester };
        match slap_tool.request_computer_partition(&arguments).await {
            Ok(told) if request.is_shared() => Ok(Self::new(slap.clone(), shared(told, request), Rest::None)),
            Ok(told) => Ok(Self::new(slap.clone(), told, Rest::Fetched)),
            Err(error) if error.is_resource_not_ready() => {
                Ok(Self::new(slap.clone(), SoftwareInstance::default(), Rest::None))
            }
            Err(error) => Err(error),
        }
    }

    /// Requests an instance in the name of the one in this partition: a child of it.
    ///
    /// On a node the title is noted, so that the node knows which children the instance still requests. A master that
    /// has no place for it yet gives an instance [without one](Self::is_allocated).
    pub async fn request(&self, request: &Request) -> Result<Self, Error> {
        Self::request_by(&self.slap, Some(self), request).await
    }

    /// Whether the instance has a place. Before that, the master has told nothing about it: request it again later.
    #[must_use]
    pub fn is_allocated(&self) -> bool {
        self.told.partition.as_deref().is_some_and(|partition| !partition.is_empty())
    }

    /// The identifier of the partition on its computer.
    pub fn get_id(&self) -> Result<String, Error> {
        known(self.told.partition.clone(), "partition")
    }

    /// The reference of the computer.
    pub fn get_computer_id(&self) -> Result<String, Error> {
        known(self.told.computer.clone(), "computer")
    }

    /// The identifier of the instance inside of the master; of a shared one its reference.
    pub async fn get_instance_guid(&self) -> Result<String, Error> {
        known(self.get(|told| told.instance_guid.clone()).await?, "identifier")
    }

    /// What its requester wants the instance to be.
    pub async fn get_state(&self) -> Result<RequestedState, Error> {
        let state = known(self.get(|told| told.requested_state.clone()).await?, "state")?;
        RequestedState::parse("_requested_state", &state).map_err(|refusal| Error::unexpected(&refusal))
    }

    /// The software type of the instance; of a shared one, that of its host.
    pub async fn get_type(&self) -> Result<String, Error> {
        known(self.get(|told| told.software_type.clone()).await?, "software type")
    }

    /// The software release of the instance, on its computer. A free partition has none, which is
    /// [`NotFound`](super::ErrorKind::NotFound).
    pub async fn get_software_release(&self) -> Result<SoftwareRelease, Error> {
        let release = self.get(|told| told.software_release.clone()).await?;
        let computer = self.told.computer.clone().unwrap_or_default();
        let partition = self.told.partition.as_deref().unwrap_or_default();
        let none = || Error::not_found(format!("No software release information for partition {partition}"));
        release.map(|release| SoftwareRelease::listed(self.slap.clone(), &release, &computer)).ok_or_else(none)
    }

    /// The instance parameters, with those that the master adds; none for a free partition.
    pub async fn get_instance_parameter_dict(&self) -> Result<Parameters, Error> {
        self.parameters(|told| told.parameters.clone()).await
    }

    /// One instance parameter; [`NotFound`](super::ErrorKind::NotFound) without it.
    pub async fn get_instance_parameter(&self, key: &str) -> Result<Value, Error> {
        value(&self.get_instance_parameter_dict().await?, key)
    }

    /// The connection parameters that the instance published.
    pub async fn get_connection_parameter_dict(&self) -> Result<Parameters, Error> {
        self.parameters(|told| told.connection.clone()).await
    }

    /// One connection parameter; [`NotFound`](super::ErrorKind::NotFound) without it.
    pub async fn get_connection_parameter(&self, key: &str) -> Result<Value, Error> {
        value(&self.get_connection_parameter_dict().await?, key)
    }

    /// The filter of the request: where the instance wants to be. Some masters do not keep it.
    pub async fn get_filter_dict(&self) -> Result<Parameters, Error> {
        self.parameters(|told| told.filter.clone()).await
    }

    /// Everything that the master tells about the instance, as a record.
    pub async fn get_software_instance(&self) -> Result<SoftwareInstance, Error> {
        self.fetch().await?;
        Ok(self.fetched.get().unwrap_or(&self.told).clone())
    }

    /// The text of the latest report about the instance, if the master told one: those do that list a computer.
    #[must_use]
    pub fn get_access_status(&self) -> Option<&str> {
        self.told.access_status.as_deref()
    }

    /// Keeps what the instance consumed, for the report of its computer. Nothing is sent.
    pub fn set_usage(&self, usage_log: &str) {
        *self.usage.lock().unwrap_or_else(PoisonError::into_inner) = Some(usage_log.to_owned());
    }

    /// What the instance consumed, as [`Self::set_usage`] was told.
    #[must_use]
    pub fn get_usage(&self) -> Option<String> {
        self.usage.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The classic API in the name of the partition.
    #[must_use]
    pub fn slap_tool(&self) -> SlapTool<'_> {
        SlapTool { transport: self.slap.transport(), identity: self.identity() }
    }

    /// The JSON-RPC API in the name of the partition, which is the requester of what it requests.
    #[must_use]
    pub fn json_rpc(&self) -> JsonRpc<'_> {
        JsonRpc { transport: self.slap.transport(), identity: self.identity() }
    }

    /// Where the instance is, for calls about it.
    pub(super) fn place(&self) -> Result<PartitionArguments, Error> {
        let (computer, partition) = (self.get_computer_id()?, self.get_id()?);
        Ok(PartitionArguments { computer, partition, shared_reference: None })
    }

    fn identity(&self) -> Option<Identity> {
        let PartitionArguments { computer, partition, .. } = self.place().ok()?;
        Some(Identity { computer, partition })
    }

    /// What the master tells of the instance: what was fetched, or else was told before, or else can be fetched.
    async fn get<T>(&self, attribute: impl Fn(&SoftwareInstance) -> Option<T>) -> Result<Option<T>, Error> {
        let known = self.fetched.get().and_then(&attribute).or_else(|| attribute(&self.told));
        if known.is_some() {
            return Ok(known);
        }
        self.fetch().await?;
        Ok(self.fetched.get().and_then(attribute))
    }

    async fn parameters(&self, map: impl Fn(&SoftwareInstance) -> Option<Parameters>) -> Result<Parameters, Error> {
        self.get_id()?;
        Ok(self.get(map).await?.unwrap_or_default())
    }

    async fn fetch(&self) -> Result<(), Error> {
        if self.rest == Rest::None {
            return Ok(());
        }
        let fetch = async || {
            let PartitionArguments { computer, partition, .. } = self.place()?;
            self.slap_tool().register_computer_partition(&Register { computer, partition }).await
        };
        self.fetched.get_or_try_init(fetch).await.map(drop)
    }
}

/// A shared instance as its requester knows it. Masters that tell no state of it know no other one than what was asked.
fn shared(told: SoftwareInstance, request: &Request) -> SoftwareInstance {
    let asked = request.requested_state().unwrap_or(RequestedState::Started);
    let requested_state = told.requested_state.or_else(|| Some(asked.to_string()));
    SoftwareInstance { requested_state, ..told }
}

/// Something that the master told, and not as an empty text.
fn known(text: Option<String>, what: &str) -> Result<String, Error> {
    text.filter(|text| !text.is_empty()).ok_or_else(|| Error::not_ready(format!("the instance has no {what} yet")))
}

fn value(parameters: &Parameters, key: &str) -> Result<Value, Error> {
    parameters.as_map().get(key).cloned().ok_or_else(|| Error::not_found(format!("{key} not found")))
}
