//! The four classes of the protocol, and the records beside them, as marshalled values.

mod decode;

pub use decode::{
    Answered, Computer, ObjectError, SoftwareInstance, SoftwareRelease, read_answered, read_certificate, read_computer,
    read_hosting_ip_list, read_partition, read_requested, read_status, read_texts,
};

use super::parameters::{text_dictionary, to_value};
use super::value::{Class, Dictionary, Value};
use crate::domain::address::Address;
use crate::domain::certificate::Pair;
use crate::domain::computer::{ComputerInformation, Occupant, PartitionInformation};
use crate::domain::frontend::Shortcut;
use crate::domain::instance::{Instance, SharedInstance};
use crate::domain::partition::Partition;
use crate::domain::state::SupplyState;
use crate::domain::timestamp::TimestampFormat;
use crate::wire::status::StatusDocument;

/// A computer with all of its software and partitions (`getFullComputerInformation`).
#[must_use]
pub fn computer(information: &ComputerInformation, format: TimestampFormat) -> Value {
    let id = &*information.reference;
    let software = information.software.iter();
    let software =
        software.map(|supplied| software_release(&supplied.software_release, id, Some(supplied.requested_state)));
    let partitions = information.partitions.iter().map(|partition| {
        let mut state = partition_state(partition, format);
        if let Some(status) = partition.occupant.as_ref().and_then(|occupant| occupant.access_status.as_deref()) {
            state.push(("_access_status", status.into()));
        }
        partition_object(&partition.partition, state)
    });
    let state = [
        ("_computer_id", id.into()),
        ("_computer_partition_list", Value::list(partitions.collect())),
        ("_software_release_list", Value::list(software.collect())),
    ];
    Value::object(Class::Computer, vec![id.into()], state.into_iter().collect())
}

/// A computer of which only the reference is told (`requestComputer`).
#[must_use]
pub fn new_computer(reference: &str) -> Value {
    Value::object(Class::Computer, vec![reference.into()], [("_computer_id", reference.into())].into_iter().collect())
}

/// A partition (`registerComputerPartition`).
#[must_use]
pub fn computer_partition(information: &PartitionInformation, format: TimestampFormat) -> Value {
    partition_object(&information.partition, partition_state(information, format))
}

fn partition_object(partition: &Partition, state: Vec<(&str, Value)>) -> Value {
    let arguments = vec![(&*partition.computer).into(), (&*partition.reference).into(), Value::None];
    Value::object(Class::ComputerPartition, arguments, state.into_iter().collect())
}

fn partition_state(information: &PartitionInformation, format: TimestampFormat) -> Vec<(&'static str, Value)> {
    let PartitionInformation { partition, addresses, occupant } = information;
    let mut state = vec![
        ("_computer_id", Value::from(&*partition.computer)),
        ("_instance_guid", partition.guid().into()),
        ("_partition_id", (&*partition.reference).into()),
        ("_request_dict", Value::None),
    ];
    match occupant {
        None => state.extend([
            ("_need_modification", 0.into()),
            ("_requested_state", "destroyed".into()),
            ("_software_release_document", Value::None),
        ]),
        Some(occupant) => {
            let instance = &occupant.instance;
            let connection = instance.connection.as_ref();
            state.extend([
                ("_connection_dict", connection.map_or_else(empty, text_dictionary)),
                ("_filter_dict", text_dictionary(&instance.wish.sla)),
                ("_need_modification", 1.into()),
                ("_parameter_dict", parameter_dict(partition, addresses, occupant, format)),
                ("_requested_state", instance.wish.state.as_str().into()),
                (
                    "_software_release_document",
                    software_release(&instance.wish.software_release, &partition.computer, None),
                ),
            ]);
        }
    }
    state
}

fn empty() -> Value {
    Value::from(Dictionary::default())
}

