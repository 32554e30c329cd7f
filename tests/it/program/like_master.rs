//! What is done as by the production master: `--async-allocation`, `--strict`.

use serde_json::{Value, json};

use super::{Home, Server, eventually, failed};
use crate::app::{Answer, answer, description, http_client};

const ACCEPTED: &str = "it is accepted, and has no place yet";

/// The answer of a JSON-RPC method.
fn rpc(server: &Server, method: &str, request: &Value) -> (u16, Value) {
    let http = http_client().build().unwrap();
    let call = http.post(format!("{}/slapos.{method}", server.url)).header("Content-Type", "application/json");
    let answer = answer(call.body(request.to_string()));
    (answer.status, serde_json::from_str(&answer.body).unwrap())
}

/// A request of a root instance of `/sr`, with further fields.
fn request(server: &Server, title: &str, further: &[(&str, &str)]) -> Answer {
    let fields = [("software_release", "/sr"), ("software_type", "default"), ("partition_reference", title)];
    let mut fields: Vec<_> =
        fields.into_iter().filter(|(name, _)| !further.iter().any(|(other, _)| other == name)).collect();
    fields.extend(further);
    server.post("/requestComputerPartition", &fields)
}

const SHARED: (&str, &str) = ("shared_xml", "<marshal><bool>1</bool></marshal>");
const DESTROYED: (&str, &str) = ("state", "<marshal><string>destroyed</string></marshal>");

/// Gives the default computer partitions.
fn format(server: &Server, partitions: usize) {
    let fields = [("xml", description("local_computer", partitions))];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(server.post("/loadComputerConfigurationFromXML", &fields), Answer::text("done"));
}

/// The titles in the partitions of the default computer.
fn titles(server: &Server) -> Vec<Option<String>> {
    server.titles("local_computer").into_iter().map(|(_, title)| title).collect()
}

#[test]
fn a_new_request_is_not_ready_until_it_was_repeated_as_often_as_said() {
    let home = Home::new();
    let server = home.start(&["--async-allocation", "2polls"]);
    format(&server, 1);
    for _ in 0..2 {
        assert_eq!(request(&server, "web", &[]).refusal(), (408, format!("\"web\" is not ready: {ACCEPTED}")));
        assert_eq!(titles(&server), [None]);
    }
    let explained = home.run(&["explain", "web"]);
    let told = "the request of web is accepted, and has no place yet; it would be placed in slappart0 of local_computer \
                when its time comes\n  asked for by user: /sr, type default, started\n  accepted ";
    assert!(explained.stdout.starts_with(told), "{}", explained.stdout);
    assert_eq!(request(&server, "web", &[]).status, 200);
    assert_eq!(titles(&server), [Some("web".into())]);
    assert_eq!(request(&server, "web", &[]).status, 200);

    // The production master tells nobody that it finds no place.
    let post = json!({ "title": "other", "software_release_uri": "/sr", "software_type": "default" });
    for _ in 0..4 {
        let message = format!("\"other\" is not ready: {ACCEPTED}");
        let not_ready = json!({ "message": message, "name": "SoftwareInstanceNotReady", "status": 102 });
        assert_eq!(rpc(&server, "post.v0.software_instance", &post), (200, not_ready.clone()));
        assert_eq!(rpc(&server, "get.v0.instance_tree", &json!({ "title": "other" })), (200, not_ready));
    }
    assert_eq!(rpc(&server, "get.v0.instance_tree", &json!({ "title": "nobody" })).0, 403);
    let asked = home.run(&["request", "third", "/sr", "--no-validate"]);
    let told = "third: requested; the master has no place for it yet\n\
                hint: run the command again in a while, or with --wait\n";
    assert_eq!(asked, failed(2, told));
    // What is not wanted any more is forgotten.
    assert_eq!(request(&server, "other", &[DESTROYED]).status, 404);
    assert_eq!(home.run(&["explain", "other"]).code, Some(2));
}

#[test]
fn a_new_request_gets_its_place_after_some_time_though_nobody_asks_again() {
    let home = Home::new();
    let server = home.start(&["--async-allocation", "1h", "--control"]);
    format(&server, 2);
    assert_eq!(request(&server, "host", &[]).status, 408);
    assert_eq!(server.post("/-/clock", &[("advance", "59m")]).status, 200);
    assert_eq!(titles(&server), [None, None]);
    assert_eq!(server.post("/-/clock", &[("advance", "2m")]).status, 200);
    assert_eq!(titles(&server), [Some("host".into()), None]);

    // Shared instances wait too, and what a partition requests.
    assert_eq!(request(&server, "front", &[SHARED]).status, 408);
    let http = http_client().build().unwrap();
    let child = http.post(format!("{}/requestComputerPartition", server.url));
    let child = child.header("Content-Type", "application/x-www-form-urlencoded");
    let child =
        child.header("Authorization", "X-SlapPartition computer_id=local_computer, computer_partition_id=slappart0");
    let child = child.body("software_release=%2Fsr&software_type=default&partition_reference=kid");
    assert_eq!(answer(child).status, 408);
    assert_eq!(server.post("/-/clock", &[("advance", "2h")]).status, 200);
    assert_eq!(titles(&server), [Some("host".into()), Some("kid".into())]);
    let tree = rpc(&server, "allDocs.WIP.instance_tree_instance_list", &json!({ "title": "host" })).1;
    let titles: Vec<&Value> = tree["result_list"].as_array().unwrap().iter().map(|entry| &entry["title"]).collect();
    assert_eq!(titles, ["host", "kid"]);
    assert_eq!(request(&server, "front", &[SHARED]).status, 200);
    assert_eq!(rpc(&server, "get.v0.instance_tree", &json!({ "title": "front" })).1["shared"], true);
}

