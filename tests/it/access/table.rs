//! Every call, and who may make it about the computer `local_computer`, its partition `slappart0` and the instance there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use reqwest::blocking::Client;
use serde_json::{Value, json};
use slapproxy::wire::form;

use super::{client, computer, instance, person, published, secured};
use crate::app::{TestApp, answer, description};
use crate::calls::LOCAL;
use crate::client::scripted::{Scripted, ok};
use crate::conformance::{OWN, methods, mounted_by};
use crate::openapi::{Document, Name};

/// The calls, and of each: nobody, a person, the computer, another computer, the instance, another instance.
/// `+` may, `-` may not, `.` must say first who he is.
const TABLE: &[(&str, &str)] = &[
    ("/getFullComputerInformation", ".++---"),
    ("/getComputerInformation", ".++---"),
    ("/getHateoasUrl", ".+++++"),
    ("/registerComputerPartition", ".++-+-"),
    ("/getComputerPartitionCertificate", ".-+-+-"),
    ("/getHostingSubscriptionIpList", ".++-+-"),
    ("/getSoftwareReleaseListFromSoftwareProduct", ".+++++"),
    ("/getComputerStatus", ".++---"),
    ("/getComputerPartitionStatus", ".++-+-"),
    ("/getSoftwareInstallationStatus", ".++---"),
    ("/loadComputerConfigurationFromXML", ".++---"),
    ("/computerBang", ".++---"),
    ("/useComputer", ".-+---"),
    ("/requestComputer", ".+----"),
    ("/generateComputerCertificate", ".++---"),
    ("/revokeComputerCertificate", ".++---"),
    ("/Person_getCertificate", ".+----"),
    ("/Person_requestComputer", ".+----"),
    ("/supplySupply", ".+----"),
    ("/buildingSoftwareRelease", ".-+---"),
    ("/availableSoftwareRelease", ".-+---"),
    ("/softwareReleaseError", ".-+---"),
    ("/destroyedSoftwareRelease", ".-+---"),
    ("/requestComputerPartition", ".-+-+-"),
    ("/buildingComputerPartition", ".-+-+-"),
    ("/availableComputerPartition", ".-+-+-"),
    ("/startedComputerPartition", ".-+-+-"),
    ("/stoppedComputerPartition", ".-+-+-"),
    ("/softwareInstanceError", ".-+-+-"),
    ("/destroyedComputerPartition", ".-+---"),
    ("/softwareInstanceBang", ".++-+-"),
    ("/softwareInstanceRename", ".++-+-"),
    ("/setComputerPartitionConnectionXml", ".-+-+-"),
    ("/updateComputerPartitionRelatedInstanceList", ".-+-+-"),
    ("/slapos.put.v0.compute_node_format", ".++---"),
    ("/slapos.put.v0.compute_node_bang", ".++---"),
    ("/slapos.get.v0.compute_node_status", ".++---"),
    ("/slapos.post.v0.compute_node_usage", ".-+---"),
    ("/slapos.post.v0.compute_node_certificate", ".++---"),
    ("/slapos.remove.v0.compute_node_certificate", ".++---"),
    ("/slapos.allDocs.v0.compute_node_instance_list", ".++---"),
    ("/slapos.allDocs.v0.compute_node_software_installation_list", ".++---"),
    ("/slapos.allDocs.WIP.compute_node_list", ".+----"),
    ("/slapos.post.v0.software_installation", ".+----"),
    ("/slapos.put.v0.software_installation_reported_state", ".-+---"),
    ("/slapos.put.v0.software_installation_error", ".-+---"),
    ("/slapos.post.v0.software_instance", ".+--++"),
    ("/slapos.get.v0.software_instance", ".++-+-"),
    ("/slapos.get.v0.compute_partition", ".++-+-"),
    ("/slapos.get.v0.software_instance_certificate", ".-+-+-"),
    ("/slapos.put.v0.software_instance_connection_parameter", ".-+-+-"),
    ("/slapos.put.v0.software_instance_reported_state", ".-+-+-"),
    ("/slapos.put.v0.software_instance_error", ".-+-+-"),
    ("/slapos.put.v0.software_instance_bang", ".++-+-"),
    ("/slapos.put.v0.software_instance_title", ".++-+-"),
    ("/slapos.get.v0.instance_tree", ".+----"),
    ("/slapos.allDocs.v0.instance_tree_list", ".+----"),
    ("/slapos.allDocs.v0.instance_node_instance_list", ".++-+-"),
    ("/slapos.allDocs.WIP.compute_partition_list", ".++---"),
    ("/slapos.allDocs.WIP.software_installation_list", ".++---"),
    ("/slapos.allDocs.WIP.instance_tree_instance_list", ".+----"),
    ("/slapos.allDocs.WIP.event_list", ".+----"),
    ("/slapos.allDocs.WIP.explanation_list", ".+----"),
    ("/slapos.put.WIP.compute_node_allocation", ".+----"),
    ("/slapos.post.WIP.software_instance_move", ".+----"),
    ("/slapos.allDocs.WIP.forwarded_instance_list", ".+----"),
    ("/slapos.get.WIP.overview", ".+----"),
    ("/slapos.allDocs.WIP.instance_list", ".+----"),
    ("/slapos.get.WIP.software_document", ".+----"),
    ("/slapos.allDocs.WIP.consumption_list", ".+----"),
    ("/slapos.get.v0.hateoas_url", ".+++++"),
    ("/hateoas", ".+----"),
    ("/hateoas/", ".+----"),
    ("/hateoas/computer_module/Base_getComputerToken", ".+----"),
    ("/hateoas/{tail:.*}", ".+----"),
    ("/", ".+++++"),
    ("/getRunId", ".+++++"),
    ("/docs", ".+++++"),
    ("/openapi.json", ".+++++"),
    ("/-/ready", ".+++++"),
    ("/-/import", ".+----"),
    ("/-/import/preview", ".+----"),
    ("/-/events", ".+----"),
    ("/-/seed", ".+----"),
    ("/-/dump", ".+----"),
    ("/-/snapshot", ".+----"),
    ("/-/snapshot/keep", ".+----"),
    ("/-/snapshot/restore", ".+----"),
    ("/-/snapshot/dump", ".+----"),
    ("/-/snapshot/load", ".-----"),
    ("/-/reset", ".+----"),
    ("/-/journal", ".+----"),
    ("/-/clock", ".+----"),
    ("POST /-/clock", ".+----"),
    ("/-/faults", ".+----"),
    ("POST /-/faults", ".+----"),
    ("DELETE /-/faults", ".+----"),
    ("/-/ca.pem", "++++++"),
    ("/-/crl.pem", "++++++"),
    ("/-/user", ".-----"),
    ("/-/user/add", ".-----"),
    ("/-/user/remove", ".-----"),
    ("/-/user/certificate", ".-----"),
    ("/-/user/token", ".-----"),
    ("/shacache/cache/{sha512}", ".+++++"),
    ("PUT /shacache/cache/{sha512}", ".+++--"),
    ("/shacache/cache", ".+++--"),
    ("/shacache/cache/", ".+++--"),
    ("/shacache/dir/{key}", ".+++++"),
    ("PUT /shacache/dir/{key}", ".+++--"),
    ("/shacache/update", ".+----"),
    ("/-/shacache", ".+----"),
    ("/panel", ".+++++"),
    ("/panel/", ".+++++"),
    ("/panel/{name:(?:web|vendor)/.*}", ".+++++"),
    ("/panel/public/{path:.*}", ".+++++"),
    ("/http_proxy/{tail:.*}", ".+++++"),
];

