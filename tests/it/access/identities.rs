//! What a certificate or token makes of a call: who may claim what, and under which name it is remembered.

use serde_json::{Value, json};
use slapproxy::config::Overrides;

use super::{client, computer, form, guid, instance, person, published, rpc, said, secured};
use crate::app::{Answer, TestApp, answer, request, text};
use crate::calls::LOCAL;

const PARTITION: [(&str, &str); 2] = [("computer_id", LOCAL), ("computer_partition_id", "slappart0")];

/// The header by which a partition says who it is.
fn claim(partition: &str) -> String {
    format!("X-SlapPartition computer_id={LOCAL}, computer_partition_id={partition}")
}

#[test]
fn nobody_gets_in_without_a_certificate_or_a_token_and_learns_why() {
    let app = secured();
    let nobody = client(&app, None);
    let sentence = "This server demands a client certificate of its authority; `slapproxy user add NAME` makes one.";
    for path in ["/getRunId", "/getFullComputerInformation?computer_id=local_computer", "/nowhere", "/hateoas/"] {
        assert_eq!(said(nobody.get(format!("{}{path}", app.url))), (401, sentence.into()), "{path}");
    }
    let document = json!({"status": 401, "type": "Unauthorized", "title": sentence});
    let refused = answer(rpc(&nobody, &app, "get.v0.hateoas_url", &json!({})));
    assert_eq!((refused.status, serde_json::from_str::<Value>(&refused.body).unwrap()), (401, document));
    let wrong = nobody.get(format!("{}/getRunId", app.url)).header("X-Access-Token", "wrong");
    let sentence = "X-Access-Token: the token is not known, or its time is over; ask for another one.";
    assert_eq!(said(wrong), (403, sentence.into()));
}

#[test]
fn a_partition_speaks_for_itself_a_computer_for_its_partitions_and_a_person_for_nobody() {
    let app = secured();
    let [alice, node, first, second] = [
        client(&app, Some(&person(&app, "alice"))),
        client(&app, Some(&computer(&app, LOCAL))),
        client(&app, Some(&instance(&app, "slappart0"))),
        client(&app, Some(&instance(&app, "slappart1"))),
    ];
    let fields = [("software_release", "/sr"), ("partition_reference", "child")];
    let ask = |client| form(client, &app, "/requestComputerPartition", &fields);
    let as_first = |client| ask(client).header("Authorization", claim("slappart0"));

    let refusal = "the person alice cannot speak for the partition slappart0 of local_computer";
    assert_eq!(said(as_first(&alice)), (403, refusal.into()));
    let refusal =
        "the instance local_computer-slappart1 has nothing to do with the partition slappart0 of local_computer";
    assert_eq!(said(as_first(&second)), (403, refusal.into()));
    let refusal = "the computer local_computer requests in the name of one of its partitions only, which it must name";
    assert_eq!(said(ask(&node)), (403, refusal.into()));

    // The certificate is the identity: the header is not needed.
    let place = |answer: &Answer| text(&answer.value(), "slap_computer_partition_id");
    let child = answer(ask(&first));
    assert_eq!(place(&child), "slappart2");
    assert_eq!(place(&answer(as_first(&first))), "slappart2");
    assert_eq!(place(&answer(as_first(&node))), "slappart2");
    let in_form = [&fields[..], &PARTITION[..]].concat();
    assert_eq!(place(&answer(form(&node, &app, "/requestComputerPartition", &in_form))), "slappart2");
    let tree = answer(rpc(&alice, &app, "allDocs.WIP.instance_tree_instance_list", &json!({"title": "first"})));
    let tree: Value = serde_json::from_str(&tree.body).unwrap();
    assert_eq!(tree["result_list"][1]["title"], "child");
    assert_eq!(
        place(&answer(form(&alice, &app, "/requestComputerPartition", &[fields[0], ("partition_reference", "first")]))),
        "slappart0"
    );
}

#[test]
fn only_its_host_publishes_for_a_shared_instance() {
    let app = secured();
    request("shared").shared().by(LOCAL, "slappart1").value(&app);
    let [host, other] = ["slappart0", "slappart1"].map(|partition| client(&app, Some(&instance(&app, partition))));
    let connection = published("x");
    let publish = |client, partition| {
        let fields = [
            ("computer_id", LOCAL),
            ("computer_partition_id", partition),
            ("slave_reference", "second_shared"),
            ("connection_xml", &connection),
        ];
        said(form(client, &app, "/setComputerPartitionConnectionXml", &fields))
    };
    let refusal =
        "the instance local_computer-slappart1 has nothing to do with the partition slappart0 of local_computer";
    assert_eq!(publish(&other, "slappart0"), (403, refusal.into()));
    let refusal = "slave_reference: there is no shared instance of this host called \"second_shared\"; known: none";
    assert_eq!(publish(&other, "slappart1"), (404, refusal.into()));
    assert_eq!(publish(&host, "slappart0"), (200, "done".into()));

    let document = json!({"instance_guid": "shared___second___1", "connection_parameter_dict": {"url": "y"}});
    let method = "put.v0.software_instance_connection_parameter";
    let refusal = "the instance local_computer-slappart1 has nothing to do with the instance shared___second___1";
    assert_eq!(said(rpc(&other, &app, method, &document)), (401, refusal.into()));
    assert_eq!(said(rpc(&host, &app, method, &document)), (200, "Updated".into()));
}

