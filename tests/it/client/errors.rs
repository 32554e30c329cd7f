//! What each failure is to the caller.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use rstest::rstest;
use slapproxy::client::ErrorKind::{self, *};
use slapproxy::client::blocking::Slap;
use slapproxy::wire::json_rpc::{AllDocsComputeNodeList, GetInstanceTree};
use slapproxy::wire::tioxml;

use super::scripted::{Reply, Scripted, ok};

const PAGE: &str =
    "<!doctype html>\n<html lang=en>\n<title>x</title>\n<h1>x</h1>\n<p>url: &#34;&lt;a&gt;&#34; &amp;amp;</p>\n";

#[rstest]
#[case(400, InvalidRequest)]
#[case(401, Unauthorized)]
#[case(403, Unauthorized)]
#[case(404, NotFound)]
#[case(405, InvalidRequest)]
#[case(408, ResourceNotReady)]
#[case(413, InvalidRequest)]
#[case(500, Server)]
#[case(502, Server)]
#[case(503, Server)]
#[case(504, Server)]
#[case(520, Server)]
#[case(523, Server)]
#[case(524, Server)]
#[case(526, Server)]
fn statuses_of_the_classic_and_of_the_hateoas_api_have_their_kinds(#[case] status: u16, #[case] kind: ErrorKind) {
    let server = Scripted::new(move |_| Reply::Status(status, PAGE.into()));
    let error = server.slap().register_computer("c").bang("x").unwrap_err();
    assert_eq!((error.kind(), error.status(), error.message()), (kind, Some(status), "url: \"<a>\" &amp;"));
    assert_eq!(error.url(), Some(format!("{}/computerBang", server.url).as_str()));
    let slap = Slap::builder(&server.url).rest_url(format!("{}/rest", server.url)).build_blocking().unwrap();
    let error = slap.get_computer_dict().unwrap_err();
    assert_eq!((error.kind(), error.status()), (kind, Some(status)));
}

#[rstest]
#[case(400, "Bad Request", InvalidRequest)]
#[case(401, "Unauthorized", Unauthorized)]
#[case(403, "Forbidden", NotFound)]
#[case(403, "SOFTWARE-INSTANCE-NOT-FOUND", NotFound)]
#[case(403, "Unauthorized", Unauthorized)]
#[case(403, "UNAUTHORIZED", Unauthorized)]
#[case(404, "Not Found", NotFound)]
#[case(406, "Not Acceptable", InvalidRequest)]
#[case(415, "Unsupported Media Type", InvalidRequest)]
#[case(500, "Internal Server Error", Server)]
#[case(523, "Unknown Error", Server)]
fn error_documents_of_the_json_rpc_api_have_their_kinds(
    #[case] status: u16,
    #[case] symbol: &'static str,
    #[case] kind: ErrorKind,
) {
    let document = format!(r#"{{"status": {status}, "type": "{symbol}", "title": "No instance tree \u00e9 found."}}"#);
    let server = Scripted::new(move |_| Reply::Status(status, document.clone()));
    let error = server.slap().call(&GetInstanceTree { title: "é".into() }).unwrap_err();
    assert_eq!((error.kind(), error.status()), (kind, Some(status)));
    assert_eq!(error.message(), "No instance tree é found.");
}

#[test]
fn a_status_403_that_is_no_error_document_is_a_refusal_of_the_server_itself() {
    let server = Scripted::new(|_| Reply::Status(403, PAGE.into()));
    let error = server.slap().call(&AllDocsComputeNodeList {}).unwrap_err();
    assert!(error.is_unauthorized(), "{error}");
}

#[test]
fn an_instance_that_is_not_ready_is_told_with_status_200() {
    let document = r#"{"message": "Software Instance Not Ready", "name": "SoftwareInstanceNotReady", "status": 102}"#;
    let server = Scripted::new(move |_| ok(document));
    let error = server.slap().call(&GetInstanceTree { title: "t".into() }).unwrap_err();
    assert!(error.is_resource_not_ready());
    assert_eq!(
        error.to_string(),
        format!("{}/slapos.get.v0.instance_tree: not ready yet: Software Instance Not Ready", server.url)
    );
}

#[rstest]
#[case("plain text\n", "plain text")]
#[case("", "Bad Gateway")]
fn what_the_server_says_is_kept_whatever_it_is(#[case] body: &'static str, #[case] message: &str) {
    let server = Scripted::new(move |_| Reply::Status(502, body.into()));
    let error = server.slap().register_computer("c").get_status().unwrap_err();
    assert!(error.is_server());
    let url = format!("{}/getComputerStatus?computer_id=c", server.url);
    assert_eq!(error.to_string(), format!("{url}: status 502: {message}"));
}

#[rstest]
#[case("<html>")]
#[case("")]
#[case("<marshal><string>no computer</string></marshal>")]
#[case("<marshal><object id=\"i2\" module=\"os\" class=\"system\"><tuple/><dictionary id=\"i3\"/></object></marshal>")]
fn answers_that_are_none_of_the_protocol_are_unexpected(#[case] body: &'static str) {
    let server = Scripted::new(move |_| ok(body));
    let slap = server.slap();
    let of_computer = slap.register_computer("c").get_software_release_list().unwrap_err();
    assert_eq!(of_computer.kind(), Unexpected, "{of_computer}");
    let of_json_rpc = slap.call(&AllDocsComputeNodeList {}).unwrap_err();
    assert_eq!(of_json_rpc.kind(), Unexpected, "{of_json_rpc}");
    let of_server = slap.ready().unwrap_err();
    assert_eq!(of_server.kind(), Unexpected, "{of_server}");
    let slap = Slap::builder(&server.url).rest_url(server.url.as_str()).build_blocking().unwrap();
    assert_eq!(slap.get_computer_dict().unwrap_err().kind(), Unexpected);
}

#[test]
fn a_server_that_is_not_there_cannot_be_reached() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    let error = Slap::builder(&url).build_blocking().unwrap().register_computer("c").bang("x").unwrap_err();
    assert!(error.is_connection());
    assert_eq!(error.status(), None);
    assert_eq!(error.to_string(), format!("cannot reach {url}/computerBang: Connection refused (os error 111)"));
}

