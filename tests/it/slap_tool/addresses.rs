//! Addresses of partitions and trees.

use crate::app::{Answer, TestApp, request};
use crate::calls::{LOCAL, tuples};

const TAPS: &str = include_str!("../../../fixtures/wire/slapformat/10-partitions-tap-tun.xml");

/// A server whose computer `COMP-1234` was described by the formatter, with routed taps.
fn routed() -> TestApp {
    let app = TestApp::empty();
    assert_eq!(app.post("/loadComputerConfigurationFromXML", &[("xml", TAPS)]), Answer::text("done"));
    app
}

const THERE: [(&str, &str); 1] = [("computer_guid", "COMP-1234")];

#[test]
fn routed_addresses_are_listed_apart() {
    let app = routed();
    let plain = ["slaptap0 10.0.0.1", "slaptap0 2001:db8:aaaa::2"];
    let routed = ["route_slaptap0 10.1.0.2 10.1.0.1 255.255.0.0 10.1.0.0"];
    let answer = request("root").filter(&THERE).value(&app);
    let partition = app.partition("COMP-1234", "slappart0");
    for seen in [&answer, partition.get("_parameter_dict").unwrap()] {
        assert_eq!(tuples(seen.get("ip_list").unwrap()), plain);
        assert_eq!(tuples(seen.get("full_ip_list").unwrap()), routed);
    }
}

#[test]
fn the_addresses_of_a_tree_are_those_of_all_its_partitions() {
    let app = routed();
    app.format(LOCAL, 3);
    request("root").place(&app);
    request("other").place(&app);
    request("far").filter(&THERE).by(LOCAL, "slappart0").place(&app);
    request("near").by("COMP-1234", "slappart0").place(&app);
    let ask = |computer: &str, partition: &str| {
        let query = format!("?computer_id={computer}&computer_partition_id={partition}");
        app.get(&format!("/getHostingSubscriptionIpList{query}"))
    };
    let mut found = tuples(&ask(LOCAL, "slappart0").value());
    found.sort();
    let all = [
        "route_slaptap0 10.1.0.2",
        "slaptap0 10.0.0.1",
        "slaptap0 10.0.0.1",
        "slaptap0 2001:db8:aaaa::2",
        "slaptap2 10.0.0.3",
    ];
    assert_eq!(found, all);
    assert_eq!(ask("COMP-1234", "slappart0"), ask(LOCAL, "slappart0"));
    assert_eq!(ask(LOCAL, "slappart2"), ask(LOCAL, "slappart0"));
    assert_eq!(tuples(&ask(LOCAL, "slappart1").value()), ["slaptap1 10.0.0.2"]);
    request("other").state("destroyed").place(&app);
    assert_eq!(ask(LOCAL, "slappart1"), Answer::text("<marshal><list id=\"i2\"/></marshal>"));
    assert_eq!(ask("COMP-1234", "slappart9"), Answer::text("<marshal><list id=\"i2\"/></marshal>"));
}

#[test]
fn a_new_format_changes_addresses_and_nothing_else() {
    let app = TestApp::formatted(2);
    request("root").parameters(&[("a", "b")]).place(&app);
    app.publish(LOCAL, "slappart0", &[("c", "d")]);
    app.report("/startedComputerPartition", "slappart0", &[]);
    let before = app.partition(LOCAL, "slappart0");
    assert_eq!(app.format_in(LOCAL, 2, "10.5."), Answer::text("done"));
    assert_eq!(tuples(&app.parameter("slappart0", "ip_list")), ["slaptap0 10.5.0.1"]);
    assert_eq!(app.format_in(LOCAL, 2, "10.0."), Answer::text("done"));
    assert_eq!(app.partition(LOCAL, "slappart0"), before);
}

#[test]
fn a_format_without_partitions_removes_them_all() {
    let app = TestApp::formatted(2);
    app.format(LOCAL, 0);
    assert_eq!(app.listing(LOCAL), Vec::<String>::new());
}

#[test]
fn a_format_makes_its_computer_known() {
    let app = TestApp::empty();
    app.format("COMP-7", 2);
    assert_eq!(app.listing("COMP-7"), ["slappart0 free", "slappart1 free"]);
    assert_eq!(app.listing(LOCAL), Vec::<String>::new());
}
