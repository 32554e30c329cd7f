//! The conventions of HTTP.

use reqwest::Method;
use reqwest::blocking::Response;
use serde_json::{Value, json};
use slapproxy::config::Overrides;

use super::{call, get, rpc, send, wanted};
use crate::app::{TestApp, answer};

/// The status, the content type, the allowed methods and the title of an answer.
fn parts(response: Response) -> (u16, String, String, String) {
    let header =
        |name: &str| response.headers().get(name).map_or_else(String::new, |value| value.to_str().unwrap().to_owned());
    let (status, kind, allowed) = (response.status().as_u16(), header("content-type"), header("allow"));
    let document: Value = serde_json::from_str(&response.text().unwrap()).unwrap_or_default();
    (status, kind, allowed, document["title"].as_str().unwrap_or_default().to_owned())
}

fn json_parts(status: u16, allowed: &str, title: &str) -> (u16, String, String, String) {
    (status, "application/json".into(), allowed.into(), title.into())
}

#[test]
fn a_client_that_takes_no_json_changes_nothing() {
    let app = TestApp::formatted(1);
    let not_acceptable = json!({
        "status": 406,
        "type": "Not Acceptable",
        "title": "the answer is application/json, which the Accept header does not take",
    });
    for accept in ["text/html", "application/json;q=0"] {
        let answer = send(call(&app, "post.v0.software_instance", &wanted("root")).header("Accept", accept));
        assert_eq!(answer, (406, not_acceptable.clone()));
    }
    let list = get(&app, "allDocs.v0.instance_tree_list", &json!({}));
    assert_eq!(list, json!({"result_list": []}));
    // Whatever else is wrong.
    let answer = send(call(&app, "get.v0.hateoas_url", &json!([])).header("Accept", "text/html"));
    assert_eq!(answer, (406, not_acceptable));
}

#[test]
fn bodies_are_json_objects_of_a_json_type() {
    let app = TestApp::empty();
    let post = |kind: &str, body: &str| {
        let url = format!("{}/slapos.get.v0.hateoas_url", app.url);
        parts(app.http.post(url).header("Content-Type", kind).body(body.to_owned()).send().unwrap())
    };
    for kind in ["application/json", "application/json; charset=utf-8", "application/vnd.slapos+json"] {
        assert_eq!(post(kind, "{}"), json_parts(200, "", ""), "{kind}");
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded"] {
        let title = format!("Content-Type: {kind:?} is not accepted; expected application/json");
        assert_eq!(post(kind, "{}"), json_parts(415, "", &title));
    }
    for (body, title) in [
        ("", "the body is not JSON: EOF while parsing a value at line 1 column 0"),
        ("{", "the body is not JSON: EOF while parsing an object at line 1 column 1"),
        ("{} {}", "the body is not JSON: trailing characters at line 1 column 4"),
        ("[]", "invalid type: sequence, expected an object"),
        ("null", "invalid type: null, expected an object"),
    ] {
        assert_eq!(post("application/json", body), json_parts(400, "", title), "{body}");
    }
}

#[test]
fn other_methods_and_other_paths_are_refused_with_documents() {
    let app = TestApp::empty();
    let ask = |method: &str, path: &str| {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        parts(app.http.request(method, format!("{}{path}", app.url)).send().unwrap())
    };
    for method in ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"] {
        let title = format!("{method} is not allowed here; expected POST");
        assert_eq!(ask(method, "/slapos.get.v0.hateoas_url"), json_parts(405, "POST", &title));
    }
    assert_eq!(ask("HEAD", "/slapos.get.v0.hateoas_url"), json_parts(405, "POST", ""));
    for path in ["/slapos.get.v0.hateoas_url/", "/slapos.get.v1.hateoas_url", "/slapos.", "/slapos.get.v0/x"] {
        for method in ["GET", "POST"] {
            let title = format!("there is no method {}", &path[1..]);
            assert_eq!(ask(method, path), json_parts(404, "", &title), "{method}");
        }
    }
}

#[test]
fn a_body_above_the_limit_is_refused() {
    let app = TestApp::with(Overrides { form_limit: Some("1K".into()), ..Overrides::default() });
    let title = "the body is larger than 1024 bytes; the limit is set by form_limit";
    let refusal = json!({"status": 413, "type": "Payload Too Large", "title": title});
    assert_eq!(rpc(&app, "get.v0.instance_tree", &json!({"title": "t".repeat(1024)})), (413, refusal));
}

#[test]
fn answers_are_ascii_and_keep_every_character() {
    let app = TestApp::formatted(1);
    get(&app, "post.v0.software_instance", &wanted("é💥\"\\"));
    let answer = answer(call(&app, "allDocs.v0.instance_tree_list", &json!({})));
    assert_eq!(answer.body, r#"{"result_list":[{"title":"\u00e9\ud83d\udca5\"\\"}]}"#);
}

#[test]
fn the_hateoas_url_is_that_of_the_client() {
    let app = TestApp::empty();
    let expected = |url: String| (200, json!({ "hateoas_url": url }));
    let request = call(&app, "get.v0.hateoas_url", &json!({}));
    assert_eq!(send(request), expected(format!("{}/hateoas/", app.url)));
    let request = call(&app, "get.v0.hateoas_url", &json!({})).header("Host", "localhost:1");
    let request = request.header("X-Forwarded-Proto", "https").header("X-Forwarded-Prefix", "/p");
    assert_eq!(send(request), expected("https://localhost:1/p/hateoas/".into()));
}
