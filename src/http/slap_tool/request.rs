//! Requests.

use actix_web::HttpRequest;

use super::answer::{Answer, marshalled};
use super::argument::{App, Form};
use crate::http::extract::Front;
use crate::http::forwarding::forward;
use crate::http::identity::check_requester;
use crate::master::Requested;
use crate::wire::form::RequestArguments;
use crate::wire::xml::{objects, write_parameters};

/// `POST /requestComputerPartition`
pub async fn request_computer_partition(app: App, http: HttpRequest, form: Form<RequestArguments>) -> Answer {
    let Form(RequestArguments { request, .. }, speaker) = form;
    check_requester(&http, &speaker)?;
    if let Some((answered, url)) = forward(&app, &http, &request, &speaker).await? {
        return marshalled(&objects::forwarded(&answered, &url, &request.software_release));
    }
    let front = Front::of(&app, &http).https();
    let value = match app.master.request_computer_partition(request, speaker, front).await? {
        Requested::Software { placed, addresses } => {
            let connection_xml = placed.instance.connection.as_ref().map(write_parameters);
            objects::software_instance(
                &placed.instance,
                &placed.partition,
                &addresses,
                connection_xml,
                app.timestamp_format,
            )
        }
        Requested::Shared { instance, host, addresses } => {
            objects::shared_software_instance(&instance, &host.instance, &host.partition, &addresses)
        }
        Requested::Shortcut(shortcut) => objects::frontend(&shortcut),
        Requested::Gone(refusal) => return Err(refusal.into()),
    };
    marshalled(&value)
}
