//! Every method of the JSON-RPC API, called by its name: what each of them answered, as a line.

use std::fmt::Debug;

use slapproxy::client::blocking::Slap;
use slapproxy::client::{Error, Parameters, RequestedState, SupplyState};
use slapproxy::domain::ids::{Reference, SoftwareRelease, Title};
use slapproxy::wire::json_rpc::*;

use super::walk::{COMPUTER, Lines, map, owner};

/// Notes the answer of each method, in the name of a person.
macro_rules! note {
    ($lines:ident, $slap:ident, $($method:ident($request:expr) $(=> $show:expr)?;)*) => {
        $({
            let answer = $slap.wait($slap.as_async().json_rpc().$method(&$request));
            $(let answer = answer.map($show);)?
            $lines.push((stringify!($method).to_owned(), shown(answer)));
        })*
    };
}

/// An answer, or the kind of a failure.
fn shown<T: Debug>(answer: Result<T, Error>) -> String {
    match answer {
        Ok(answer) => format!("{answer:?}"),
        Err(error) => format!("{:?}", error.kind()),
    }
}

/// What is told of an instance, without times.
fn instance(told: &Instance) -> String {
    let texts = |parameters: &Parameters| parameters.texts().map(|(key, text)| format!("{key}={text}")).collect();
    let (parameters, connection): (Vec<String>, Vec<String>) =
        (texts(&told.parameters), texts(&told.connection_parameters));
    format!(
        "{} {} {} {} {} {} {parameters:?} {connection:?} {} {} {:?}",
        told.instance_guid,
        told.software_release_uri,
        told.software_type,
        told.state,
        told.shared,
        told.root_instance_title,
        told.computer_guid,
        told.compute_partition_id,
        told.ip_list
    )
}

fn release() -> SoftwareRelease {
    SoftwareRelease::parse("url", "/sr").unwrap()
}

fn title(title: &str) -> Title {
    Title::parse("title", title).unwrap()
}

fn request(name: &str, shared: bool) -> PostSoftwareInstance {
    PostSoftwareInstance {
        title: title(name),
        software_release_uri: release(),
        software_type: "cluster".into(),
        parameters: map(&[("domain", "app.example")]),
        state: RequestedState::Started,
        shared,
        sla_parameters: Parameters::default(),
    }
}

/// Walks through a new master with the default computer [`COMPUTER`].
pub fn walk(url: &str) -> Lines {
    let slap = Slap::builder(url).no_instance_root().build_blocking().unwrap();
    let mut lines = Lines::new();
    computers(&mut lines, &slap);
    instances(&mut lines, &slap);
    reports(&mut lines, &slap);
    lines
}

fn computers(lines: &mut Lines, slap: &Slap) {
    let computer = || COMPUTER.to_owned();
    let address = PartitionAddress {
        ip_address: "10.0.0.1".into(),
        network_interface: Some("tap0".into()),
        netmask: Some("255.255.255.255".into()),
        gateway_ip_address: None,
        network_address: None,
    };
    let partition = |name: &str| ComputePartition {
        partition_id: name.into(),
        ip_list: vec![address.clone()],
        details: Parameters::default(),
    };
    let format = PutComputeNodeFormat {
        computer_guid: Reference::parse("computer_guid", COMPUTER).unwrap(),
        compute_partition_list: vec![partition("part0"), partition("part1")],
    };
    let supply = PostSoftwareInstallation {
        computer_guid: computer(),
        software_release_uri: release(),
        state: SupplyState::Available,
    };
    let built = PutSoftwareInstallationReportedState {
        computer_guid: computer(),
        software_release_uri: release(),
        reported_state: ReportedSoftware::Available,
    };
    let failed = PutSoftwareInstallationError {
        computer_guid: computer(),
        software_release_uri: release(),
        message: "no".into(),
    };
    note! { lines, slap,
        get_hateoas_url(GetHateoasUrl {}) => |told| told.hateoas_url.ends_with("/hateoas/");
        put_compute_node_format(format) => |told| told.r#type;
        all_docs_compute_node_list(AllDocsComputeNodeList {});
        put_compute_node_bang(PutComputeNodeBang { computer_guid: computer(), message: "x".into() }) => |told| told.r#type;
        get_compute_node_status(GetComputeNodeStatus { computer_guid: computer() }) => |told| told.text;
        post_compute_node_usage(PostComputeNodeUsage { computer_guid: computer(), tioxml: "<a/>".into() })
            => |told| told.r#type;
        post_compute_node_certificate(PostComputeNodeCertificate { computer_guid: computer() }) => owner;
        remove_compute_node_certificate(RemoveComputeNodeCertificate { computer_guid: computer() }) => |told| told.r#type;
        post_software_installation(supply);
        put_software_installation_error(failed);
        put_software_installation_reported_state(built);
        all_docs_compute_node_software_installation_list(
            AllDocsComputeNodeSoftwareInstallationList { computer_guid: computer() }
        );
        all_docs_software_installation_list(AllDocsSoftwareInstallationList { computer_guid: computer() });
    }
}

