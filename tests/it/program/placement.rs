//! `slapproxy computer set|close|open` and `slapproxy service move`

use serde_json::json;

use super::{Home, failed, noted};

#[test]
fn computers_and_partitions_are_set_closed_and_opened() {
    let home = Home::new();
    let _server = home.formatted(2);
    let run = |words: &[&str]| home.run(&[&["computer"], words].concat());
    let set = ["--partition-type", "slave", "--port", "80", "--port", "443"];
    let changed = noted("slappart1 of local_computer is changed\n");
    assert_eq!(run(&[&["set", "local_computer", "slappart1"], &set[..]].concat()), changed);
    assert_eq!(run(&["set", "local_computer", "--network", "NET-1"]), noted("local_computer is changed\n"));
    let closed = noted("slappart0 of local_computer takes nothing new\n");
    assert_eq!(run(&["close", "local_computer", "slappart0"]), closed);
    assert_eq!(run(&["close", "local_computer"]), noted("local_computer takes nothing new\n"));
    let info = run(&["info", "local_computer", "--format", "text"]);
    assert!(
        info.stdout.ends_with(
            "  closed       for what is new\n  network      NET-1\n\
             partitions that are not as usual\n  \
             partition  type   ports   closed\n  \
             slappart0  full   -       closed\n  \
             slappart1  slave  80 443  -\n"
        ),
        "{}",
        info.stdout
    );
    let told = home.json(&["computer", "info", "local_computer"]);
    assert_eq!((&told["closed"], &told["network"]), (&json!(true), &json!("NET-1")));
    assert_eq!(told["partitions"][1]["port_list"], json!([80, 443]));

    let refused = home.run(&["request", "web", "/sr", "--no-validate"]);
    let reason = "error: No free computer partition found for: web (none of the 2 partitions of local_computer will do: \
                  slappart0 is on a closed computer, slappart1 is on a closed computer)\n";
    assert_eq!((refused.code, refused.stderr.as_str()), (Some(1), reason));
    assert_eq!(run(&["open", "local_computer"]), noted("local_computer is open for what is new\n"));
    let on = home.run(&["request", "web", "/sr", "--no-validate"]);
    assert!(on.stdout.starts_with("web: started on local_computer slappart1\n"), "{on:?}");

    assert_eq!(run(&["set", "local_computer", "slappart1", "--partition-type", "slave"]).code, Some(0));
    let typed = ["request", "web", "/sr", "--no-validate", "--node", "partition_type=virtio"];
    assert_eq!(home.run(&typed).code, Some(0));
    let info = home.run(&["service", "info", "web", "--format", "text"]);
    let misfit = "its SLA does not fit any more: slappart1 is of partition type slave\n";
    assert!(info.stdout.ends_with(misfit), "{info:?}");
    let explained = home.run(&["explain", "web"]);
    assert!(explained.stdout.contains("  its SLA does not fit any more: slappart1 is of"), "{explained:?}");

    let nothing = "nothing is said about local_computer; expected --partition-type, --port, --no-ports or --network\n";
    assert_eq!(run(&["set", "local_computer"]), failed(2, nothing));
    assert_eq!(run(&["close", "nope"]).code, Some(2));
}

#[test]
fn a_service_is_moved_to_another_partition() {
    let home = Home::new();
    let server = home.formatted(2);
    assert_eq!(home.run(&["request", "web", "/sr", "--no-validate"]).code, Some(0));
    let moved = home.run(&["service", "move", "web"]);
    assert_eq!(moved, noted("web: moving to local_computer slappart1\n"));
    let tree = home.run(&["service", "tree", "web"]).stdout;
    assert!(tree.contains("web (leaving local_computer slappart0)"), "{tree}");
    let place = [("computer_id", "local_computer"), ("computer_partition_id", "slappart1")];
    assert_eq!(server.post("/startedComputerPartition", &place).status, 200);
    let titles: Vec<_> = server.titles("local_computer").into_iter().map(|(_, title)| title.unwrap()).collect();
    assert_eq!(titles, ["web (leaving local_computer slappart0)", "web"]);
    let full = home.run(&["service", "move", "web"]);
    assert_eq!(full.code, Some(1), "{full:?}");
    assert_eq!(home.run(&["service", "move", "nope"]).code, Some(2));
}
