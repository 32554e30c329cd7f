//! Computers.

use actix_web::HttpRequest;

use super::extract::{Answer, App, Call, Response};
use crate::domain::error::Refusal;
use crate::http::identity::record_access;
use crate::master;
use crate::wire::json_rpc::{
    AllDocsComputeNodeInstanceList, AllDocsComputeNodeList, AllDocsComputeNodeSoftwareInstallationList, Certificate,
    ComputeNodeEntry, ComputeNodeList, GetComputeNodeStatus, InstallationEntry, InstallationList, InstanceEntry,
    InstanceList, PostComputeNodeCertificate, PostComputeNodeUsage, PutComputeNodeBang, PutComputeNodeFormat,
    RemoveComputeNodeCertificate, Success,
};
use crate::wire::status::StatusDocument;
use crate::wire::tioxml;

/// `slapos.put.v0.compute_node_format`
pub async fn put_compute_node_format(app: App, call: Call<PutComputeNodeFormat>) -> Answer<PutComputeNodeFormat> {
    let Call(PutComputeNodeFormat { computer_guid, compute_partition_list }, speaker) = call;
    let partitions = compute_partition_list.into_iter().map(Into::into).collect();
    app.master.compute_node_format(computer_guid, partitions, speaker).await?;
    Ok(Response(Success::new("Formatted")))
}

/// `slapos.put.v0.compute_node_bang`
pub async fn put_compute_node_bang(app: App, call: Call<PutComputeNodeBang>) -> Answer<PutComputeNodeBang> {
    let Call(PutComputeNodeBang { computer_guid, message }, speaker) = call;
    app.master.computer_bang(computer_guid, message, speaker).await?;
    Ok(Response(Success::reported()))
}

/// `slapos.get.v0.compute_node_status`
pub async fn get_compute_node_status(app: App, call: Call<GetComputeNodeStatus>) -> Answer<GetComputeNodeStatus> {
    let record = app.master.get_computer_status(call.0.computer_guid).await?;
    Ok(Response(StatusDocument::new(&record, app.master.now())))
}

/// `slapos.post.v0.compute_node_usage`
pub async fn post_compute_node_usage(app: App, call: Call<PostComputeNodeUsage>) -> Answer<PostComputeNodeUsage> {
    let Call(PostComputeNodeUsage { computer_guid, tioxml }, speaker) = call;
    app.master.use_computer(computer_guid, tioxml::consumption(&tioxml)?, speaker).await?;
    Ok(Response(Success::reported()))
}

/// `slapos.post.v0.compute_node_certificate`: without an authority, a pair of empty texts.
pub async fn post_compute_node_certificate(
    app: App,
    call: Call<PostComputeNodeCertificate>,
) -> Answer<PostComputeNodeCertificate> {
    let Call(PostComputeNodeCertificate { computer_guid }, speaker) = call;
    app.master.get_computer_status(computer_guid.clone()).await?;
    match app.master.generate_computer_certificate(computer_guid, speaker).await {
        Ok(pair) => Ok(Response(pair.into())),
        Err(master::Error::Refused(Refusal::NoCertificateAuthority)) => Ok(Response(Certificate::default())),
        Err(error) => Err(error.into()),
    }
}

/// `slapos.remove.v0.compute_node_certificate`: without an authority, nothing happens.
pub async fn remove_compute_node_certificate(
    app: App,
    call: Call<RemoveComputeNodeCertificate>,
) -> Answer<RemoveComputeNodeCertificate> {
    let Call(RemoveComputeNodeCertificate { computer_guid }, speaker) = call;
    app.master.get_computer_status(computer_guid.clone()).await?;
    match app.master.revoke_computer_certificate(computer_guid, speaker).await {
        Ok(()) => Ok(Response(Success::new("Certificate removed"))),
        Err(master::Error::Refused(Refusal::NoCertificateAuthority)) => Ok(Response(Success::reported())),
        Err(error) => Err(error.into()),
    }
}

/// `slapos.allDocs.v0.compute_node_instance_list`
pub async fn all_docs_compute_node_instance_list(
    app: App,
    http: HttpRequest,
    call: Call<AllDocsComputeNodeInstanceList>,
) -> Answer<AllDocsComputeNodeInstanceList> {
    record_access(&app, &http, &call.0.computer_guid).await?;
    let views = app.master.compute_node_instance_list(call.0.computer_guid).await?;
    let entries = views.iter().map(|view| InstanceEntry::new(&view.instance, view.partition.as_ref()));
    Ok(Response(InstanceList { result_list: entries.collect() }))
}

/// `slapos.allDocs.v0.compute_node_software_installation_list`
pub async fn all_docs_compute_node_software_installation_list(
    app: App,
    http: HttpRequest,
    call: Call<AllDocsComputeNodeSoftwareInstallationList>,
) -> Answer<AllDocsComputeNodeSoftwareInstallationList> {
    record_access(&app, &http, &call.0.computer_guid).await?;
    let installations = app.master.compute_node_software_installation_list(call.0.computer_guid).await?;
    Ok(Response(InstallationList { result_list: installations.into_iter().map(InstallationEntry::from).collect() }))
}

/// `slapos.allDocs.WIP.compute_node_list`
pub async fn all_docs_compute_node_list(app: App, _: Call<AllDocsComputeNodeList>) -> Answer<AllDocsComputeNodeList> {
    let references = app.master.compute_node_list().await?;
    let entries = references.into_iter().map(|computer_guid| ComputeNodeEntry { computer_guid });
    Ok(Response(ComputeNodeList { result_list: entries.collect() }))
}
