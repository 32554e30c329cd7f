//! Events.

use rusqlite::{Row, params};

use super::computer::damaged;
use super::{Error, ReadTx, WriteTx};
use crate::domain::event::{Event, EventFilter, EventPlace, EventQuery, NewEvent};
use crate::domain::service::InstanceName;
use crate::domain::timestamp::Timestamp;
use crate::wire::change;

/// Whether an event is about instances of the title `?5`, or wakes one.
const ABOUT: &str = "(?5 IS NULL OR instance = ?5 OR instr(woken, char(10) || ?5 || char(9)) > 0)";

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
        changes: {
            let text: String = row.get("changes")?;
            change::read(&text).map_err(|error| damaged("changes", &text, &error))?
        },
        woken: read_names(row.get_ref("woken")?.as_str().map_err(rusqlite::Error::from)?),
    })
}

fn write_names(names: &[InstanceName]) -> String {
    let line = |name: &InstanceName| format!("{}\t{}\n", name.title, name.root.as_deref().unwrap_or_default());
    if names.is_empty() { String::new() } else { format!("\n{}", names.iter().map(line).collect::<String>()) }
}

fn read_names(text: &str) -> Vec<InstanceName> {
    let lines = text.lines().filter_map(|line| line.split_once('\t'));
    let name = |(title, root): (&str, &str)| InstanceName {
        root: Some(root.to_owned()).filter(|root| !root.is_empty()),
        title: title.into(),
    };
    lines.map(name).collect()
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
            &format!(
                "SELECT * FROM event WHERE (last_at, id) < (?1, ?2) AND last_at >= ?3 \
                 AND (?4 IS NULL OR computer = ?4) AND {ABOUT} ORDER BY last_at DESC, id DESC LIMIT ?6"
            ),
            params![after.last_at.0, after.id, since.map_or(0, |since| since.0), computer, instance, limit],
            event,
        )
    }

    /// The first event after a place in the list that is wanted, and the place up to which the list was searched.
    ///
    /// # Errors
    /// When the database fails.
    pub fn next_event(self, filter: &EventFilter, after: EventPlace) -> Result<(Option<Event>, EventPlace), Error> {
        let EventFilter { computer, instance } = filter;
        let sql = format!(
            "SELECT * FROM event WHERE (last_at, id) > (?1, ?2) AND (?4 IS NULL OR computer = ?4) AND {ABOUT} \
             ORDER BY last_at, id LIMIT ?3"
        );
        let found = self.row(&sql, params![after.last_at.0, after.id, 1, computer, instance], event)?;
        let searched = match &found {
            Some(found) => found.place(),
            None => self.last_event()?.unwrap_or(after).max(after),
        };
        Ok((found, searched))
    }

    /// Events by their numbers; those that are not there any more are left out.
    ///
    /// # Errors
    /// When the database fails.
    pub fn events_of(self, numbers: &[i64]) -> Result<Vec<Event>, Error> {
        let found = numbers.iter().map(|number| self.row("SELECT * FROM event WHERE id = ?1", [number], event));
        Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// The place of the event that happened last.
    ///
    /// # Errors
    /// When the database fails.
    pub fn last_event(self) -> Result<Option<EventPlace>, Error> {
        self.row("SELECT last_at, id FROM event ORDER BY last_at DESC, id DESC LIMIT 1", [], |row| {
            Ok(EventPlace { last_at: Timestamp(row.get(0)?), id: row.get(1)? })
        })
    }

    /// What happened in a partition after a point in time, and what happened at another one; newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn events_of_partition(
        self,
        computer: &str,
        partition: &str,
        since: Timestamp,
        at: Timestamp,
        limit: u32,
    ) -> Result<Vec<Event>, Error> {
        self.rows(
            "SELECT * FROM event WHERE last_at > ?3 AND (computer = ?1 AND partition = ?2 OR last_at = ?4) \
             ORDER BY last_at DESC, id DESC LIMIT ?5",
            params![computer, partition, since.0.min(at.0 - 1), at.0, limit],
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
        let NewEvent { user, kind, computer, partition, instance, software_release, text, changes, woken } = event;
        let (changes, woken) = (change::write(changes), write_names(woken));
        let subject = params![computer, partition, instance, software_release];
        let latest = self.row(
            "SELECT id, user, kind, text, changes, woken FROM event WHERE computer IS ?1 AND partition IS ?2 AND instance IS ?3 \
             AND software_release IS ?4 ORDER BY id DESC LIMIT 1",
            subject,
            |row| {
                let mut same = true;
                for (column, value) in
                    [("user", user.as_str()), ("kind", kind), ("text", text), ("changes", &changes), ("woken", &woken)]
                {
                    same = same && row.get_ref(column)?.as_str() == Ok(value);
                }
                Ok((row.get::<_, i64>("id")?, same))
            },
        )?;
        if let Some((id, true)) = latest {
            self.execute("UPDATE event SET last_at = ?2, count = count + 1 WHERE id = ?1", params![id, now.0])?;
            self.note_recorded(id);
            return Ok(());
        }
        let id = self.insert(
            "INSERT INTO event (at, last_at, user, kind, computer, partition, instance, software_release, text, changes, \
             woken) VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![now.0, user, kind, computer, partition, instance, software_release, text, changes, woken],
        )?;
        self.note_recorded(id);
        Ok(())
    }
}
