//! Every key of an SLA alone and in pairs, over three computers.

use serde_json::json;

use super::{anywhere, explained, led, rpc, set};
use crate::app::{TestApp, request};

/// The keys, each with a value, and the partitions that meet it: those of `local_computer` are `l0` to `l2`, and so on.
const KEYS: [(&str, &str, &str); 5] = [
    ("computer_guid", "node1", "a0 a1 a2"),
    ("partition_type", "slave", "l1 a1 b0"),
    ("port", "8080", "l2 a1 b2"),
    ("network_guid", "NET-1", "a0 a1 a2 b0 b1 b2"),
    ("capability", "gpu", "l0 l1 l2 a0 a1 a2 b0 b2"),
];

/// Three computers with three partitions each. Of the last one the formatter says everything.
fn three() -> TestApp {
    let app = anywhere([3, 3, 3]);
    for (computer, partition) in [("local_computer", "slappart1"), ("node1", "slappart1")] {
        set(&app, computer, &[partition], &json!({"partition_type": "slave"}));
    }
    for (computer, partition) in [("local_computer", "slappart2"), ("node1", "slappart1")] {
        set(&app, computer, &[partition], &json!({"port_list": [443, 8080]}));
    }
    for computer in ["node1", "node2"] {
        set(&app, computer, &[], &json!({"network_guid": "NET-1"}));
    }
    let list = json!([
        {"partition_id": "slappart0", "ip_list": [], "capability_list": ["gpu"], "partition_type": "slave"},
        {"partition_id": "slappart1", "ip_list": [], "capability_list": ["tpu"]},
        {"partition_id": "slappart2", "ip_list": [], "capability_list": ["gpu"], "port_list": [8080, 9000]},
    ]);
    let format = json!({"computer_guid": "node2", "compute_partition_list": list});
    assert_eq!(rpc(&app, "put.v0.compute_node_format", &format).0, 200);
    app
}

/// `local_computer/slappart1` is `l1`.
fn short(place: &str) -> String {
    let (computer, partition) = place.split_once('/').unwrap_or_else(|| panic!("{place}"));
    let letter = match computer {
        "local_computer" => 'l',
        "node1" => 'a',
        _ => 'b',
    };
    format!("{letter}{}", partition.strip_prefix("slappart").unwrap())
}

