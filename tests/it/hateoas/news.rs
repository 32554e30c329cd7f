//! News: what the reports of nodes make of services, computers and installations.

use serde_json::Value as Json;

use super::{field, json};
use crate::app::{Answer, TestApp, request};
use crate::calls::LOCAL;

/// The texts of the news of an instance.
fn news(app: &TestApp, path: &str) -> Vec<String> {
    let news = field(&json(&app.get(path)), "my_news");
    let records = news["instance"].as_array().unwrap().clone();
    records.iter().map(|record| record["text"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_news_of_a_root_are_the_reports_about_its_tree() {
    let app = TestApp::formatted(3);
    request("root").place(&app);
    request("kid").by(LOCAL, "slappart0").place(&app);
    request("other").place(&app);
    assert_eq!(news(&app, "/hateoas/partitions/root"), [""; 0]);
    let report = |path: &str, partition: &str, fields: &[(&str, &str)]| {
        assert_eq!(app.report(path, partition, fields), Answer::text("Ignored"));
    };
    report("/startedComputerPartition", "slappart0", &[]);
    report("/softwareInstanceError", "slappart1", &[("error_log", "boom")]);
    report("/buildingComputerPartition", "slappart2", &[]);
    let (started, failed) = ("#access Instance correctly started", "#error while instanciating: boom");
    assert_eq!(news(&app, "/hateoas/partitions/root"), [started, failed]);
    assert_eq!(news(&app, "/hateoas/partitions/root/kid"), [failed]);
    assert_eq!(news(&app, "/hateoas/partitions/other"), ["#building Instance is being deployed"]);
}

#[test]
fn a_record_has_the_keys_of_the_classic_api() {
    let app = TestApp::formatted(1);
    request("host").place(&app);
    request("shared").shared().place(&app);
    let about = [("slave_reference", "_shared"), ("error_log", "boom")];
    assert_eq!(app.report("/softwareInstanceError", "slappart0", &about), Answer::text("Ignored"));
    let news = field(&json(&app.get("/hateoas/shared/shared")), "my_news");
    let mut record = news["instance"][0].as_object().unwrap().clone();
    let date = record.remove("created_at").unwrap();
    assert!(httpdate::parse_http_date(date.as_str().unwrap()).is_ok(), "{date}");
    assert_eq!(record.remove("since"), Some(date));
    let expected = serde_json::json!({
        "no_data_since_15_minutes": 0,
        "no_data_since_5_minutes": 0,
        "portal_type": "Slave Instance",
        "reference": "_shared",
        "state": "",
        "text": "#error while instanciating: boom",
        "user": "local_computer",
    });
    assert_eq!(Json::Object(record), expected);
    // The news of the host are not about what it serves.
    assert_eq!(self::news(&app, "/hateoas/partitions/host"), [""; 0]);
}

#[test]
fn the_news_of_a_computer_are_its_own_and_those_of_its_partitions() {
    let app = TestApp::formatted(3);
    request("root").place(&app);
    request("new").place(&app);
    app.information(LOCAL);
    assert_eq!(app.report("/stoppedComputerPartition", "slappart0", &[]), Answer::text("Ignored"));
    let news = field(&json(&app.get("/hateoas/computers/local_computer")), "my_news");
    assert_eq!(news["computer"]["text"], "#access local_computer");
    let partitions = news["partition"].as_object().unwrap();
    let texts: Vec<(&str, &str)> =
        partitions.iter().map(|(name, record)| (name.as_str(), record["text"].as_str().unwrap())).collect();
    assert_eq!(
        texts,
        [
            ("slappart0", "#access Instance correctly stopped"),
            ("slappart1", "#error no data found for local_computer-slappart1")
        ]
    );
}

#[test]
fn an_installation_has_a_document_with_its_news() {
    let app = TestApp::formatted(1);
    app.supply("https://a/b", "available");
    let about = [("url", "https://a/b"), ("computer_id", LOCAL)];
    assert_eq!(app.post("/buildingSoftwareRelease", &about), Answer::text("Ignored"));
    let document = json(&app.get("/hateoas/software_installations/local_computer/https%3A%2F%2Fa%2Fb"));
    assert_eq!(document.pointer("/_links/type/name").unwrap(), "Software Installation");
    assert_eq!(field(&document, "my_url_string"), "https://a/b");
    assert_eq!(field(&document, "my_aggregate_reference"), LOCAL);
    assert_eq!(field(&document, "my_slap_state"), "available");
    assert_eq!(field(&document, "my_news")["text"], "#building software release https://a/b");
}