/// A server that the HTTP proxy reaches.
static BEHIND: LazyLock<Scripted> = LazyLock::new(|| Scripted::new(|_| ok("")));

/// A journal of one movement.
const JOURNAL: &str = "<journal><transaction type=\"Sale Packing List\"><start_date></start_date><stop_date></stop_date>\
    <reference>local_computer</reference><currency></currency><payment_mode></payment_mode><category></category>\
    <arrow type=\"Administration\"/><movement><resource>CPU</resource><reference>slappart0</reference>\
    <quantity>1.5</quantity><price>0.0</price><VAT></VAT></movement></transaction></journal>";

/// Every call that the server has.
fn calls() -> BTreeSet<Name> {
    let files =
        ["slap_tool/mod.rs", "hateoas/mod.rs", "docs.rs", "shacache/mod.rs", "panel/mod.rs", "http_proxy/mod.rs"];
    let mounted = OWN.into_iter().chain(files).flat_map(mounted_by).map(|route| (route.method.to_owned(), route.path));
    mounted.chain(methods().into_keys().map(|name| ("POST".to_owned(), format!("/{name}")))).collect()
}

/// The call in the table: its path, after its method where another one reads the same path.
fn line((method, path): &Name) -> String {
    let another =
        method == "PUT" || method == "DELETE" || method == "POST" && ["/-/clock", "/-/faults"].contains(&path.as_str());
    if another { format!("{method} {path}") } else { path.clone() }
}

