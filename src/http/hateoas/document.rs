//! Documents.

use actix_web::HttpRequest;

use super::error::Error;
use super::{Answer, App, json};
use crate::domain::service::InstanceName;
use crate::http::error::not_found;
use crate::wire::hateoas::{Address, computer_document, installation_document, service_document, to_json};

/// `GET /hateoas/partitions/TITLE`, `/hateoas/shared/TITLE`, `/hateoas/computers/REFERENCE` and
/// `/hateoas/software_installations/REFERENCE/URL`.
pub async fn document(app: App, request: HttpRequest) -> Answer {
    // The path as it came: in names, an encoded slash is another thing than a slash.
    let Some(address) = Address::parse(request.uri().path()) else { return Ok(not_found(request).await) };
    let found = written(&app, address.clone()).await;
    match (found, address.as_one_title()) {
        (Err(Error::Unknown { .. }), Some(address)) => written(&app, address).await,
        (found, _) => found,
    }
}

async fn written(app: &App, address: Address) -> Answer {
    let now = app.master.now();
    let unknown = |what, name: &str| Error::Unknown { what, name: name.into() };
    match address {
        Address::Instance(name) => {
            let found = app.master.service(name.clone()).await?;
            let found = found.ok_or_else(|| unknown("instance", &in_words(&name)))?;
            json(move || to_json(&service_document(&found, now))).await
        }
        Address::Shared(name) => {
            let found = app.master.shared_service(name.clone()).await?;
            let found = found.ok_or_else(|| unknown("shared instance", &in_words(&name)))?;
            json(move || to_json(&service_document(&found, now))).await
        }
        Address::Computer(reference) => {
            let found = app.master.computer(reference.clone()).await?;
            let found = found.ok_or_else(|| unknown("computer", &reference))?;
            json(move || to_json(&computer_document(&found, now))).await
        }
        Address::Installation(computer, url) => {
            let found = app.master.installations(Some(computer.clone()), Some(url.clone()), Some(1)).await?;
            let found = found.into_iter().next();
            let found = found.ok_or_else(|| unknown("software installation", &format!("{url} on {computer}")))?;
            json(move || to_json(&installation_document(&found, now))).await
        }
    }
}

fn in_words(name: &InstanceName) -> String {
    match &name.root {
        Some(root) => format!("{} in the tree of {root}", name.title),
        None => name.title.clone(),
    }
}
