//! Searches and documents.

use slapproxy::client::blocking::Slap;
use slapproxy::client::{Request, SupplyState};
use slapproxy::wire::hateoas::{Name, Search};

use super::scripted::{Reply, Scripted, ok};
use crate::app::TestApp;

#[test]
fn every_search_finds_documents() {
    let app = TestApp::formatted(3);
    let slap = Slap::builder(&app.url).build_blocking().unwrap();
    slap.register_supply().supply("/sr", "local_computer", SupplyState::Available).unwrap();
    let title = "a/b \"c\" 50% é";
    slap.register_open_order().request(&Request::new("/sr", title)).unwrap();
    let root = slap.register_computer_partition("local_computer", "slappart0").unwrap();
    root.request(&Request::new("/sr", "child")).unwrap();
    root.request(&Request::new("/sr", "shared").shared()).unwrap();
    let hateoas = slap.wait(slap.as_async().hateoas()).unwrap();
    let found = |search: Search| {
        let rows = slap.wait(hateoas.search(&search, &["title", "relative_url"])).unwrap();
        let document = |row: &slapproxy::client::Row| {
            let document = slap.wait(hateoas.traverse(row.relative_url.as_deref().unwrap())).unwrap();
            let name = ["reference", "aggregate_reference"].into_iter().find_map(|name| document.text(name));
            format!("{}: {}", document.portal_type, name.unwrap())
        };
        rows.iter().map(document).collect::<Vec<_>>()
    };
    let tree = format!("Instance Tree: {title}");
    let (computer, installation) = ("Computer: local_computer", "Software Installation: local_computer");
    assert_eq!(found(Search::InstanceTrees(None)), [tree.as_str()]);
    assert_eq!(found(Search::InstanceTrees(Some(Name::new(title)))), [tree.as_str()]);
    assert_eq!(found(Search::InstanceTrees(Some(Name::new("nothing")))), [""; 0]);
    let members = found(Search::TreeMembers(Name::new(title)));
    assert_eq!(members, [tree.as_str(), "Instance Tree: child", "Instance Tree: shared"]);
    assert_eq!(found(Search::Computers(None)), [computer]);
    assert_eq!(found(Search::Computers(Some(Name::new("local_computer")))), [computer]);
    assert_eq!(found(Search::ComputersTitled(Name::new("local_computer"))), [computer]);
    assert_eq!(found(Search::Installations(None)), [installation]);
    assert_eq!(found(Search::Installations(Some(Name::new("local_computer")))), [installation]);
    let information = slap.register_open_order().get_information(title).unwrap();
    assert_eq!((information.title.as_str(), information.software_release_url.as_deref()), (title, Some("/sr")));
    root.error("boom", None).unwrap();
    let news = slap.register_open_order().get_information(title).unwrap().news;
    assert_eq!(news[0].text, "#error while instanciating: boom");
    let news = slap.register_computer("local_computer").get_information().unwrap();
    assert_eq!(news.partition_news["slappart0"].text, "#error while instanciating: boom");
    assert_eq!(news.news.unwrap().portal_type, "Compute Node");
}

/// A root whose links lead to the same server.
fn root(request: &crate::replay::http::Message, own: &str) -> String {
    let url = format!("http://{}/h", request.header("host").unwrap());
    format!(
        r#"{{"_links": {{{own}"raw_search": {{"href": "{url}/s{{?query,select_list*}}"}},
            "traverse": {{"href": "{url}/t{{?relative_url,view}}"}}}}}}"#
    )
}

#[test]
fn the_api_is_found_once_and_not_before_it_is_needed() {
    let server = Scripted::new(|request| match request.path() {
        "/getHateoasUrl" => ok(format!("http://{}/h\n", request.header("host").unwrap())),
        "/h" => ok(root(request, "")),
        _ => ok(r#"{"_embedded": {"contents": []}}"#),
    });
    let slap = server.slap();
    let token = slap.register_token();
    assert_eq!(server.lines(), [""; 0]);
    assert_eq!(slap.get_open_order_dict().unwrap().len(), 0);
    assert!(slap.register_open_order().get_information("t").unwrap_err().is_not_found());
    assert!(token.request().unwrap_err().is_not_found());
    let trees = "GET /h/s?query=portal_type%3A%22Instance%20Tree%22%20AND%20validation_state%3Avalidated";
    let expected = [
        "GET /getHateoasUrl",
        "GET /h",
        &format!("{trees}&select_list=title&select_list=url_string"),
        &format!("{trees}%20AND%20title%3A%3D%22t%22&select_list=title&select_list=relative_url"),
    ];
    assert_eq!(server.lines(), expected);
}

#[test]
fn a_master_without_the_api_is_asked_again_next_time() {
    let server = Scripted::new(|_| Reply::Status(404, String::new()));
    let slap = server.slap();
    assert!(slap.get_open_order_dict().unwrap_err().is_not_found());
    assert!(slap.get_computer_dict().unwrap_err().is_not_found());
    assert_eq!(server.lines(), ["GET /getHateoasUrl"; 2]);
}

#[test]
fn two_results_for_one_title_are_more_than_can_be_told() {
    let server = Scripted::new(|request| match request.path() {
        "/h" => ok(root(request, "")),
        _ => ok(
            r#"{"_embedded": {"contents": [{"title": "t", "relative_url": "a"}, {"title": "t", "relative_url": "b"}]}}"#,
        ),
    });
    let slap = Slap::builder(&server.url).rest_url(format!("{}/h", server.url)).build_blocking().unwrap();
    let error = slap.register_open_order().get_information("t").unwrap_err();
    assert_eq!(error.message(), "2 results for one instance \"t\"");
}

#[test]
fn a_token_is_asked_for_below_the_root() {
    let server = Scripted::new(|request| match request.path() {
        "/h" => ok(root(request, &format!(r#""self": {{"href": "http://{}/h"}},"#, request.header("host").unwrap()))),
        _ => ok(r#"{"access_token": "20261125-ABC"}"#),
    });
    let slap = Slap::builder(&server.url).rest_url(format!("{}/h", server.url)).build_blocking().unwrap();
    assert_eq!(slap.register_token().request().unwrap(), "20261125-ABC");
    assert_eq!(server.lines()[1], "GET /h/computer_module/Base_getComputerToken");
}