/// What a field says in these calls.
fn value(path: &str, name: &str) -> Option<Value> {
    let described = || description(LOCAL, 3);
    Some(match name {
        "computer_id" | "computer_reference" | "computer_guid" => json!(LOCAL),
        "computer_partition_id" | "computer_partition_reference" | "compute_partition_id" => json!("slappart0"),
        "instance_guid" => json!("first______0"),
        "title" => json!("another"),
        "seed" => json!("computers: []"),
        "path" => json!("/nonexistent"),
        "document_url" => json!("/nonexistent.json"),
        "software_release" | "software_release_uri" | "url" => json!("/sr"),
        "partition_reference" => json!("child"),
        "xml" => json!(described()),
        "connection_xml" => json!(published("x")),
        "instance_reference_xml" => json!("<marshal><list/></marshal>"),
        "compute_partition_list" => json!([]),
        "connection_parameter_dict" => json!({}),
        "reported_state" if path.contains("software_installation") => json!("available"),
        "reported_state" => json!("started"),
        "software_type" => json!("default"),
        "use_string" | "tioxml" => json!(JOURNAL),
        "frozen" => json!("no"),
        "rule" => json!("endpoint=nothing status=503"),
        "software_product_reference" | "new_name" | "computer_title" | "message" | "error_log" | "name" => json!("x"),
        _ => return None,
    })
}

