//! `POST /requestComputerPartition`

use crate::app::{Answer, TestApp, request, text};

#[test]
fn an_identical_request_changes_nothing() {
    let app = TestApp::formatted(2);
    let first = request("root").parameters(&[("a", "b")]).send(&app);
    assert_eq!(text(&first.value(), "slap_computer_partition_id"), "slappart0");
    assert_eq!(request("root").parameters(&[("a", "b")]).send(&app), first);
}

#[test]
fn a_full_computer_is_refused_with_the_reason() {
    let app = TestApp::formatted(1);
    assert_eq!(request("first").place(&app), "slappart0");
    let refusal = "No free computer partition found for: second (the only partition of local_computer is busy: \
                   slappart0 with first)";
    assert_eq!(request("second").send(&app).refusal(), (404, refusal.into()));
}

#[test]
fn an_instance_survives_a_restart() {
    let app = TestApp::formatted(1);
    let first: Answer = request("root").send(&app);
    let app = app.restart();
    assert_eq!(request("root").send(&app), first);
}
