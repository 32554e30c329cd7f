//! Exchanges with this server, for the calls that the Python proxy did not have. The golden files in `fixtures/wire/own`
//! are made by `cargo test --test it replay::own -- --ignored` and `fixtures/wire/check.py --update`, by nothing else.

use std::fs;

use slapproxy::wire::form;
use slapproxy::wire::xml::{dumps, loads};

use super::compare::Clock;
use super::hateoas::timeless;
use super::http::{Exchange, Message, authority, directory, exchanges, send};
use crate::app::{TestApp, description};

/// The address that golden files name.
const AUTHORITY: &str = "127.0.0.1:5000";

type Fields = &'static [(&'static str, &'static str)];

const RELEASE: (&str, &str) = ("url", "https://sr.example/software.cfg");
const COMPUTER: (&str, &str) = ("computer_id", "local_computer");
const BUSY: (&str, &str) = ("computer_partition_id", "slappart0");
const FREE: (&str, &str) = ("computer_partition_id", "slappart1");

/// The requests in their order: the name and the fields of a query or a form.
const REQUESTS: &[(&str, Fields)] = &[
    ("loadComputerConfigurationFromXML", &[]),
    ("supplySupply", &[RELEASE, COMPUTER]),
    (
        "requestComputerPartition",
        &[("software_release", "https://sr.example/software.cfg"), ("partition_reference", "root")],
    ),
    ("getHateoasUrl", &[]),
    ("getComputerStatus-no-data", &[COMPUTER]),
    ("getFullComputerInformation", &[COMPUTER]),
    ("getComputerStatus-accessed", &[COMPUTER]),
    ("computerBang", &[COMPUTER, ("message", "please")]),
    ("getComputerStatus-after-bang", &[COMPUTER]),
    ("getSoftwareInstallationStatus-no-data", &[RELEASE, COMPUTER]),
    ("softwareReleaseError", &[RELEASE, COMPUTER, ("error_log", "boom")]),
    ("getSoftwareInstallationStatus-error", &[RELEASE, COMPUTER]),
    ("buildingSoftwareRelease", &[RELEASE, COMPUTER]),
    ("getSoftwareInstallationStatus-building", &[RELEASE, COMPUTER]),
    ("availableSoftwareRelease", &[RELEASE, COMPUTER]),
    ("getSoftwareInstallationStatus-available", &[RELEASE, COMPUTER]),
    ("getComputerPartitionStatus-no-data", &[COMPUTER, BUSY]),
    ("softwareInstanceBang", &[COMPUTER, BUSY, ("message", "something is wrong")]),
    ("getComputerPartitionStatus-bang", &[COMPUTER, BUSY]),
    ("startedComputerPartition", &[COMPUTER, BUSY]),
    ("getComputerPartitionStatus-started", &[COMPUTER, BUSY]),
    ("softwareInstanceError", &[COMPUTER, BUSY, ("error_log", "The error")]),
    ("getComputerPartitionStatus-error-after-started", &[COMPUTER, BUSY]),
    ("stoppedComputerPartition", &[COMPUTER, BUSY]),
    ("getComputerPartitionStatus-stopped", &[COMPUTER, BUSY]),
    ("buildingComputerPartition", &[COMPUTER, BUSY]),
    ("getComputerPartitionStatus-building", &[COMPUTER, BUSY]),
    ("availableComputerPartition", &[COMPUTER, BUSY]),
    ("getComputerPartitionStatus-available", &[COMPUTER, BUSY]),
    ("getComputerPartitionStatus-free", &[COMPUTER, FREE]),
    ("getFullComputerInformation-access-status", &[COMPUTER]),
    ("getHostingSubscriptionIpList", &[COMPUTER, BUSY]),
    ("getHostingSubscriptionIpList-free", &[COMPUTER, FREE]),
    (
        "updateComputerPartitionRelatedInstanceList",
        &[COMPUTER, BUSY, ("instance_reference_xml", "<marshal><list id=\"i2\"/></marshal>")],
    ),
    ("requestComputer", &[("computer_title", "my node")]),
    ("requestComputer-again", &[("computer_title", "my node")]),
    ("generateComputerCertificate", &[COMPUTER]),
    ("generateComputerCertificate-again", &[COMPUTER]),
    ("revokeComputerCertificate", &[COMPUTER]),
    ("revokeComputerCertificate-again", &[COMPUTER]),
    ("slapos.allDocs.WIP.compute_partition_list", &[("computer_guid", "local_computer")]),
    ("slapos.allDocs.WIP.software_installation_list", &[("computer_guid", "local_computer")]),
    ("slapos.allDocs.WIP.instance_tree_instance_list", &[("title", "root")]),
    ("slapos.allDocs.WIP.event_list", &[("instance_title", "root")]),
    ("slapos.allDocs.WIP.explanation_list", &[("title", "root")]),
    (
        "requestComputerPartition-refused",
        &[
            ("software_release", "https://sr.example/nobody.cfg"),
            ("partition_reference", "front"),
            ("shared_xml", "<marshal><bool>1</bool></marshal>"),
        ],
    ),
    ("slapos.allDocs.WIP.explanation_list-refused", &[("title", "front")]),
    ("slapos.allDocs.WIP.forwarded_instance_list", &[]),
    ("useComputer", &[COMPUTER, ("use_string", include_str!("../../../fixtures/wire/tioxml/valid.xml"))]),
    ("slapos.allDocs.WIP.consumption_list", &[("computer_guid", "local_computer")]),
    ("hateoasSearch-members", &[("mode", "search"), ("query", MEMBERS), ("select_list", "uid,title,relative_url")]),
    ("hateoasSearch-installations", &[("mode", "search"), ("query", INSTALLATIONS), ("select_list", "uid,url_string")]),
    ("hateoasSearch-computer-of-title", &[("mode", "search"), ("query", COMPUTER_OF_TITLE), ("limit", "1")]),
    ("hateoasInstance-with-news", &[]),
    ("hateoasInstallation", &[]),
    ("getComputerPartitionCertificate", &[COMPUTER, BUSY]),
    ("getComputerPartitionCertificate-free", &[COMPUTER, FREE]),
    ("hateoasToken", &[]),
    ("Person_getCertificate", &[]),
    ("Person_requestComputer", &[("title", "registered")]),
    ("Person_requestComputer-again", &[("title", "registered")]),
    ("slapos.put.WIP.compute_node_allocation", &[("computer_guid", "local_computer"), ("network_guid", "NET-1")]),
    ("slapos.post.WIP.software_instance_move", &[("instance_guid", "local_computer-slappart0")]),
];

