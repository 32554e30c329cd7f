//! `slapproxy service`

use serde_json::json;

use super::{Home, Server, failed, noted, printed};

const UNKNOWN: &str = "Instance nope does not exist.\nhint: `slapproxy service list` shows those that do\n";

/// A server with a tree: `t` in `slappart0` with a child that has a child; and a shared instance that the child serves.
fn tree(home: &Home) -> Server {
    let server = home.formatted(4);
    home.run(&["request", "t", "/sr", "--no-validate", "--parameters", "a=ö"]);
    for (requester, title) in [("slappart0", "child"), ("slappart1", "grandchild"), ("slappart0", "other child")] {
        let by = [("computer_id", "local_computer"), ("computer_partition_id", requester)];
        let wanted = [("software_release", "/sr"), ("software_type", "small"), ("partition_reference", title)];
        assert_eq!(server.post("/requestComputerPartition", &[&by[..], &wanted].concat()).status, 200);
    }
    server
}

fn report(server: &Server, call: &str, partition: &str, fields: &[(&str, &str)]) {
    let place = [("computer_id", "local_computer"), ("computer_partition_id", partition)];
    assert_eq!(server.post(call, &[&place[..], fields].concat()).status, 200, "{call}");
}

#[test]
fn services_are_listed_as_the_python_client_does_unless_a_person_asks() {
    let home = Home::new();
    let _server = home.formatted(2);
    assert_eq!(home.run(&["service", "list"]), printed("{}\n"));
    assert_eq!(home.run(&["service", "list", "--format", "text"]), printed("services: none\n"));
    for (title, release) in [("zwei", "/sr"), ("é", "/other sr")] {
        home.run(&["request", title, release, "--no-validate"]);
    }
    let list = printed("{\n  \"zwei\": \"/sr\",\n  \"\\u00e9\": \"/other sr\"\n}\n");
    assert_eq!(home.run(&["service", "list"]), list);
    assert_eq!(home.run(&["service", "list", "--format", "json"]), list);
    assert_eq!(
        home.run_with(&["service", "list"], &[("SLAPPROXY_FORMAT", "text")], ""),
        printed("services\n  title  software release\n  zwei   /sr\n  é      /other sr\n")
    );
}

#[test]
fn a_service_is_told_with_its_parameters_its_status_and_its_news() {
    let home = Home::new();
    let server = tree(&home);
    let json = "{\"b\": [1], \"a\": {}}";
    home.write("p.json", json);
    home.run(&["request", "t", "/sr", "--no-validate", "--parameters-file", "p.json"]);
    let connection = "<marshal><dictionary><string>url</string><string>http://a/</string></dictionary></marshal>";
    let fields = [("slave_reference", "None"), ("connection_xml", connection)];
    report(&server, "/setComputerPartitionConnectionXml", "slappart0", &fields);
    report(&server, "/startedComputerPartition", "slappart0", &[]);
    assert_eq!(
        home.run(&["service", "info", "t"]),
        printed(
            "{\n  \"software-url\": \"/sr\",\n  \"software-type\": \"default\",\n  \"shared\": false,\n  \
             \"requested-state\": \"started\",\n  \"instance-parameters\": {\n    \"_\": {\n      \"b\": [\n        1\n      \
             ],\n      \"a\": {}\n    }\n  },\n  \"connection-parameters\": {\n    \"url\": \"http://a/\"\n  },\n  \
             \"status\": \"green\"\n}\n"
        )
    );
    assert_eq!(
        home.run(&["service", "info", "t", "--format", "text"]),
        printed(
            "t\n  software release  /sr\n  software type     default\n  kind              instance\n  \
             requested state   started\n  status            green\n\
             parameters\n  a  {}\n  b  [\n       1\n     ]\n\
             connection parameters\n  url  http://a/\n"
        )
    );
    let news = &home.json(&["service", "info", "--news", "t"])["news"];
    assert_eq!(
        news.as_array().unwrap().iter().map(|one| &one["text"]).collect::<Vec<_>>(),
        ["#access Instance correctly started"]
    );
    assert_eq!(home.run(&["service", "info", "nope"]), failed(2, UNKNOWN));
}

