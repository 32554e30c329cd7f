//! The order in which a tree ends.

use crate::app::{Answer, TestApp, request};
use crate::calls::{LOCAL, connection, map};

#[test]
fn a_wish_to_destroy_frees_nothing() {
    let app = TestApp::formatted(1);
    request("root").place(&app);
    assert_eq!(request("root").state("destroyed").place(&app), "slappart0");
    assert_eq!(app.listing(LOCAL), ["slappart0 destroyed root"]);
    let refusal = "No free computer partition found for: next (the only partition of local_computer is busy: \
                   slappart0 with root)";
    assert_eq!(request("next").send(&app).refusal(), (404, refusal.into()));
}

#[test]
fn a_root_waits_for_its_children_and_names_them() {
    let app = TestApp::formatted(4);
    request("root").place(&app);
    request("zoe").by(LOCAL, "slappart0").place(&app);
    request("anna").by(LOCAL, "slappart0").place(&app);
    request("of anna").by(LOCAL, "slappart2").place(&app);
    request("root").state("destroyed").place(&app);
    let waiting = |titles: &str| {
        Answer::text(&format!("Not destroying yet because this partition has child partitions: {titles}"))
    };
    assert_eq!(app.destroyed(LOCAL, "slappart0"), waiting("anna, of anna, zoe"));
    assert_eq!(
        app.listing(LOCAL),
        [
            "slappart0 destroyed root",
            "slappart1 destroyed zoe",
            "slappart2 destroyed anna",
            "slappart3 destroyed of anna"
        ]
    );
    assert_eq!(app.destroyed(LOCAL, "slappart2"), Answer::text("OK"));
    assert_eq!(app.destroyed(LOCAL, "slappart0"), waiting("of anna, zoe"));
    assert_eq!(app.destroyed(LOCAL, "slappart1"), Answer::text("OK"));
    assert_eq!(app.destroyed(LOCAL, "slappart3"), Answer::text("OK"));
    assert_eq!(app.destroyed(LOCAL, "slappart0"), Answer::text("OK"));
    let free = ["slappart0 free", "slappart1 free", "slappart2 free", "slappart3 free"];
    assert_eq!(app.listing(LOCAL), free);
    assert_eq!(app.destroyed(LOCAL, "slappart0"), Answer::text("OK"));
    assert_eq!(app.listing(LOCAL), free);
}

#[test]
fn nothing_of_the_old_instance_is_left_for_the_next_one() {
    let app = TestApp::formatted(1);
    let old = request("root").parameters(&[("a", "b")]).filter(&[("x", "y")]).software_type("old");
    old.place(&app);
    app.publish(LOCAL, "slappart0", &[("secret", "s")]);
    app.report("/startedComputerPartition", "slappart0", &[]);
    old.state("destroyed").place(&app);
    assert_eq!(app.destroyed(LOCAL, "slappart0"), Answer::text("OK"));
    let new = request("root").value(&app);
    assert_eq!(connection(&new), map(&[]));
    let listed = app.information(LOCAL);
    let listed = &listed.get("_computer_partition_list").unwrap().as_list().unwrap()[0];
    assert_eq!(listed.get("_access_status"), None);
    assert_eq!(listed.get("_parameter_dict").unwrap().get("a"), None);
    assert_eq!(listed.get("_filter_dict").unwrap().get("x"), None);
    assert_eq!(app.parameter("slappart0", "slap_software_type"), "default".into());
}

#[test]
fn a_node_may_free_what_nobody_asked_it_to_destroy() {
    let app = TestApp::formatted(1);
    request("root").place(&app);
    assert_eq!(app.destroyed(LOCAL, "slappart0"), Answer::text("OK"));
    assert_eq!(app.listing(LOCAL), ["slappart0 free"]);
}

#[test]
fn partitions_are_given_in_the_order_of_the_first_format() {
    let app = TestApp::formatted(12);
    for n in 0..12 {
        assert_eq!(request(&format!("root{n}")).place(&app), format!("slappart{n}"));
    }
    for n in [10, 2] {
        request(&format!("root{n}")).state("destroyed").place(&app);
        assert_eq!(app.destroyed(LOCAL, &format!("slappart{n}")), Answer::text("OK"));
    }
    assert_eq!(request("next").place(&app), "slappart2");
    assert_eq!(request("after").place(&app), "slappart10");
}

#[test]
fn instances_that_requested_each_other_can_be_destroyed() {
    let app = TestApp::formatted(3);
    request("root").place(&app);
    request("a").by(LOCAL, "slappart0").place(&app);
    request("b").by(LOCAL, "slappart1").place(&app);
    assert_eq!(request("a").by(LOCAL, "slappart2").place(&app), "slappart1");
    assert_eq!(request("b").by(LOCAL, "slappart2").place(&app), "slappart2");
    assert_eq!(app.destroyed(LOCAL, "slappart1"), Answer::text("OK"));
    assert_eq!(app.destroyed(LOCAL, "slappart2"), Answer::text("OK"));
    assert_eq!(app.destroyed(LOCAL, "slappart0"), Answer::text("OK"));
    assert_eq!(app.listing(LOCAL), ["slappart0 free", "slappart1 free", "slappart2 free"]);
}
