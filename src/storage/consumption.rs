//! Consumption reports.

use rusqlite::params;

use super::{Error, WriteTx};
use crate::domain::instance::ComputerId;
use crate::domain::timestamp::Timestamp;

impl WriteTx<'_> {
    /// Stores a consumption report and returns its number among those of the computer and source reference.
    ///
    /// # Errors
    /// When the database fails.
    pub fn insert_consumption(
        &self,
        computer: ComputerId,
        source_reference: &str,
        document: &str,
        user: &str,
        now: Timestamp,
    ) -> Result<i64, Error> {
        let number = self
            .row(
                "SELECT ifnull(max(number), 0) + 1 FROM consumption WHERE computer_id = ?1 AND source_reference = ?2",
                params![computer.0, source_reference],
                |row| Ok(row.get(0)?),
            )?
            .unwrap_or(1);
        self.execute(
            "INSERT INTO consumption (computer_id, source_reference, number, document, user, received_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![computer.0, source_reference, number, document, user, now.0],
        )?;
        Ok(number)
    }
}
