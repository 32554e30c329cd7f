//! Fields that are missing, or name what is not there.

use slapproxy::config::Overrides;
use slapproxy::wire::xml::Value;

use crate::app::{TestApp, answer};
use crate::calls::LOCAL;

/// Every call that writes, with the fields that it needs, in the order in which it asks for them.
const WRITING: &[(&str, &[&str])] = &[
    ("/loadComputerConfigurationFromXML", &["xml"]),
    ("/computerBang", &["computer_id"]),
    ("/useComputer", &["computer_id", "use_string"]),
    ("/requestComputer", &["computer_title"]),
    ("/generateComputerCertificate", &["computer_id"]),
    ("/revokeComputerCertificate", &["computer_id"]),
    ("/supplySupply", &["url", "computer_id"]),
    ("/buildingSoftwareRelease", &["url", "computer_id"]),
    ("/availableSoftwareRelease", &["url", "computer_id"]),
    ("/softwareReleaseError", &["url", "computer_id"]),
    ("/destroyedSoftwareRelease", &["url", "computer_id"]),
    ("/requestComputerPartition", &["software_release", "partition_reference"]),
    ("/buildingComputerPartition", &["computer_id", "computer_partition_id"]),
    ("/availableComputerPartition", &["computer_id", "computer_partition_id"]),
    ("/startedComputerPartition", &["computer_id", "computer_partition_id"]),
    ("/stoppedComputerPartition", &["computer_id", "computer_partition_id"]),
    ("/softwareInstanceError", &["computer_id", "computer_partition_id", "error_log"]),
    ("/destroyedComputerPartition", &["computer_id", "computer_partition_id"]),
    ("/softwareInstanceBang", &["computer_id", "computer_partition_id"]),
    ("/softwareInstanceRename", &["computer_id", "computer_partition_id", "new_name"]),
    ("/setComputerPartitionConnectionXml", &["computer_id", "computer_partition_id", "connection_xml"]),
    (
        "/updateComputerPartitionRelatedInstanceList",
        &["computer_id", "computer_partition_id", "instance_reference_xml"],
    ),
];

/// Every call that reads, with the fields that it needs.
const READING: &[(&str, &[&str])] = &[
    ("/getFullComputerInformation", &["computer_id"]),
    ("/getComputerInformation", &["computer_id"]),
    ("/registerComputerPartition", &["computer_reference", "computer_partition_reference"]),
    ("/getComputerPartitionCertificate", &["computer_id", "computer_partition_id"]),
    ("/getHostingSubscriptionIpList", &["computer_id", "computer_partition_id"]),
    ("/getSoftwareReleaseListFromSoftwareProduct", &["software_product_reference"]),
    ("/getComputerStatus", &["computer_id"]),
    ("/getComputerPartitionStatus", &["computer_id", "computer_partition_id"]),
    ("/getSoftwareInstallationStatus", &["url", "computer_id"]),
];

#[test]
fn c3_what_is_unknown_is_answered_404_with_what_is_known() {
    let app = TestApp::formatted(2);
    let no_computer = "computer_id: there is no computer \"nope\"; known: local_computer";
    let no_partition = "computer_partition_id: there is no partition \"nope\"; known: slappart0, slappart1";
    let no_release = "url: there is no software release supplied to this computer \"nope\"; known: none";
    for (path, query, refusal) in [
        ("/getFullComputerInformation", "computer_id=nope", no_computer),
        ("/getComputerInformation", "computer_id=nope", no_computer),
        (
            "/registerComputerPartition",
            "computer_reference=nope&computer_partition_reference=slappart0",
            &no_computer.replace("computer_id", "computer_reference"),
        ),
        (
            "/registerComputerPartition",
            "computer_reference=local_computer&computer_partition_reference=nope",
            &no_partition.replace("computer_partition_id", "computer_partition_reference"),
        ),
        ("/getHostingSubscriptionIpList", "computer_id=nope&computer_partition_id=slappart0", no_computer),
        ("/getHostingSubscriptionIpList", "computer_id=local_computer&computer_partition_id=nope", no_partition),
        ("/getComputerStatus", "computer_id=nope", no_computer),
        ("/getComputerPartitionStatus", "computer_id=nope&computer_partition_id=slappart0", no_computer),
        ("/getComputerPartitionStatus", "computer_id=local_computer&computer_partition_id=nope", no_partition),
        ("/getSoftwareInstallationStatus", "computer_id=nope&url=nope", no_computer),
        ("/getSoftwareInstallationStatus", "computer_id=local_computer&url=nope", no_release),
    ] {
        assert_eq!(app.get(&format!("{path}?{query}")).refusal(), (404, refusal.into()), "{path}?{query}");
    }
    let refusal = "state: \"foo\" is not accepted; expected available or destroyed";
    assert_eq!(app.supply("/sr", "foo").refusal(), (400, refusal.into()));
    assert_eq!(app.supplied(LOCAL), Vec::<String>::new());
}

