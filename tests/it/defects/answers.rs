//! Answers that tell the truth, on several computers and about what is not there.

use crate::app::{Answer, TestApp, dictionary, request, text};
use crate::calls::{LOCAL, map, texts, tuples};

#[test]
fn b1_an_instance_is_told_the_addresses_of_its_own_partition_only() {
    let app = TestApp::formatted(1);
    assert_eq!(app.format_in("node2", 1, "10.9."), Answer::text("done"));
    let local = request("here").value(&app);
    let node2 = request("there").filter(&[("computer_guid", "node2")]).value(&app);
    assert_eq!(text(&node2, "slap_computer_id"), "node2");
    assert_eq!(tuples(local.get("ip_list").unwrap()), ["slaptap0 10.0.0.1"]);
    assert_eq!(tuples(node2.get("ip_list").unwrap()), ["slaptap0 10.9.0.1"]);
}

#[test]
fn b9_an_unknown_requester_is_refused_and_not_taken_for_a_person() {
    let app = TestApp::formatted(2);
    request("root").place(&app);
    let (shared, empty) = ("<marshal><bool>0</bool></marshal>", dictionary(&[]));
    let by = |computer: &str, partition: &str| {
        let fields = [
            ("software_release", "/sr"),
            ("software_type", "default"),
            ("partition_reference", "kid"),
            ("shared_xml", shared),
            ("filter_xml", empty.as_str()),
            ("computer_id", computer),
            ("computer_partition_id", partition),
        ];
        app.post("/requestComputerPartition", &fields)
    };
    let ghost = "computer_partition_id: the partition \"ghostpart\" of \"local_computer\" cannot request: \
                 computer_partition_id: there is no partition \"ghostpart\"; known: slappart0, slappart1";
    assert_eq!(by(LOCAL, "ghostpart").refusal(), (400, ghost.into()));
    let free = "computer_partition_id: the partition \"slappart1\" of \"local_computer\" cannot request: it is free";
    assert_eq!(by(LOCAL, "slappart1").refusal(), (400, free.into()));
    let header = request("kid").by(LOCAL, "ghostpart").send(&app);
    let ghost = "No partition matching the authorization header: (local_computer / ghostpart); \
                 computer_partition_id: there is no partition \"ghostpart\"; known: slappart0, slappart1";
    assert_eq!(header.refusal(), (400, ghost.into()));
    assert_eq!(app.listing(LOCAL), ["slappart0 started root", "slappart1 free"]);
    assert_eq!(text(&by(LOCAL, "slappart0").value(), "slap_computer_partition_id"), "slappart1");
    assert_eq!(app.parameter("slappart1", "root_instance_title"), "root".into());
}

#[test]
fn b10_an_instance_never_moves_and_its_answer_says_where_it_is() {
    let app = TestApp::formatted(1);
    app.format("node2", 1);
    request("root").place(&app);
    let answer = request("root").filter(&[("computer_guid", "node2")]).value(&app);
    assert_eq!(text(&answer, "slap_computer_id"), LOCAL);
    assert_eq!(texts(answer.get("_filter_dict").unwrap()), map(&[("computer_guid", "node2")]));
    assert_eq!(app.listing("node2"), ["slappart0 free"]);
}

#[test]
fn b12_what_is_not_there_is_never_acknowledged() {
    let app = TestApp::formatted(1);
    request("root").place(&app);
    let connection = dictionary(&[("a", "b")]);
    let no_computer = "computer_id: there is no computer \"nope\"; known: local_computer";
    let no_partition = "computer_partition_id: there is no partition \"nope\"; known: slappart0";
    let no_release = "url: there is no software release supplied to this computer \"/nope\"; known: /sr";
    assert_eq!(app.supply("/sr", "available").status, 200);
    for (path, fields) in [
        ("/supplySupply", vec![("url", "/x"), ("state", "available")]),
        ("/buildingSoftwareRelease", vec![("url", "/sr")]),
        ("/availableSoftwareRelease", vec![("url", "/sr")]),
        ("/softwareReleaseError", vec![("url", "/sr"), ("error_log", "x")]),
        ("/destroyedSoftwareRelease", vec![("url", "/sr")]),
        ("/computerBang", vec![("message", "x")]),
    ] {
        let answer = app.post(path, &[&[("computer_id", "nope")], &fields[..]].concat());
        assert_eq!(answer.refusal(), (404, no_computer.into()), "{path}");
        if path.ends_with("SoftwareRelease") || path.ends_with("Error") {
            let answer = app.post(path, &[&[("computer_id", LOCAL), ("url", "/nope")], &fields[1..]].concat());
            assert_eq!(answer.refusal(), (404, no_release.into()), "{path}");
        }
    }
    for (path, fields) in [
        ("/startedComputerPartition", vec![]),
        ("/stoppedComputerPartition", vec![]),
        ("/buildingComputerPartition", vec![]),
        ("/availableComputerPartition", vec![]),
        ("/softwareInstanceError", vec![("error_log", "x")]),
        ("/softwareInstanceBang", vec![("message", "x")]),
        ("/setComputerPartitionConnectionXml", vec![("connection_xml", connection.as_str())]),
        ("/updateComputerPartitionRelatedInstanceList", vec![("instance_reference_xml", "<marshal><list/></marshal>")]),
    ] {
        assert_eq!(app.report(path, "nope", &fields).refusal(), (404, no_partition.into()), "{path}");
        let elsewhere = [("computer_id", "nope"), ("computer_partition_id", "slappart0")];
        let answer = app.post(path, &[&elsewhere[..], &fields[..]].concat());
        assert_eq!(answer.refusal(), (404, no_computer.into()), "{path}");
    }
    // Agents rely on the status 200 here.
    assert_eq!(app.destroyed(LOCAL, "nope"), Answer::text("Unknown partition 'nope' on 'local_computer'"));
    assert_eq!(app.destroyed("nope", "slappart0"), Answer::text("Unknown partition 'slappart0' on 'nope'"));
    assert_eq!(app.listing(LOCAL), ["slappart0 started root"]);
    assert_eq!(app.supplied(LOCAL), ["/sr available"]);
}

