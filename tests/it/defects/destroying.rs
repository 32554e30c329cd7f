//! The end of instances, and what is never to be one.

use crate::app::{Answer, TestApp, request};
use crate::calls::{LOCAL, connection, map};

/// The refusal to destroy what is not there.
fn nothing_to_destroy(title: &str) -> (u16, String) {
    (404, format!("partition_reference: there is no instance {title:?} to destroy"))
}

#[test]
fn a8_a_destroyed_host_takes_its_shared_instances_with_it() {
    let app = TestApp::formatted(1);
    request("host").place(&app);
    request("shared").shared().place(&app);
    assert_eq!(app.publish_shared(LOCAL, "slappart0", "_shared", &[("a", "b")]), Answer::text("done"));
    request("host").state("destroyed").place(&app);
    assert_eq!(app.destroyed(LOCAL, "slappart0"), Answer::text("OK"));
    assert_eq!(app.listing(LOCAL), ["slappart0 free"]);
    let again = request("shared").shared();
    assert_eq!(again.clone().state("destroyed").send(&app).refusal(), nothing_to_destroy("shared"));
    let refusal = "No partition corresponding to slave request: ['/sr', 'local_computer', 'default'] \
                   (no instance on local_computer runs this software release)";
    assert_eq!(again.send(&app).refusal(), (404, refusal.into()));
    request("host").place(&app);
    assert_eq!(connection(&again.value(&app)), map(&[]));
    assert_eq!(app.served("slappart0"), ["_shared"]);
}

#[test]
fn a9_a_destroyed_shared_instance_vanishes_wholly() {
    let app = TestApp::formatted(1);
    request("host").place(&app);
    let shared = request("shared").shared().parameters(&[("a", "b")]);
    shared.place(&app);
    assert_eq!(app.publish_shared(LOCAL, "slappart0", "_shared", &[("secret", "old")]), Answer::text("done"));
    let before = app.timestamp(LOCAL, "slappart0");
    assert_eq!(shared.clone().state("destroyed").send(&app).status, 200);
    assert_eq!(app.served("slappart0"), Vec::<String>::new());
    assert_ne!(app.timestamp(LOCAL, "slappart0"), before);
    assert_eq!(shared.clone().state("destroyed").send(&app).refusal(), nothing_to_destroy("shared"));
    assert_eq!(connection(&shared.value(&app)), map(&[]));
}

#[test]
fn a9_a_destroyed_tree_takes_its_shared_instances_out_of_other_hosts() {
    let app = TestApp::formatted(3);
    request("host").release("/host").place(&app);
    request("root").place(&app);
    request("kid").by(LOCAL, "slappart1").place(&app);
    request("of root").release("/host").shared().by(LOCAL, "slappart1").place(&app);
    request("of kid").release("/host").shared().by(LOCAL, "slappart2").place(&app);
    request("other").release("/host").shared().place(&app);
    assert_eq!(app.served("slappart0"), ["root_of root", "root_of kid", "_other"]);
    let before = app.timestamp(LOCAL, "slappart0");
    request("root").state("destroyed").place(&app);
    for partition in ["slappart1", "slappart2", "slappart1"] {
        app.destroyed(LOCAL, partition);
    }
    assert_eq!(app.listing(LOCAL), ["slappart0 started host", "slappart1 free", "slappart2 free"]);
    assert_eq!(app.served("slappart0"), ["_other"]);
    assert_ne!(app.timestamp(LOCAL, "slappart0"), before);
}

#[test]
fn a10_destroying_what_was_never_requested_creates_nothing() {
    let app = TestApp::formatted(2);
    let (ghost, shared) = (request("ghost").state("destroyed"), request("ghost").shared().state("destroyed"));
    assert_eq!(ghost.send(&app).refusal(), nothing_to_destroy("ghost"));
    assert_eq!(shared.send(&app).refusal(), nothing_to_destroy("ghost"));
    assert_eq!(app.listing(LOCAL), ["slappart0 free", "slappart1 free"]);
    request("host").place(&app);
    assert_eq!(shared.send(&app).refusal(), nothing_to_destroy("ghost"));
    request("shared").shared().place(&app);
    assert_eq!(shared.send(&app).refusal(), nothing_to_destroy("ghost"));
    assert_eq!(app.listing(LOCAL), ["slappart0 started host", "slappart1 free"]);
    assert_eq!(app.served("slappart0"), ["_shared"]);
}