#[test]
fn c3_software_products_are_asked_for_by_name_or_by_release() {
    let products = vec!["kvm /kvm/1".to_owned(), "erp5 /erp5/1".to_owned()];
    let app = TestApp::with(Overrides { software_products: products, ..Overrides::default() });
    let ask = |query: &str| app.get(&format!("/getSoftwareReleaseListFromSoftwareProduct{query}"));
    let list = |urls: &[&str]| Value::list(urls.iter().map(|&url| url.into()).collect());
    assert_eq!(ask("?software_product_reference=erp5").value(), list(&["/erp5/1"]));
    assert_eq!(ask("?software_product_reference=nope").value(), list(&[]));
    assert_eq!(ask("?software_release_url=/kvm/1").value(), list(&["/kvm/1"]));
    let unknown =
        "software_release_url: no software product has the release \"/nope\"; known releases: /kvm/1, /erp5/1";
    assert_eq!(ask("?software_release_url=/nope").refusal(), (404, unknown.into()));
    let both =
        "software_release_url: \"/kvm/1\" is not accepted; expected only one of it and software_product_reference";
    assert_eq!(ask("?software_release_url=/kvm/1&software_product_reference=kvm").refusal(), (400, both.into()));
    let none = "software_product_reference: the field is missing; given: none";
    assert_eq!(ask("").refusal(), (400, none.into()));
}

#[test]
fn c6_every_missing_field_is_named() {
    let app = TestApp::formatted(1);
    let ask = |path: &str, given: &[(&str, &str)], reading: bool| {
        let query: Vec<String> = given.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if reading { app.get(&format!("{path}?{}", query.join("&"))) } else { app.post(path, given) }
    };
    for (calls, reading) in [(WRITING, false), (READING, true)] {
        for (path, fields) in calls {
            for (count, missing) in fields.iter().enumerate() {
                let given: Vec<(&str, &str)> = fields[..count].iter().map(|field| (*field, "x")).collect();
                let names = if count == 0 { "none".into() } else { fields[..count].join(", ") };
                let refusal = format!("{missing}: the field is missing; given: {names}");
                assert_eq!(ask(path, &given, reading).refusal(), (400, refusal), "{path}");
            }
        }
    }
}

#[test]
fn c6_a_computer_that_is_none_is_refused() {
    let app = TestApp::formatted(1);
    let refusal = "computer_id: \"None\" is not accepted; expected a text other than None";
    let fields = [("url", "/sr"), ("computer_id", "None"), ("state", "available")];
    assert_eq!(app.post("/supplySupply", &fields).refusal(), (400, refusal.into()));
    assert_eq!(app.get("/getFullComputerInformation?computer_id=None").refusal(), (400, refusal.into()));
}

#[test]
fn bytes_that_are_no_text_are_refused_by_the_name_of_their_field() {
    let app = TestApp::formatted(1);
    let refusal = "computer_id: \"\u{fffd}\" is not accepted; expected text in UTF-8";
    assert_eq!(app.get("/getFullComputerInformation?computer_id=%ff").refusal(), (400, refusal.into()));
    let body = app.http.post(format!("{}/supplySupply", app.url)).body("computer_id=%ff");
    let body = answer(body.header("Content-Type", "application/x-www-form-urlencoded"));
    assert_eq!(body.refusal(), (400, refusal.into()));
}
