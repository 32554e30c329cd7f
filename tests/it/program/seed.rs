//! Seeds: what they make, what they refuse, and that a dump is one.

use std::fs;

use super::{Home, failed, noted, printed};

/// A seed of the sources.
pub fn seed(name: &str) -> String {
    format!("{}/fixtures/seed/{name}.yaml", env!("CARGO_MANIFEST_DIR"))
}

/// All seeds of the sources, and what they hold.
const SEEDS: [(&str, &str); 4] = [
    ("empty", "1 computer, 0 instances, 0 shared instances"),
    ("ten-partitions", "1 computer, 0 instances, 0 shared instances"),
    ("demo", "1 computer, 4 instances, 2 shared instances"),
    ("two-computers", "2 computers, 2 instances, 0 shared instances"),
];

#[test]
fn every_seed_is_applied_once_and_its_dump_leads_to_the_same_state() {
    for (name, holds) in SEEDS {
        let home = Home::new();
        let file = seed(name);
        let first = home.run(&["seed", &file]);
        assert_eq!((first.code, first.stdout.as_str()), (Some(0), ""), "{}", first.stderr);
        assert!(first.stderr.starts_with(&format!("{file}: {holds}: ")), "{}", first.stderr);
        let again = noted(format!("{file}: {holds}: everything was so already\n"));
        assert_eq!(home.run(&["seed", &file]), again);

        let dump = home.run(&["dump"]);
        assert_eq!((dump.code, dump.stderr.as_str()), (Some(0), ""));
        let written = home.write("dump.yaml", &dump.stdout);
        let other = home.name("other.db");
        let applied = home.run(&["seed", "-u", &other, &written]);
        assert_eq!((applied.code, applied.stdout.as_str()), (Some(0), ""), "{}", applied.stderr);
        assert_eq!(home.run(&["dump", "-u", &other]), printed(&dump.stdout), "{name}");
        // What is dumped is so already.
        let told = home.run(&["seed", &written]);
        assert!(told.stderr.ends_with(": everything was so already\n"), "{}", told.stderr);
    }
}

#[test]
fn what_is_unusual_leads_to_the_same_state_too() {
    let text = r#"
computers:
  - reference: C D
    title: "quo\"te: #1"
    address: 2001:db8::1
    details: {os_type: linux, "on": [1, 1.0, null, true, "yes", "0x1f", "1:30", ""]}
    partitions:
      - reference: p0
        addresses:
          - {address: 10.0.0.1, interface: tap0, netmask: 255.255.255.255}
          - {address: 10.0.0.1, interface: route_tap0, gateway: 10.0.0.254, network: 10.0.0.0/24}
      - reference: p1
      - reference: p2
    network: NET 1
    allocation:
      - {partition: p0, partition_type: virtio, ports: [80, 8080]}
      - {partition: p1, ports: [], closed: true}
    reports: [{bang: "", by: user}]
instances:
  - title: "a/b 💥"
    software_release: /sr
    software_type: ""
    computer: C D
    parameters: {big: 123456789012345678901234567890, text: "  two\n\n lines \n", _: "{}"}
    state: stopped
    instances:
      - {title: host, software_release: /host, computer: C D, partition: p2, connection: {}}
      - title: served
        software_release: /host
        shared: true
        host: {root: "a/b 💥", title: host}
        reference: another name
        reports: [{error: "x: y\n"}]
  - {title: lost, software_release: /sr, placed: false, reports: [stopped, available], state: destroyed}
  - {title: found, software_release: /host, shared: true, computer: C D, sla: {computer_guid: C D}}
"#;
    let home = Home::new();
    let wrong = home.run_with(&["seed", "-"], &[], text);
    assert!(wrong.stderr.contains(":22: instances[0].software_type: "), "{}", wrong.stderr);
    let file = home.write("unusual.yaml", text.replace("    software_type: \"\"\n", ""));
    assert_eq!(home.run(&["seed", &file]).code, Some(0), "{}", home.run(&["seed", &file]).stderr);
    assert!(home.run(&["seed", &file]).stderr.ends_with(": everything was so already\n"));
    let dump = home.run(&["dump"]).stdout;
    let written = home.write("dump.yaml", &dump);
    let other = home.name("other.db");
    assert_eq!(home.run(&["seed", "-u", &other, &written]).code, Some(0));
    assert_eq!(home.run(&["dump", "-u", &other]), printed(&dump));
    let show = home.show(&["--shared"]);
    let references: Vec<&str> =
        show["shared"].as_array().unwrap().iter().map(|shared| shared["reference"].as_str().unwrap()).collect();
    assert_eq!(references, ["another name", "_found"]);
}

