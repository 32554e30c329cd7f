//! Servers in memory, and servers that are brought back to their beginning.

use std::fs;

use super::seed::seed;
use super::{Finished, Home, Server, failed, files, noted, post, printed};
use crate::app::{Answer, http_client};

/// A server in memory whose ready file is `ready.json`.
fn ephemeral(home: &Home, arguments: &[&str]) -> Server {
    let file = home.name("ready.json");
    Server::greeted(home.command(&[&["start", "--ephemeral", "--ready-file", &file], arguments].concat()))
}

#[test]
fn a_server_in_memory_takes_any_free_port_and_leaves_nothing_behind() {
    let home = Home::new();
    let server = ephemeral(&home, &["--seed", &seed("two-computers")]);
    let ready = server.ready(":memory:");
    assert_eq!(fs::read_to_string(home.path("ready.json")).unwrap(), ready);
    assert_eq!(server.get("/-/ready"), Answer::text(&ready));
    assert_ne!(server.port(), 5000);
    assert_eq!(server.request("another").status, 404);
    assert_eq!(server.post("/requestComputer", &[("computer_title", "third")]).status, 200);
    let certificate = server.post("/generateComputerCertificate", &[("computer_id", "COMP-3")]);
    assert!(certificate.body.contains("BEGIN CERTIFICATE"), "{}", certificate.body);
    let by_file = home.run(&["dump", "--ready-file", &home.name("ready.json")]);
    assert_eq!(by_file, printed(server.get("/-/dump").body));
    assert_eq!(files(&home.path("")), ["ready.json"]);

    let second = Server::greeted(home.command(&["start", "--ephemeral"]));
    assert_eq!(second.get("/-/dump").body, "computers:\n  - reference: local_computer\n");
    assert_eq!(second.stop("TERM").code, Some(0));
    assert_eq!(server.stop("TERM").code, Some(0));
    assert!(files(&home.path("")).is_empty());
}

#[test]
fn a_server_in_memory_that_is_killed_leaves_nothing_but_its_ready_file() {
    let home = Home::new();
    let cfg = home.write(
        "slapos.cfg",
        "[slapproxy]\nephemeral = yes\nshacache_content_directory = content\nshacache_metadata_directory = entries\n",
    );
    let server = Server::greeted(home.command(&["start", "--cfg", &cfg, "--seed", &seed("demo")]));
    assert_eq!(server.request("another").status, 200);
    assert_eq!(server.get("/shacache/dir/key").status, 503);
    let Finished { code, stderr, .. } = server.stop("KILL");
    assert_eq!(code, None);
    assert!(stderr.contains("there is no content cache, since nothing is to be left on the disk"), "{stderr}");
    assert_eq!(files(&home.path("")), ["slapos.cfg"]);
}

#[test]
fn many_readers_and_writers_of_a_server_in_memory_wait_for_each_other() {
    let home = Home::new();
    let server = ephemeral(&home, &["--seed", &seed("ten-partitions")]);
    let url = server.url.as_str();
    std::thread::scope(|scope| {
        for number in 0..8 {
            scope.spawn(move || {
                let http = http_client().build().unwrap();
                let fields = [("software_release", "/sr"), ("partition_reference", &*format!("instance {number}"))];
                for _ in 0..20 {
                    let requested = post(&http, &format!("{url}/requestComputerPartition"), &fields).unwrap();
                    assert_eq!(requested.status, 200, "{}", requested.body);
                    let status = post(&http, &format!("{url}/computerBang"), &[("computer_id", "local_computer")]);
                    assert_eq!(status.unwrap().status, 200);
                    let node = http.get(format!("{url}/getFullComputerInformation?computer_id=local_computer"));
                    assert_eq!(node.send().unwrap().status(), 200);
                }
            });
        }
    });
    let taken = server.titles("local_computer").into_iter().filter(|(_, title)| title.is_some()).count();
    assert_eq!(taken, 8);
}

#[test]
fn a_reset_brings_everything_back_to_the_seed() {
    let home = Home::new();
    let start: [&[&str]; 2] = [&["start", "--ephemeral"], &["start", "--port", "0"]];
    for place in start {
        let demo = seed("demo");
        let server = Server::greeted(home.command(&[place, &["--control", "--seed", &demo]].concat()));
        let beginning = server.get("/-/dump");
        let node = server.get("/getFullComputerInformation?computer_id=local_computer");
        for title in ["one", "two"] {
            assert_eq!(server.request(title).status, 200);
            assert_ne!(server.get("/-/dump"), beginning);
            assert_eq!(server.post("/-/reset", &[]), Answer::text("done"));
            assert_eq!(server.get("/-/dump"), beginning);
            assert_eq!(server.get("/getFullComputerInformation?computer_id=local_computer"), node);
        }
        // What follows is later than what was, and than what was forgotten.
        assert_eq!(server.request("three").status, 200);
        assert_eq!(server.stop("TERM").code, Some(0));
    }
    // What is on the disk is what was last.
    let titles = super::titles_in_copy(&home.database()).unwrap();
    assert_eq!(titles, ["shop", "shop-database", "wiki", "frontend", "shop-frontend", "wiki-frontend", "three"]);
}