#[test]
fn b13_only_the_three_states_are_states() {
    let app = TestApp::formatted(1);
    let before = request("root").send(&app);
    for state in ["bogus", "", "Started"] {
        let refusal = format!("state: {state:?} is not accepted; expected started, stopped or destroyed");
        assert_eq!(request("root").state(state).send(&app).refusal(), (400, refusal));
    }
    assert_eq!(request("root").send(&app), before);
}

#[test]
fn b14_typed_parameters_have_texts_that_can_be_read_back() {
    let app = TestApp::formatted(2);
    let typed = "<marshal><dictionary id='1'><string>b</string><none/><string>c</string><list id='2'><int>1</int>\
                 <int>2</int></list><string>d</string><dictionary id='3'><string>e</string><string>f</string>\
                 </dictionary><string>t</string><bool>1</bool><string>f</string><float>1.5</float><string>i</string>\
                 <int>7</int><string>empty</string><string></string></dictionary></marshal>";
    let shown = [
        ("b", "None"),
        ("c", "[1, 2]"),
        ("d", "{\"e\": \"f\"}"),
        ("t", "True"),
        ("f", "1.5"),
        ("i", "7"),
        ("empty", ""),
    ];
    let fields = [
        ("software_release", "/sr"),
        ("software_type", "default"),
        ("partition_reference", "root"),
        ("partition_parameter_xml", typed),
    ];
    let answer = app.post("/requestComputerPartition", &fields).value();
    let mut parameters = texts(answer.get("_parameter_dict").unwrap());
    assert!(parameters.remove("timestamp").is_some());
    assert_eq!(parameters, map(&shown));
    for (key, text) in shown {
        assert_eq!(app.parameter("slappart0", key), text.into());
    }
    let published = [("computer_id", LOCAL), ("computer_partition_id", "slappart0"), ("connection_xml", typed)];
    assert_eq!(app.post("/setComputerPartitionConnectionXml", &published), Answer::text("done"));
    assert_eq!(texts(app.partition(LOCAL, "slappart0").get("_connection_dict").unwrap()), map(&shown));
}

#[test]
fn b15_the_sla_is_kept_and_told() {
    let app = TestApp::formatted(2);
    let sla = [("computer_guid", LOCAL), ("retention_delay", "7.0")];
    let answer = request("root").filter(&sla).value(&app);
    assert_eq!(texts(answer.get("_filter_dict").unwrap()), map(&sla));
    assert_eq!(texts(app.partition(LOCAL, "slappart0").get("_filter_dict").unwrap()), map(&sla));
    let shared = request("s").shared().filter(&sla).value(&app);
    assert_eq!(texts(shared.get("_filter_dict").unwrap()), map(&sla));
    let (timestamp, other) = (app.timestamp(LOCAL, "slappart0"), [("computer_guid", LOCAL)]);
    let answer = request("root").filter(&other).value(&app);
    assert_eq!(texts(answer.get("_filter_dict").unwrap()), map(&other));
    assert_eq!(app.timestamp(LOCAL, "slappart0"), timestamp);
}

#[test]
fn b19_the_default_computer_is_known_before_it_is_formatted() {
    let app = TestApp::empty();
    assert_eq!(app.listing(LOCAL), Vec::<String>::new());
    assert_eq!(app.supplied(LOCAL), Vec::<String>::new());
    let answer = app.supply("/sr", "available");
    assert_eq!(answer, Answer::text("Supplied '/sr' to be available"));
    assert_eq!(app.supplied(LOCAL), ["/sr available"]);
    let refusal = "No free computer partition found for: root (local_computer has no partition: format it, or import \
                   its description)";
    assert_eq!(request("root").send(&app).refusal(), (404, refusal.into()));
}
