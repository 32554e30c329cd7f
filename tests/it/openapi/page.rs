//! The document and its page over HTTP.

use slapproxy::wire::openapi;

use crate::app::{Answer, TestApp};

#[test]
fn the_document_is_json() {
    let app = TestApp::empty();
    let response = app.http.get(format!("{}/openapi.json", app.url)).send().unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.text().unwrap(), openapi::document());
    assert_eq!(app.get("/openapi.json"), app.get("/openapi.json"));
}

#[test]
fn the_page_may_load_nothing_but_the_document() {
    let app = TestApp::empty();
    let response = app.http.get(format!("{}/docs", app.url)).send().unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(
        response.headers()["content-security-policy"],
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let page = response.text().unwrap();
    assert_eq!(page, include_str!("../../../src/http/docs.html"));
    for outside in ["http:", "https:", "src=", "@import", "url(", "fetch(\"/", "innerHTML"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("fetch(\"openapi.json\")"));
    assert_eq!(
        app.post("/docs", &[]).refusal(),
        (405, "/docs does not take POST; it takes GET, HEAD, OPTIONS.".into())
    );
    assert_eq!(app.get("/docs"), Answer { status: 200, body: page });
}
