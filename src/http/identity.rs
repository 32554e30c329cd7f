//! Who sends a request, by what proves it: a client certificate, or an access token.

use actix_web::http::header::HeaderName;
use actix_web::{HttpMessage, HttpRequest, web};

use super::extract;
use super::failure::Failure;
use super::state::State;
use crate::domain::access::{Caller, Subject};
use crate::domain::error::Refusal;
use crate::master::Speaker;
use crate::pki;

/// The header of tokens.
const X_ACCESS_TOKEN: HeaderName = HeaderName::from_static("x-access-token");

/// The serial number of the client certificate of a connection, which the authority signed.
#[derive(Debug, Clone)]
pub struct PeerCertificate(pub String);

/// Finds out who sends a request, and keeps it with the request.
///
/// # Errors
/// When a certificate or token does not hold any more, or there is none and one is required.
pub fn establish(state: &State, request: &HttpRequest) -> Result<(), Failure> {
    let caller = prove(state, request)?;
    if caller != Caller::Unknown {
        request.extensions_mut().insert(caller);
    }
    Ok(())
}

fn prove(state: &State, request: &HttpRequest) -> Result<Caller, Failure> {
    if let Some(token) = request.headers().get(X_ACCESS_TOKEN) {
        let digest = pki::digest(token.as_bytes());
        if digest == state.operator_token {
            return Ok(Caller::Operator);
        }
        return Ok(state.master.caller_of_token(&digest)?);
    }
    if let Some(PeerCertificate(serial)) = request.conn_data() {
        return Ok(state.master.caller_of_certificate(serial)?);
    }
    if state.require_certificate {
        let reason = "This server demands a client certificate of its authority; `slapproxy user add NAME` makes one."
            .to_owned();
        return Err(Refusal::Unauthenticated { reason }.into());
    }
    Ok(Caller::Unknown)
}

/// Who sends a request, once the guard let it pass.
pub fn caller(request: &HttpRequest) -> Caller {
    request.extensions().get::<Caller>().cloned().unwrap_or_default()
}

/// What all handlers share.
///
/// # Errors
/// When the server was put together without it.
pub fn state(request: &HttpRequest) -> Result<&web::Data<State>, Failure> {
    request.app_data().ok_or_else(|| Failure::Internal("the server has no state".into()))
}

/// Checks that a call is about what belongs to its caller.
///
/// # Errors
/// When it belongs to somebody else.
pub fn check(state: &State, request: &HttpRequest, about: &Subject) -> Result<(), Failure> {
    match caller(request) {
        Caller::Unknown => Ok(()),
        caller => Ok(state.master.check_access(&caller, about)?),
    }
}

/// Who speaks: the partition of an `Authorization: X-SlapPartition` header, else that of form fields, else a person;
/// if the caller proves who he is, he may say so.
///
/// # Errors
/// When a caller speaks for a partition that is not his.
pub fn speaker(state: &State, request: &HttpRequest, requester: Option<&(String, String)>) -> Result<Speaker, Failure> {
    let claim = match (extract::speaker(request.headers()), requester) {
        (Speaker::Person, Some((computer, partition))) => {
            Speaker::Form { computer: computer.clone(), partition: partition.clone() }
        }
        (speaker, _) => speaker,
    };
    match caller(request) {
        Caller::Unknown => Ok(claim),
        caller => Ok(state.master.speaker(&caller, claim)?),
    }
}

/// Records that a computer asked what to do, unless it is known that somebody else did. Tells whether it asked.
///
/// # Errors
/// When there is no such computer.
pub async fn record_access(state: &State, request: &HttpRequest, computer: &str) -> Result<bool, Failure> {
    let asks = matches!(caller(request), Caller::Unknown | Caller::Computer(_));
    if asks {
        state.master.record_access(computer.to_owned()).await?;
    }
    Ok(asks)
}

/// Whether a caller may request in somebody's name: a computer requests for its partitions only.
///
/// # Errors
/// When a computer names no partition.
pub fn check_requester(request: &HttpRequest, speaker: &Speaker) -> Result<(), Failure> {
    match (caller(request), speaker) {
        (caller @ Caller::Computer(_), Speaker::Named(_)) => {
            Err(Refusal::forbidden(&caller, "requests in the name of one of its partitions only, which it must name")
                .into())
        }
        _ => Ok(()),
    }
}
