//! Requests that another master is to fulfil: it is asked while nothing is held here, and its answer is kept.

use std::collections::BTreeSet;

use actix_web::HttpRequest;
use actix_web::http::header::VIA;

use super::extract::Front;
use super::failure::Failure;
use super::state::State;
use crate::client::Answered;
use crate::domain::error::Refusal;
use crate::domain::forwarding::named_master;
use crate::domain::instance::Request;
use crate::federation::{self, kept};
use crate::master::Speaker;

/// What another master answered, and its URL; `None` when the request is to be fulfilled here.
///
/// # Errors
/// When the request names a master that is not configured, or the other master does not fulfil it. Nothing has changed
/// here then.
pub async fn forward(
    state: &State,
    http: &HttpRequest,
    request: &Request,
    speaker: &Speaker,
) -> Result<Option<(Answered, String)>, Failure> {
    let mut own = BTreeSet::new();
    own.extend(named_master(request).filter(|url| is_own_url(state, http, url)));
    loop {
        let Some(forward) = state.master.forward(request, speaker, &own)? else { return Ok(None) };
        if state.federation.is_ourselves(&forward.url).await {
            own.insert(forward.url);
            continue;
        }
        let url = forward.url.clone();
        let via = http.headers().get_all(VIA).filter_map(|via| via.to_str().ok()).collect::<Vec<_>>();
        let answer = state.federation.forward(&forward, &via).await;
        // What the other master has not got any more is destroyed.
        let is_gone = matches!(answer, Err(federation::Error::Refused(Refusal::RemoteNotFound { .. })));
        if answer.is_ok() || is_gone && forward.is_destruction() {
            let kept = answer.as_ref().map(kept).unwrap_or_default();
            state.master.record_forwarded(forward, kept, speaker.clone()).await?;
        }
        let answered = answer?;
        return Ok(Some((answered, url)));
    }
}

/// Whether a URL is one of this server, as it says or as the client reached it.
fn is_own_url(state: &State, http: &HttpRequest, url: &str) -> bool {
    let same = |own: &str| own.trim_end_matches('/') == url.trim_end_matches('/');
    same(&state.url) || same(&Front::of(state, http).url("/"))
}