#[test]
fn commands_reset_a_server_in_memory_and_tell_what_it_was_asked() {
    let home = Home::new();
    let server = ephemeral(&home, &["--control", "--seed", &seed("ten-partitions")]);
    let (ready, url) = (home.name("ready.json"), server.url.clone());
    let beginning = server.get("/-/dump");
    for place in [["--ready-file", ready.as_str()], ["--master-url", url.as_str()]] {
        assert_eq!(server.request("one").status, 200);
        let journal = home.run(&[&["journal", "--limit", "1"], &place[..]].concat());
        assert!(journal.stdout.contains("partition_reference=one"), "{journal:?}");
        let events = home.run(&[&["events", "--limit", "1"], &place[..]].concat());
        assert!(events.stdout.contains("[local_computer slappart0 one /sr]"), "{events:?}");
        let explained = home.run(&[&["explain", "one"], &place[..]].concat());
        assert!(explained.stdout.contains("local_computer slappart0"), "{explained:?}");
        assert_eq!(home.run(&[&["reset"], &place[..]].concat()), noted("everything is as it was at the start\n"));
        assert_eq!(server.get("/-/dump"), beginning);
    }
    let refused = home.run(&["reset"]);
    let told = format!(
        "error: no server uses the database {}, and only a running one knows what it held when it started\nhint: start one \
         with `slapproxy start --control`, or use `slapproxy snapshot`\n",
        home.database().display()
    );
    assert_eq!(refused, failed(1, told));
}

#[test]
fn a_server_in_memory_keeps_snapshots_by_name() {
    let home = Home::new();
    let server = ephemeral(&home, &["--control", "--seed", &seed("ten-partitions")]);
    let (ready, url) = (home.name("ready.json"), server.url.clone());
    let beginning = server.get("/-/dump");
    let snapshot = |words: &[&str]| home.run(&[&["snapshot", "--ready-file", &ready], words].concat());
    assert_eq!(snapshot(&["save", "before"]), noted("before: saved in the memory of the server\n"));
    assert_eq!(snapshot(&["diff", "before"]), printed("no difference\n"));
    assert_eq!(server.request("one").status, 200);
    assert_eq!(server.post("/-/faults", &[("rule", "endpoint=getRunId status=503")]).status, 200);
    assert_eq!(home.run(&["snapshot", "save", "after", "--master-url", &url]).code, Some(0));
    assert_eq!(snapshot(&["diff", "before"]), printed("instance one: added\n"));
    assert_eq!(snapshot(&["diff", "after", "before"]), printed("instance one: removed\n"));
    assert_eq!(server.post("/-/faults", &[]).status, 400);
    let list = home.json(&["snapshot", "--ready-file", &ready, "list"]);
    let names: Vec<&str> = list.as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["after", "before"]);
    assert!(snapshot(&["list"]).stdout.starts_with("snapshots\n"));
    assert_eq!(snapshot(&["load", "before"]), noted("before: loaded\n"));
    assert_eq!(server.titles("local_computer").into_iter().find(|(_, title)| title.is_some()), None);
    assert_eq!(server.post("/-/reset", &[]), Answer::text("done"));
    assert_eq!(server.get("/-/dump"), beginning);
    assert_eq!(snapshot(&["load", "after"]).code, Some(0));
    assert_eq!(server.titles("local_computer")[0].1.as_deref(), Some("one"));

    let exists = "error: the server keeps a snapshot after already\nhint: --force replaces it\n";
    assert_eq!(snapshot(&["save", "after"]), failed(1, exists));
    assert_eq!(snapshot(&["save", "--force", "after"]).code, Some(0));
    let unknown = snapshot(&["load", "never"]);
    assert!(unknown.stderr.contains("there is no snapshot \"never\"; known: after, before"), "{unknown:?}");
    let file = "error: ./after.db is a file, and a server keeps snapshots in its memory by name\nhint: `slapproxy dump` writes \
                everything as text\n";
    assert_eq!(snapshot(&["save", "./after.db"]), failed(1, file));
    assert_eq!(files(&home.path("")), ["ready.json"]);

    // Where a file is behind it, the command is about the file.
    let server = home.start(&["--ready-file", &ready, "--seed", &seed("demo")]);
    let saved = snapshot(&["save", "demo"]);
    assert!(saved.stderr.ends_with("proxy.db.snapshots/demo.db: saved\n"), "{saved:?}");
    let refused = "This call changes how the server behaves, and is there only when it is started with --control.";
    assert_eq!(server.post("/-/snapshot/keep", &[("name", "x")]).refusal(), (403, refused.into()));
}

#[test]
fn a_reset_is_refused_where_nobody_allowed_it_and_to_pages_of_other_sites() {
    let home = Home::new();
    let server = home.start(&[]);
    assert_eq!(
        server.post("/-/reset", &[]).refusal(),
        (404, "this server cannot be reset: it was not started with --control".into())
    );
    let server = ephemeral(&home, &["--control"]);
    let page = server.post_with("/-/reset", &[("Origin", "http://elsewhere.example")]);
    assert_eq!(page.status, 403, "{}", page.body);
    let page = server.post_with("/-/reset", &[("Host", "elsewhere.example")]);
    assert_eq!(page.status, 403, "{}", page.body);
}

#[test]
fn who_could_never_get_in_is_not_demanded_a_certificate() {
    let home = Home::new();
    let refused = home.run(&["start", "--ephemeral", "--tls", "--require-certificate"]);
    let told = "--ephemeral: require_certificate is set beside it; without a file nobody could prove that he owns it\nhint: \
                README.md lists every key of the configuration with its meaning and default\n";
    assert_eq!(refused, failed(2, told));
}

#[test]
fn a_wrong_truth_value_is_told() {
    let home = Home::new();
    let refused = home.run(&["start", "--ephemeral=perhaps"]);
    assert!(refused.stderr.starts_with("--ephemeral: \"perhaps\" is neither true nor false; "), "{}", refused.stderr);
    assert_eq!(refused, failed(2, refused.stderr.clone()));
    assert!(!home.path("data").exists());
}