/// Whether a caller may make a call, may not, or must say first who he is.
fn attempt(document: &Document, app: &TestApp, client: &Client, call: &Name) -> char {
    let (method, path) = call;
    let fields = document.fields(call).into_iter().filter_map(|(name, ..)| Some((name.clone(), value(path, &name)?)));
    let fields: BTreeMap<String, Value> = fields.collect();
    let empty = "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47\
                 417a81a538327af927da3e";
    let behind = BEHIND.url.replace("://", "/");
    let tail = if path.starts_with("/http_proxy/") { behind.as_str() } else { "partitions/first" };
    let parts = [
        ("{tail:.*}", tail),
        ("{sha512}", empty),
        ("{key}", "key"),
        ("{path:.*}", "file"),
        ("{name:(?:web|vendor)/.*}", "web/app.js"),
    ];
    let path_there = parts.into_iter().fold(path.clone(), |path, (name, value)| path.replace(name, value));
    let url = format!("{}{path_there}", app.url);
    let texts: Vec<(&str, &str)> =
        fields.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect();
    let is_rpc = path.starts_with("/slapos.");
    let request = if method == "PUT" && path.contains("/dir/") {
        let entry = json!([json!({ "sha512": empty }).to_string(), ""]);
        client.put(url).header("Content-Type", "application/json").body(entry.to_string())
    } else if path.starts_with("/shacache/") && method != "GET" {
        if method == "PUT" { client.put(url) } else { client.post(url) }
    } else if method == "DELETE" {
        client.delete(url)
    } else if method == "GET" {
        client.get(format!("{url}?{}", form::encode(&texts)))
    } else if is_rpc {
        client.post(url).header("Content-Type", "application/json").body(json!(fields).to_string())
    } else {
        let form_type = "application/x-www-form-urlencoded";
        client.post(url).header("Content-Type", form_type).body(form::encode(&texts))
    };
    if path == "/-/events" {
        // Its answer has no end.
        let response = request.send().unwrap();
        if response.status() == 200 {
            return '+';
        }
        return if response.text().unwrap().contains("demands a client certificate") { '.' } else { '-' };
    }
    let answer = answer(request);
    let unknown = answer.body.contains("demands a client certificate");
    match answer.status {
        401 if unknown => '.',
        401 if is_rpc => '-',
        403 if !is_rpc => '-',
        400 => panic!("{call:?} is refused as wrong: {}", answer.body),
        status => {
            assert!(status < 500 && status != 401, "{call:?}: {}", answer.body);
            '+'
        }
    }
}

/// The call that brings everything back to what it was.
const RESET: &str = "/-/reset";

/// The callers of the table, in its order.
fn callers(app: &TestApp) -> Vec<Client> {
    let pairs = [
        None,
        Some(person(app, "alice")),
        Some(computer(app, LOCAL)),
        Some(computer(app, "COMP-9")),
        Some(instance(app, "slappart0")),
        Some(instance(app, "slappart1")),
    ];
    pairs.iter().map(|pair| client(app, pair.as_ref())).collect()
}

#[test]
fn everybody_may_do_what_is_his() {
    let document = Document::new();
    let table: BTreeMap<&str, &str> = TABLE.iter().copied().collect();
    assert_eq!(table.len(), TABLE.len());
    let calls = calls();
    let lines: BTreeSet<String> = calls.iter().map(line).collect();
    assert_eq!(table.keys().map(ToString::to_string).collect::<BTreeSet<_>>(), lines);

    let app = secured();
    let clients = callers(&app);
    let mut faults = Vec::new();
    // What ends the callers comes last.
    let ends = |path: &str| {
        ["destroyed", "evoke", "remove.v0", "format", "Configuration"].iter().any(|end| path.contains(end))
    };
    let (last, first): (Vec<_>, Vec<_>) = calls.iter().partition(|(_, path)| ends(path));
    for call in first {
        let found: String = if call.1 == RESET {
            // It ends all callers, so that each has a server of his own.
            let alone = |index: usize| {
                let app = secured();
                attempt(&document, &app, &callers(&app)[index], call)
            };
            (0..clients.len()).map(alone).collect()
        } else {
            clients.iter().map(|client| attempt(&document, &app, client, call)).collect()
        };
        if table[line(call).as_str()] != found {
            faults.push(format!("{}: {} is {found}", line(call), table[line(call).as_str()]));
        }
    }
    for call in last {
        let app = secured();
        let pairs = [
            None,
            Some(instance(&app, "slappart1")),
            Some(instance(&app, "slappart0")),
            Some(computer(&app, "COMP-9")),
            Some(computer(&app, LOCAL)),
            Some(person(&app, "alice")),
        ];
        let found: Vec<char> =
            pairs.iter().map(|pair| attempt(&document, &app, &client(&app, pair.as_ref()), call)).collect();
        let found: String = [0, 5, 4, 3, 2, 1].map(|index| found[index]).iter().collect();
        if table[line(call).as_str()] != found {
            faults.push(format!("{}: {} is {found}", line(call), table[line(call).as_str()]));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