/// The parameters of an instance, with those that the system adds and that hide others of the same names.
fn parameter_dict(partition: &Partition, addresses: &[Address], occupant: &Occupant, format: TimestampFormat) -> Value {
    let Occupant { instance, shared, .. } = occupant;
    let system = [
        ("full_address_list", Value::list(Vec::new())),
        ("full_ip_list", full_ip_list(addresses)),
        ("instance_title", (&*instance.title).into()),
        ("ip_list", ip_list(addresses)),
        ("root_instance_title", (&*instance.root_title).into()),
        ("slap_computer_id", (&*partition.computer).into()),
        ("slap_computer_partition_id", (&*partition.reference).into()),
        ("slap_software_release_url", (&*instance.wish.software_release).into()),
        ("slap_software_type", instance.wish.software_type.as_str().into()),
        ("slave_instance_list", shared_list(shared)),
        ("timestamp", timestamp(instance, format)),
    ];
    let own = instance.wish.parameters.texts().map(|(key, text)| (key.to_owned(), Value::String(text)));
    Value::dictionary(own.chain(system.into_iter().map(|(key, value)| (key.to_owned(), value))))
}

/// The shared instances of a host, as it reads them.
#[must_use]
pub fn shared_list(shared: &[SharedInstance]) -> Value {
    Value::list(shared.iter().map(shared_entry).collect())
}

/// A shared instance as its host reads it: parameters keep their types.
#[must_use]
pub fn shared_entry(shared: &SharedInstance) -> Value {
    let own = shared.parameters.as_map().iter().map(|(key, value)| (key.clone(), to_value(value)));
    // The title is the reference, as in the Python proxy, which recipes rely on.
    let system = [
        ("slave_title", shared.reference.as_str()),
        ("slave_reference", shared.reference.as_str()),
        ("slap_software_type", shared.software_type.as_str()),
    ];
    Value::dictionary(own.chain(system.into_iter().map(|(key, text)| (key.to_owned(), text.into()))))
}

fn timestamp(instance: &Instance, format: TimestampFormat) -> Value {
    match format {
        TimestampFormat::Seconds => instance.timestamp_seconds().into(),
        TimestampFormat::Microseconds => instance.timestamp.0.into(),
    }
}

/// The addresses that are not routed, as tuples of interface and address.
fn ip_list(addresses: &[Address]) -> Value {
    let plain = addresses.iter().filter(|address| address.route.is_none());
    Value::list(plain.map(interface_and_address).collect())
}

/// Every address of a tree, as tuples of interface and address (`getHostingSubscriptionIpList`).
#[must_use]
pub fn hosting_ip_list(addresses: &[Address]) -> Value {
    Value::list(addresses.iter().map(interface_and_address).collect())
}

fn interface_and_address(address: &Address) -> Value {
    Value::Tuple(vec![address.interface.as_str().into(), address.address.as_str().into()])
}

/// The routed addresses, as tuples of interface, address, gateway, netmask and network.
fn full_ip_list(addresses: &[Address]) -> Value {
    let routed = addresses.iter().filter_map(|address| address.route.as_ref().map(|route| (address, route)));
    let tuples = routed.map(|(address, route)| {
        let netmask = address.netmask.as_deref().unwrap_or_default();
        let texts = [&*address.interface, &*address.address, &*route.gateway, netmask, &*route.network];
        Value::Tuple(texts.into_iter().map(Value::from).collect())
    });
    Value::list(tuples.collect())
}

fn software_release(url: &str, computer: &str, requested_state: Option<SupplyState>) -> Value {
    let mut state = vec![
        ("_computer_guid", computer.into()),
        ("_software_instance_list", Value::list(Vec::new())),
        ("_software_release", url.into()),
    ];
    if let Some(requested_state) = requested_state {
        state.push(("_requested_state", requested_state.as_str().into()));
    }
    Value::object(Class::SoftwareRelease, vec![url.into(), computer.into()], state.into_iter().collect())
}

/// The answer to the request of a software instance. `connection_xml` is the stored connection document.
#[must_use]
pub fn software_instance(
    instance: &Instance,
    partition: &Partition,
    addresses: &[Address],
    connection_xml: Option<String>,
    format: TimestampFormat,
) -> Value {
    let own = instance.wish.parameters.texts().map(|(key, text)| (key.to_owned(), Value::String(text)));
    let parameters = own.chain([("timestamp".to_owned(), timestamp(instance, format))]);
    let mut state = answer_state(instance, partition, addresses);
    state.extend([
        ("_parameter_dict", Value::dictionary(parameters)),
        ("connection_xml", connection_xml.into()),
        ("slap_software_type", instance.wish.software_type.as_str().into()),
    ]);
    Value::object(Class::SoftwareInstance, Vec::new(), state.into_iter().collect())
}

