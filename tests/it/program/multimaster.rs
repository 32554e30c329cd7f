//! Servers with other masters in their configuration.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::json;

use super::{Home, Server, printed};

/// A server whose requests of `/far` another one fulfils.
fn before(home: &Home, other: &Server) -> Server {
    let section = format!("[slapproxy]\n\n[multimaster/{}/]\nsoftware_release_list = /far\n", other.url);
    let cfg = home.write("slapos.cfg", section);
    home.start(&["--cfg", &cfg])
}

#[test]
fn what_another_master_fulfils_is_shown_with_its_state_there() {
    let (far, near) = (Home::new(), Home::new());
    let other = far.formatted(2);
    let server = before(&near, &other);
    let request = near.run(&["request", "db", "/far", "--no-validate", "--format", "json"]);
    assert_eq!((request.code, request.stderr.as_str()), (Some(0), ""));
    let url = format!("{}/", other.url);

    let shown = near.show(&["--forwarded"]);
    let answered_at = shown["forwarded"][0]["request"]["answered_at"].clone();
    let request = json!({
        "title": "db", "instance_tree_title": "db", "software_release_uri": "/far", "software_type": "default",
        "shared": false, "compute_node_id": "local_computer", "compute_partition_id": "slappart0", "state": "started",
        "connection_parameters": {}, "answered_at": answered_at,
    });
    let entry = json!({"master_url": url, "remote_title": "user_db", "request": request});
    assert_eq!(shown, json!({"forwarded": [entry]}));
    let answered = UNIX_EPOCH + Duration::from_micros(answered_at.as_u64().unwrap());
    let date = httpdate::fmt_http_date(answered);
    let pad = " ".repeat(url.len() - "master".len());
    let table = format!(
        "forwarded\n  \
         title  root  requester  master{pad}  title there  place there               state there  last answer\n  \
         db     db    user       {url}  user_db      local_computer slappart0  started      {date}\n"
    );
    assert_eq!(near.run(&["show", "--forwarded"]), printed(&table));

    let status = near.json(&["status"]);
    let expected = json!([{
        "master": url, "title-there": "user_db", "title": "db", "root": "db", "requester": null,
        "software-url": "/far", "software-type": "default", "shared": false, "state-there": "started",
        "computer-there": "local_computer", "partition-there": "slappart0", "connection": {},
        "answered-at": answered_at,
    }]);
    assert_eq!((&status["forwarded"], &status["services"]), (&expected, &json!([])));
    let page = near.run(&["status"]).stdout;
    assert!(page.ends_with(&format!("services: none\n\n{table}")), "{page}");

    assert_eq!(near.run(&["request", "db", "/far", "--no-validate", "--state", "destroyed"]).code, Some(0));
    assert_eq!(near.run(&["show", "--forwarded"]), printed("forwarded: none\n"));
    drop(server);
}
