//! `GET /hateoas/?mode=search`

use slapproxy::config::Overrides;
use slapproxy::wire::xml::Value;

use super::{COMPUTERS, INSTALLATIONS, MEMBERS, TREES, columns, json, rows, search, search_with, titled};
use crate::app::{Answer, TestApp, request};
use crate::calls::LOCAL;

const NOTHING: &str = "{\"_embedded\":{\"contents\":[]}}\n";

/// `root` with the child `kid` and the shared child `shared kid`; `host`, which serves that one and `shared`.
fn tree() -> TestApp {
    let app = TestApp::formatted(4);
    assert_eq!(request("root").parameters(&[("a", "b")]).place(&app), "slappart0");
    assert_eq!(request("host").release("/host").place(&app), "slappart1");
    assert_eq!(request("kid").release("/kid").by(LOCAL, "slappart0").place(&app), "slappart2");
    assert_eq!(request("shared").release("/host").shared().place(&app), "slappart1");
    assert_eq!(request("shared kid").release("/host").shared().by(LOCAL, "slappart0").place(&app), "slappart1");
    app
}

#[test]
fn instance_trees_are_the_roots_and_then_the_shared_roots() {
    let app = tree();
    assert_eq!(
        columns(&app, TREES, &["title", "url_string", "relative_url"]),
        [
            ["root", "/sr", "/hateoas/partitions/root"],
            ["host", "/host", "/hateoas/partitions/host"],
            ["shared", "/host", "/hateoas/shared/shared"],
        ]
    );
    assert_eq!(search(&app, &format!("{TREES} AND title:=\"\"")), search(&app, TREES), "no name is any name");
    assert_eq!(columns(&app, &titled("root"), &["title"]), [["root"]]);
    assert_eq!(
        search(&app, &titled("shared")).body,
        "{\"_embedded\":{\"contents\":[{\"relative_url\":\"/hateoas/shared/shared\",\"title\":\"shared\",\
         \"url_string\":\"/host\"}]}}\n"
    );
    for none in ["kid", "shared kid", "nope", "ROOT", "%"] {
        assert_eq!(search(&app, &titled(none)), Answer::text(NOTHING), "{none}");
    }
}

#[test]
fn roots_are_in_the_order_of_their_partitions() {
    let app = TestApp::formatted(2);
    request("first").place(&app);
    request("second").place(&app);
    request("first").state("destroyed").place(&app);
    assert_eq!(app.destroyed(LOCAL, "slappart0"), Answer::text("OK"));
    assert_eq!(request("third").place(&app), "slappart0");
    assert_eq!(columns(&app, TREES, &["title"]), [["third"], ["second"]]);
}

#[test]
fn a_title_means_the_software_instance_rather_than_the_shared_one() {
    let app = TestApp::formatted(2);
    request("host").place(&app);
    request("same").shared().place(&app);
    assert_eq!(columns(&app, &titled("same"), &["relative_url"]), [["/hateoas/shared/same"]]);
    request("same").place(&app);
    assert_eq!(columns(&app, &titled("same"), &["relative_url"]), [["/hateoas/partitions/same"]]);
    assert_eq!(columns(&app, TREES, &["title"]), [["host"], ["same"], ["same"]]);
}

#[test]
fn a_shared_title_on_two_computers_is_found_once() {
    let app = TestApp::formatted(1);
    app.format("other", 1);
    let hosts = [("one", "/one", LOCAL), ("two", "/two", "other")];
    for (host, release, computer) in hosts {
        request(host).release(release).filter(&[("computer_guid", computer)]).place(&app);
        request("same").release(release).shared().filter(&[("computer_guid", computer)]).place(&app);
    }
    assert_eq!(columns(&app, &titled("same"), &["url_string"]), [["/one"]]);
    assert_eq!(columns(&app, TREES, &["url_string"]), [["/one"], ["/two"], ["/one"], ["/two"]]);
}

