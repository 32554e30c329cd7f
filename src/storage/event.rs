//! Events.

use rusqlite::{Row, params};

use super::{Error, ReadTx, WriteTx};
use crate::domain::event::{Event, EventPlace, EventQuery, NewEvent};
use crate::domain::timestamp::Timestamp;

fn event(row: &Row<'_>) -> Result<Event, Error> {
    Ok(Event {
        id: row.get("id")?,
        at: Timestamp(row.get("at")?),
        last_at: Timestamp(row.get("last_at")?),
        count: row.get("count")?,
        user: row.get("user")?,
        kind: row.get("kind")?,
        computer: row.get("computer")?,
        partition: row.get("partition")?,
        instance: row.get("instance")?,
        software_release: row.get("software_release")?,
        text: row.get("text")?,
    })
}

impl ReadTx<'_> {
    /// Events, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn events(self, query: &EventQuery) -> Result<Vec<Event>, Error> {
        let EventQuery { computer, instance, since, after, limit } = query;
        let after = after.unwrap_or(EventPlace { last_at: Timestamp(i64::MAX), id: i64::MAX });
        self.rows(
            "SELECT * FROM event WHERE (last_at, id) < (?1, ?2) AND last_at >= ?3 \
             AND (?4 IS NULL OR computer = ?4) AND (?5 IS NULL OR instance = ?5) \
             ORDER BY last_at DESC, id DESC LIMIT ?6",
            params![after.last_at.0, after.id, since.map_or(0, |since| since.0), computer, instance, limit],
            event,
        )
    }
}

impl WriteTx<'_> {
    /// Records an event. One that repeats the latest event about the same subjects is counted with it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn record(&self, event: &NewEvent, now: Timestamp) -> Result<(), Error> {
        let NewEvent { user, kind, computer, partition, instance, software_release, text } = event;
        let subject = params![computer, partition, instance, software_release];
        let latest = self.row(
            "SELECT id, user, kind, text FROM event WHERE computer IS ?1 AND partition IS ?2 AND instance IS ?3 \
             AND software_release IS ?4 ORDER BY id DESC LIMIT 1",
            subject,
            |row| {
                let same = row.get_ref("user")?.as_str() == Ok(user.as_str())
                    && row.get_ref("kind")?.as_str() == Ok(kind)
                    && row.get_ref("text")?.as_str() == Ok(text.as_str());
                Ok((row.get::<_, i64>("id")?, same))
            },
        )?;
        if let Some((id, true)) = latest {
            self.execute("UPDATE event SET last_at = ?2, count = count + 1 WHERE id = ?1", params![id, now.0])?;
            return Ok(());
        }
        self.execute(
            "INSERT INTO event (at, last_at, user, kind, computer, partition, instance, software_release, text) \
             VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![now.0, user, kind, computer, partition, instance, software_release, text],
        )?;
        Ok(())
    }
}
