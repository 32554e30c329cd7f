//! The authority's certificate and revocation list, and people, for the owner of the database.

use std::time::Duration;

use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse, web};

use super::identity::caller;
use super::route::{read, write};
use super::slap_tool::{Answer, Form, text};
use super::state::State;
use crate::domain::access::Callers::{Everybody, Operator};
use crate::domain::certificate::Certificate;
use crate::domain::error::Refusal;
use crate::pki::{self, LocalAuthority};
use crate::wire::form::{PersonArguments, TokenArguments};
use crate::wire::person::{CertificateDocument, PersonEntry, Token, to_json};

/// Mounts the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(read("/-/ca.pem", Everybody).to(ca))
        .service(read("/-/crl.pem", Everybody).to(crl))
        .service(read("/-/user", Operator).to(list))
        .service(write("/-/user/add", Operator).to(add))
        .service(write("/-/user/remove", Operator).to(remove))
        .service(write("/-/user/certificate", Operator).to(certificate))
        .service(write("/-/user/token", Operator).to(token));
}

/// The certificate of the authority.
async fn ca(state: web::Data<State>) -> Answer {
    Ok(text(authority(&state)?.certificate()?))
}

/// The list of revoked certificates, as it is now.
async fn crl(state: web::Data<State>) -> Answer {
    let authority = authority(&state)?;
    let revoked = state.master.certificates().await?;
    let revoked: Vec<_> = revoked.iter().filter_map(Certificate::revocation).collect();
    Ok(text(authority.revocation_list(&revoked, state.master.now())?))
}

/// All people.
async fn list(state: web::Data<State>) -> Answer {
    let people = state.master.people().await?;
    Ok(json(to_json(&people.into_iter().map(PersonEntry::from).collect::<Vec<_>>())))
}

/// A new person.
async fn add(state: web::Data<State>, form: Form<PersonArguments>) -> Answer {
    let Form(PersonArguments { name }, speaker) = form;
    state.master.add_person(name, speaker).await?;
    Ok(text("done"))
}

/// The end of a person's access.
async fn remove(state: web::Data<State>, form: Form<PersonArguments>) -> Answer {
    let Form(PersonArguments { name }, speaker) = form;
    state.master.remove_person(name.to_string(), speaker).await?;
    Ok(text("done"))
}

/// A new key and certificate of a person.
async fn certificate(state: web::Data<State>, form: Form<PersonArguments>) -> Answer {
    let name = form.0.name.to_string();
    let pair = state.master.person_get_certificate(name.clone()).await?;
    Ok(json(to_json(&CertificateDocument::new(pair, name))))
}

/// A new token of a person.
async fn token(state: web::Data<State>, request: HttpRequest, form: Form<TokenArguments>) -> Answer {
    let TokenArguments { name, lifetime } = form.0;
    log::info!("{} makes a token for {name}", caller(&request));
    let access_token = pki::new_token();
    let digest = pki::digest(access_token.as_bytes());
    state.master.keep_token(name.to_string(), digest, Duration::from_secs(lifetime)).await?;
    Ok(json(to_json(&Token { access_token })))
}

fn authority(state: &State) -> Result<&LocalAuthority, Refusal> {
    state.authority.as_ref().ok_or(Refusal::NoCertificateAuthority)
}

fn json(body: String) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(body)
}
