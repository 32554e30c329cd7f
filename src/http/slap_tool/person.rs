//! What people get for their access token, as the web service of the production master gives it.

use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse};

use super::answer::Answer;
use super::argument::{App, Form};
use crate::domain::access::Caller;
use crate::domain::error::Refusal;
use crate::http::identity::caller;
use crate::wire::form::PersonRequestComputer;
use crate::wire::person::{CertificateDocument, to_json};

/// `POST /Person_getCertificate`: a key and a certificate of the person.
pub async fn person_get_certificate(app: App, request: HttpRequest) -> Answer {
    let name = person(&request)?;
    let pair = app.master.person_get_certificate(name.clone()).await?;
    Ok(json(&CertificateDocument::new(pair, name)))
}

/// `POST /Person_requestComputer`: a computer of this title, and its key and certificate.
pub async fn person_request_computer(app: App, request: HttpRequest, form: Form<PersonRequestComputer>) -> Answer {
    person(&request)?;
    let Form(PersonRequestComputer { title }, speaker) = form;
    let (reference, pair) = app.master.person_request_computer(title, speaker).await?;
    Ok(json(&CertificateDocument::new(pair, reference.to_string()).of_computer()))
}

/// The person who calls: he must be known, whatever else the server demands.
fn person(request: &HttpRequest) -> Result<String, Refusal> {
    match caller(request) {
        Caller::Person(name) => Ok(name),
        _ => Err(Refusal::Forbidden {
            reason: "This call needs the access token of a person in the header X-Access-Token; \
                     `slapproxy user add NAME --token` makes one."
                .into(),
        }),
    }
}

fn json(document: &CertificateDocument) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(to_json(document))
}
