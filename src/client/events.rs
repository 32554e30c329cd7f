//! Events as they happen.

use std::time::Duration;

use super::call::Call;
use super::{Error, ErrorKind, Slap};
use crate::domain::event::{EventFilter, EventPlace};
use crate::domain::timestamp::Timestamp;
use crate::wire::event_stream::{Reader, write_place};
use crate::wire::form;
use crate::wire::json_rpc::{EventEntry, RequestError};

/// The path of the stream.
const EVENTS: &str = "-/events";

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
    /// The next event, once it happens. `None` when the server ends the stream.
    ///
    /// # Errors
    /// [`Error`] when the connection breaks, or the stream is not one of events.
    pub async fn next(&mut self) -> Result<Option<EventEntry>, Error> {
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
    pub async fn follow_events(&self, filter: &EventFilter, after: Option<EventPlace>) -> Result<EventStream, Error> {
        let place = after.map(write_place);
        let fields = [("after", &place), ("computer_guid", &filter.computer), ("instance_title", &filter.instance)];
        let fields: Vec<(&str, &str)> =
            fields.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect();
        let url = self.transport().url(&format!("{EVENTS}?{}", form::encode(&fields)));
        let response = self.transport().open(Call::get(url.clone())).await?;
        Ok(EventStream { response, reader: Reader::default(), url, after })
    }
}
