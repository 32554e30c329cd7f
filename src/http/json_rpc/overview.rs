//! Experimental lists for people's eyes: places, reports, trees, events, explanations, other masters and consumption.

use super::extract::{Answer, App, Call, Response};
use super::software_instance::document;
use crate::domain::consumption::ConsumptionQuery;
use crate::domain::event::{EventPlace, EventQuery};
use crate::domain::timestamp::Timestamp;
use crate::wire::json_rpc::{
    AllDocsComputePartitionList, AllDocsConsumptionList, AllDocsEventList, AllDocsExplanationList,
    AllDocsForwardedInstanceList, AllDocsInstanceTreeInstanceList, AllDocsSoftwareInstallationList,
    ComputePartitionEntry, ComputePartitionList, ConsumptionEntry, ConsumptionList, EventCursor, EventEntry, EventList,
    ExplanationEntry, ExplanationList, ForwardedInstanceEntry, ForwardedInstanceList, ReportedInstallation,
    ReportedInstallationList, TreeInstanceList,
};

/// How many events or consumption reports a page holds when nobody says it, and at most.
pub(super) const PAGE: (u32, u32) = (100, 1000);

/// `slapos.allDocs.WIP.compute_partition_list`
pub async fn all_docs_compute_partition_list(
    app: App,
    call: Call<AllDocsComputePartitionList>,
) -> Answer<AllDocsComputePartitionList> {
    let (computer, partitions) = app.master.compute_partition_list(call.0.computer_guid).await?;
    let entries = partitions.into_iter().map(|(information, own)| ComputePartitionEntry::new(&information, own));
    let result_list = entries.collect();
    Ok(Response(ComputePartitionList { result_list, closed: computer.closed, network_guid: computer.network }))
}

/// `slapos.allDocs.WIP.software_installation_list`
pub async fn all_docs_software_installation_list(
    app: App,
    call: Call<AllDocsSoftwareInstallationList>,
) -> Answer<AllDocsSoftwareInstallationList> {
    let installations = app.master.software_installation_list(call.0.computer_guid).await?;
    let entries = installations.into_iter().map(|(supplied, status)| ReportedInstallation::new(&supplied, status));
    Ok(Response(ReportedInstallationList { result_list: entries.collect() }))
}

/// `slapos.allDocs.WIP.instance_tree_instance_list`
pub async fn all_docs_instance_tree_instance_list(
    app: App,
    call: Call<AllDocsInstanceTreeInstanceList>,
) -> Answer<AllDocsInstanceTreeInstanceList> {
    let views = app.master.instance_tree_instance_list(call.0.title).await?;
    let place = |id| views.iter().position(|view| view.instance.id == id);
    let requester_list = views.iter().map(|view| view.instance.requester.and_then(place)).collect();
    Ok(Response(TreeInstanceList { result_list: views.iter().map(document).collect(), requester_list }))
}

/// `slapos.allDocs.WIP.event_list`
pub async fn all_docs_event_list(app: App, call: Call<AllDocsEventList>) -> Answer<AllDocsEventList> {
    let AllDocsEventList { computer_guid, instance_title, since, after, limit } = call.0;
    let limit = limit.unwrap_or(PAGE.0).clamp(1, PAGE.1);
    let query = EventQuery {
        computer: computer_guid,
        instance: instance_title,
        since: since.map(Timestamp),
        after: after.map(|after| EventPlace { last_at: Timestamp(after.last_at), id: after.id }),
        limit,
    };
    let result_list: Vec<EventEntry> = app.master.event_list(query).await?.into_iter().map(EventEntry::from).collect();
    let full = u32::try_from(result_list.len()).is_ok_and(|count| count == limit);
    let next = result_list.last().filter(|_| full).map(|last| EventCursor { last_at: last.last_at, id: last.id });
    Ok(Response(EventList { result_list, next }))
}

/// `slapos.allDocs.WIP.explanation_list`
pub async fn all_docs_explanation_list(app: App, call: Call<AllDocsExplanationList>) -> Answer<AllDocsExplanationList> {
    let explanations = app.master.explanation_list(call.0.title).await?;
    Ok(Response(ExplanationList { result_list: explanations.into_iter().map(ExplanationEntry::from).collect() }))
}

/// `slapos.allDocs.WIP.forwarded_instance_list`
pub async fn all_docs_forwarded_instance_list(
    app: App,
    _: Call<AllDocsForwardedInstanceList>,
) -> Answer<AllDocsForwardedInstanceList> {
    let forwarded = app.master.forwarded_requests().await?;
    let result_list = forwarded.into_iter().map(ForwardedInstanceEntry::from).collect();
    Ok(Response(ForwardedInstanceList { result_list }))
}

/// `slapos.allDocs.WIP.consumption_list`
pub async fn all_docs_consumption_list(app: App, call: Call<AllDocsConsumptionList>) -> Answer<AllDocsConsumptionList> {
    let AllDocsConsumptionList { computer_guid, instance_title, after, limit } = call.0;
    let limit = limit.unwrap_or(PAGE.0).clamp(1, PAGE.1);
    let query = ConsumptionQuery { computer: computer_guid, instance: instance_title, after, limit };
    let reports = app.master.consumption_list(query).await?;
    let result_list: Vec<ConsumptionEntry> = reports.into_iter().map(ConsumptionEntry::from).collect();
    let full = u32::try_from(result_list.len()).is_ok_and(|count| count == limit);
    let next = result_list.last().filter(|_| full).map(|last| last.id);
    Ok(Response(ConsumptionList { result_list, next }))
}
