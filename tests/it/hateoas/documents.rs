//! Documents that the recorded session does not show.

use serde_json::json;

use super::{field, json};
use crate::app::{Answer, TestApp, request};
use crate::calls::LOCAL;

#[test]
fn a_shared_instance_has_its_own_state_type_and_parameters_and_the_release_of_its_host() {
    let app = TestApp::formatted(1);
    request("host").software_type("serving").place(&app);
    let shared = request("shared").shared().software_type("serving").parameters(&[("a", "b")]);
    shared.clone().state("stopped").place(&app);
    let document = json(&app.get("/hateoas/shared/shared"));
    for (name, value) in [
        ("my_reference", json!("shared")),
        ("my_root_slave", json!(1)),
        ("my_slap_state", json!("stopped")),
        ("my_source_reference", json!("serving")),
        ("my_url_string", json!("/sr")),
        ("my_connection_parameter_list", json!(null)),
        (
            "my_text_content",
            json!(
                "<?xml version='1.0' encoding='utf-8'?>\n<instance>\n  <parameter id=\"a\">b</parameter>\n</instance>\n"
            ),
        ),
    ] {
        assert_eq!(field(&document, name), value, "{name}");
    }
}

#[test]
fn what_is_gone_has_no_document() {
    let app = TestApp::formatted(2);
    request("host").place(&app);
    request("shared").shared().place(&app);
    assert_eq!(app.get("/hateoas/shared/shared").status, 200);
    request("host").state("destroyed").place(&app);
    assert_eq!(field(&json(&app.get("/hateoas/partitions/host")), "my_slap_state"), "destroyed");
    assert_eq!(app.destroyed(LOCAL, "slappart0"), Answer::text("OK"));
    for (path, refusal) in [
        ("/hateoas/partitions/host", "There is no instance \"host\"."),
        ("/hateoas/shared/shared", "There is no shared instance \"shared\"."),
        ("/hateoas/partitions/r/kid", "There is no instance \"r/kid\"."),
        ("/hateoas/computers/nope", "There is no computer \"nope\"."),
        (
            "/hateoas/software_installations/local_computer/%2Fsr",
            "There is no software installation \"/sr on local_computer\".",
        ),
    ] {
        assert_eq!(app.get(path).refusal(), (404, refusal.into()), "{path}");
    }
    assert_eq!(super::rows(&app, super::TREES), [] as [serde_json::Value; 0]);
}

#[test]
fn a_shared_title_alone_means_a_root() {
    let app = TestApp::formatted(2);
    request("host").release("/host").place(&app);
    request("root").place(&app);
    request("shared").release("/host").shared().by(LOCAL, "slappart1").place(&app);
    assert_eq!(app.get("/hateoas/shared/shared").status, 404);
    assert_eq!(field(&json(&app.get("/hateoas/shared/root/shared")), "my_url_string"), "/host");
}

#[test]
fn paths_of_no_family_are_unknown() {
    let app = TestApp::empty();
    for path in ["/hateoas/other/x", "/hateoas/partitions/", "/hateoas/partitions", "/hateoas/computers/%ff"] {
        let refusal = format!("There is no {path}; see README.md for the calls of this server.");
        assert_eq!(app.get(path).refusal(), (404, refusal));
    }
    assert_eq!(
        app.post("/hateoas/", &[]).refusal(),
        (405, "/hateoas/ does not take POST; it takes GET, HEAD, OPTIONS.".into())
    );
}