#[test]
fn accepted_requests_outlive_the_server() {
    let home = Home::new();
    let server = home.start(&["--async-allocation", "1h"]);
    format(&server, 2);
    assert_eq!(request(&server, "web", &[]).status, 408);
    assert_eq!(server.stop("TERM").code, Some(0));
    let server = home.start(&["--async-allocation", "10ms"]);
    eventually("the place", || titles(&server) == [Some("web".into()), None]);
    assert_eq!(request(&server, "other", &[]).status, 408);
    eventually("the other place", || titles(&server) == [Some("web".into()), Some("other".into())]);
}

#[test]
fn a_strict_server_lets_nobody_turn_a_tree_into_another_one() {
    let home = Home::new();
    let server = home.start(&["--strict"]);
    format(&server, 2);
    assert_eq!(request(&server, "web", &[]).status, 200);
    let release = "software_release: the tree \"web\" has \"/sr\", which a person cannot change to \"/other\"";
    assert_eq!(request(&server, "web", &[("software_release", "/other")]).refusal(), (404, release.into()));
    let software_type = "software_type: the tree \"web\" has \"default\", which a person cannot change to \"big\"";
    assert_eq!(request(&server, "web", &[("software_type", "big")]).refusal(), (404, software_type.into()));
    let kind = "partition_reference: the title \"web\" is taken in this tree by an instance that is not shared";
    assert_eq!(request(&server, "web", &[SHARED]).refusal(), (404, kind.into()));
    assert_eq!(request(&server, "front", &[SHARED]).status, 200);
    let kind = "partition_reference: the title \"front\" is taken in this tree by a shared instance";
    assert_eq!(request(&server, "front", &[]).refusal(), (404, kind.into()));
    let post = json!({ "title": "front", "software_release_uri": "/sr", "software_type": "default" });
    assert_eq!(rpc(&server, "post.v0.software_instance", &post).0, 403);
    // What it does let through: other parameters, and no type.
    assert_eq!(request(&server, "web", &[("software_type", "")]).status, 200);
    assert_eq!(titles(&server), [Some("web".into()), None]);
}

#[test]
fn a_strict_server_destroys_only_what_was_to_be_destroyed() {
    let home = Home::new();
    let server = home.start(&["--strict"]);
    format(&server, 2);
    let partition = |reference| [("computer_id", "local_computer"), ("computer_partition_id", reference)];
    assert_eq!(request(&server, "web", &[]).status, 200);
    assert_eq!(server.post("/destroyedComputerPartition", &partition("slappart0")), Answer::text("OK"));
    assert_eq!(titles(&server), [Some("web".into()), None]);
    let free = "computer_partition_id: the partition \"slappart1\" of \"local_computer\" is free";
    assert_eq!(server.post("/destroyedComputerPartition", &partition("slappart1")).refusal(), (404, free.into()));
    let none = "\"nobody\" is not ready: it is destroyed";
    assert_eq!(request(&server, "nobody", &[DESTROYED]).refusal(), (408, none.into()));
    let ending = (408, "\"web\" is not ready: it is to be destroyed".to_owned());
    for _ in 0..2 {
        assert_eq!(request(&server, "web", &[DESTROYED]).refusal(), ending);
    }
    assert_eq!(server.post("/destroyedComputerPartition", &partition("slappart0")), Answer::text("OK"));
    assert_eq!(titles(&server), [None, None]);

    let supply =
        |state| server.post("/supplySupply", &[("url", "/sr"), ("computer_id", "local_computer"), ("state", state)]);
    let releases = || home.json(&["show", "--software"])["software"].as_array().map_or(0, Vec::len);
    assert_eq!(supply("destroyed").status, 200);
    assert_eq!(releases(), 0);
    assert_eq!(supply("available").status, 200);
    let built = [("url", "/sr"), ("computer_id", "local_computer")];
    let wanted = "Reported state is destroyed but requested state is not destroyed: /sr on local_computer";
    assert_eq!(server.post("/destroyedSoftwareRelease", &built).refusal(), (404, wanted.into()));
    assert_eq!(releases(), 1);
    assert_eq!(supply("destroyed").status, 200);
    assert_eq!(server.post("/destroyedSoftwareRelease", &built).status, 200);
    assert_eq!(releases(), 0);
}

#[test]
fn a_strict_server_takes_no_description_of_a_computer_that_nobody_requested() {
    let home = Home::new();
    let server = home.start(&["--strict"]);
    let post = |computer: &str| server.post("/loadComputerConfigurationFromXML", &[("xml", &description(computer, 1))]);
    let unknown = "computer_id: there is no computer \"COMP-1\"; known: local_computer";
    assert_eq!(post("COMP-1").refusal(), (404, unknown.into()));
    let format = json!({ "computer_guid": "COMP-1", "compute_partition_list": [] });
    assert_eq!(rpc(&server, "put.v0.compute_node_format", &format).0, 403);
    assert_eq!(server.post("/requestComputer", &[("computer_title", "node")]).status, 200);
    assert_eq!(post("COMP-1"), Answer::text("done"));
    assert_eq!(rpc(&server, "put.v0.compute_node_format", &format).0, 200);
}
