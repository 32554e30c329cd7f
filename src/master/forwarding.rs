//! Requests that other masters fulfil: which, and what is kept of them. Nothing here waits for the other master.

use std::collections::BTreeSet;

use super::request::Command;
use super::requester::{Requester, Speaker, requester};
use super::{Error, Master, USER, shared};
use crate::domain::event::NewEvent;
use crate::domain::forwarding::{Forward, ForwardedAnswer, ForwardedRequest, Origin, named_master, route};
use crate::domain::instance::Request;
use crate::storage::ReadTx;

impl Master {
    /// What another master is to do about a request; `None` when it is to be fulfilled here, as all are that name an
    /// instance which is here already. `own` are URLs of this master.
    ///
    /// # Errors
    /// [`Error::Refused`] when the requester is unknown, or the request names a master that is not configured.
    pub fn forward(
        &self,
        request: &Request,
        speaker: &Speaker,
        own: &BTreeSet<String>,
    ) -> Result<Option<Forward>, Error> {
        if self.settings.remotes.is_empty() && named_master(request).is_none() {
            return Ok(None);
        }
        let settings = self.settings.clone();
        let command = Command { request: request.clone(), speaker: speaker.clone(), settings };
        self.db.look(|tx| {
            let requester = requester(tx, speaker)?;
            if is_here(&command, tx, requester.as_ref())? {
                return Ok(None);
            }
            let Some(remote) = route(&self.settings.remotes, request, own)? else { return Ok(None) };
            let origin = origin(tx, speaker, requester)?;
            Ok(Some(Forward::new(remote, request.clone(), origin)?))
        })
    }

    /// Keeps what another master answered. A destroyed instance is forgotten.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_forwarded(
        &self,
        forward: Forward,
        answer: ForwardedAnswer,
        speaker: Speaker,
    ) -> Result<(), Error> {
        self.db
            .write(move |tx| {
                let requester = requester(**tx, &speaker).ok().flatten();
                let user = requester.map_or_else(|| speaker.reporter(None), |requester| requester.guid);
                let now = tx.now();
                let text = if forward.is_destruction() {
                    tx.delete_forwarded(&forward)?;
                    format!("forwarded to {}, destroyed", forward.url)
                } else {
                    tx.save_forwarded(&forward, &answer, now)?;
                    let state = answer.state.as_deref().unwrap_or("no place there yet");
                    format!("forwarded to {}, {state}", forward.url)
                };
                let event = NewEvent::new(user, "requestComputerPartition", text);
                let event = NewEvent { instance: Some(forward.original.title.to_string()), ..event };
                Ok(tx.record(&event.software_release(&forward.original.software_release), now)?)
            })
            .await
    }

    /// What other masters fulfil, in the order of the first requests.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forwarded_requests(&self) -> Result<Vec<ForwardedRequest>, Error> {
        self.db.read(|tx| Ok(tx.forwarded_requests()?)).await
    }
}

fn is_here(command: &Command, tx: ReadTx<'_>, requester: Option<&Requester>) -> Result<bool, Error> {
    let found =
        if command.request.shared { shared::stored(command, tx, requester)? } else { command.stored(tx, requester)? };
    Ok(found.is_some())
}

/// Who requests: the partition that the header or the form names, or that holds the instance which calls.
fn origin(tx: ReadTx<'_>, speaker: &Speaker, requester: Option<Requester>) -> Result<Origin, Error> {
    let Some(requester) = requester else {
        return Ok(Origin { requester: None, prefix: USER.into(), root_title: None });
    };
    let prefix = match speaker {
        Speaker::Header { partition: Some(partition), .. } | Speaker::Form { partition, .. } => partition.clone(),
        _ => match tx.partition_of(requester.id)? {
            Some(partition) => partition.reference.to_string(),
            None => requester.guid,
        },
    };
    Ok(Origin { requester: Some(requester.id), prefix, root_title: Some(requester.root_title) })
}
