//! Lists of services, and what must not break or slow them.

use std::time::{Duration, Instant};

use serde_json::Value as Json;

use crate::app::{Answer, TestApp, request};
use crate::calls::LOCAL;
use crate::hateoas::{TREES, columns, json, search, titled};

/// How many shared instances there are.
const COUNT: usize = 10_000;

/// How long the list may take. Without optimisation, and beside other tests, that is still far from a quadratic list.
const LIMIT: Duration = if cfg!(debug_assertions) { Duration::from_secs(10) } else { Duration::from_millis(300) };

#[test]
fn e9_ten_thousand_shared_roots_are_listed_at_once() {
    let app = TestApp::formatted(1);
    request("host").place(&app);
    request("shared 0").shared().parameters(&[("domain", "www.example")]).place(&app);
    // As many requests would take longer than all other tests together.
    app.sqlite()
        .execute_batch(&format!(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {COUNT} - 1) \
             INSERT INTO instance (title, software_release, software_type, requested_state, parameters, sla, timestamp, \
             created_at, shared, host_id, shared_reference, host_computer_id) \
             SELECT 'shared ' || n, software_release, software_type, requested_state, parameters, sla, timestamp, \
             created_at, shared, host_id, '_shared ' || n, host_computer_id FROM instance, n WHERE shared = 1"
        ))
        .unwrap();
    let start = Instant::now();
    let answer = search(&app, TREES);
    let elapsed = start.elapsed();
    let rows = json(&answer);
    let rows = rows.pointer("/_embedded/contents").and_then(Json::as_array).unwrap();
    assert_eq!(rows.len(), COUNT + 1);
    assert_eq!(rows[COUNT]["title"], format!("shared {}", COUNT - 1));
    assert!(elapsed < LIMIT, "{elapsed:?}");
}

#[test]
fn a7_what_is_damaged_is_missing_from_the_list_and_nothing_else_is() {
    let app = TestApp::formatted(3);
    for title in ["bad", "good"] {
        request(title).place(&app);
        request(&format!("shared {title}")).shared().place(&app);
    }
    app.sqlite()
        .execute_batch(
            "UPDATE instance SET parameters = 'no JSON' WHERE title = 'bad'; \
             UPDATE instance SET title = 'bad' || char(1) WHERE title = 'shared bad'",
        )
        .unwrap();
    assert_eq!(columns(&app, TREES, &["title"]), [["good"], ["shared good"]]);
}

#[test]
fn a8_the_end_of_a_host_is_the_end_of_its_shared_instances_in_the_list() {
    let app = TestApp::formatted(2);
    request("host").release("/host").place(&app);
    request("shared").release("/host").shared().place(&app);
    request("other").place(&app);
    request("host").release("/host").state("destroyed").place(&app);
    assert_eq!(app.destroyed(LOCAL, "slappart0"), Answer::text("OK"));
    assert_eq!(columns(&app, TREES, &["title"]), [["other"]]);
    assert_eq!(app.get("/hateoas/shared/shared").status, 404);
}

#[test]
fn a9_a_destroyed_shared_instance_is_not_listed() {
    let app = TestApp::formatted(1);
    request("host").place(&app);
    request("shared").shared().place(&app);
    request("shared").shared().state("destroyed").send(&app);
    assert_eq!(columns(&app, TREES, &["title"]), [["host"]]);
    assert_eq!(app.get("/hateoas/shared/shared").refusal(), (404, "There is no shared instance \"shared\".".into()));
}

#[test]
fn b8_titles_with_slashes_and_quotes_are_found_and_shown() {
    let app = TestApp::formatted(2);
    for (title, relative_url) in [("a/b", "/hateoas/partitions/a%2Fb"), ("a\"b", "/hateoas/partitions/a%22b")] {
        request(title).place(&app);
        assert_eq!(columns(&app, &titled(title), &["title", "relative_url"]), [[title, relative_url]]);
        assert_eq!(app.get(relative_url).status, 200);
    }
}

#[test]
fn c4_names_without_both_quotes_are_bad_requests() {
    let app = TestApp::empty();
    for name in ["foo", "\"foo", "foo\"", "\""] {
        let query = format!("{TREES} AND title:={name}");
        let (status, refusal) = search(&app, &query).refusal();
        assert_eq!((status, refusal.split(';').next().unwrap()), (400, format!("Unhandled query: {query}").as_str()));
    }
}

#[test]
fn d7_a_traversal_never_leads_to_another_site() {
    let app = TestApp::empty();
    let (status, refusal) = app.get("/hateoas/?mode=traverse&relative_url=http://evil.example/").refusal();
    let expected = (400, "Unhandled relative_url: http://evil.example/");
    assert_eq!((status, refusal.split(';').next().unwrap()), expected);
}
