//! How masters are reached: URLs, headers, tokens, redirects, proxies.

use std::process::Command;

use slapproxy::client::blocking::Slap;
use slapproxy::client::{ErrorKind, Request};
use slapproxy::wire::json_rpc::AllDocsComputeNodeList;

use super::scripted::{Reply, Scripted, ok};
use crate::replay::http::Message;

/// The headers of a request that say something about the caller.
fn headers(request: &Message) -> Vec<String> {
    let told = ["accept", "authorization", "content-type", "user-agent", "x-access-token"];
    told.iter().filter_map(|name| Some(format!("{name}: {}", request.header(name)?))).collect()
}

const AGENT: &str = concat!("user-agent: slapproxy/", env!("CARGO_PKG_VERSION"));

#[test]
fn calls_of_a_partition_say_who_calls_and_those_of_a_person_do_not() {
    let server = Scripted::new(|_| Reply::Status(404, String::new()));
    let slap = server.slap();
    let partition = slap.register_computer_partition("c", "p").unwrap();
    let request = Request::new("/sr", "t");
    assert!(partition.request(&request).unwrap_err().is_not_found());
    assert!(partition.get_state().unwrap_err().is_not_found());
    assert!(slap.register_open_order().request(&request).unwrap_err().is_not_found());
    assert!(slap.call(&AllDocsComputeNodeList {}).unwrap_err().is_not_found());
    let json_rpc = partition.as_async().json_rpc();
    assert!(slap.wait(json_rpc.all_docs_compute_node_list(&AllDocsComputeNodeList {})).unwrap_err().is_not_found());
    let identity = "authorization: X-SlapPartition computer_id=c, computer_partition_id=p";
    let form = "content-type: application/x-www-form-urlencoded";
    let json = ["accept: application/json", "content-type: application/json", AGENT];
    let requests = server.requests();
    assert_eq!(headers(&requests[0]), ["accept: */*", identity, form, AGENT]);
    assert_eq!(headers(&requests[1]), ["accept: */*", identity, AGENT]);
    assert_eq!(headers(&requests[2]), ["accept: */*", form, AGENT]);
    assert_eq!(headers(&requests[3]), json);
    assert_eq!(headers(&requests[4]), [json[0], identity, json[1], json[2]]);
    let names = |request: &Message| {
        let (names, _): (Vec<_>, Vec<_>) = request.body.split('&').map(|pair| pair.split_once('=').unwrap()).unzip();
        names.join(" ")
    };
    let fields =
        "software_release software_type partition_reference shared_xml partition_parameter_xml filter_xml state";
    assert_eq!(names(&requests[0]), format!("{fields} computer_id computer_partition_id"));
    assert_eq!(names(&requests[2]), fields);
}

#[test]
fn calls_are_below_the_path_of_the_master() {
    let server = Scripted::new(|_| ok("OK"));
    for url in [format!("{}/base/path", server.url), format!("{}/base/path/", server.url)] {
        Slap::builder(&url).build_blocking().unwrap().register_computer("c").bang("a b").unwrap();
    }
    assert_eq!(server.lines(), ["POST /base/path/computerBang"; 2]);
    assert_eq!(server.requests()[0].body, "computer_id=c&message=a+b");
}

