//! The live stream of events.

use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, HeaderName};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream::unfold;
use tokio::sync::watch::Receiver;

use super::slap_tool::{Answer, Query};
use super::state::State;
use crate::domain::event::{EventFilter, EventPlace};
use crate::master::Master;
use crate::wire::event_stream::{GREETING, HEARTBEAT, MEDIA_TYPE, message};
use crate::wire::form::Follow;
use crate::wire::json_rpc::EventEntry;

/// How long a stream may be silent.
const SILENCE: Duration = Duration::from_secs(15);

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Proxies that keep answers back until they are whole are asked not to.
const BUFFERING: (&str, &str) = ("X-Accel-Buffering", "no");

/// Sends events as they happen, until the reader goes or the server stops.
pub async fn events(state: web::Data<State>, query: Query<Follow>, request: HttpRequest) -> Answer {
    let Query(follow) = query;
    let last = request.headers().get(LAST_EVENT_ID).and_then(|value| value.to_str().ok());
    let after = last.map(|last| Follow::place(LAST_EVENT_ID.as_str(), last)).transpose()?.or(follow.after);
    let follower = Follower {
        greeted: false,
        place: after.map_or_else(|| state.master.last_event(), Ok)?,
        filter: follow.filter(),
        changes: state.master.changes(),
        closing: state.closing.clone(),
        master: state.master.clone(),
    };
    let stream = unfold(follower, async |mut follower| {
        let bytes = follower.next().await?;
        Some((Ok::<_, actix_web::Error>(bytes), follower))
    });
    Ok(HttpResponse::Ok()
        .content_type(MEDIA_TYPE)
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header(BUFFERING)
        .streaming(stream))
}

/// A reader of the stream. It holds one event at a time, which is read when the one before has gone out.
struct Follower {
    greeted: bool,
    place: EventPlace,
    filter: EventFilter,
    changes: Receiver<u64>,
    closing: Receiver<bool>,
    master: Master,
}

impl Follower {
    /// What is sent next; `None` at the end.
    async fn next(&mut self) -> Option<Bytes> {
        if !self.greeted {
            self.greeted = true;
            return Some(Bytes::from_static(GREETING.as_bytes()));
        }
        loop {
            if *self.closing.borrow_and_update() {
                return None;
            }
            // Whatever is committed from here on wakes it again.
            self.changes.borrow_and_update();
            match self.master.next_event(&self.filter, &mut self.place) {
                Ok(Some(event)) => return Some(message(&EventEntry::from(event)).into()),
                Ok(None) => {}
                Err(error) => {
                    log::error!("a stream of events ends: {error}");
                    return None;
                }
            }
            tokio::select! {
                changed = self.changes.changed() => changed.ok()?,
                closing = self.closing.changed() => closing.ok()?,
                () = tokio::time::sleep(SILENCE) => return Some(Bytes::from_static(HEARTBEAT.as_bytes())),
            }
        }
    }
}