fn instances(lines: &mut Lines, slap: &Slap) {
    let computer = || COMPUTER.to_owned();
    let guid = || "root______0".to_owned();
    let place = GetComputePartition { computer_guid: computer(), compute_partition_id: "part0".into() };
    let published = PutSoftwareInstanceConnectionParameter {
        instance_guid: guid(),
        connection_parameter_dict: map(&[("url", "https://app.example/")]),
    };
    let of_shared =
        PutSoftwareInstanceConnectionParameter { instance_guid: "shared______1".into(), ..published.clone() };
    note! { lines, slap,
        post_software_instance(request("root", false)) => |told| instance(&told);
        post_software_instance(request("shared", true)) => |told| instance(&told);
        put_software_instance_connection_parameter(published) => |told| told.r#type;
        put_software_instance_connection_parameter(of_shared) => |told| told.r#type;
        get_software_instance(GetSoftwareInstance { instance_guid: guid() }) => |told| instance(&told);
        get_software_instance(GetSoftwareInstance { instance_guid: "nothing______0".into() }) => |told| instance(&told);
        get_compute_partition(place) => |told| instance(&told);
        get_instance_tree(GetInstanceTree { title: "shared".into() }) => |told| instance(&told);
        all_docs_instance_tree_list(AllDocsInstanceTreeList {});
        all_docs_instance_node_instance_list(AllDocsInstanceNodeInstanceList { instance_guid: guid() });
        all_docs_compute_node_instance_list(AllDocsComputeNodeInstanceList { computer_guid: computer() });
        all_docs_compute_partition_list(AllDocsComputePartitionList { computer_guid: computer() })
            => |told| told.result_list.len();
        all_docs_instance_tree_instance_list(AllDocsInstanceTreeInstanceList { title: "root".into() })
            => |told| told.result_list.len();
        get_software_instance_certificate(GetSoftwareInstanceCertificate { instance_guid: guid() }) => owner;
    }
    let partition = slap.register_computer_partition(COMPUTER, "part0").unwrap();
    let child = slap.wait(partition.as_async().json_rpc().post_software_instance(&request("child", false)));
    lines.push(("post_software_instance".into(), shown(child.map(|told| instance(&told)))));
}

fn reports(lines: &mut Lines, slap: &Slap) {
    let guid = || "root______0".to_owned();
    let reported = |reported_state| PutSoftwareInstanceReportedState { instance_guid: guid(), reported_state };
    let error = PutSoftwareInstanceError { instance_guid: guid(), message: "boom".into() };
    let child = "child___root___0".to_owned();
    let rename = PutSoftwareInstanceTitle { instance_guid: child, title: title("renamed") };
    let closed = PutComputeNodeAllocation {
        computer_guid: COMPUTER.to_owned(),
        closed: Some(true),
        ..PutComputeNodeAllocation::default()
    };
    let moved = PostSoftwareInstanceMove { instance_guid: guid(), computer_guid: None };
    let events = AllDocsEventList { limit: Some(1), ..AllDocsEventList::default() };
    note! { lines, slap,
        put_software_instance_reported_state(reported(RequestedState::Started)) => |told| told.r#type;
        put_software_instance_error(error) => |told| told.r#type;
        put_software_instance_bang(PutSoftwareInstanceBang { instance_guid: guid(), message: "x".into() });
        put_software_instance_title(rename);
        put_software_instance_reported_state(reported(RequestedState::Destroyed)) => |told| told.r#type;
        all_docs_event_list(events) => |told| told.result_list.len();
        all_docs_explanation_list(AllDocsExplanationList { title: "root".into() })
            => |told| told.result_list[0].summary.clone();
        all_docs_explanation_list(AllDocsExplanationList { title: "nothing".into() })
            => |told| told.result_list.len();
        put_compute_node_allocation(closed);
        post_software_instance_move(moved) => |told| instance(&told);
        all_docs_forwarded_instance_list(AllDocsForwardedInstanceList {});
        all_docs_consumption_list(AllDocsConsumptionList::default());
    }
}
