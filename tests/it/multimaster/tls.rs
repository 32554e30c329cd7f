//! Other masters that demand certificates.

use std::fs;

use serde_json::json;
use slapproxy::config::RemoteMaster;

use super::{forwarded, remote, trees, with_masters};
use crate::access::person;
use crate::app::{TestApp, request};

#[test]
fn a_certificate_opens_a_master_that_demands_one_and_its_authority_is_checked() {
    let other = TestApp::secured();
    other.format("local_computer", 1);
    let pair = person(&other, "federated");
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = directory.path().join(name);
        fs::write(&path, content).unwrap();
        Some(path)
    };
    let trusted = RemoteMaster {
        key: file("key", &pair.key),
        cert: file("crt", &pair.certificate),
        ca: file("ca", &other.authority()),
        ..remote(&other.url)
    };
    let app = with_masters(vec![RemoteMaster { ca: None, ..trusted.clone() }]);
    let (status, text) = request("db").send(&app).refusal();
    assert_eq!((status, text.starts_with(&format!("{} cannot be reached: ", other.url))), (523, true), "{text}");

    let app = with_masters(vec![trusted.clone()]);
    assert_eq!(request("db").place(&app), "slappart0");
    assert_eq!((trees(&app), forwarded(&app)[0]["remote_title"].clone()), (json!([]), json!("user_db")));

    let missing = directory.path().join("missing");
    let app = with_masters(vec![RemoteMaster { key: Some(missing.clone()), ..trusted }]);
    let (status, text) = request("db").send(&app).refusal();
    assert_eq!((status, text.contains(missing.to_str().unwrap())), (500, true), "{text}");
}
