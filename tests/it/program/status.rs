//! `slapproxy status`

use serde_json::json;

use super::{Home, printed};

#[test]
fn one_page_shows_everything_and_errors_first() {
    let home = Home::new();
    let server = home.formatted(3);
    for title in ["good", "bad"] {
        home.run(&["request", title, "/sr", "--no-validate"]);
    }
    home.run(&["supply", "/sr", "local_computer"]);
    server.get("/getFullComputerInformation?computer_id=local_computer");
    let place = |partition| [("computer_id", "local_computer"), ("computer_partition_id", partition)];
    server.post("/startedComputerPartition", &place("slappart0"));
    server.post("/softwareInstanceError", &[&place("slappart1")[..], &[("error_log", "no disk")]].concat());
    server.post("/buildingSoftwareRelease", &[("computer_id", "local_computer"), ("url", "/sr")]);
    let database = home.database();
    assert_eq!(
        home.run(&["status"]),
        printed(format!(
            "errors\n  \
             what  where                     last report\n  \
             bad   local_computer slappart1  error: while instanciating: no disk\n\n\
             server\n  url       {}/\n  pid       {}\n  database  {}\n\n\
             computers\n  \
             reference       partitions  busy  free  last report\n  \
             local_computer  3           2     1     ok: local_computer\n\n\
             software\n  \
             computer        software release  requested  last report\n  \
             local_computer  /sr               available  building: software release /sr\n\n\
             services\n  \
             title  requested  place                     instances  last report\n  \
             bad    started    local_computer slappart1  1          error: while instanciating: no disk\n  \
             good   started    local_computer slappart0  1          ok: Instance correctly started\n",
            server.url,
            server.child.id(),
            database.display()
        ))
    );
    let instance = |title: &str, partition: &str, report: &str| {
        json!({"title": title, "software-url": "/sr", "software-type": "default", "shared": false,
               "requested-state": "started", "computer": "local_computer", "partition": partition, "report": report})
    };
    assert_eq!(
        home.json(&["status"]),
        json!({
            "server": {"url": format!("{}/", server.url), "pid": server.child.id(), "database": database},
            "computers": [{"reference": "local_computer", "partitions": 3, "busy": 2, "free": 1,
                           "report": "#access local_computer"}],
            "software": [{"computer": "local_computer", "software-url": "/sr", "requested-state": "available",
                          "reported-state": "building", "report": "#building software release /sr"}],
            "services": [
                {"title": "bad", "status": "error",
                 "instances": [instance("bad", "slappart1", "#error while instanciating: no disk")]},
                {"title": "good", "status": "ok",
                 "instances": [instance("good", "slappart0", "#access Instance correctly started")]},
            ],
            "forwarded": [],
        })
    );
}

#[test]
fn an_empty_master_has_an_empty_page() {
    let home = Home::new();
    let server = home.start(&[]);
    assert_eq!(
        home.run(&["status"]),
        printed(format!(
            "server\n  url       {}/\n  pid       {}\n  database  {}\n\n\
             computers\n  \
             reference       partitions  busy  free  last report\n  \
             local_computer  0           0     0     no report yet\n\n\
             software: none\n\nservices: none\n",
            server.url,
            server.child.id(),
            home.database().display()
        ))
    );
}