#[test]
fn every_key_alone_and_in_pairs_leads_to_all_partitions_that_meet_it_and_to_no_other() {
    let app = three();
    let meets = |(_, _, places): &(&str, &str, &'static str), place: &str| places.split(' ').any(|one| one == place);
    let mut number = 0;
    for (index, first) in KEYS.iter().enumerate() {
        for second in &KEYS[index..] {
            let sla = [(first.0, first.1), (second.0, second.1)];
            let expected: Vec<&str> = first.2.split(' ').filter(|place| meets(second, place)).collect();
            let mut found = Vec::new();
            let titles: Vec<String> = (0..=expected.len())
                .map(|_| {
                    number += 1;
                    format!("i{number}")
                })
                .collect();
            for title in &titles {
                let led = led(&app, &request(title).filter(&sla));
                if found.len() < expected.len() {
                    found.push(short(&led));
                } else {
                    assert!(!led.contains("/slappart"), "{led}");
                }
            }
            found.sort();
            let mut sorted: Vec<&str> = expected.clone();
            sorted.sort_unstable();
            assert_eq!(found, sorted, "{sla:?}");
            for title in &titles[..expected.len()] {
                free(&app, title);
            }
        }
    }
}

#[test]
fn a_named_host_must_meet_every_other_key_too() {
    let app = three();
    request("good").filter(&[("computer_guid", "node1"), ("port", "8080")]).value(&app);
    request("plain").value(&app);
    for (number, (key, value, places)) in KEYS.iter().enumerate() {
        for (host, place, guids) in [
            ("good", "node1/slappart1", ["node1-slappart1", "good______0"]),
            ("plain", "local_computer/slappart0", ["local_computer-slappart0", "plain______0"]),
        ] {
            for (which, guid) in guids.iter().enumerate() {
                let shared = request(&format!("{host}{number}{which}")).shared();
                let led = led(&app, &shared.filter(&[("instance_guid", guid), (key, value)]));
                let fits = places.split(' ').any(|one| one == short(place));
                assert_eq!(led == place, fits, "{host} {key}: {led}");
            }
        }
    }
}

/// Destroys an instance, and reports that it is.
fn free(app: &TestApp, title: &str) {
    let place = led(app, &request(title).state("destroyed"));
    let (computer, partition) = place.split_once('/').unwrap();
    let fields = [("computer_id", computer), ("computer_partition_id", partition)];
    assert_eq!(app.post("/destroyedComputerPartition", &fields).status, 200);
}

#[test]
fn why_not_is_told_of_every_candidate() {
    let app = three();
    set(&app, "local_computer", &[], &json!({"closed": true}));
    set(&app, "node1", &["slappart1"], &json!({"closed": true}));
    let wanted = |sla: &[(&str, &str)]| led(&app, &request("x").filter(sla));
    assert_eq!(
        wanted(&[("partition_type", "slave"), ("port", "8080")]),
        "none of the 9 partitions of all computers will do: slappart0 of local_computer is on a closed computer, slappart1 \
         of local_computer is on a closed computer, slappart2 of local_computer is on a closed computer, slappart0 of node1 \
         is of partition type full, slappart1 of node1 is closed, slappart2 of node1 is of partition type full, slappart0 \
         of node2 does not provide the port 8080, slappart1 of node2 is of partition type full, slappart2 of node2 is of \
         partition type full"
    );
    assert_eq!(
        wanted(&[("computer_guid", "local_computer")]),
        "none of the 3 partitions of local_computer will do: slappart0 is on a closed computer, slappart1 is on a closed \
         computer, slappart2 is on a closed computer; free on other computers: slappart0 of node1, slappart2 of node1, \
         slappart0 of node2, slappart1 of node2, slappart2 of node2"
    );
    assert_eq!(
        wanted(&[("computer_guid", "node2"), ("network_guid", "NET-2")]),
        "none of the 3 partitions of node2 will do: slappart0 is in the network NET-1, slappart1 is in the network NET-1, \
         slappart2 is in the network NET-1"
    );
    let candidates = explained(&app, "x")["outlook"]["candidate_list"].clone();
    let obstacles: Vec<_> = candidates.as_array().unwrap().iter().map(|one| one["obstacle"].clone()).collect();
    assert_eq!(obstacles, ["other_network"; 3]);
}

#[test]
fn without_a_computer_the_default_one_comes_first_then_those_with_the_release_then_those_with_room() {
    let app = anywhere([1, 2, 4]);
    let report = |computer: &str, call: &str| {
        let fields = [("url", "/sr"), ("computer_id", computer), ("state", "available")];
        assert_eq!(app.post(call, &fields).status, 200);
    };
    let next = |title: &str| led(&app, &request(title));
    assert_eq!(next("a"), "local_computer/slappart0");
    assert_eq!(next("b"), "node2/slappart0");
    report("node1", "/supplySupply");
    assert_eq!(next("c"), "node1/slappart0");
    report("node2", "/supplySupply");
    report("node2", "/availableSoftwareRelease");
    assert_eq!(next("d"), "node2/slappart1");
    assert_eq!(next("e"), "node2/slappart2");
    assert_eq!(next("f"), "node2/slappart3");
    assert_eq!(next("g"), "node1/slappart1");
    assert!(next("h").starts_with("all 7 partitions of all computers are busy: slappart0 of local_computer with a, "));
    // What is placed stays, also when another computer would be better.
    assert_eq!(next("b"), "node2/slappart0");
}

#[test]
fn only_the_default_computer_is_looked_at_unless_it_is_said() {
    let app = TestApp::formatted(1);
    app.format("node1", 1);
    assert_eq!(led(&app, &request("a")), "local_computer/slappart0");
    let refused = led(&app, &request("b"));
    assert_eq!(
        refused,
        "the only partition of local_computer is busy: slappart0 with a; free on other computers: slappart0 of node1"
    );
}

#[test]
fn keys_that_mean_nothing_here_are_kept_and_told() {
    let app = TestApp::formatted(1);
    let sla = [("retention_delay", "3"), ("project_guid", "PROJ-1"), ("made_up", "x")];
    let value = request("a").filter(&sla).value(&app);
    for (key, text) in sla {
        assert_eq!(value.get("_filter_dict").unwrap().get(key).unwrap().as_str(), Some(text));
    }
    let told = rpc(&app, "get.v0.instance_tree", &json!({"title": "a"})).1;
    assert_eq!(told["sla_parameters"], json!({"retention_delay": "3", "project_guid": "PROJ-1", "made_up": "x"}));
}

#[test]
fn what_no_longer_fits_is_told_and_stays() {
    let app = anywhere([2, 1, 1]);
    let sla = [("port", "80")];
    set(&app, "local_computer", &["slappart1"], &json!({"port_list": [80]}));
    assert_eq!(led(&app, &request("web").filter(&sla)), "local_computer/slappart1");
    assert_eq!(explained(&app, "web").get("misfit"), None);
    set(&app, "local_computer", &["slappart1"], &json!({"port_list": []}));
    assert_eq!(explained(&app, "web")["misfit"], "slappart1 does not provide the port 80");
    assert_eq!(led(&app, &request("web").filter(&sla)), "local_computer/slappart1");
    assert_eq!(led(&app, &request("web").filter(&[("computer_guid", "node1")])), "local_computer/slappart1");
    assert_eq!(explained(&app, "web")["misfit"], "the SLA names the computer node1");
}

#[test]
fn what_cannot_be_changed_is_refused() {
    let app = anywhere([1, 1, 1]);
    let change = |request: &serde_json::Value| {
        let (status, document) = rpc(&app, "put.WIP.compute_node_allocation", request);
        (status, document["title"].as_str().unwrap().to_owned())
    };
    assert_eq!(change(&json!({"computer_guid": "nope", "closed": true})), (403, "nope is not registered.".into()));
    let partition = json!({"computer_guid": "node1", "compute_partition_id_list": ["x"], "closed": true});
    let unknown = "compute_partition_id_list: there is no partition \"x\"; known: slappart0";
    assert_eq!(change(&partition), (403, unknown.into()));
    let kind = "partition_type: \"big\" is not accepted; expected virtio, slave, full or limited";
    assert_eq!(change(&json!({"computer_guid": "node1", "partition_type": "big"})), (400, kind.into()));
    let network = json!({"computer_guid": "node1", "compute_partition_id_list": ["slappart0"], "network_guid": "N"});
    let whole = "compute_partition_id_list: \"slappart0\" is not accepted; expected no partitions: a network is one of the \
                 whole computer";
    assert_eq!(change(&network), (400, whole.into()));
}
