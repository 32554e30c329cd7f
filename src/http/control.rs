//! What belongs to the server and not to the protocol: readiness, imports, events, the root, the run id.

use actix_web::http::header::{ContentType, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};

use super::extract::Front;
use super::route::{read, write};
use super::slap_tool::{self, Answer, Form, read_description, text};
use super::state::State;
use super::{events, journal};
use crate::domain::access::Callers::{Everybody, People};
use crate::domain::computer::FormatOutcome;
use crate::domain::description::ComputerDescription;
use crate::wire::control::{FormatReport, format_reports};
use crate::wire::form::Import;

/// Mounts the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(read("/-/ready", Everybody).to(ready))
        .service(write("/-/import", People).to(import))
        .service(write("/-/import/preview", People).to(import_preview))
        .service(read("/-/events", People).to(events::events))
        .service(read("/-/journal", People).to(journal::journal))
        .service(read("/", Everybody).to(root))
        .service(read("/getRunId", Everybody).to(get_run_id));
}

/// Where the server is, as in the ready file: `{"url": …, "pid": …, "database": …}`.
async fn ready(state: web::Data<State>) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(state.ready.clone())
}

/// People are sent to the panel.
async fn root(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let location = format!("{}/panel/", Front::of(&state, &request).prefix);
    HttpResponse::Found().insert_header((LOCATION, location)).finish()
}

/// The random text by which a server recognises itself.
async fn get_run_id(state: web::Data<State>) -> HttpResponse {
    text(state.run_id.clone())
}

/// Takes over computer descriptions, all of them or none: for `slapproxy import` while the server runs.
async fn import(state: web::Data<State>, form: Form<Import>) -> Answer {
    let Form(Import { documents }, speaker) = form;
    let descriptions = read_descriptions(documents).await?;
    let computers = references(&descriptions);
    let outcomes = state.master.load_computer_configurations(descriptions, speaker.reporter(None)).await?;
    Ok(reports(&computers, &outcomes))
}

/// What an import would change; nothing changes.
async fn import_preview(state: web::Data<State>, form: Form<Import>) -> Answer {
    let descriptions = read_descriptions(form.0.documents).await?;
    let computers = references(&descriptions);
    Ok(reports(&computers, &state.master.preview_computer_configurations(descriptions).await?))
}

async fn read_descriptions(documents: Vec<String>) -> Result<Vec<ComputerDescription>, slap_tool::Error> {
    let mut descriptions = Vec::new();
    for document in documents {
        descriptions.push(read_description(document).await?);
    }
    Ok(descriptions)
}

fn references(descriptions: &[ComputerDescription]) -> Vec<String> {
    descriptions.iter().map(|description| description.reference.clone()).collect()
}

fn reports(computers: &[String], outcomes: &[FormatOutcome]) -> HttpResponse {
    let reports = computers.iter().zip(outcomes).map(|(computer, outcome)| FormatReport::new(computer, outcome));
    let body = format_reports(&reports.collect::<Vec<_>>());
    HttpResponse::Ok().content_type(ContentType::json()).body(body)
}