#[test]
fn the_access_token_goes_to_the_master_and_to_the_configured_rest_url_only() {
    let elsewhere = Scripted::new(|_| Reply::Status(404, String::new()));
    let url = elsewhere.url.clone();
    let server = Scripted::new(move |request| match request.path() {
        "/getHateoasUrl" => ok(format!("{url}/hateoas/")),
        "/computerBang" => Reply::Redirect(format!("{url}/stolen")),
        "/getRunId" => Reply::Redirect("/moved".into()),
        _ => ok("OK"),
    });
    let builder = || Slap::builder(&server.url).access_token("s3cret");
    let slap = builder().build_blocking().unwrap();
    let token = |request: &Message| request.header("X-Access-Token").map(ToOwned::to_owned);
    assert_eq!(slap.wait(slap.as_async().slap_tool().get_run_id()).unwrap(), "OK");
    assert!(slap.get_open_order_dict().unwrap_err().is_not_found());
    let error = slap.register_computer("c").bang("x").unwrap_err();
    assert_eq!(
        error.message(),
        format!("redirected to another server, which must not see the access token: {}/stolen", elsewhere.url)
    );
    assert!(server.requests().iter().all(|request| token(request).as_deref() == Some("s3cret")));
    assert_eq!(server.lines().len(), 4);
    assert_eq!(elsewhere.requests().iter().map(token).collect::<Vec<_>>(), [None]);
    let slap = builder().rest_url(format!("{}/hateoas/", elsewhere.url)).build_blocking().unwrap();
    assert!(slap.get_open_order_dict().unwrap_err().is_not_found());
    assert_eq!(token(&elsewhere.requests()[1]).as_deref(), Some("s3cret"));
}

#[test]
fn secrets_are_not_shown() {
    let builder = Slap::builder("http://h").access_token("s3cret").certificate_pem("s3cret key", "certificate");
    assert_eq!(format!("{builder:?}"), "Builder { url: \"http://h\", .. }");
    let slap = Slap::builder("http://h").access_token("s3cret").build_blocking().unwrap();
    assert!(!format!("{slap:?}").contains("s3cret"), "{slap:?}");
}

#[test]
fn redirects_are_followed_but_not_for_ever() {
    let server = Scripted::new(|request| match request.path() {
        "/getRunId" => Reply::Redirect("/elsewhere".into()),
        "/elsewhere" => ok("run id"),
        _ => Reply::Redirect("/computerBang".into()),
    });
    let slap = server.slap();
    assert_eq!(slap.wait(slap.as_async().slap_tool().get_run_id()).unwrap(), "run id");
    let error = slap.register_computer("c").bang("x").unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Connection, "too many redirects"));
}

#[test]
fn without_sending_each_call_tells_what_it_would_have_sent() {
    let server = Scripted::new(|_| ok(""));
    let slap = Slap::builder(&server.url).without_sending().build_blocking().unwrap();
    let error = slap.register_computer_partition("c", "p").unwrap().bang("a\"b").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotSent);
    assert_eq!(
        error.unsent().unwrap().to_string(),
        format!(
            "POST {}/softwareInstanceBang\nAuthorization: X-SlapPartition computer_id=c, computer_partition_id=p\n\
             Content-Type: application/x-www-form-urlencoded\n\n\
             computer_id=c&computer_partition_id=p&message=a%22b\n",
            server.url
        )
    );
    let error = slap.register_computer("c").get_status().unwrap_err();
    assert_eq!(error.unsent().unwrap().to_string(), format!("GET {}/getComputerStatus?computer_id=c\n", server.url));
    assert_eq!(server.lines(), [""; 0]);
}

/// The URL of a master that only a proxy reaches, for the test below in a process of its own.
const BEHIND_PROXY: &str = "http://master.invalid/";

#[test]
#[ignore = "needs the environment that the next test gives it"]
fn through_the_environment_proxy() {
    let direct = Slap::builder(BEHIND_PROXY).build_blocking().unwrap();
    assert!(direct.register_computer("c").bang("x").unwrap_err().is_connection());
    let proxied = Slap::builder(BEHIND_PROXY).use_environment_proxy().build_blocking().unwrap();
    proxied.register_computer("c").bang("x").unwrap();
}

#[test]
fn proxies_of_the_environment_are_used_only_when_asked_for() {
    let proxy = Scripted::new(|_| ok("OK"));
    let mut tests = Command::new(std::env::current_exe().unwrap());
    let name = "client::connection::through_the_environment_proxy";
    tests
        .args(["--exact", name, "--ignored"])
        .env("http_proxy", &proxy.url)
        .env_remove("no_proxy")
        .env_remove("NO_PROXY");
    let output = tests.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(proxy.lines(), ["POST http://master.invalid/computerBang"]);
}
