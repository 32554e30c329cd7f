//! Long lists.

use std::time::{Duration, Instant};

use serde_json::Value as Json;

use super::{TREES, json, search};
use crate::app::{TestApp, request};

/// How many shared instances there are.
const COUNT: usize = 10_000;

/// How long the list may take. Without optimisation, and beside other tests, that is still far from a quadratic list.
const LIMIT: Duration = if cfg!(debug_assertions) { Duration::from_secs(10) } else { Duration::from_millis(300) };

#[test]
fn ten_thousand_shared_roots_are_listed_at_once() {
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
