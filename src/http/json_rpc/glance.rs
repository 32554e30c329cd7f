//! Experimental: everything at a glance, instances page by page, and documents that lie beside software releases.

use super::extract::{Answer, App, Call, Response};
use super::overview::PAGE;
use crate::domain::instance::InstanceId;
use crate::domain::overview::{Colour, InstanceQuery};
use crate::http::software_document;
use crate::master::InstanceScope;
use crate::wire::json_rpc::{
    AllDocsInstanceList, GetOverview, GetSoftwareDocument, InstanceSummaryList, OverviewDocument,
};

/// `slapos.get.WIP.overview`
pub async fn get_overview(app: App, _: Call<GetOverview>) -> Answer<GetOverview> {
    Ok(Response(OverviewDocument::from(app.master.overview().await?)))
}

/// `slapos.allDocs.WIP.instance_list`
pub async fn all_docs_instance_list(app: App, call: Call<AllDocsInstanceList>) -> Answer<AllDocsInstanceList> {
    let asked = call.0;
    let limit = asked.limit.unwrap_or(PAGE.0).clamp(1, PAGE.1);
    let scope =
        InstanceScope { tree: asked.instance_tree_title, host: asked.host_guid, requester: asked.requester_guid };
    let query = InstanceQuery {
        text: asked.text,
        shared: asked.shared,
        colour: asked.health.map(Colour::from),
        after: asked.after.map(InstanceId),
        limit,
        ..InstanceQuery::default()
    };
    Ok(Response(InstanceSummaryList::new(app.master.instance_list(scope, query).await?, limit)))
}

/// `slapos.get.WIP.software_document`
pub async fn get_software_document(app: App, call: Call<GetSoftwareDocument>) -> Answer<GetSoftwareDocument> {
    Ok(Response(software_document::read(&app, &call.0.document_url).await?))
}
