//! What is fetched, when, and how often.

use slapproxy::client::{Parameters, Request, RequestedState, SupplyState, Value};
use slapproxy::wire::xml::{Class, Value as Xml, dumps};

use super::scripted::{Reply, Scripted, ok};
use crate::replay::http::Message;

/// A marshalled object.
fn object(class: Class, state: &[(&str, Xml)]) -> String {
    let state = state.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let arguments = match class {
        Class::Computer => vec!["c".into()],
        Class::ComputerPartition => vec!["c".into(), "p".into(), Xml::None],
        Class::SoftwareInstance | Class::SoftwareRelease => Vec::new(),
    };
    String::from_utf8(dumps(&Xml::object(class, arguments, state)).unwrap()).unwrap()
}

/// A marshalled dictionary of texts.
fn dictionary(entries: &[(&str, &str)]) -> Xml {
    Xml::dictionary(entries.iter().map(|(key, value)| (*key, Xml::from(*value))))
}

fn partition() -> String {
    object(
        Class::ComputerPartition,
        &[
            ("_computer_id", "c".into()),
            ("_partition_id", "p".into()),
            ("_instance_guid", "c-p".into()),
            ("_requested_state", "started".into()),
            ("_parameter_dict", dictionary(&[("slap_software_type", "cluster"), ("of", "host")])),
            ("_connection_dict", dictionary(&[("url", "https://host/")])),
        ],
    )
}

#[test]
fn a_computer_is_fetched_once_for_both_lists_and_for_its_clones() {
    let computer = object(Class::Computer, &[("_computer_id", "c".into())]);
    let server = Scripted::new(move |_| ok(computer.clone()));
    let computer = server.slap().register_computer("c");
    assert_eq!(server.lines(), [""; 0]);
    let clone = computer.clone();
    assert_eq!(computer.get_software_release_list().unwrap().len(), 0);
    assert_eq!(computer.get_computer_partition_list().unwrap().len(), 0);
    assert_eq!(clone.get_computer_partition_list().unwrap().len(), 0);
    assert_eq!(server.lines(), ["GET /getFullComputerInformation?computer_id=c"]);
}

#[test]
fn a_master_of_old_is_asked_by_the_old_name() {
    let computer = object(Class::Computer, &[("_computer_id", "c".into())]);
    let server = Scripted::new(move |request| match request.path() {
        "/getComputerInformation" => ok(computer.clone()),
        _ => Reply::Status(404, String::new()),
    });
    assert_eq!(server.slap().register_computer("c").get_software_release_list().unwrap().len(), 0);
    let expected = ["GET /getFullComputerInformation?computer_id=c", "GET /getComputerInformation?computer_id=c"];
    assert_eq!(server.lines(), expected);
}

#[test]
fn a_failure_is_not_kept() {
    let server = Scripted::new(|_| Reply::Status(503, String::new()));
    let computer = server.slap().register_computer("c");
    assert!(computer.get_software_release_list().unwrap_err().is_server());
    assert!(computer.get_software_release_list().unwrap_err().is_server());
    assert_eq!(server.lines().len(), 2);
}

#[test]
fn a_registered_partition_is_fetched_at_the_first_need_and_never_again() {
    let server = Scripted::new(|_| ok(partition()));
    let partition = server.slap().register_computer_partition("c", "p").unwrap();
    assert_eq!((partition.get_id().unwrap(), partition.get_computer_id().unwrap()), ("p".into(), "c".into()));
    assert_eq!(server.lines(), [""; 0]);
    assert_eq!(partition.get_instance_parameter("of").unwrap(), Value::from("host"));
    assert_eq!(partition.get_type().unwrap(), "cluster");
    assert_eq!(partition.get_state().unwrap(), RequestedState::Started);
    assert!(partition.get_software_release().unwrap_err().is_not_found());
    assert_eq!(partition.get_filter_dict().unwrap(), Parameters::default());
    assert_eq!(server.lines(), ["GET /registerComputerPartition?computer_reference=c&computer_partition_reference=p"]);
}

/// The master of the Python proxy's kind, which tells little of shared instances.
fn python(request: &Message) -> Reply {
    if request.path() == "/registerComputerPartition" {
        return ok(partition());
    }
    ok(object(
        Class::SoftwareInstance,
        &[
            ("slap_computer_id", "c".into()),
            ("slap_computer_partition_id", "p".into()),
            ("slap_software_type", "cluster".into()),
            ("slap_software_release_url", "/sr".into()),
            ("_parameter_dict", dictionary(&[("of", "shared")])),
            ("_connection_dict", dictionary(&[])),
        ],
    ))
}

