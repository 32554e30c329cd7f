//! `slapproxy promote`

use serde_json::{Value, json};

use super::{Finished, Home, failed};

/// A home whose server has supplies, instances of people and of instances, shared ones, and destroyed ones.
fn laptop() -> Home {
    let home = Home::new();
    let server = home.formatted(4);
    let run = |arguments: &[&str]| {
        let finished = home.run(arguments);
        assert_eq!(finished.code, Some(0), "{finished:?}");
    };
    run(&["supply", "https://sr.example/web.cfg", "local_computer"]);
    run(&["supply", "https://sr.example/old.cfg", "local_computer"]);
    run(&["remove", "https://sr.example/old.cfg", "local_computer"]);
    let web = ["https://sr.example/web.cfg", "--no-validate"];
    let request = |title: &str, more: &[&str]| run(&[&["request", title], &web[..], more].concat());
    request("shop", &["--parameters", "size=3", "--node", "computer_guid=local_computer"]);
    request("idle", &["--state", "stopped", "--type", "small"]);
    request("gone", &[]);
    request("gone", &["--state", "destroyed"]);
    request("front", &["--shared", "--parameters", "domain=shop.example"]);
    let fields = [
        ("computer_id", "local_computer"),
        ("computer_partition_id", "slappart0"),
        ("software_release", "/child.cfg"),
        ("software_type", "default"),
        ("partition_reference", "child"),
    ];
    assert_eq!(server.post("/requestComputerPartition", &fields).status, 200);
    home
}

/// What a master has: its supplies, and its instances with what was asked for.
fn wanted(home: &Home) -> Value {
    let shown = home.show(&["--software", "--instances", "--shared", "--params"]);
    let keep = |list: &Value, keys: &[&str]| {
        let one = |row: &Value| keys.iter().map(|key| (*key, row[*key].clone())).collect::<Vec<_>>();
        list.as_array().unwrap().iter().map(|row| one(row).into_iter().collect::<Value>()).collect::<Value>()
    };
    let instance = ["title", "software_release", "software_type", "requested_state", "sla"];
    json!({
        "software": keep(&shown["software"], &["computer", "software_release", "requested_state"]),
        "instances": keep(&shown["instances"], &instance), "shared": keep(&shown["shared"], &instance),
        "params": keep(&shown["params"], &["title", "parameters"]),
    })
}

/// What the laptop has that is promoted, on a computer of another name.
fn promoted(computer: &str) -> Value {
    let release = "https://sr.example/web.cfg";
    let instance = |title, kind, state, sla: Value| json!({"title": title, "software_release": release, "software_type": kind, "requested_state": state, "sla": sla});
    json!({
        "software": [{"computer": computer, "software_release": release, "requested_state": "available"}],
        "instances": [
            instance("shop", "default", "started", json!({"computer_guid": computer})),
            instance("idle", "small", "stopped", json!({})),
        ],
        "shared": [instance("front", "default", "started", json!({}))],
        "params": [
            {"title": "shop", "parameters": {"size": "3"}}, {"title": "idle", "parameters": {}},
            {"title": "front", "parameters": {"domain": "shop.example"}},
        ],
    })
}

#[test]
fn supplies_and_root_requests_are_repeated_on_another_master_as_often_as_one_likes() {
    let (laptop, production) = (laptop(), Home::new());
    let server = production.start(&["--computer-id", "COMP-7"]);
    assert_eq!(production.run(&["computer", "format", "--computer-id", "COMP-7", "--partitions", "3"]).code, Some(0));
    let promote = |more: &[&str]| {
        let base = ["promote", "--to", &server.url, "--computer", "local_computer=COMP-7"];
        laptop.run(&[&base[..], more].concat())
    };
    let table = |result: &str| {
        format!(
            "promoted\n  \
             what            title  software release            computer  state      result\n  \
             supply          -      https://sr.example/web.cfg  COMP-7    available  {result}\n  \
             request         shop   https://sr.example/web.cfg  COMP-7    started    {result}\n  \
             request         idle   https://sr.example/web.cfg  -         stopped    {result}\n  \
             request shared  front  https://sr.example/web.cfg  -         started    {result}\n"
        )
    };
    assert_eq!(promote(&["--dry-run"]), super::printed(table("not sent")));
    assert_eq!(wanted(&production), json!({"software": [], "instances": [], "shared": [], "params": []}));

    for _ in 0..2 {
        assert_eq!(promote(&[]), super::printed(table("done")));
        assert_eq!(wanted(&production), promoted("COMP-7"));
    }
    let told: Value = serde_json::from_str(&promote(&["--format", "json"]).stdout).unwrap();
    let request = json!({
        "what": "request", "title": "shop", "software-url": "https://sr.example/web.cfg", "software-type": "default",
        "shared": false, "requested-state": "started", "parameters": {"size": "3"},
        "filter": {"computer_guid": "COMP-7"}, "result": "done", "message": "done",
    });
    assert_eq!((told.as_array().unwrap().len(), &told[1]), (4, &request));
}

#[test]
fn what_the_other_master_refuses_is_told_and_the_rest_is_tried() {
    let (laptop, production) = (laptop(), Home::new());
    let server = production.start(&["--computer-id", "COMP-7"]);
    let Finished { code, stdout, stderr } = laptop.run(&["promote", "--to", &server.url]);
    assert_eq!(code, Some(1));
    assert!(stdout.contains("there is no computer \"local_computer\"; known: COMP-7"), "{stdout}");
    assert_eq!(
        stderr,
        "error: 4 of 4 failed; running it again repeats all of them\n\
         hint: --computer HERE=THERE says what a computer is called there\n"
    );
    drop(server);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let Finished { code, stderr, .. } = laptop.run(&["promote", "--to", &format!("http://{closed}")]);
    let first = "error: 1 of 4 failed, 3 were not tried; running it again repeats all of them";
    assert_eq!((code, stderr.lines().next()), (Some(1), Some(first)));
}

#[test]
fn what_would_mean_something_else_there_is_said() {
    let home = Home::new();
    let server = home.formatted(1);
    assert_eq!(home.run(&["request", "mine", "/home/me/software.cfg", "--no-validate"]).code, Some(0));
    let finished = home.run(&["promote", "--dry-run", "--to", &server.url]);
    let warning = "warning: /home/me/software.cfg is a file of this machine; others read their own\n";
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), warning));
    let unknown = home.run(&["promote", "--to", &server.url, "--computer", "COMP-8=COMP-9"]);
    assert_eq!(unknown, failed(2, "--computer: there is no computer \"COMP-8\"; known: local_computer\n"));
}
