//! The conventions of HTTP.

use reqwest::Method;
use reqwest::blocking::{Response, multipart};

use crate::app::{Answer, TestApp, answer, request, text};
use crate::calls::LOCAL;

const INFORMATION: &str = "/getFullComputerInformation?computer_id=local_computer";

fn ask(app: &TestApp, method: &str, path: &str) -> Response {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    app.http.request(method, format!("{}{path}", app.url)).send().unwrap()
}

fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).map_or_else(String::new, |value| value.to_str().unwrap().into())
}

#[test]
fn head_answers_like_get_without_the_body() {
    let app = TestApp::formatted(3);
    for path in [INFORMATION, "/getRunId", "/getHateoasUrl"] {
        let get = ask(&app, "GET", path);
        let head = ask(&app, "HEAD", path);
        assert_eq!(head.status(), 200);
        assert_eq!(header(&head, "content-type"), header(&get, "content-type"), "{path}");
        let length = get.text().unwrap().len().to_string();
        assert_eq!(header(&head, "content-length"), length, "{path}");
        assert_eq!(head.text().unwrap(), "");
    }
    assert_eq!(ask(&app, "HEAD", "/getFullComputerInformation?computer_id=nope").status(), 404);
}

#[test]
fn options_name_the_methods_and_other_methods_are_refused_with_them() {
    let app = TestApp::empty();
    for (path, allowed, refused) in [
        ("/getFullComputerInformation", "GET, HEAD, OPTIONS", vec!["POST", "PUT", "DELETE"]),
        ("/getRunId", "GET, HEAD, OPTIONS", vec!["POST"]),
        ("/", "GET, HEAD, OPTIONS", vec!["POST"]),
        ("/requestComputerPartition", "POST, OPTIONS", vec!["GET", "HEAD", "PUT", "DELETE", "PATCH"]),
        ("/supplySupply", "POST, OPTIONS", vec!["GET"]),
    ] {
        let options = ask(&app, "OPTIONS", path);
        assert_eq!((options.status().as_u16(), header(&options, "allow").as_str()), (200, allowed), "{path}");
        assert_eq!(options.text().unwrap(), "");
        for method in refused {
            let response = ask(&app, method, path);
            assert_eq!((response.status().as_u16(), header(&response, "allow").as_str()), (405, allowed), "{path}");
            if method != "HEAD" {
                let answer = Answer { status: 405, body: response.text().unwrap() };
                let refusal = format!("{path} does not take {method}; it takes {allowed}.");
                assert_eq!(answer.refusal(), (405, refusal));
            }
        }
    }
}

#[test]
fn several_slashes_are_one_and_a_slash_at_the_end_is_another_path() {
    let app = TestApp::formatted(1);
    let run_id = app.get("/getRunId");
    assert_eq!(run_id.status, 200);
    assert_eq!(run_id.body.len(), 32);
    assert!(run_id.body.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{}", run_id.body);
    assert_eq!(app.get("//getRunId"), run_id);
    assert_eq!(app.get(&format!("/{INFORMATION}")), app.get(INFORMATION));
    for path in ["/getRunId/", "/getFullComputerInformation/", "/nope"] {
        let refusal = format!("There is no {path}; see README.md for the calls of this server.");
        assert_eq!(app.get(path).refusal(), (404, refusal));
    }
}

#[test]
fn each_start_has_its_own_run_id() {
    let app = TestApp::empty();
    let first = app.get("/getRunId");
    assert_eq!(app.get("/getRunId"), first);
    assert_ne!(app.restart().get("/getRunId"), first);
}

#[test]
fn people_are_sent_to_the_panel() {
    let app = TestApp::empty();
    let response = ask(&app, "GET", "/");
    assert_eq!((response.status().as_u16(), header(&response, "location").as_str()), (302, "/panel/"));
}

#[test]
fn the_first_value_of_a_repeated_field_counts() {
    let app = TestApp::formatted(1);
    let fields = [("url", "/a"), ("computer_id", LOCAL), ("url", "/b"), ("computer_id", "nope")];
    assert_eq!(app.post("/supplySupply", &fields), Answer::text("Supplied '/a' to be available"));
    assert_eq!(app.get(&format!("{INFORMATION}&computer_id=nope")), app.get(INFORMATION));
}

#[test]
fn a_post_does_not_see_its_query_and_a_get_not_its_body() {
    let app = TestApp::formatted(1);
    let refusal = "url: the field is missing; given: state";
    let answer_of_post = app.post("/supplySupply?url=/sr&computer_id=local_computer", &[("state", "available")]);
    assert_eq!(answer_of_post.refusal(), (400, refusal.into()));
    let get = app.http.get(format!("{}/getFullComputerInformation", app.url));
    let get = get.header("Content-Type", "application/x-www-form-urlencoded").body("computer_id=local_computer");
    let refusal = "computer_id: the field is missing; given: none";
    assert_eq!(answer(get).refusal(), (400, refusal.into()));
}

#[test]
fn a_multipart_form_is_as_good() {
    let app = TestApp::formatted(1);
    let form = multipart::Form::new()
        .text("software_release", "/sr")
        .text("software_type", "default")
        .text("partition_reference", "büro & \"more\"\r\n".trim());
    let multipart = answer(app.http.post(format!("{}/requestComputerPartition", app.url)).multipart(form));
    assert_eq!(text(&multipart.value(), "slap_computer_partition_id"), "slappart0");
    assert_eq!(request("büro & \"more\"").send(&app), multipart);
}

#[test]
fn a_form_may_say_its_charset_and_other_types_are_refused() {
    let app = TestApp::formatted(1);
    let send = |content_type: &str| {
        let request = app.http.post(format!("{}/supplySupply", app.url)).header("Content-Type", content_type);
        answer(request.body("url=%2Fs%C3%A9&computer_id=local_computer"))
    };
    let supplied = Answer::text("Supplied '/sé' to be available");
    assert_eq!(send("application/x-www-form-urlencoded; charset=utf-8"), supplied);
    assert_eq!(send("Application/X-WWW-Form-URLencoded"), supplied);
    let refusal = "content-type: \"text/plain\" is not accepted; expected application/x-www-form-urlencoded or \
                   multipart/form-data";
    assert_eq!(send("text/plain").refusal(), (400, refusal.into()));
}

#[test]
fn answers_say_what_they_are() {
    let app = TestApp::formatted(1);
    for (path, content_type) in [
        (INFORMATION, "text/xml; charset=utf-8"),
        ("/getRunId", "text/plain; charset=utf-8"),
        ("/getHateoasUrl", "text/plain; charset=utf-8"),
        ("/nope", "text/html; charset=utf-8"),
        ("/-/ready", "application/json"),
    ] {
        assert_eq!(header(&ask(&app, "GET", path), "content-type"), content_type, "{path}");
    }
}