#[test]
fn what_is_known_of_a_shared_instance_is_never_replaced_by_that_of_its_host() {
    let server = Scripted::new(python);
    let request = Request::new("/sr", "t").shared();
    let shared = server.slap().register_open_order().request(&request).unwrap();
    assert_eq!(shared.get_state().unwrap(), RequestedState::Started);
    assert_eq!(shared.get_type().unwrap(), "cluster");
    assert!(shared.get_instance_guid().unwrap_err().is_resource_not_ready());
    assert_eq!(shared.get_instance_parameter("of").unwrap(), Value::from("shared"));
    assert_eq!(shared.get_connection_parameter_dict().unwrap(), Parameters::default());
    assert!(shared.get_connection_parameter("url").unwrap_err().is_not_found());
    assert_eq!(server.lines(), ["POST /requestComputerPartition"]);
    let stopped = request.state(RequestedState::Stopped);
    let shared = server.slap().register_open_order().request(&stopped).unwrap();
    assert_eq!(shared.get_state().unwrap(), RequestedState::Stopped);
}

#[test]
fn of_a_requested_instance_only_what_is_missing_is_fetched() {
    let server = Scripted::new(python);
    let instance = server.slap().register_open_order().request(&Request::new("/sr", "t")).unwrap();
    assert_eq!(instance.get_type().unwrap(), "cluster");
    assert_eq!(instance.get_software_release().unwrap().get_uri(), "/sr");
    assert_eq!(instance.get_instance_parameter("of").unwrap(), Value::from("shared"));
    assert_eq!(server.lines().len(), 1);
    assert_eq!(instance.get_instance_guid().unwrap(), "c-p");
    assert_eq!(instance.get_connection_parameter("url").unwrap(), Value::from("https://host/"));
    assert_eq!(server.lines().len(), 2);
}

#[test]
fn an_instance_without_a_place_is_not_ready_and_nothing_is_sent_about_it() {
    let server = Scripted::new(|_| Reply::Status(408, String::new()));
    let slap = server.slap();
    let instance = slap.register_open_order().request(&Request::new("/sr", "t")).unwrap();
    assert!(!instance.is_allocated());
    let state = instance.get_state().map(drop);
    let parameters = instance.get_instance_parameter_dict().map(drop);
    let child = instance.request(&Request::new("/sr", "child")).map(drop);
    for failed in [
        instance.get_id().map(drop),
        instance.get_instance_guid().map(drop),
        instance.get_type().map(drop),
        instance.get_connection_parameter("url").map(drop),
        instance.started(),
        instance.get_status().map(drop),
        state,
        parameters,
        child,
    ] {
        assert!(failed.unwrap_err().is_resource_not_ready());
    }
    assert_eq!(server.lines(), ["POST /requestComputerPartition"]);
}

#[test]
fn older_and_forwarding_masters_are_understood() {
    let document = "<instance><parameter id=\"url\">https://old/</parameter></instance>";
    let answer = object(
        Class::ComputerPartition,
        &[
            ("_computer_id", "c".into()),
            ("_partition_id", "p".into()),
            ("_connection_dict", Xml::None),
            ("connection_xml", document.into()),
            ("_requested_state", "bogus".into()),
            ("_software_release_document", "/plain".into()),
            ("_access_status", "#error boom".into()),
        ],
    );
    let server = Scripted::new(move |_| ok(answer.clone()));
    let instance = server.slap().register_open_order().request(&Request::new("/sr", "t")).unwrap();
    assert_eq!(instance.get_connection_parameter("url").unwrap(), Value::from("https://old/"));
    let release = instance.get_software_release().unwrap();
    assert_eq!((release.get_uri(), release.get_computer_id().unwrap()), ("/plain", "c"));
    assert_eq!(release.get_state().unwrap(), SupplyState::Available);
    assert_eq!(instance.get_access_status(), Some("#error boom"));
    let error = instance.get_state().unwrap_err();
    assert_eq!(
        error.to_string(),
        "_requested_state: \"bogus\" is not accepted; expected started, stopped or destroyed"
    );
}

#[test]
fn the_production_masters_lack_of_two_reports_is_no_failure() {
    let server = Scripted::new(|_| Reply::Status(404, String::new()));
    let partition = server.slap().register_computer_partition("c", "p").unwrap();
    partition.building().unwrap();
    partition.available().unwrap();
    assert!(partition.started().unwrap_err().is_not_found());
    assert_eq!(server.lines().len(), 3);
}

#[test]
fn a_frontend_that_the_master_makes_up_has_connection_parameters_alone() {
    let app = crate::app::TestApp::formatted(1);
    let slap = slapproxy::client::blocking::Slap::builder(&app.url).build_blocking().unwrap();
    let release = "http://git.erp5.org/gitweb/slapos.git/blob_plain/HEAD:/software/apache-frontend/software.cfg";
    let request = Request::new(release, "front").shared().parameter("url", "https://backend.example/");
    let front = slap.register_open_order().request(&request).unwrap();
    assert_eq!(front.get_connection_parameter("domain").unwrap(), Value::from("backend.example"));
    assert_eq!(front.get_id().unwrap(), "Fake frontend for https://backend.example/");
    assert!(front.started().unwrap_err().is_resource_not_ready());
}