#[test]
fn a10_destroying_what_was_never_requested_creates_nothing_under_a_stopped_root() {
    let app = TestApp::formatted(3);
    request("root").place(&app);
    request("host").release("/host").place(&app);
    request("root").state("stopped").place(&app);
    let ghost = request("ghost").state("destroyed").by(LOCAL, "slappart0");
    assert_eq!(ghost.send(&app).refusal(), nothing_to_destroy("ghost"));
    assert_eq!(ghost.release("/host").shared().send(&app).refusal(), nothing_to_destroy("ghost"));
    assert_eq!(app.listing(LOCAL), ["slappart0 stopped root", "slappart1 started host", "slappart2 free"]);
}

#[test]
fn a11_an_empty_title_is_refused_and_takes_no_partition() {
    let app = TestApp::formatted(1);
    for title in ["", "  "] {
        let expected =
            format!("partition_reference: {title:?} is not accepted; expected a title: printable text, not empty");
        assert_eq!(request(title).send(&app).refusal(), (400, expected.clone()));
        assert_eq!(request(title).shared().send(&app).refusal(), (400, expected));
    }
    assert_eq!(app.listing(LOCAL), ["slappart0 free"]);
}

#[test]
fn a13_what_a_destroyed_child_had_requested_is_destroyed_too() {
    let app = TestApp::formatted(4);
    request("root").place(&app);
    request("parent").by(LOCAL, "slappart0").place(&app);
    request("kid").by(LOCAL, "slappart1").place(&app);
    request("grandkid").by(LOCAL, "slappart2").place(&app);
    request("parent").by(LOCAL, "slappart0").state("destroyed").place(&app);
    assert_eq!(app.destroyed(LOCAL, "slappart1"), Answer::text("OK"));
    assert_eq!(
        app.listing(LOCAL),
        ["slappart0 started root", "slappart1 free", "slappart2 destroyed kid", "slappart3 destroyed grandkid"]
    );
    // Nobody in between any more: what the child publishes concerns the requester of its requester.
    let before = app.timestamp(LOCAL, "slappart0");
    assert_eq!(app.publish(LOCAL, "slappart2", &[("a", "b")]), Answer::text("done"));
    assert_ne!(app.timestamp(LOCAL, "slappart0"), before);
    assert_eq!(app.destroyed(LOCAL, "slappart3"), Answer::text("OK"));
    assert_eq!(app.destroyed(LOCAL, "slappart2"), Answer::text("OK"));
    assert_eq!(app.listing(LOCAL), ["slappart0 started root", "slappart1 free", "slappart2 free", "slappart3 free"]);
}

#[test]
fn a14_an_instance_that_a_smaller_format_leaves_without_partition_is_not_lost() {
    let app = TestApp::formatted(2);
    request("first").place(&app);
    let second = request("second").parameters(&[("a", "b")]);
    second.place(&app);
    assert_eq!(app.publish(LOCAL, "slappart1", &[("url", "x")]), Answer::text("done"));
    app.format(LOCAL, 1);
    assert_eq!(app.listing(LOCAL), ["slappart0 started first"]);
    let refusal = "No free computer partition found for: second (the only partition of local_computer is busy: \
                   slappart0 with first)";
    assert_eq!(second.send(&app).refusal(), (404, refusal.into()));
    app.format(LOCAL, 3);
    assert_eq!(app.listing(LOCAL), ["slappart0 started first", "slappart1 free", "slappart2 free"]);
    let answer = second.value(&app);
    assert_eq!(connection(&answer), map(&[("url", "x")]));
    assert_eq!(app.listing(LOCAL), ["slappart0 started first", "slappart1 started second", "slappart2 free"]);
}

#[test]
fn a14_an_instance_without_partition_can_be_destroyed() {
    let app = TestApp::formatted(2);
    request("first").place(&app);
    request("second").place(&app);
    app.format(LOCAL, 1);
    let destroy = request("second").state("destroyed");
    let gone = "partition_reference: the instance \"second\" had no partition any more; it is destroyed";
    assert_eq!(destroy.send(&app).refusal(), (404, gone.into()));
    assert_eq!(destroy.send(&app).refusal(), nothing_to_destroy("second"));
}

#[test]
fn a14_a_tree_without_partitions_ends_with_its_root() {
    let app = TestApp::formatted(4);
    request("root").place(&app);
    request("kid").by(LOCAL, "slappart0").place(&app);
    request("grandkid").by(LOCAL, "slappart1").place(&app);
    request("grandgrandkid").by(LOCAL, "slappart2").place(&app);
    app.format(LOCAL, 1);
    request("root").state("destroyed").place(&app);
    assert_eq!(app.destroyed(LOCAL, "slappart0"), Answer::text("OK"));
    assert_eq!(app.listing(LOCAL), ["slappart0 free"]);
    assert_eq!(request("root").state("destroyed").send(&app).refusal(), nothing_to_destroy("root"));
}