#[test]
fn members_of_a_tree_are_listed_with_all_that_clients_ask_for() {
    let app = tree();
    assert_eq!(app.publish(LOCAL, "slappart2", &[("url", "http://kid/")]), Answer::text("done"));
    assert_eq!(app.report("/startedComputerPartition", "slappart2", &[]).status, 200);
    let names = ["title", "portal_type", "url_string", "relative_url", "getConnectionXmlAsDict"];
    assert_eq!(
        columns(&app, &format!("{MEMBERS}\"root\""), &names),
        [
            ["root", "Software Instance", "/sr", "/hateoas/partitions/root", "{}"],
            ["kid", "Software Instance", "/kid", "/hateoas/partitions/root/kid", r#"{"url":"http://kid/"}"#],
            ["shared kid", "Slave Instance", "/host", "/hateoas/shared/root/shared%20kid", "{}"],
        ]
    );
    let members = rows(&app, &format!("{MEMBERS}\"root\""));
    let news: Vec<&str> =
        members.iter().map(|row| row["SoftwareInstance_getNewsDict"]["text"].as_str().unwrap()).collect();
    assert_eq!(
        news,
        [
            "#error no data found for local_computer-slappart0",
            "#access Instance correctly started",
            "#error no data found for root_shared kid"
        ]
    );
    let empty = "<?xml version='1.0' encoding='utf-8'?>\n<instance/>\n";
    let parameters =
        "<?xml version='1.0' encoding='utf-8'?>\n<instance>\n  <parameter id=\"a\">b</parameter>\n</instance>\n";
    let contents: Vec<&str> = members.iter().map(|row| row["text_content"].as_str().unwrap()).collect();
    assert_eq!(contents, [parameters, empty, empty]);
    assert_eq!(columns(&app, &format!("{MEMBERS}\"shared\""), &["title"]), [["shared"]]);
    for none in ["kid", "nope", ""] {
        assert_eq!(search(&app, &format!("{MEMBERS}\"{none}\"")), Answer::text(NOTHING), "{none}");
    }
}

#[test]
fn computers_have_the_title_that_they_were_asked_for_under() {
    let app = TestApp::formatted(1);
    assert_eq!(app.post("/requestComputer", &[("computer_title", "my computer")]).status, 200);
    let listed = columns(&app, COMPUTERS, &["title", "reference", "relative_url", "address", "netmask"]);
    let reference = listed[1][1].clone();
    let url = format!("/hateoas/computers/{reference}");
    assert_eq!(
        listed,
        [
            [LOCAL, LOCAL, "/hateoas/computers/local_computer", "null", "null"],
            ["my computer", &reference, &url, "null", "null"]
        ]
    );
    let named = |query: &str| columns(&app, &format!("{COMPUTERS} AND {query}"), &["title"]);
    assert_eq!(named(&format!("reference:=\"{reference}\"")), [["my computer"]]);
    assert_eq!(named("title:=\"my computer\""), [["my computer"]]);
    assert_eq!(named("title:=\"local_computer\""), [[LOCAL]]);
    assert_eq!(search(&app, &format!("{COMPUTERS} AND reference:=\"nope\"")), Answer::text(NOTHING));
}

#[test]
fn installations_are_those_of_all_computers_or_of_one() {
    let app = TestApp::formatted(1);
    app.format("other", 1);
    app.supply("/a", "available");
    app.supply("/b", "destroyed");
    assert_eq!(
        app.post("/supplySupply", &[("url", "/c"), ("computer_id", "other"), ("state", "available")]).status,
        200
    );
    let about = [("url", "/a"), ("computer_id", LOCAL), ("error_log", "the log")];
    assert_eq!(app.post("/softwareReleaseError", &about).status, 200);
    let names = ["aggregate_reference", "url_string", "requested_state", "relative_url"];
    let a = [LOCAL, "/a", "available", "/hateoas/software_installations/local_computer/%2Fa"];
    let b = [LOCAL, "/b", "destroyed", "/hateoas/software_installations/local_computer/%2Fb"];
    let c = ["other", "/c", "available", "/hateoas/software_installations/other/%2Fc"];
    assert_eq!(columns(&app, INSTALLATIONS, &names), [a, b, c]);
    let of = |computer: &str| format!("{INSTALLATIONS} AND default_aggregate_reference:=\"{computer}\"");
    assert_eq!(columns(&app, &of(LOCAL), &names), [a, b]);
    assert_eq!(search(&app, &of("nope")), Answer::text(NOTHING));
    let found = rows(&app, &of(LOCAL));
    let texts: Vec<&str> =
        found.iter().map(|row| row["SoftwareInstallation_getNewsDict"]["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["#error while installing /a", "#error no data found for /b"]);
}

#[test]
fn the_limit_is_kept() {
    let app = tree();
    let titles = |query: &str, limit: &str| -> Vec<String> {
        let answer = json(&search_with(&app, query, &[("select_list", "title"), ("limit", limit)]));
        let rows = answer.pointer("/_embedded/contents").unwrap().as_array().unwrap().clone();
        rows.iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect()
    };
    for (limit, expected) in [
        ("0", &[][..]),
        ("1", &["root"]),
        ("2", &["root", "host"]),
        ("3", &["root", "host", "shared"]),
        ("99", &["root", "host", "shared"]),
        ("", &["root", "host", "shared"]),
    ] {
        assert_eq!(titles(TREES, limit), expected, "{limit}");
    }
    assert_eq!(titles(&format!("{MEMBERS}\"root\""), "2"), ["root", "kid"]);
    assert_eq!(titles(&titled("shared"), "0"), [""; 0]);
    let refusal = "limit: \"many\" is not accepted; expected the largest number of results";
    assert_eq!(search_with(&app, TREES, &[("limit", "many")]).refusal(), (400, refusal.into()));
}

#[test]
fn what_is_no_query_or_mode_is_refused_with_what_is_expected() {
    let app = TestApp::empty();
    let refusal = |path: &str| app.get(path).refusal();
    assert_eq!(refusal("/hateoas/?mode=foo"), (400, "Unhandled mode: foo; expected search or traverse".into()));
    let missing = (400, "query: the field is missing; given: mode".into());
    assert_eq!(refusal("/hateoas/?mode=search"), missing);
    for query in ["foo", "", &format!("{TREES} AND title:=a"), &titled("a\" OR \"b"), &titled("a").replace(":=", "=")] {
        let (status, text) = search(&app, query).refusal();
        let start = format!("Unhandled query: {query}; expected portal_type:\"Instance Tree\" AND ");
        assert!(status == 400 && text.starts_with(&start), "{query}: {status} {text}");
    }
}

#[test]
fn timestamps_are_numbers_of_the_configured_kind() {
    let app = TestApp::with(Overrides { timestamp_format: Some("microseconds".into()), ..Overrides::default() });
    app.format(LOCAL, 1);
    request("root").place(&app);
    let Value::Int(microseconds) = app.parameter("slappart0", "timestamp") else { panic!("no integer") };
    assert_eq!(columns(&app, TREES, &["timestamp"]), [[microseconds.as_str()]]);
    let app = TestApp::formatted(1);
    request("root").place(&app);
    assert_eq!(columns(&app, TREES, &["timestamp"]), [[app.timestamp(LOCAL, "slappart0")]]);
}

#[test]
fn an_instance_that_lost_its_place_is_listed_without_one() {
    let app = TestApp::formatted(2);
    for title in ["stays", "moves"] {
        request(title).place(&app);
    }
    app.format(LOCAL, 1);
    assert_eq!(
        columns(&app, TREES, &["title", "reference", "computer_reference", "slap_state"]),
        [["stays", "slappart0", LOCAL, "busy"], ["moves", "null", "null", "null"]]
    );
    assert_eq!(app.get("/hateoas/partitions/moves").status, 200);
}