/// The answer to the request of a shared instance: its own parameters, the place and type of its host.
#[must_use]
pub fn shared_software_instance(
    instance: &Instance,
    host: &Instance,
    partition: &Partition,
    addresses: &[Address],
) -> Value {
    let mut state = answer_state(instance, partition, addresses);
    state.extend([
        ("_parameter_dict", text_dictionary(&instance.wish.parameters)),
        ("slap_software_type", host.wish.software_type.as_str().into()),
    ]);
    Value::object(Class::SoftwareInstance, Vec::new(), state.into_iter().collect())
}

fn answer_state(instance: &Instance, partition: &Partition, addresses: &[Address]) -> Vec<(&'static str, Value)> {
    vec![
        ("_connection_dict", instance.connection.as_ref().map_or_else(empty, text_dictionary)),
        ("_filter_dict", text_dictionary(&instance.wish.sla)),
        ("_instance_guid", instance.guid(&partition.computer, &partition.reference).into()),
        ("_requested_state", instance.wish.state.as_str().into()),
        ("full_ip_list", full_ip_list(addresses)),
        ("ip_list", ip_list(addresses)),
        ("slap_computer_id", (&*partition.computer).into()),
        ("slap_computer_partition_id", (&*partition.reference).into()),
        // The Python proxy sends this word, and clients copy the attribute.
        ("slap_server_url", "slap_server_url".into()),
        ("slap_software_release_url", (&*instance.wish.software_release).into()),
    ]
}

/// The answer of a frontend shortcut: a partition that does not exist.
#[must_use]
pub fn frontend(shortcut: &Shortcut) -> Value {
    let partition = shortcut.partition.as_str();
    let state = [
        ("_computer_id", "".into()),
        ("_connection_dict", text_dictionary(&shortcut.connection)),
        ("_parameter_dict", empty()),
        ("_partition_id", partition.into()),
        ("_request_dict", Value::None),
        ("slap_computer_id", "".into()),
        ("slap_computer_partition_id", "".into()),
    ];
    Value::object(Class::ComputerPartition, vec!["".into(), partition.into(), Value::None], state.into_iter().collect())
}

/// The answer to a request that another master fulfilled: its own answer, as the Python proxy passes it on.
#[must_use]
pub fn forwarded(answered: &Answered, master_url: &str, software_release: &str) -> Value {
    let told = answered.told();
    let (computer, partition) = (told.computer.as_deref().unwrap_or(""), told.partition.as_deref().unwrap_or(""));
    let mut state: Vec<(Value, Value)> =
        answered.attributes().map(|(key, value)| (key.clone(), value.clone())).collect();
    let own = [
        ("_computer_id", computer.into()),
        ("_connection_helper", Value::None),
        ("_hateoas_navigator", Value::None),
        ("_master_url", master_url.into()),
        ("_partition_id", partition.into()),
        ("_request_dict", Value::None),
        ("_software_release_document", software_release.into()),
    ];
    state.extend(own.map(|(key, value)| (key.into(), value)));
    let arguments = vec![computer.into(), partition.into(), Value::None];
    Value::object(Class::ComputerPartition, arguments, Dictionary::new(state))
}

/// A status record.
#[must_use]
pub fn status(status: &StatusDocument) -> Value {
    let texts = [
        ("portal_type", &status.portal_type),
        ("reference", &status.reference),
        ("user", &status.user),
        ("created_at", &status.created_at),
        ("since", &status.since),
        ("state", &status.state),
        ("text", &status.text),
    ];
    let flags = [
        ("no_data", status.no_data),
        ("no_data_since_5_minutes", status.no_data_since_5_minutes),
        ("no_data_since_15_minutes", status.no_data_since_15_minutes),
    ];
    let flags = flags.into_iter().filter_map(|(key, flag)| flag.map(|flag| (key, Value::from(flag))));
    Value::dictionary(texts.map(|(key, text)| (key, Value::from(text.as_str()))).into_iter().chain(flags))
}

/// A list of texts.
#[must_use]
pub fn texts(texts: &[String]) -> Value {
    Value::list(texts.iter().map(|text| text.as_str().into()).collect())
}

/// A key and its certificate; both texts empty where there is no authority, as the Python proxy answers.
#[must_use]
pub fn certificate(pair: &Pair) -> Value {
    Value::dictionary([("certificate", Value::from(pair.certificate.as_str())), ("key", pair.key.as_str().into())])
}
