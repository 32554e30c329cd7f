//! The experimental lists.

use serde_json::{Value, json};

use super::{get, rpc, wanted};
use crate::app::TestApp;

#[test]
fn the_partitions_of_a_computer_are_listed_free_and_busy() {
    let app = TestApp::formatted(2);
    get(&app, "post.v0.software_instance", &wanted("root"));
    let list = get(&app, "allDocs.WIP.compute_partition_list", &json!({"computer_guid": "local_computer"}));
    let expected = json!({"result_list": [
        {
            "compute_partition_id": "slappart0", "slap_state": "busy", "instance_guid": "root______0",
            "ip_list": [["slaptap0", "10.0.0.1"]],
        },
        {"compute_partition_id": "slappart1", "slap_state": "free", "ip_list": [["slaptap1", "10.0.0.2"]]},
    ]});
    assert_eq!(list, expected);
    let (status, _) = rpc(&app, "allDocs.WIP.compute_partition_list", &json!({"computer_guid": "nope"}));
    assert_eq!(status, 403);
}

#[test]
fn events_are_paged_newest_first_without_gap_or_repetition() {
    let app = TestApp::formatted(1);
    for state in ["started", "stopped", "started", "stopped", "started"] {
        get(&app, "post.v0.software_instance", &super::with(&wanted("root"), &json!({"state": state})));
    }
    let all = get(&app, "allDocs.WIP.event_list", &json!({"instance_title": "root"}));
    let all = all["result_list"].as_array().unwrap().clone();
    let texts: Vec<&Value> = all.iter().map(|event| &event["text"]).collect();
    assert_eq!(texts, ["started", "stopped", "started", "stopped", "started"]);
    let mut paged = Vec::new();
    let mut request = json!({"instance_title": "root", "limit": 2});
    loop {
        let page = get(&app, "allDocs.WIP.event_list", &request);
        paged.extend(page["result_list"].as_array().unwrap().clone());
        let Some(next) = page.get("next") else { break };
        request["after"] = next.clone();
    }
    assert_eq!(paged, all);
    let since = json!({"since": all[1]["last_at"], "computer_guid": "local_computer"});
    let latest = get(&app, "allDocs.WIP.event_list", &since);
    assert_eq!(latest["result_list"].as_array().unwrap()[..], all[..2]);
}

#[test]
fn a_tree_is_listed_with_its_shared_instances_and_a_host_is_named_by_any_identifier() {
    let app = TestApp::formatted(3);
    for title in ["first", "second"] {
        get(&app, "post.v0.software_instance", &wanted(title));
    }
    let shared = json!({"shared": true, "sla_parameters": {"instance_guid": "second______0"}});
    let served = get(&app, "post.v0.software_instance", &super::with(&wanted("s"), &shared));
    assert_eq!(served["compute_partition_id"], "slappart1");
    let child = super::rpc_as(&app, "slappart0", "post.v0.software_instance", &wanted("child"));
    assert_eq!((child.0, &child.1["compute_partition_id"]), (200, &json!("slappart2")));
    let guids = |title: &str| -> Vec<Value> {
        let list = get(&app, "allDocs.WIP.instance_tree_instance_list", &json!({"title": title}));
        list["result_list"].as_array().unwrap().iter().map(|instance| instance["instance_guid"].clone()).collect()
    };
    assert_eq!(guids("first"), ["first______0", "child___first___0"]);
    assert_eq!(guids("s"), ["s______1"]);
}
