//! Events as they happen.

use std::time::Duration;

use super::{Error, ErrorKind, Slap};
use crate::domain::event::EventPlace;
use crate::domain::timestamp::Timestamp;
use crate::wire::event_stream::Reader;
use crate::wire::form::Follow;
use crate::wire::json_rpc::{EventEntry, RequestError};

/// A stream that was silent for this long is broken: a living one says something every 15 seconds.
const SILENCE: Duration = Duration::from_secs(40);

/// Events as they happen.
#[derive(Debug)]
pub struct EventStream {
    response: reqwest::Response,
    reader: Reader,
    url: String,
    after: Option<EventPlace>,
}

impl EventStream {
    pub(super) fn new(response: reqwest::Response, url: String, after: Option<EventPlace>) -> Self {
        Self { response, reader: Reader::default(), url, after }
    }

    /// The next event, once it happens. `None` when the server ends the stream.
    ///
    /// # Errors
    /// [`Error`] when the connection breaks, or the stream is not one of events.
    pub async fn next_event(&mut self) -> Result<Option<EventEntry>, Error> {
        loop {
            let fault = |kind, reason| Error::new(kind, Some(self.url.clone()), reason);
            let unexpected = |error: RequestError| fault(ErrorKind::Unexpected, error.to_string());
            if let Some(event) = self.reader.next_event().map_err(unexpected)? {
                self.after = Some(EventPlace { last_at: Timestamp(event.last_at), id: event.id });
                return Ok(Some(event));
            }
            let chunk = tokio::time::timeout(SILENCE, self.response.chunk()).await;
            let silent = |_| fault(ErrorKind::Connection, format!("silent for {} s", SILENCE.as_secs()));
            let broken = |error: reqwest::Error| fault(ErrorKind::Connection, error.to_string());
            match chunk.map_err(silent)?.map_err(broken)? {
                Some(bytes) => self.reader.push(&bytes),
                None => return Ok(None),
            }
        }
    }

    /// The place of the event that was given last: another stream goes on after it.
    #[must_use]
    pub const fn after(&self) -> Option<EventPlace> {
        self.after
    }
}

impl Slap {
    /// Follows what happens from now on, or after a place (`GET /-/events`). The time-out of the connection limits only
    /// how long the answer may take to begin.
    ///
    /// # Errors
    /// [`Error`] when the server cannot be reached or refuses.
    pub async fn follow_events(&self, follow: &Follow) -> Result<EventStream, Error> {
        self.slap_tool().events(follow).await
    }
}
