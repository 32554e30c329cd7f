//! Software releases on computers.

use super::extract::{Answer, App, Call, Response};
use crate::domain::status::Report;
use crate::wire::json_rpc::{
    PostSoftwareInstallation, PutSoftwareInstallationError, PutSoftwareInstallationReportedState, ReportedSoftware,
    Success,
};

/// `slapos.post.v0.software_installation`
pub async fn post_software_installation(
    app: App,
    call: Call<PostSoftwareInstallation>,
) -> Answer<PostSoftwareInstallation> {
    let Call(PostSoftwareInstallation { computer_guid, software_release_uri, state }, speaker) = call;
    let title = format!("Supplied {software_release_uri} to be {state}");
    app.master.supply_supply(computer_guid, software_release_uri, state, speaker).await?;
    Ok(Response(Success::new(title)))
}

/// `slapos.put.v0.software_installation_reported_state`
pub async fn put_software_installation_reported_state(
    app: App,
    call: Call<PutSoftwareInstallationReportedState>,
) -> Answer<PutSoftwareInstallationReportedState> {
    let Call(request, speaker) = call;
    let PutSoftwareInstallationReportedState { computer_guid: computer, software_release_uri: url, .. } = request;
    let report = match request.reported_state {
        ReportedSoftware::Building => Report::BuildingSoftwareRelease(url.clone()),
        ReportedSoftware::Available => Report::AvailableSoftwareRelease(url.clone()),
        ReportedSoftware::Destroyed => {
            app.master.destroyed_software_release(computer, url, speaker).await?;
            return Ok(Response(Success::new("Destroyed")));
        }
    };
    app.master.report_software_release(computer, url, report, speaker).await?;
    Ok(Response(Success::reported()))
}

/// `slapos.put.v0.software_installation_error`
pub async fn put_software_installation_error(
    app: App,
    call: Call<PutSoftwareInstallationError>,
) -> Answer<PutSoftwareInstallationError> {
    let Call(PutSoftwareInstallationError { computer_guid, software_release_uri: url, message }, speaker) = call;
    let report = Report::SoftwareReleaseError(url.clone(), message);
    app.master.report_software_release(computer_guid, url, report, speaker).await?;
    Ok(Response(Success::reported()))
}
