//! Instances, software and shared.

use actix_web::{HttpRequest, HttpResponse};

use super::error::Error;
use super::extract::{Answer, App, Call, Response, encode, json};
use crate::domain::access::Callers;
use crate::domain::state::RequestedState;
use crate::domain::status::Report;
use crate::domain::timestamp::Timestamp;
use crate::http::extract::Front;
use crate::http::forwarding::forward;
use crate::http::identity::{caller, check_requester};
use crate::master::{Destroyed, InstanceView, Requested, Target};
use crate::wire::json_rpc::{
    GetComputePartition, GetSoftwareInstance, GetSoftwareInstanceCertificate, Instance, Place, PostSoftwareInstance,
    PutSoftwareInstanceBang, PutSoftwareInstanceConnectionParameter, PutSoftwareInstanceError,
    PutSoftwareInstanceReportedState, PutSoftwareInstanceTitle, Success, instance_guid,
};

/// `slapos.post.v0.software_instance`
pub async fn post_software_instance(
    app: App,
    http: HttpRequest,
    call: Call<PostSoftwareInstance>,
) -> Answer<PostSoftwareInstance> {
    let Call(request, speaker) = call;
    check_requester(&http, &speaker)?;
    let request = crate::domain::instance::Request::from(request);
    if let Some((answered, _)) = forward(&app, &http, &request, &speaker).await? {
        return Ok(Response(Instance::of_forwarded(request, &answered)));
    }
    let front = Front::of(&app, &http).https();
    let (instance, partition, addresses, timestamp) =
        match app.master.request_computer_partition(request.clone(), speaker, front).await? {
            Requested::Software { placed, addresses } => {
                let timestamp = placed.instance.timestamp;
                (placed.instance, placed.partition, addresses, timestamp)
            }
            // Compatible with the Python proxy, which tells the host's timestamp only to who looks the instance up.
            Requested::Shared { instance, host, addresses } => (instance, host.partition, addresses, Timestamp(0)),
            Requested::Shortcut(shortcut) => return Ok(Response(Instance::of_shortcut(request, shortcut))),
            Requested::Gone(refusal) => return Err(refusal.into()),
        };
    let status = app.master.get_software_instance(instance_guid(&instance));
    let access_status = status.ok().and_then(|view| view.access_status);
    let place = Place {
        partition: Some(&partition),
        addresses: &addresses,
        timestamp,
        access_status: access_status.as_deref(),
    };
    Ok(Response(Instance::new(&instance, place)))
}

/// `slapos.get.v0.software_instance`
pub async fn get_software_instance(app: App, call: Call<GetSoftwareInstance>) -> Result<HttpResponse, Error> {
    let GetSoftwareInstance { instance_guid } = call.0;
    let generation = app.master.generation();
    if let Some(bytes) = app.instances.get(&instance_guid, generation) {
        return Ok(json(bytes));
    }
    let found = document(&app.master.get_software_instance(instance_guid.clone())?);
    let bytes = encode::<GetSoftwareInstance>(&found)?;
    app.instances.put(instance_guid, generation, bytes.clone());
    Ok(json(bytes))
}

/// `slapos.get.v0.compute_partition`
pub async fn get_compute_partition(app: App, call: Call<GetComputePartition>) -> Answer<GetComputePartition> {
    let GetComputePartition { computer_guid, compute_partition_id } = call.0;
    Ok(Response(document(&app.master.get_compute_partition(computer_guid, compute_partition_id).await?)))
}

/// The document of an instance that was looked up.
pub fn document(view: &InstanceView) -> Instance {
    let place = Place {
        partition: view.partition.as_ref(),
        // Compatible with the Python proxy, which tells the addresses of a host only to who requests a shared instance.
        addresses: if view.host.is_some() { &[] } else { &view.addresses },
        timestamp: view.processing_timestamp(),
        access_status: view.access_status.as_deref(),
    };
    Instance::new(&view.instance, place)
}

/// `slapos.get.v0.software_instance_certificate`: without an authority, a pair of empty texts.
pub async fn get_software_instance_certificate(
    app: App,
    call: Call<GetSoftwareInstanceCertificate>,
) -> Answer<GetSoftwareInstanceCertificate> {
    let Call(GetSoftwareInstanceCertificate { instance_guid }, speaker) = call;
    app.master.get_software_instance(instance_guid.clone())?;
    let pair = app.master.get_computer_partition_certificate(Target::Guid(instance_guid), speaker).await?;
    Ok(Response(pair.unwrap_or_default().into()))
}

/// `slapos.put.v0.software_instance_connection_parameter`
pub async fn put_software_instance_connection_parameter(
    app: App,
    call: Call<PutSoftwareInstanceConnectionParameter>,
) -> Answer<PutSoftwareInstanceConnectionParameter> {
    let Call(PutSoftwareInstanceConnectionParameter { instance_guid, connection_parameter_dict }, speaker) = call;
    let target = Target::Guid(instance_guid);
    app.master.set_computer_partition_connection_xml(target, connection_parameter_dict, speaker).await?;
    Ok(Response(Success::new("Updated")))
}

/// `slapos.put.v0.software_instance_reported_state`
pub async fn put_software_instance_reported_state(
    app: App,
    http: HttpRequest,
    call: Call<PutSoftwareInstanceReportedState>,
) -> Answer<PutSoftwareInstanceReportedState> {
    let Call(PutSoftwareInstanceReportedState { instance_guid, reported_state }, speaker) = call;
    let target = Target::Guid(instance_guid);
    let report = match reported_state {
        RequestedState::Started => Report::StartedComputerPartition,
        RequestedState::Stopped => Report::StoppedComputerPartition,
        RequestedState::Destroyed => {
            // Only the node knows that nothing is left.
            Callers::Nodes.admit(&caller(&http))?;
            return match app.master.destroyed_computer_partition(target, speaker).await? {
                Destroyed::Freed => Ok(Response(Success::new("Destroyed"))),
                Destroyed::Refused(titles) => Err(Error::NotDestroyed(titles)),
            };
        }
    };
    app.master.report_computer_partition(target, report, speaker).await?;
    Ok(Response(Success::reported()))
}

/// `slapos.put.v0.software_instance_error`
pub async fn put_software_instance_error(
    app: App,
    call: Call<PutSoftwareInstanceError>,
) -> Answer<PutSoftwareInstanceError> {
    let Call(PutSoftwareInstanceError { instance_guid, message }, speaker) = call;
    let report = Report::SoftwareInstanceError(message);
    app.master.report_computer_partition(Target::Guid(instance_guid), report, speaker).await?;
    Ok(Response(Success::reported()))
}

/// `slapos.put.v0.software_instance_bang`
pub async fn put_software_instance_bang(
    app: App,
    call: Call<PutSoftwareInstanceBang>,
) -> Answer<PutSoftwareInstanceBang> {
    let Call(PutSoftwareInstanceBang { instance_guid, message }, speaker) = call;
    app.master.software_instance_bang(Target::Guid(instance_guid), message, speaker).await?;
    Ok(Response(Success::new("Bang handled")))
}

/// `slapos.put.v0.software_instance_title`
pub async fn put_software_instance_title(
    app: App,
    call: Call<PutSoftwareInstanceTitle>,
) -> Answer<PutSoftwareInstanceTitle> {
    let Call(PutSoftwareInstanceTitle { instance_guid, title }, speaker) = call;
    app.master.software_instance_rename(Target::Guid(instance_guid), title, speaker).await?;
    Ok(Response(Success::new("Renamed")))
}
