//! Software releases on computers.

use crate::app::{Answer, TestApp};
use crate::calls::LOCAL;

#[test]
fn the_latest_supply_comes_last() {
    let app = TestApp::empty();
    for url in ["/a", "/b", "/c"] {
        assert_eq!(app.supply(url, "available"), Answer::text(&format!("Supplied '{url}' to be available")));
    }
    assert_eq!(app.supply("/a", "destroyed"), Answer::text("Supplied '/a' to be destroyed"));
    assert_eq!(app.supplied(LOCAL), ["/b available", "/c available", "/a destroyed"]);
    assert_eq!(app.supply("/b", "available"), Answer::text("Supplied '/b' to be available"));
    assert_eq!(app.supplied(LOCAL), ["/c available", "/a destroyed", "/b available"]);
}

#[test]
fn a_supply_without_state_is_available() {
    let app = TestApp::empty();
    let answer = app.post("/supplySupply", &[("url", "/sr"), ("computer_id", LOCAL)]);
    assert_eq!(answer, Answer::text("Supplied '/sr' to be available"));
    assert_eq!(app.supplied(LOCAL), ["/sr available"]);
}

#[test]
fn a_release_is_forgotten_once_its_node_removed_it() {
    let app = TestApp::empty();
    let fields = [("url", "/sr"), ("computer_id", LOCAL)];
    app.supply("/sr", "destroyed");
    assert_eq!(app.post("/destroyedSoftwareRelease", &fields), Answer::text("OK"));
    assert_eq!(app.supplied(LOCAL), Vec::<String>::new());
    let refusal = "url: there is no software release supplied to this computer \"/sr\"; known: none";
    assert_eq!(app.post("/destroyedSoftwareRelease", &fields).refusal(), (404, refusal.into()));
}

#[test]
fn a_release_that_is_wanted_again_survives_the_report_of_its_removal() {
    let app = TestApp::empty();
    let fields = [("url", "/sr"), ("computer_id", LOCAL)];
    app.supply("/sr", "destroyed");
    app.supply("/sr", "available");
    assert_eq!(app.post("/destroyedSoftwareRelease", &fields), Answer::text("OK"));
    assert_eq!(app.supplied(LOCAL), ["/sr available"]);
}

#[test]
fn computers_have_their_own_releases() {
    let app = TestApp::empty();
    app.format("node2", 1);
    app.supply("/sr", "available");
    app.post("/supplySupply", &[("url", "/sr"), ("computer_id", "node2"), ("state", "destroyed")]);
    assert_eq!(app.supplied(LOCAL), ["/sr available"]);
    assert_eq!(app.supplied("node2"), ["/sr destroyed"]);
}
