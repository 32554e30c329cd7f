//! Computers.

use actix_web::{HttpRequest, HttpResponse, web};

use super::answer::{Answer, encode, marshalled, text, xml};
use super::argument::{App, Form, Query};
use super::error::Error;
use crate::domain::access::Subject;
use crate::domain::description::ComputerDescription;
use crate::domain::error::Refusal;
use crate::http::extract::Front;
use crate::http::failure::Failure;
use crate::http::identity::{check, record_access};
use crate::wire::form::{ComputerArguments, ComputerBang, Format, RequestComputer, Use};
use crate::wire::xml::{Value, objects};
use crate::wire::{slapformat, tioxml};

/// `GET /getFullComputerInformation`, also under its old name `/getComputerInformation`.
pub async fn get_full_computer_information(app: App, http: HttpRequest, query: Query<ComputerArguments>) -> Answer {
    let computer = query.0.computer;
    if let Some(bytes) = app.information.get(&computer, app.master.generation()) {
        return Ok(xml(bytes));
    }
    let asks = record_access(&app, &http, &computer).await?;
    let generation = app.master.generation();
    let information = app.master.get_full_computer_information(computer.clone()).await?;
    let format = app.timestamp_format;
    let encoded = web::block(move || encode(&objects::computer(&information, format))).await;
    let bytes = encoded.map_err(|error| Failure::Internal(error.to_string()))??;
    if asks {
        app.information.put(computer, generation, bytes.clone());
    }
    Ok(xml(bytes))
}

/// `GET /getHateoasUrl`: the root of the HATEOAS API, as this client reaches it.
pub async fn get_hateoas_url(app: App, request: HttpRequest) -> HttpResponse {
    text(Front::of(&app, &request).url("/hateoas/"))
}

/// `POST /loadComputerConfigurationFromXML`
pub async fn load_computer_configuration_from_xml(app: App, http: HttpRequest, form: Form<Format>) -> Answer {
    let Form(Format { xml }, speaker) = form;
    let description = read_description(xml).await?;
    check(&app, &http, &Subject::Computer(description.reference.clone()))?;
    let user = speaker.reporter(Some(&description.reference));
    app.master.load_computer_configuration_from_xml(description, user).await?;
    Ok(text("done"))
}

/// Reads a computer description on a thread that may take its time.
pub async fn read_description(xml: String) -> Result<ComputerDescription, Error> {
    let read = web::block(move || slapformat::read(xml.as_bytes()).map_err(|error| (error.to_string(), xml))).await;
    let read = read.map_err(|error| Failure::Internal(error.to_string()))?;
    Ok(read.map_err(|(error, xml)| Refusal::invalid("xml", &xml, format!("a computer description: {error}")))?)
}

/// `POST /computerBang`
pub async fn computer_bang(app: App, form: Form<ComputerBang>) -> Answer {
    let Form(ComputerBang { computer, message }, speaker) = form;
    app.master.computer_bang(computer, message, speaker).await?;
    marshalled(&Value::from(""))
}

/// `POST /useComputer`
pub async fn use_computer(app: App, form: Form<Use>) -> Answer {
    let Form(Use { computer, use_string }, speaker) = form;
    let consumption = tioxml::consumption(&use_string)
        .map_err(|error| Refusal::invalid("use_string", &use_string, format!("a TioXML journal: {error}")))?;
    app.master.use_computer(computer, consumption, speaker).await?;
    Ok(text("OK"))
}

/// `POST /requestComputer`
pub async fn request_computer(app: App, form: Form<RequestComputer>) -> Answer {
    let Form(RequestComputer { title }, speaker) = form;
    marshalled(&objects::new_computer(&app.master.request_computer(title, speaker).await?))
}

/// `POST /generateComputerCertificate`
pub async fn generate_computer_certificate(app: App, form: Form<ComputerArguments>) -> Answer {
    let Form(ComputerArguments { computer }, speaker) = form;
    marshalled(&objects::certificate(&app.master.generate_computer_certificate(computer, speaker).await?))
}

/// `POST /revokeComputerCertificate`
pub async fn revoke_computer_certificate(app: App, form: Form<ComputerArguments>) -> Answer {
    let Form(ComputerArguments { computer }, speaker) = form;
    app.master.revoke_computer_certificate(computer, speaker).await?;
    // As the production master answers calls without a result.
    Ok(text("None"))
}