/// The paths of those that are not calls of the classic API.
const PATHS: &[(&str, &str)] = &[
    ("hateoasSearch", "/hateoas/"),
    ("hateoasInstance", "/hateoas/partitions/root"),
    ("hateoasInstallation", "/hateoas/software_installations/local_computer/https%3A%2F%2Fsr.example%2Fsoftware.cfg"),
    ("hateoasToken", "/hateoas/computer_module/Base_getComputerToken"),
];

const MEMBERS: &str = r#"portal_type:("Software Instance", "Slave Instance") AND validation_state:validated AND default_specialise_title:="root""#;
const INSTALLATIONS: &str = r#"portal_type:"Software Installation" AND validation_state:validated AND default_aggregate_reference:="local_computer""#;
const COMPUTER_OF_TITLE: &str = r#"portal_type:"Compute Node" AND validation_state:validated AND title:="my node""#;

/// The call that an exchange is named after: `getComputerStatus` of `getComputerStatus-no-data`.
fn call(name: &str) -> &str {
    name.split('-').next().unwrap()
}

/// The request of an entry. What is posted about a partition is posted in its name, as by the real client.
fn request(name: &str, fields: Fields) -> Message {
    let path = PATHS.iter().find(|(known, _)| *known == call(name));
    let path = path.map_or_else(|| format!("/{}", call(name)), |(_, path)| (*path).to_owned());
    let method = if name.starts_with("get") || name.starts_with("hateoas") { "GET" } else { "POST" };
    let description = loads(description("local_computer", 2).as_bytes()).unwrap();
    let description = String::from_utf8(dumps(&description).unwrap()).unwrap();
    let described = [("xml", description.as_str())];
    let fields = if call(name) == "loadComputerConfigurationFromXML" { &described } else { fields };
    let encoded = form::encode(fields);
    let mut headers = vec![("Host", AUTHORITY.to_owned())];
    if let Some((_, partition)) = fields.iter().find(|(name, _)| method == "POST" && *name == "computer_partition_id") {
        let speaker = format!("X-SlapPartition computer_id=local_computer, computer_partition_id={partition}");
        headers.push(("Authorization", speaker));
    }
    if name.starts_with("Person_") {
        headers.push(("X-Access-Token", TOKEN.to_owned()));
    }
    let (target, body) = match (method, encoded.as_str()) {
        ("GET", "") => (path, String::new()),
        ("GET", query) => (format!("{path}?{query}"), String::new()),
        _ if name.starts_with("slapos.") => {
            let fields: serde_json::Map<_, _> =
                fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
            let body = serde_json::Value::Object(fields).to_string();
            headers.push(("Content-Type", "application/json".into()));
            headers.push(("Content-Length", body.len().to_string()));
            (path, body)
        }
        (_, "") => {
            headers.push(("Content-Length", "0".into()));
            (path, String::new())
        }
        (_, form) => {
            headers.push(("Content-Type", "application/x-www-form-urlencoded".into()));
            headers.push(("Content-Length", form.len().to_string()));
            (path, form.to_owned())
        }
    };
    let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value));
    Message { start: format!("{method} {target} HTTP/1.1"), headers: headers.collect(), body }
}

/// What stands for the token of the session.
const TOKEN: &str = "TOKEN";

