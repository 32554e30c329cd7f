//! Certificates: given out, kept, renewed, revoked.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use slapproxy::pki::LocalAuthority;

use super::{Pair, client, computer, guid, instance, person, rpc, said, secured};
use crate::app::{Answer, TestApp, answer, request};
use crate::calls::{LOCAL, concurrently};

const COMPUTER: [(&str, &str); 1] = [("computer_id", LOCAL)];

fn generate(app: &TestApp) -> Answer {
    app.post("/generateComputerCertificate", &COMPUTER)
}

fn revoke(app: &TestApp) -> Answer {
    app.post("/revokeComputerCertificate", &COMPUTER)
}

#[test]
fn a_computer_has_one_certificate_at_a_time() {
    let app = TestApp::formatted(1);
    assert_eq!(revoke(&app).refusal(), (404, "No certificate".into()));
    let first = Pair::marshalled(&generate(&app));
    assert_eq!(first.owner(), LOCAL);
    assert_eq!(generate(&app).refusal(), (404, "Certificate still active.".into()));
    assert_eq!(revoke(&app), Answer::text("None"));
    assert_eq!(revoke(&app).refusal(), (404, "No certificate".into()));
    let second = Pair::marshalled(&generate(&app));
    assert_ne!(first, second);
    let unknown = "computer_id: there is no computer \"nope\"; known: local_computer";
    let refused = app.post("/generateComputerCertificate", &[("computer_id", "nope")]);
    assert_eq!(refused.refusal(), (404, unknown.into()));
    let app = app.restart();
    assert_eq!(generate(&app).refusal(), (404, "Certificate still active.".into()));
}

#[test]
fn a_certificate_is_renewed_in_its_last_month() {
    let app = TestApp::formatted(1);
    request("root").value(&app);
    let kept = instance(&app, "slappart0");
    generate(&app);
    let day = 24 * 60 * 60 * 1_000_000_i64;
    app.sqlite().execute("UPDATE certificate SET not_after = not_after - ?1", [334 * day]).unwrap();
    assert_eq!(instance(&app, "slappart0"), kept);
    assert_eq!(generate(&app).refusal(), (404, "Certificate still active.".into()));
    app.sqlite().execute("UPDATE certificate SET not_after = not_after - ?1", [day]).unwrap();
    assert_eq!(Pair::marshalled(&generate(&app)).owner(), LOCAL);
    let renewed = instance(&app, "slappart0");
    assert_ne!(renewed, kept);
    assert_eq!(instance(&app, "slappart0"), renewed);
}

#[test]
fn concurrent_calls_for_an_instance_get_one_pair() {
    let app = TestApp::formatted(1);
    request("root").value(&app);
    let pairs = concurrently(8, |_| instance(&app, "slappart0"));
    assert!(pairs.iter().all(|pair| *pair == pairs[0]));
    let app = app.restart();
    assert_eq!(instance(&app, "slappart0"), pairs[0]);
    let made: i64 = app.sqlite().query_row("SELECT count(*) FROM certificate", [], |row| row.get(0)).unwrap();
    assert_eq!(made, 1);
}

#[test]
fn a_free_partition_and_a_shared_instance_have_none() {
    let app = TestApp::formatted(2);
    request("root").value(&app);
    request("shared").shared().value(&app);
    let path = "/getComputerPartitionCertificate?computer_id=local_computer&computer_partition_id=slappart1";
    let refusal = "computer_partition_id: the partition \"slappart1\" of \"local_computer\" is free";
    assert_eq!(app.get(path).refusal(), (404, refusal.into()));
    let shared =
        rpc(&app.http, &app, "get.v0.software_instance_certificate", &json!({"instance_guid": "shared______1"}));
    let refusal =
        "instance_guid: \"shared______1\" is a shared instance, which has no certificate of its own; its host has";
    assert_eq!(said(shared), (403, refusal.into()));
    let unknown = rpc(&app.http, &app, "get.v0.software_instance_certificate", &guid("nope"));
    assert_eq!(said(unknown), (403, "No software instance nope______0 found.".into()));
}

