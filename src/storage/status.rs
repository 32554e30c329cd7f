//! The latest report about each computer, software installation and instance.

use std::collections::HashMap;

use rusqlite::{Row, params};

use super::computer::{printable, readable};
use super::{Error, ReadTx, WriteTx};
use crate::domain::instance::{ComputerId, InstallationId, InstanceId};
use crate::domain::status::Status;
use crate::domain::timestamp::Timestamp;

/// What a stored status is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusSubject {
    /// A computer.
    Computer(ComputerId),
    /// A software installation.
    Installation(InstallationId),
    /// An instance.
    Instance(InstanceId),
}

impl StatusSubject {
    /// The three key columns; one of them holds the id.
    fn keys(self) -> [Option<i64>; 3] {
        match self {
            Self::Computer(id) => [Some(id.0), None, None],
            Self::Installation(id) => [None, Some(id.0), None],
            Self::Instance(id) => [None, None, Some(id.0)],
        }
    }

    fn column(self) -> &'static str {
        match self {
            Self::Computer(_) => "computer_id",
            Self::Installation(_) => "software_installation_id",
            Self::Instance(_) => "instance_id",
        }
    }

    fn id(self) -> i64 {
        match self {
            Self::Computer(ComputerId(id))
            | Self::Installation(InstallationId(id))
            | Self::Instance(InstanceId(id)) => id,
        }
    }
}

pub(super) fn status(row: &Row<'_>) -> Result<Status, Error> {
    Ok(Status {
        user: row.get("user")?,
        text: row.get("text")?,
        state: row.get("state")?,
        created_at: Timestamp(row.get("created_at")?),
        since: Timestamp(row.get("since")?),
    })
}

impl ReadTx<'_> {
    /// The latest report about something.
    ///
    /// # Errors
    /// When the database fails.
    pub fn status(&self, subject: StatusSubject) -> Result<Option<Status>, Error> {
        let column = subject.column();
        let sql = format!("SELECT user, text, state, created_at, since FROM status WHERE {column} = ?1");
        self.row(&sql, [subject.id()], status)
    }

    /// The texts of the latest reports about the instances in a computer's partitions.
    ///
    /// # Errors
    /// When the database fails.
    pub fn access_statuses(&self, computer: ComputerId) -> Result<HashMap<InstanceId, String>, Error> {
        let sql = "SELECT s.instance_id, s.text FROM partition p JOIN status s ON s.instance_id = p.instance_id \
                   WHERE p.computer_id = ?1";
        let read = |row: &Row<'_>| Ok((InstanceId(row.get("instance_id")?), printable(row, "text")?));
        let rows = self.rows(sql, [computer.0], |row| Ok(read(row)))?;
        Ok(readable("a report about an instance", rows).into_iter().collect())
    }

    /// The texts of the latest reports about the shared instances of a host.
    ///
    /// # Errors
    /// When the database fails.
    pub fn shared_statuses(&self, host: InstanceId) -> Result<HashMap<InstanceId, String>, Error> {
        let sql = "SELECT s.instance_id, s.text FROM instance i JOIN status s ON s.instance_id = i.id \
                   WHERE i.shared = 1 AND i.host_id = ?1";
        let rows = self.rows(sql, [host.0], |row| Ok((InstanceId(row.get(0)?), row.get(1)?)))?;
        Ok(rows.into_iter().collect())
    }
}

impl WriteTx<'_> {
    /// Stores the latest report about something.
    ///
    /// # Errors
    /// When the database fails.
    pub fn set_status(&self, subject: StatusSubject, status: &Status) -> Result<(), Error> {
        let [computer, installation, instance] = subject.keys();
        let column = subject.column();
        let sql = format!(
            "INSERT INTO status (computer_id, software_installation_id, instance_id, user, text, state, created_at, since) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT ({column}) DO UPDATE SET user = excluded.user, \
             text = excluded.text, state = excluded.state, created_at = excluded.created_at, since = excluded.since"
        );
        let Status { user, text, state, created_at, since } = status;
        self.execute(&sql, params![computer, installation, instance, user, text, state, created_at.0, since.0])?;
        Ok(())
    }

    /// Forgets the reports about something.
    ///
    /// # Errors
    /// When the database fails.
    pub fn delete_status(&self, subject: StatusSubject) -> Result<(), Error> {
        self.execute(&format!("DELETE FROM status WHERE {} = ?1", subject.column()), [subject.id()])?;
        Ok(())
    }
}
