//! Allocation some time after the request, as on the production master: the request is accepted and kept, and gets its
//! place later.

use std::time::Duration;

use super::placement::NoPlace;
use super::request::Command;
use super::requester::{Requester, Speaker, requester_of};
use super::{Error, Master};
use crate::domain::delay::{ACCEPTED, AllocationDelay};
use crate::domain::error::Refusal;
use crate::domain::explanation::RefusedRequest;
use crate::storage::WriteTx;

/// How much later than due the places are given, so that they are due for sure.
const AFTERWARDS: Duration = Duration::from_millis(1);

/// What is answered for something that has no place.
pub(super) fn not_ready(title: &str, reason: &str) -> Refusal {
    Refusal::NotReady { title: title.to_owned(), reason: reason.to_owned() }
}

/// What is answered to a request of something new that has to wait for its place; `None` when it gets it now.
pub(super) fn wait(
    command: &Command,
    tx: &WriteTx<'_>,
    requester: Option<&Requester>,
) -> Result<Option<NoPlace>, Error> {
    let Some(delay) = command.settings.async_allocation else { return Ok(None) };
    let title = &command.request.title;
    let root = requester.map(|requester| requester.root);
    let is_it = |kept: &RefusedRequest| kept.root == root && kept.request.shared == command.request.shared;
    let kept = tx.refused_requests(title)?.into_iter().find(is_it);
    let now = tx.now();
    let (since, count) = kept.map_or((now, 0), |kept| (kept.refusals.at, kept.refusals.count));
    if delay.is_over(since, count, now) {
        return Ok(None);
    }
    let refusal = not_ready(title, ACCEPTED);
    Ok(Some(NoPlace { refusal, reason: ACCEPTED.to_owned(), candidates: Vec::new() }))
}

impl Master {
    /// Gives places to the requests that were accepted before the last stop.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn resume_allocation(&self) -> Result<(), Error> {
        let waiting = self.db.look(|tx| tx.requests_refused_for(ACCEPTED).map_err(Error::from))?;
        if !waiting.is_empty() {
            self.allocate_due().await?;
            self.allocate_later();
        }
        Ok(())
    }

    /// Gives its place to what was just accepted, when it is time, whether somebody asks for it again or not.
    pub(super) fn allocate_later(&self) {
        let Some(AllocationDelay::After(delay)) = self.settings.async_allocation else { return };
        let master = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(delay + AFTERWARDS).await;
            if let Err(error) = master.allocate_due().await {
                log::warn!("accepted requests did not get their places: {error}");
            }
        });
    }

    /// Gives places to the accepted requests for which it is time. Those that find none are looked at again when they are
    /// repeated.
    pub(super) async fn allocate_due(&self) -> Result<(), Error> {
        let Some(delay @ AllocationDelay::After(_)) = self.settings.async_allocation else { return Ok(()) };
        let settings = self.settings.clone();
        let due = move |kept: &RefusedRequest, now| delay.is_over(kept.refusals.at, kept.refusals.count, now);
        let now = self.now();
        let waiting = self.db.look(|tx| tx.requests_refused_for(ACCEPTED).map_err(Error::from))?;
        for kept in waiting.into_iter().filter(|kept| due(kept, now)) {
            let settings = settings.clone();
            let allocated = self.db.write(move |tx| {
                let requester = kept.requester.map(|id| requester_of(**tx, id)).transpose()?;
                let speaker = Speaker::Named(kept.refusals.user.clone());
                Command { request: kept.request, speaker, settings }.settle(tx, requester.as_ref())
            });
            match allocated.await {
                Ok(_) | Err(Error::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