#[test]
fn events_and_records_name_who_proved_what_he_is() {
    let app = secured();
    let [alice, node, first] = [
        client(&app, Some(&person(&app, "alice"))),
        client(&app, Some(&computer(&app, LOCAL))),
        client(&app, Some(&instance(&app, "slappart0"))),
    ];
    let bang = |client| form(client, &app, "/softwareInstanceBang", &[&PARTITION[..], &[("message", "x")]].concat());
    let user = || {
        let path = "/getComputerPartitionStatus?computer_id=local_computer&computer_partition_id=slappart0";
        text(&app.get(path).value(), "user")
    };
    for (client, name) in [(&alice, "alice"), (&node, LOCAL), (&first, "local_computer-slappart0")] {
        assert_eq!(answer(bang(client)), Answer::text("OK"));
        assert_eq!(user(), name);
    }
    let supply = [("computer_id", LOCAL), ("url", "/sr"), ("state", "available")];
    answer(form(&alice, &app, "/supplySupply", &supply));
    answer(form(
        &alice,
        &app,
        "/requestComputerPartition",
        &[("software_release", "/sr"), ("partition_reference", "hers")],
    ));
    let events = answer(rpc(&alice, &app, "allDocs.WIP.event_list", &json!({})));
    let events: Value = serde_json::from_str(&events.body).unwrap();
    let who = |kind: &str, subject: &str, name: &str| {
        let found = events["result_list"].as_array().unwrap().iter();
        let mut found = found.filter(|event| event["kind"] == kind && event[subject] == name);
        found.next().map(|event| event["user"].clone())
    };
    assert_eq!(who("supplySupply", "software_release_uri", "/sr"), Some(json!("alice")));
    assert_eq!(who("requestComputerPartition", "instance_title", "hers"), Some(json!("alice")));
}

#[test]
fn only_a_computer_that_asks_is_recorded_as_having_asked() {
    let app = secured();
    let alice = client(&app, Some(&person(&app, "alice")));
    let node = client(&app, Some(&computer(&app, "COMP-9")));
    let ask = |client: &reqwest::blocking::Client| {
        let path = format!("{}/getFullComputerInformation?computer_id=COMP-9", app.url);
        assert_eq!(answer(client.get(path)).status, 200);
        text(&app.get("/getComputerStatus?computer_id=COMP-9").value(), "text")
    };
    assert_eq!(ask(&alice), "#error no data found for COMP-9");
    assert_eq!(ask(&node), "#access COMP-9");
}

#[test]
fn a_token_is_as_good_as_the_certificate_of_its_person() {
    let app = secured();
    person(&app, "alice");
    let nobody = client(&app, None);
    let token = |lifetime| {
        let answer = app.post("/-/user/token", &[("name", "alice"), ("lifetime", lifetime)]);
        let document: Value = serde_json::from_str(&answer.body).unwrap();
        document["access_token"].as_str().unwrap().to_owned()
    };
    let call = |token: &str, path: &str| nobody.get(format!("{}{path}", app.url)).header("X-Access-Token", token);
    let hers = token("3600");
    assert_eq!(answer(call(&hers, "/getRunId")).status, 200);
    assert_eq!(
        said(call(&hers, "/-/user")),
        (403, "the person alice cannot make this call, which is for the owner of the database".into())
    );
    app.sqlite().execute("UPDATE token SET expires_at = 1", []).unwrap();
    assert_eq!(said(call(&hers, "/getRunId")).0, 403);
    let again = token("3600");
    assert_eq!(answer(call(&again, "/getRunId")).status, 200);
    assert_eq!(app.post("/-/user/remove", &[("name", "alice")]), Answer::text("done"));
    assert_eq!(said(call(&again, "/getRunId")).0, 403);
}

#[test]
fn where_nothing_is_demanded_claims_are_believed_and_only_the_owner_manages_people() {
    let app = TestApp::with(Overrides { tls: Some("yes".into()), ..Overrides::default() });
    app.format(LOCAL, 2);
    request("first").value(&app);
    let nobody = client(&app, None);
    let fields = [("software_release", "/sr"), ("partition_reference", "child")];
    let as_first =
        form(&nobody, &app, "/requestComputerPartition", &fields).header("Authorization", claim("slappart0"));
    assert_eq!(answer(as_first).status, 200);
    let refusal = "an unknown caller cannot make this call, which is for the owner of the database";
    assert_eq!(said(form(&nobody, &app, "/-/user/add", &[("name", "mallory")])), (403, refusal.into()));
    // Who shows a certificate all the same is held to it.
    let first = client(&app, Some(&instance(&app, "slappart0")));
    assert_eq!(said(rpc(&first, &app, "get.v0.software_instance", &guid("child"))).0, 401);
}