#[test]
fn a_tree_is_shown_with_places_states_and_reports() {
    let home = Home::new();
    let server = tree(&home);
    report(&server, "/startedComputerPartition", "slappart1", &[]);
    report(&server, "/softwareInstanceError", "slappart2", &[("error_log", "two\nlines")]);
    assert_eq!(
        home.run(&["service", "tree", "t"]),
        printed(
            "  instance          place                     requested  last report\n  \
             t                 local_computer slappart0  started    no report yet\n  \
             ├─ child          local_computer slappart1  started    ok: Instance correctly started\n  \
             │  └─ grandchild  local_computer slappart2  started    error: while instanciating: two lines\n  \
             └─ other child    local_computer slappart3  started    no report yet\n"
        )
    );
    let tree = home.json(&["service", "tree", "t"]);
    assert_eq!(
        tree[2],
        json!({"title": "grandchild", "software-url": "/sr", "software-type": "small", "shared": false,
               "requested-state": "started", "computer": "local_computer", "partition": "slappart2",
               "report": "#error while instanciating: two\nlines", "requester": "child"})
    );
    assert_eq!((&tree[0]["requester"], tree.as_array().unwrap().len()), (&json!(null), 4));
    assert_eq!(home.run(&["service", "tree", "nope"]), failed(2, UNKNOWN));
}

#[test]
fn a_service_is_stopped_and_started_without_any_other_change() {
    let home = Home::new();
    let _server = home.formatted(2);
    home.write("p.yaml", "port: 80\nlist: [1.0]\n");
    let words = ["--type", "big", "--node", "computer_guid=local_computer", "--serialisation", "xml"];
    let words = [&["request", "t", "/sr", "--no-validate", "--parameters-file", "p.yaml"], &words[..]].concat();
    home.run(&words);
    let held = || {
        let shown = home.show(&["--instances", "--params"]);
        let mut instance = shown["instances"][0].clone();
        instance["timestamp"] = json!(null);
        (instance["requested_state"].take(), instance, shown["params"].clone())
    };
    let before = held();
    assert_eq!(home.run(&["service", "stop", "t"]), noted("t: stopped is requested\n"));
    assert_eq!(held(), (json!("stopped"), before.1.clone(), before.2.clone()));
    assert_eq!(home.json(&["service", "start", "t"]), json!([{"title": "t", "requested-state": "started"}]));
    assert_eq!(held(), before);
    assert_eq!(home.run(&["service", "stop", "t", "nope"]), failed(2, UNKNOWN));
    assert_eq!(held(), before);
}

#[test]
fn a_service_is_renamed_banged_and_destroyed() {
    let home = Home::new();
    let _server = home.formatted(2);
    for title in ["t", "taken"] {
        home.run(&["request", title, "/sr", "--no-validate"]);
    }
    let timestamp = || home.show(&["--instances"])["instances"][0]["timestamp"].clone();
    let before = timestamp();
    assert_eq!(
        home.run(&["service", "bang", "t", "-m", "new certificate"]),
        noted("t: the node will process the whole tree again\n")
    );
    assert_ne!(timestamp(), before);
    let events = home.show(&["--events"])["events"].clone();
    assert_eq!((&events[0]["kind"], &events[0]["text"]), (&json!("softwareInstanceBang"), &json!("new certificate")));

    assert_eq!(home.run(&["service", "rename", "t", "renamed"]), noted("t is renamed now\n"));
    let taken = home.run(&["service", "rename", "renamed", "taken"]);
    assert_eq!(taken.code, Some(1));
    assert!(taken.stderr.contains("\"taken\" is already taken"), "{}", taken.stderr);
    assert_eq!(home.run(&["service", "rename", "nope", "new"]), failed(2, UNKNOWN));
    assert_eq!(home.run(&["service", "destroy", "renamed"]), noted("renamed: destroyed is requested\n"));
    let instances = home.show(&["--instances"])["instances"].clone();
    let states: Vec<_> =
        instances.as_array().unwrap().iter().map(|one| (&one["title"], &one["requested_state"])).collect();
    assert_eq!(states, [(&json!("renamed"), &json!("destroyed")), (&json!("taken"), &json!("started"))]);
    assert_eq!(home.run(&["service", "bang", "nope"]), failed(2, UNKNOWN));
}