#[test]
fn who_looks_for_a_place_finds_what_a_seed_says_of_places() {
    let home = Home::new();
    let text = "computers:\n- reference: C\n  partitions: 3\n  network: NET\n  allocation:\n  - {partition: slappart0, closed: \
                true}\n  - {partition: slappart1, partition_type: virtio, ports: [80]}\ninstances:\n- {title: vm, \
                software_release: /sr, computer: C, sla: {partition_type: virtio, port: 80, network_guid: NET}}\n- {title: other, \
                software_release: /sr, computer: C}\n";
    let file = home.write("places.yaml", text);
    assert_eq!(home.run(&["seed", &file]).code, Some(0), "{}", home.run(&["seed", &file]).stderr);
    assert!(home.run(&["seed", &file]).stderr.ends_with(": everything was so already\n"));
    let instances = home.show(&["--instances"]);
    let places: Vec<&str> =
        instances["instances"].as_array().unwrap().iter().map(|one| one["partition"].as_str().unwrap()).collect();
    assert_eq!(places, ["slappart1", "slappart2"]);
    assert_eq!(home.run(&["snapshot", "save", "before"]).code, Some(0));
    let change = home.write("change.yaml", "computers: [{reference: C, closed: true, allocation: [{partition: slappart0, closed: false}, {partition: slappart1, ports: [81]}]}]");
    assert_eq!(home.run(&["seed", &change]).code, Some(0));
    let told = "computer C: closed\ncomputer C: allocation slappart0 removed: closed\n\
                computer C: allocation slappart1: partition type virtio, ports 80 → partition type virtio, ports 81\n";
    assert_eq!(home.run(&["snapshot", "diff", "before"]), printed(told));
    let dump = home.run(&["dump"]).stdout;
    let written = home.write("dump.yaml", &dump);
    let other = home.name("other.db");
    assert_eq!(home.run(&["seed", "-u", &other, &written]).code, Some(0));
    assert_eq!(home.run(&["dump", "-u", &other]), printed(&dump));

    let wrong = home
        .write("wrong.yaml", "computers:\n- reference: C\n  allocation:\n  - partition: slappart9\n    ports: [1]\n");
    let refused = home.run(&["seed", &wrong]);
    assert!(
        refused.stderr.contains(&format!("{wrong}:4: computers[0].allocation[0].partition: ")),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_running_server_applies_and_dumps_the_same() {
    let home = Home::new();
    let server = home.start(&["--seed", &seed("two-computers"), "--seed", &seed("empty")]);
    let there = home.run(&["seed", &seed("two-computers")]);
    assert!(there.stderr.ends_with(": everything was so already\n"), "{}", there.stderr);
    let demo = home.json(&["seed", &seed("demo")]);
    assert_eq!((&demo["computers"], &demo["instances"], &demo["shared"]), (&1.into(), &4.into(), &2.into()));
    let running = home.run(&["dump"]);
    assert_eq!(home.run(&["dump", "--master-url", &server.url]), running);
    assert_eq!(server.get("/-/dump").body, running.stdout);
    server.stop("TERM");
    assert_eq!(home.run(&["dump"]), running);
}

#[test]
fn the_demo_has_a_healthy_service_a_failing_one_and_shared_ones() {
    let home = Home::new();
    let _server = home.start(&["--seed", &seed("demo")]);
    let status = home.json(&["status"]);
    let services: Vec<(&str, &str)> = status["services"]
        .as_array()
        .unwrap()
        .iter()
        .map(|service| (service["title"].as_str().unwrap(), service["status"].as_str().unwrap()))
        .collect();
    let expected =
        [("frontend", "ok"), ("shop", "ok"), ("shop-frontend", "ok"), ("wiki", "error"), ("wiki-frontend", "unknown")];
    let mut sorted = services.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
    let shop = home.json(&["service", "info", "shop"]);
    assert_eq!(shop["connection-parameters"]["url"], "https://shop.example:8080/");
    assert_eq!(shop["instance-parameters"]["port"], "8080");
}

#[test]
fn every_fault_is_told_with_file_line_and_field_and_nothing_is_changed() {
    let home = Home::new();
    let wrong = home.write(
        "wrong.yaml",
        "computers:\n  - reference: C\n    partitions: 1\n    slapformat: none.xml\ninstances:\n  - title: t\n    \
         software_release: /sr\n    partition: a,b\n",
    );
    let told = format!(
        "error: nothing is seeded:\n\
         {wrong}:4: computers[0].slapformat: is not accepted here; expected partitions or a file, not both\n\
         {wrong}:8: instances[0].partition: \"a,b\" is not accepted; expected a reference such as \"slappart0\": not \
         empty, no comma, no control character, no blank at its ends\n"
    );
    assert_eq!(home.run(&["seed", &wrong]), failed(1, &told));
    assert_eq!(home.run(&["start", "--port", "0", "--seed", &wrong]), failed(1, &told));
    assert!(!home.path("data").exists());

    let full = home.write(
        "full.yaml",
        "computers:\n- {reference: C, partitions: 1}\ninstances:\n- title: a\n  software_release: /sr\n  computer: C\n\
         - title: b\n  software_release: /sr\n  computer: C\n",
    );
    let told = format!(
        "error: nothing is seeded:\n{full}:7: instances[1]: No free computer partition found for: b (the only partition \
         of C is busy: slappart0 with a)\n"
    );
    let refused = home.run(&["seed", &full]);
    assert_eq!(refused, failed(1, &told));
    let server = home.start(&[]);
    assert_eq!(home.run(&["seed", &full]), refused);
    assert_eq!(server.get("/-/dump").body, "computers:\n  - reference: local_computer\n");
    let answer = server.post("/-/seed", &[("seed", "instances:\n- {title: t}\n")]);
    assert_eq!(
        answer.refusal(),
        (
            400,
            "nothing is seeded:\nseed:2: instances[0].software_release: is missing; expected string (URL or path of the \
             release)"
                .into()
        )
    );
    let answer = server.post("/-/seed", &[("seed", "computers:\n- {reference: C, slapformat: /etc/passwd}\n")]);
    assert_eq!(
        answer.refusal(),
        (
            400,
            "nothing is seeded:\nseed:2: computers[0].slapformat: is not accepted here; expected the partitions themselves"
                .into()
        )
    );
}

#[test]
fn a_seed_changes_what_it_names_and_leaves_the_rest() {
    let home = Home::new();
    let _server = home.start(&["--seed", &seed("demo")]);
    let before = home.run(&["dump"]).stdout;
    let change = "{\"instances\": [{\"title\": \"wiki\", \"software_release\": \"https://sr.example/wiki/software.cfg\", \
                  \"state\": \"stopped\", \"partition\": \"slappart9\", \"reports\": [\"stopped\"]}]}";
    let change = home.write("change.json", change);
    let told = home.run(&["seed", &change]);
    assert_eq!(told, noted(format!("{change}: 0 computers, 1 instance, 0 shared instances: 2 changes\n")));
    let after = home.run(&["dump"]).stdout;
    let changed: Vec<&str> = after.lines().filter(|line| !before.contains(line)).collect();
    assert_eq!(changed, ["    state: stopped", "    partition: slappart9", "      - stopped"], "{after}");
    assert!(
        after.contains(
            "  - title: wiki\n    software_release: https://sr.example/wiki/software.cfg\n    state: stopped\n    \
                            computer: local_computer\n    partition: slappart9\n    reports:\n      - stopped\n"
        ),
        "{after}"
    );
}

#[test]
fn requests_fail_as_a_seed_says_where_callers_may_decide_it() {
    let home = Home::new();
    let text = "computers: [{reference: C D}]\nfaults:\n- endpoint=getRunId count=1 status=503\n- {computer: C D, drop: \
                answer, method: post}\n- {latency: 0.001, probability: 0.5, seed: 3, endpoint: nothing}\n";
    let file = home.write("faults.yaml", text);
    let written = "faults:\n  - endpoint=getRunId count=1 status=503\n  - method: POST\n    computer: C D\n    drop: answer\n  \
                   - endpoint=nothing probability=0.5 seed=3 latency=0.001s\n";
    let server = home.start(&["--control", "--seed", &file]);
    assert_eq!([server.get("/getRunId").status, server.get("/getRunId").status], [503, 200]);
    let dump = home.run(&["dump"]);
    assert!(dump.stdout.ends_with(written), "{}", dump.stdout);
    let there = |holds: &str| noted(format!("{file}: 1 computer, 0 instances, 0 shared instances: {holds}\n"));
    assert_eq!(home.run(&["seed", &file]), there("everything was so already"));
    server.post("/-/faults", &[("rule", "status=500 endpoint=getHateoasUrl")]);
    assert_eq!(home.run(&["reset"]), noted("everything is as it was at the start\n"));
    assert_eq!(home.run(&["dump"]), dump);
    assert_eq!([server.get("/getRunId").status, server.get("/getRunId").status], [503, 200]);
    server.stop("TERM");

    // A database holds none, and a server of its own accord takes them only at its start.
    let refused = "nothing is seeded:\n";
    let expected = "is not accepted here; expected a server that is starting, or one that was started with --control\n";
    assert_eq!(home.run(&["seed", &file]), failed(1, format!("error: {refused}{file}:2: faults: {expected}")));
    let server = home.start(&["--seed", &file]);
    assert_eq!([server.get("/getRunId").status, server.get("/getRunId").status], [503, 200]);
    assert_eq!(home.run(&["dump"]).stdout.find("faults"), None);
    let refused = home.run(&["seed", &file]);
    assert!(
        refused.code == Some(1) && refused.stderr.contains("only when it is started with --control"),
        "{refused:?}"
    );

    let wrong = home.write("wrong.yaml", "faults:\n- status=200\n- {status: 503, drop: answer}\n- {speed: 1}\n");
    let told = home.run(&["start", "--port", "0", "--seed", &wrong]);
    assert!(told.stderr.contains(&format!("{wrong}:4: faults[2].speed: ")), "{}", told.stderr);
    let wrong = home.write("wrong.yaml", "faults:\n- status=200\n- {status: 503, drop: answer}\n");
    let told = home.run(&["start", "--port", "0", "--seed", &wrong]);
    let expected = format!(
        "error: nothing is seeded:\n{wrong}:2: faults[0]: status 200 is not accepted; expected one from 400 to \
         599\n{wrong}:3: faults[1]: expected only one of status, drop and truncate\n"
    );
    assert_eq!(told, failed(1, expected));
}

#[test]
fn the_seed_of_the_page_is_one() {
    let page = fs::read_to_string(format!("{}/README.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let (_, section) = page.split_once("**Write a seed**").unwrap();
    let lines =
        section.lines().skip_while(|line| !line.starts_with("    ")).take_while(|line| line.starts_with("    "));
    let seed = lines.collect::<Vec<_>>().join("\n");
    let home = Home::new();
    let server = home.start(&["--control"]);
    let told = home.run_with(&["seed", "-"], &[], &seed);
    let fails: Vec<u16> = (0..3).map(|_| server.get("/getRunId").status).collect();
    assert_eq!(fails, [503, 503, 200]);
    assert!(told.stderr.starts_with("standard input: 1 computer, 1 instance, 0 shared instances: "), "{}", told.stderr);
    assert_eq!(home.json(&["show", "--instances"])["instances"][0]["partition"], "slappart3");
}

#[test]
fn the_schema_is_printed_and_standard_input_is_read() {
    let home = Home::new();
    let schema = home.run(&["schema", "seed"]);
    let document: serde_json::Value = serde_json::from_str(&schema.stdout).unwrap();
    assert_eq!(document["title"], "Seed of slapproxy");
    let text = fs::read_to_string(seed("ten-partitions")).unwrap();
    let told = home.run_with(&["seed", "-"], &[], &text);
    assert_eq!(told, noted("standard input: 1 computer, 0 instances, 0 shared instances: 1 change\n"));
}