#[test]
fn a_server_that_does_not_answer_is_given_up_after_the_time_out() {
    let server = Scripted::new(|_| Reply::Silence);
    let slap = Slap::builder(&server.url).timeout(Duration::from_millis(200)).build_blocking().unwrap();
    let start = Instant::now();
    let error = slap.register_computer("c").bang("x").unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert!(error.is_connection());
    assert_eq!(error.message(), "operation timed out");
}

#[rstest]
#[case("")]
#[case("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort")]
#[case("SSH-2.0-OpenSSH_9.2\r\n")]
fn answers_that_break_off_are_failures_of_the_connection(#[case] bytes: &'static str) {
    let server = Scripted::new(move |_| Reply::Bytes(bytes.into()));
    let error = server.slap().register_computer("c").bang("x").unwrap_err();
    assert!(error.is_connection(), "{error}");
}

#[test]
fn wrong_calls_are_not_sent() {
    let server = Scripted::new(|_| Reply::Status(500, String::new()));
    let slap = server.slap();
    let order = slap.register_open_order();
    let request = |release: &str, title: &str| slapproxy::client::Request::new(release, title);
    for error in [
        order.request(&request("", "t")).unwrap_err(),
        order.request(&request("/sr", "a\nb")).unwrap_err(),
        order.request(&request("/sr", "t").parameter("k", "\u{1}")).unwrap_err(),
        slap.register_computer_partition("c", "p").unwrap().rename(" ", None).unwrap_err(),
        slap.register_software_release("/sr").building().unwrap_err(),
        order.request_computer("").unwrap_err(),
    ] {
        assert!(error.is_invalid_request(), "{error}");
        assert_eq!((error.url(), error.status()), (None, None));
    }
    assert_eq!(server.lines(), [""; 0]);
}

#[test]
fn what_a_partition_consumed_is_checked_and_nothing_is_sent_when_nothing_was_consumed() {
    let server = Scripted::new(|_| ok("OK"));
    let slap = server.slap();
    let [one, other] = ["p0", "p1"].map(|name| slap.register_computer_partition("c", name).unwrap());
    let computer = slap.register_computer("c");
    other.set_usage("");
    computer.report_partition_usages(&[one.clone(), other.clone()]).unwrap();
    other.set_usage("<consumption/>");
    let error = computer.report_partition_usages(&[one.clone(), other.clone()]).unwrap_err();
    assert!(error.is_invalid_request());
    assert!(error.message().starts_with("p1: <consumption>: found its end, expected <movement>"), "{error}");
    assert_eq!(server.lines(), [""; 0]);
    let consumed = "<consumption><movement><resource>CPU</resource><quantity>2</quantity><price>0</price><VAT/>\
                    </movement></consumption>";
    other.set_usage(consumed);
    computer.report_partition_usages(&[one, other]).unwrap();
    let sent = server.requests()[0].fields();
    let journal = tioxml::check(sent.get("use_string").unwrap()).unwrap();
    assert_eq!((sent.get("computer_id"), journal.source_reference()), (Some("c"), "c"));
    let movement = &journal.transactions[0].movements[0];
    assert_eq!((movement.reference.as_deref(), movement.quantity), (Some("p1"), 2.0));
}
