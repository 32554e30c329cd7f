//! Forwarding requests to other masters. Nothing of this server is held while they answer, and each has only so much time.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use thiserror::Error;

use crate::client::{self, Answered, Builder, ErrorKind, RequestArguments, Slap};
use crate::config::RemoteMaster;
use crate::domain::error::Refusal;
use crate::domain::forwarding::{Forward, ForwardedAnswer, Remote};

/// Why another master did not fulfil a request.
#[derive(Debug, Error)]
pub enum Error {
    /// It refuses, or cannot be told who asks.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It cannot be reached, or does not answer in time.
    #[error("{url} cannot be reached: {reason}")]
    Unreachable {
        /// Its URL.
        url: String,
        /// What happened.
        reason: String,
    },
    /// It fails, or does not let this master in.
    #[error("{url} fails: {reason}")]
    Failed {
        /// Its URL.
        url: String,
        /// What it says.
        reason: String,
    },
}

/// The other masters of a server.
#[derive(Debug)]
pub struct Federation {
    masters: HashMap<String, Access>,
    timeout: Duration,
    run_id: String,
    /// Whether the master at a URL is this one, as far as it said.
    ourselves: Mutex<HashMap<String, bool>>,
}

/// How a master is reached.
#[derive(Debug)]
struct Access {
    pair: Option<(PathBuf, PathBuf)>,
    authority: Option<PathBuf>,
}

/// The masters of a configuration, as the rules see them.
#[must_use]
pub fn remotes(masters: &[RemoteMaster]) -> Vec<Remote> {
    let remote = |master: &RemoteMaster| Remote {
        url: master.url.clone(),
        software_release_list: master.software_release_list.clone(),
        partition: master.computer.clone().zip(master.partition.clone()),
    };
    masters.iter().map(remote).collect()
}

/// What of an answer is kept.
#[must_use]
pub fn kept(answered: &Answered) -> ForwardedAnswer {
    let told = answered.told();
    ForwardedAnswer {
        computer: told.computer.clone(),
        partition: told.partition.clone(),
        state: told.requested_state.clone(),
        connection: told.connection.clone(),
    }
}

impl Federation {
    /// The masters of a configuration, each of which may take so long to answer. `run_id` is what this server answers to
    /// `getRunId`.
    #[must_use]
    pub fn new(masters: &[RemoteMaster], timeout: Duration, run_id: &str) -> Self {
        let access = |master: &RemoteMaster| {
            let pair = master.key.clone().zip(master.cert.clone());
            (master.url.clone(), Access { pair, authority: master.ca.clone() })
        };
        // Of two sections with one URL the first is the one that requests go to.
        let masters = masters.iter().rev().map(access).collect();
        Self { masters, timeout, run_id: run_id.to_owned(), ourselves: Mutex::default() }
    }

    /// Whether the configured master at a URL is this server under another name. One that does not say is another one.
    pub async fn is_ourselves(&self, url: &str) -> bool {
        let known = || self.ourselves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known().get(url) {
            return *known;
        }
        let Ok(slap) = self.slap(url, None) else { return false };
        match slap.slap_tool().get_run_id().await {
            Ok(run_id) => {
                let ourselves = run_id == self.run_id;
                known().insert(url.to_owned(), ourselves);
                ourselves
            }
            Err(error) => {
                log::debug!("{url} does not say who it is: {error}");
                false
            }
        }
    }

    /// Asks another master to fulfil a request, which came through the masters that `via` lists.
    ///
    /// # Errors
    /// Nothing of this server has changed then.
    pub async fn forward(&self, forward: &Forward, via: &[&str]) -> Result<Answered, Error> {
        if via.iter().any(|passed| passed.split(',').any(|one| one.trim().ends_with(&self.run_id))) {
            return Err(Refusal::ForwardLoop { url: forward.url.clone() }.into());
        }
        let own = format!("1.1 {}", self.run_id);
        let via = via.iter().copied().chain([own.as_str()]).collect::<Vec<_>>().join(", ");
        let slap = self.slap(&forward.url, Some(via))?;
        let arguments = RequestArguments { request: forward.request.clone(), requester: forward.partition.clone() };
        let answer = match &forward.partition {
            None => slap.slap_tool().forward_computer_partition(&arguments).await,
            Some((computer, partition)) => match slap.register_computer_partition(computer, partition) {
                Ok(partition) => partition.slap_tool().forward_computer_partition(&arguments).await,
                Err(error) => Err(error),
            },
        };
        answer.map_err(|error| {
            log::warn!("{} was not requested: {error}", forward.request.title);
            failure(&forward.url, &error)
        })
    }

    fn slap(&self, url: &str, via: Option<String>) -> Result<Slap, Error> {
        let unlisted = || Error::Refused(Refusal::UnlistedMaster { url: url.to_owned() });
        let Access { pair, authority } = self.masters.get(url).ok_or_else(unlisted)?;
        let mut builder: Builder = Slap::builder(url).timeout(self.timeout).no_instance_root();
        match pair {
            Some((key, certificate)) if url.starts_with("https:") => {
                builder = builder.certificate_files(key, certificate);
            }
            None if url.starts_with("https:") => return Err(Refusal::RemoteWithoutKey { url: url.to_owned() }.into()),
            _ => {}
        }
        if let Some(via) = via {
            builder = builder.via(via);
        }
        if let Some(authority) = authority {
            builder = builder.ca_file(authority);
        }
        builder.build().map_err(|error| Error::Failed { url: url.to_owned(), reason: error.message().to_owned() })
    }
}

fn failure(url: &str, error: &client::Error) -> Error {
    let (url, message) = (url.to_owned(), error.message().to_owned());
    match error.kind() {
        ErrorKind::ResourceNotReady => Refusal::RemoteNotReady.into(),
        ErrorKind::NotFound => Refusal::RemoteNotFound { url, message }.into(),
        ErrorKind::InvalidRequest => Refusal::RemoteInvalid { url, message }.into(),
        ErrorKind::Connection => Error::Unreachable { url, reason: message },
        _ => Error::Failed { url, reason: message },
    }
}
