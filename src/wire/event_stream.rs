//! Events as a stream of server-sent events (`text/event-stream`): `GET /-/events`.

use super::json_rpc::{self, EventEntry, RequestError};
use crate::domain::event::EventPlace;
use crate::domain::timestamp::Timestamp;

/// The media type.
pub const MEDIA_TYPE: &str = "text/event-stream; charset=utf-8";

/// What a stream begins with: readers that lose it come back after a second.
pub const GREETING: &str = "retry: 1000\n\n";

/// What says that the stream goes on, while nothing happens.
pub const HEARTBEAT: &str = ":\n\n";

/// An event. Its id is its place, with which a reader goes on after it.
#[must_use]
pub fn message(event: &EventEntry) -> String {
    let place = EventPlace { last_at: Timestamp(event.last_at), id: event.id };
    format!("id: {}\ndata: {}\n\n", write_place(place), serde_json::to_string(event).unwrap_or_default())
}

/// A place in the stream: `LAST_AT-ID`.
#[must_use]
pub fn write_place(place: EventPlace) -> String {
    format!("{}-{}", place.last_at.0, place.id)
}

/// Reads a place in the stream; `None` for any other text.
#[must_use]
pub fn read_place(text: &str) -> Option<EventPlace> {
    let number = |text: &str| text.parse::<u64>().ok().and_then(|number| i64::try_from(number).ok());
    let (last_at, id) = text.split_once('-')?;
    Some(EventPlace { last_at: Timestamp(number(last_at)?), id: number(id)? })
}

/// Takes a stream apart, however its bytes arrive.
#[derive(Debug, Default)]
pub struct Reader {
    bytes: Vec<u8>,
    searched: usize,
}

impl Reader {
    /// Takes the bytes that arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next event that arrived whole.
    ///
    /// # Errors
    /// When the stream holds something else.
    pub fn next_event(&mut self) -> Result<Option<EventEntry>, RequestError> {
        while let Some(found) = self.bytes[self.searched..].windows(2).position(|two| two == b"\n\n") {
            let end = self.searched + found;
            let block: Vec<u8> = self.bytes.drain(..end + 2).take(end).collect();
            self.searched = 0;
            let data = block.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(b"data: "));
            if let Some(data) = data {
                return json_rpc::read(data).map(Some);
            }
        }
        self.searched = self.bytes.len().saturating_sub(1);
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: i64, text: &str) -> EventEntry {
        EventEntry {
            id,
            at: 1,
            last_at: 2,
            count: 1,
            user: "user".into(),
            kind: "computerBang".into(),
            computer_guid: None,
            compute_partition_id: None,
            instance_title: None,
            software_release_uri: None,
            text: text.into(),
            change_list: Vec::new(),
            reprocessed_list: Vec::new(),
        }
    }

    #[test]
    fn events_are_read_back_from_any_pieces() {
        let events = [event(1, "a\n\nb"), event(2, "ö")];
        let stream = format!("{GREETING}{}{HEARTBEAT}{}", message(&events[0]), message(&events[1]));
        for size in [1, 7, stream.len()] {
            let mut reader = Reader::default();
            let mut read = Vec::new();
            for piece in stream.as_bytes().chunks(size) {
                reader.push(piece);
                while let Some(event) = reader.next_event().unwrap() {
                    read.push(event);
                }
            }
            assert_eq!(read, events);
        }
    }

    #[test]
    fn places_read_back() {
        let place = EventPlace { last_at: Timestamp(5), id: 7 };
        assert_eq!(read_place(&write_place(place)), Some(place));
        for bad in ["", "5", "5-", "-5-7", "5-7-9", "a-b", "99999999999999999999-1"] {
            assert_eq!(read_place(bad), None, "{bad}");
        }
    }
}