#[test]
fn both_apis_give_out_the_same_certificates() {
    let app = TestApp::formatted(1);
    request("root").value(&app);
    let pair = Pair::json(&answer(rpc(&app.http, &app, "get.v0.software_instance_certificate", &guid("root"))));
    assert_eq!(instance(&app, "slappart0"), pair);
    let computer = json!({"computer_guid": LOCAL});
    let generate = || rpc(&app.http, &app, "post.v0.compute_node_certificate", &computer);
    assert_eq!(Pair::json(&answer(generate())).owner(), LOCAL);
    assert_eq!(said(generate()), (403, "Certificate still active.".into()));
    let revoke = || rpc(&app.http, &app, "remove.v0.compute_node_certificate", &computer);
    assert_eq!(said(revoke()), (200, "Certificate removed".into()));
    assert_eq!(said(revoke()), (403, "No certificate".into()));
}

#[test]
fn a_revoked_certificate_is_refused_from_then_on() {
    let app = secured();
    let pair = computer(&app, LOCAL);
    let node = client(&app, Some(&pair));
    let ask = |client: &reqwest::blocking::Client| said(client.get(format!("{}/getRunId", app.url)));
    assert_eq!(ask(&node).0, 200);
    assert_eq!(revoke(&app), Answer::text("None"));
    let refusal = (401, "The certificate of local_computer is revoked; ask for another one.".to_owned());
    // On the connection that is open, and on the next one.
    assert_eq!(ask(&node), refusal);
    assert_eq!(ask(&client(&app, Some(&pair))), refusal);
    assert_eq!(ask(&client(&app, Some(&computer(&app, LOCAL)))).0, 200);

    let alice = person(&app, "alice");
    assert_eq!(ask(&client(&app, Some(&alice))).0, 200);
    app.post("/-/user/remove", &[("name", "alice")]);
    let refusal = (401, "The certificate of alice is revoked; ask for another one.".to_owned());
    assert_eq!(ask(&client(&app, Some(&alice))), refusal);
}

#[test]
fn the_certificate_of_an_instance_ends_with_it() {
    let app = secured();
    let pair = instance(&app, "slappart0");
    let first = client(&app, Some(&pair));
    request("first").state("destroyed").value(&app);
    assert_eq!(instance(&app, "slappart0"), pair);
    assert_eq!(app.destroyed(LOCAL, "slappart0"), Answer::text("OK"));
    let refusal = (401, "The certificate of SOFTINST-1 is revoked; ask for another one.".to_owned());
    assert_eq!(said(first.get(format!("{}/getRunId", app.url))), refusal);
    // Who gets the partition next gets a pair of his own.
    request("third").value(&app);
    let next = instance(&app, "slappart0");
    assert_eq!(next.owner(), "SOFTINST-3");
    let key: Option<String> =
        app.sqlite().query_row("SELECT key FROM certificate WHERE owner = 'SOFTINST-1'", [], |row| row.get(0)).unwrap();
    assert_eq!(key, None);
}

#[test]
fn a_computer_is_registered_with_a_token() {
    let app = secured();
    person(&app, "alice");
    let token: Value = serde_json::from_str(&app.post("/-/user/token", &[("name", "alice")]).body).unwrap();
    let nobody = client(&app, None);
    let register = || {
        let call = super::form(&nobody, &app, "/Person_requestComputer", &[("title", "my node")]);
        call.header("X-Access-Token", token["access_token"].as_str().unwrap())
    };
    let pair = Pair::json(&answer(register()));
    assert_eq!(pair.owner(), "COMP-1");
    assert_eq!(said(register()), (404, "Certificate still active.".into()));
    let node = client(&app, Some(&pair));
    let path = format!("{}/getFullComputerInformation?computer_id=COMP-1", app.url);
    assert_eq!(answer(node.get(path)).status, 200);
}

#[test]
fn the_authority_is_made_when_it_is_first_needed() {
    let app = TestApp::formatted(1);
    let file = LocalAuthority::beside(&app.database).path().to_owned();
    assert!(!file.exists());
    generate(&app);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}
