//! The one clock of a database: everything that happens in it takes the time from here.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use rusqlite::Connection;

use crate::domain::clock::{ClockChange, ClockState};
use crate::domain::error::Refusal;
use crate::domain::timestamp::Timestamp;

/// Time that never repeats in what is written, across restarts too.
#[derive(Debug)]
pub(super) struct Clock(Mutex<Hands>);

#[derive(Debug)]
struct Hands {
    /// The time that was written last.
    last: i64,
    /// Where the clock stands, if it stands still.
    frozen: Option<i64>,
    /// How far it is ahead of the machine's, in microseconds.
    ahead: i64,
    /// Where it began, if it was told to.
    beginning: Option<i64>,
}

impl Hands {
    /// What the clock shows.
    fn shown(&self) -> i64 {
        let machine = || Timestamp::from_system_time(SystemTime::now()).0.saturating_add(self.ahead);
        self.frozen.unwrap_or_else(machine)
    }

    fn state(&self) -> ClockState {
        ClockState { now: Timestamp(self.shown().max(self.last)), frozen: self.frozen.is_some() }
    }

    /// Makes the clock show a time, standing or going as it did.
    fn show(&mut self, time: i64) {
        match &mut self.frozen {
            Some(frozen) => *frozen = time,
            None => self.ahead += time - self.shown(),
        }
    }
}

impl Clock {
    /// The clock of the machine, from the last time on that was written.
    pub(super) fn resume(connection: &Connection) -> Result<Self, rusqlite::Error> {
        let last = latest(connection)?;
        Ok(Self(Mutex::new(Hands { last, frozen: None, ahead: 0, beginning: None })))
    }

    /// Goes on behind everything that a database holds whose content was replaced. One that began at a time does so again.
    pub(super) fn pass(&self, connection: &Connection) -> Result<(), rusqlite::Error> {
        let latest = latest(connection)?;
        let mut hands = self.hands();
        match hands.beginning {
            Some(beginning) => *hands = Hands { last: latest, frozen: Some(beginning.max(latest)), ahead: 0, ..*hands },
            None => hands.last = hands.last.max(latest),
        }
        Ok(())
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Now, or the next microsecond after the last answer.
    pub(super) fn next(&self) -> Timestamp {
        let mut hands = self.hands();
        hands.last = hands.shown().max(hands.last + 1);
        Timestamp(hands.last)
    }

    /// What it shows: no time before one that was written.
    pub(super) fn state(&self) -> ClockState {
        self.hands().state()
    }

    /// Sets, moves and freezes it.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a time before one that was written already.
    pub(super) fn change(&self, change: ClockChange) -> Result<ClockState, Refusal> {
        let mut hands = self.hands();
        // What a clock that goes shows is looked at once: it goes on meanwhile.
        let mut time = hands.state().now.0;
        if let Some(Timestamp(set)) = change.set {
            if set < hands.last {
                let expected = format!("no time before {}, which something already has", hands.last);
                return Err(Refusal::invalid("set", &set.to_string(), expected));
            }
            time = set;
        }
        if let Some(advance) = change.advance {
            time = time.saturating_add(i64::try_from(advance.as_micros()).unwrap_or(i64::MAX));
        }
        match change.frozen {
            Some(true) => hands.frozen = Some(time),
            Some(false) => hands.frozen = None,
            None => {}
        }
        hands.show(time);
        Ok(hands.state())
    }

    /// Stops it at a time, or at the last one that was written if that is later.
    pub(super) fn begin(&self, time: Timestamp) {
        let mut hands = self.hands();
        hands.frozen = Some(time.0.max(hands.last));
        hands.beginning = Some(time.0);
    }
}

/// The latest time that a database holds.
fn latest(connection: &Connection) -> Result<i64, rusqlite::Error> {
    connection.query_row(
        "SELECT max(ifnull((SELECT max(timestamp) FROM instance), 0), ifnull((SELECT max(last_at) FROM event), 0))",
        [],
        |row| row.get(0),
    )
}
