//! `slapproxy request --wait`

use std::process::{Child, Stdio};

use super::{Finished, Home, Server, eventually};

/// Starts a request that waits.
fn waiting(home: &Home, words: &[&str]) -> Child {
    let words = [&["request", "t", "/sr", "--no-validate", "--wait"], words].concat();
    home.command(&words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn end(child: Child) -> Finished {
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Finished { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn is_there(server: &Server, title: &str) {
    eventually(title, || server.titles("local_computer").iter().any(|(_, there)| there.as_deref() == Some(title)));
}

fn report(server: &Server, call: &str, partition: &str, fields: &[(&str, &str)]) {
    let place = [("computer_id", "local_computer"), ("computer_partition_id", partition)];
    assert_eq!(server.post(call, &[&place[..], fields].concat()).status, 200, "{call}");
}

#[test]
fn it_ends_once_the_node_reports_the_whole_tree_as_wanted() {
    let home = Home::new();
    let server = home.formatted(2);
    let child = waiting(&home, &[]);
    is_there(&server, "t");
    // The root has a child before it runs.
    let by_root = [("computer_id", "local_computer"), ("computer_partition_id", "slappart0")];
    let wanted = [("software_release", "/sr"), ("software_type", "default"), ("partition_reference", "child")];
    assert_eq!(server.post("/requestComputerPartition", &[&by_root[..], &wanted].concat()).status, 200);
    report(&server, "/startedComputerPartition", "slappart0", &[]);
    let connection = "<marshal><dictionary><string>url</string><string>http://a/</string></dictionary></marshal>";
    let fields = [("slave_reference", "None"), ("connection_xml", connection)];
    report(&server, "/setComputerPartitionConnectionXml", "slappart0", &fields);
    report(&server, "/startedComputerPartition", "slappart1", &[]);
    assert_eq!(
        end(child),
        Finished {
            code: Some(0),
            stdout: "t: started on local_computer slappart0\nconnection parameters\n  url  http://a/\n".into(),
            stderr: String::new(),
        }
    );
    // Nothing has to be done again for the same request.
    assert_eq!(end(waiting(&home, &["--timeout", "0"])).code, Some(0));
    // What was reported before a change says nothing about it.
    let changed = end(waiting(&home, &["--timeout", "0", "--parameters", "a=b"]));
    assert_eq!(
        (changed.code, changed.stderr.as_str()),
        (
            Some(2),
            "t: not ready after 0 s: 1 of 2 instances ready; t: waits for the node local_computer\n\
             hint: `slapproxy status` tells what the node reports\n"
        )
    );
}

#[test]
fn it_ends_with_the_log_once_an_instance_or_its_release_fails() {
    let home = Home::new();
    let server = home.formatted(1);
    let child = waiting(&home, &[]);
    is_there(&server, "t");
    report(&server, "/softwareInstanceError", "slappart0", &[("error_log", "first line\nno such option")]);
    let expected = "error: t failed on local_computer:\n  first line\n  no such option\n";
    assert_eq!(end(child), Finished { code: Some(1), stdout: String::new(), stderr: expected.into() });

    let child = waiting(&home, &["--parameters", "a=b"]);
    eventually("the change", || home.show(&["--params"])["params"][0]["parameters"] == serde_json::json!({"a": "b"}));
    let fields = [("computer_id", "local_computer"), ("url", "/sr"), ("error_log", "no compiler")];
    assert_eq!(server.post("/softwareReleaseError", &fields).status, 404);
    home.run(&["supply", "/sr", "local_computer"]);
    assert_eq!(server.post("/softwareReleaseError", &fields).status, 200);
    let expected = "error: t failed on local_computer:\n  no compiler\n";
    assert_eq!(end(child), Finished { code: Some(1), stdout: String::new(), stderr: expected.into() });
}

#[test]
fn it_waits_for_an_instance_to_stop_and_to_be_gone() {
    let home = Home::new();
    let server = home.formatted(1);
    let child = waiting(&home, &["--state", "stopped"]);
    is_there(&server, "t");
    report(&server, "/stoppedComputerPartition", "slappart0", &[]);
    assert_eq!(end(child).code, Some(0));
    let child = waiting(&home, &["--state", "destroyed", "--format", "json"]);
    eventually("the request", || {
        home.show(&["--instances"])["instances"][0]["requested_state"] == serde_json::json!("destroyed")
    });
    report(&server, "/destroyedComputerPartition", "slappart0", &[]);
    let ended = end(child);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
}