/// A server's answer, as one that listens on the address of the golden files would give it, and whose secrets are those
/// of the golden files.
fn ask(app: &TestApp, request: &Message, token: &mut String) -> Message {
    let mut request = request.clone();
    for (_, value) in request.headers.iter_mut().filter(|(name, _)| name == "X-Access-Token") {
        value.clone_from(token);
    }
    let mut answer = send(app, &request);
    if let Some((_, rest)) = answer.body.split_once("{\"access_token\":\"") {
        rest.split_once('"').unwrap().0.clone_into(token);
        answer.body = answer.body.replace(token.as_str(), TOKEN);
    }
    answer.body = without_secrets(&answer.body.replace(&authority(app), AUTHORITY));
    for (name, value) in &mut answer.headers {
        if name.eq_ignore_ascii_case("Content-Length") {
            *value = answer.body.len().to_string();
        }
    }
    answer
}

/// A text in which everything that is new in each certificate is dots.
fn without_secrets(body: &str) -> String {
    let line = |line: &str| {
        let base64 =
            line.len() >= 16 && line.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
        let serial = line.trim().split(':').count() == 16;
        let date = line.trim().split_once(": ").filter(|(key, _)| key.starts_with("Not "));
        let issuer = line.trim().strip_prefix("Issuer: O=slapproxy, CN=slapproxy authority ");
        match (date, issuer) {
            _ if base64 || serial => "...".to_owned(),
            (Some((key, _)), _) => format!("            {key}: ..."),
            (_, Some(rest)) => format!("        Issuer: O=slapproxy, CN=slapproxy authority ...{}", &rest[8..]),
            _ => line.to_owned(),
        }
    };
    if !body.contains("-----BEGIN CERTIFICATE-----") {
        return body.to_owned();
    }
    // In JSON, the ends of lines are written as two characters.
    let end = if body.contains("-----\\n") { "\\n" } else { "\n" };
    let mut lines: Vec<String> = body.split(end).map(line).collect();
    lines.dedup_by(|line, previous| line == "..." && previous == "...");
    lines.join(end)
}

#[test]
#[ignore = "writes into fixtures/wire/own what is not there yet"]
fn record() {
    let app = TestApp::empty();
    let mut token = String::new();
    let directory = directory("own");
    let mut order = String::new();
    for (name, fields) in REQUESTS {
        let request = request(name, fields);
        let answer = ask(&app, &request, &mut token);
        for (kind, message) in [("request", &request), ("response", &answer)] {
            let file = directory.join(format!("{name}.{kind}.http"));
            if !file.exists() {
                fs::write(file, message.write()).unwrap();
            }
        }
        order = format!("{order}{name}\n");
    }
    fs::write(directory.join("order.txt"), order).unwrap();
}

#[test]
fn own_exchanges_are_answered_as_recorded() {
    let app = TestApp::empty();
    let mut token = String::new();
    let mut clock = Clock::new();
    let golden = exchanges("own");
    let names: Vec<&str> = golden.iter().map(|exchange| exchange.name.as_str()).collect();
    assert_eq!(names, REQUESTS.iter().map(|(name, ..)| *name).collect::<Vec<_>>());
    for (Exchange { name, request: recorded, response }, (_, fields)) in golden.iter().zip(REQUESTS) {
        assert_eq!(recorded.write(), request(name, fields).write(), "{name}");
        let answer = ask(&app, recorded, &mut token);
        let kind = |message: &Message| (message.status(), message.header("Content-Type").map(ToOwned::to_owned));
        assert_eq!(kind(&answer), kind(response), "{name}: {}", answer.body);
        if response.body.starts_with("<marshal>") {
            let value = |message: &Message| loads(message.body.as_bytes()).unwrap();
            assert_eq!(clock.differences(&value(response), &value(&answer)), [""; 0], "{name}");
        } else if response.body.starts_with('{') {
            let document = |message: &Message| timeless(serde_json::from_str(&message.body).unwrap());
            assert_eq!(document(&answer), document(response), "{name}");
        } else {
            assert_eq!(answer.body, response.body, "{name}");
        }
    }
}

#[test]
fn status_records_are_those_of_the_production_master() {
    let mut clock = Clock::new();
    let app = TestApp::empty();
    let mut compared = Vec::new();
    for (name, fields) in REQUESTS {
        let answer = ask(&app, &request(name, fields), &mut String::new());
        let Ok(shape) = fs::read_to_string(directory("master-shapes").join(format!("{name}.xml"))) else { continue };
        if !call(name).ends_with("Status") {
            continue;
        }
        // Only the references differ.
        let shape = shape.replace("SOFTINST-7", "local_computer-slappart0").replace("SOFTINSTALL-3", RELEASE.1);
        let shape = loads(shape.replace("COMP-1", "local_computer").as_bytes()).unwrap();
        assert_eq!(clock.differences(&shape, &loads(answer.body.as_bytes()).unwrap()), [""; 0], "{name}");
        compared.push(*name);
    }
    assert_eq!(compared.len(), 12, "{compared:?}");
}
