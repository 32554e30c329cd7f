//! Instance trees, and the shared instances of a host.

use super::extract::{Answer, App, Call, Response};
use super::software_instance::document;
use crate::wire::json_rpc::{
    AllDocsInstanceNodeInstanceList, AllDocsInstanceTreeList, GetInstanceTree, InstanceTreeEntry, InstanceTreeList,
    SharedInstanceEntry, SharedInstanceList,
};

/// `slapos.get.v0.instance_tree`
pub async fn get_instance_tree(app: App, call: Call<GetInstanceTree>) -> Answer<GetInstanceTree> {
    Ok(Response(document(&app.master.get_instance_tree(call.0.title).await?)))
}

/// `slapos.allDocs.v0.instance_tree_list`
pub async fn all_docs_instance_tree_list(
    app: App,
    _: Call<AllDocsInstanceTreeList>,
) -> Answer<AllDocsInstanceTreeList> {
    let titles = app.master.instance_tree_list().await?;
    Ok(Response(InstanceTreeList {
        result_list: titles.into_iter().map(|title| InstanceTreeEntry { title }).collect(),
    }))
}

/// `slapos.allDocs.v0.instance_node_instance_list`
pub async fn all_docs_instance_node_instance_list(
    app: App,
    call: Call<AllDocsInstanceNodeInstanceList>,
) -> Answer<AllDocsInstanceNodeInstanceList> {
    let views = app.master.instance_node_instance_list(call.0.instance_guid).await?;
    let entries = views.iter().map(|view| SharedInstanceEntry::new(&view.instance, view.partition.as_ref()));
    Ok(Response(SharedInstanceList { result_list: entries.collect() }))
}
