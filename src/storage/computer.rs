//! Computers.

use rusqlite::{Row, params};

use super::{Error, ReadTx, WriteTx};
use crate::domain::computer::ComputerSummary;
use crate::domain::ids::Reference;
use crate::domain::instance::ComputerId;
use crate::domain::parameters::{Parameters, check_text};
use crate::domain::timestamp::Timestamp;
use crate::wire::json;

/// A damaged value of a row.
pub(super) fn damaged(what: &'static str, value: &str, reason: &impl ToString) -> Error {
    Error::Damaged { what, value: value.chars().take(120).collect(), reason: reason.to_string() }
}

/// Logs what is damaged and leaves it out: one bad row must not hide the others.
pub(super) fn readable<T>(what: &str, rows: Vec<Result<T, Error>>) -> Vec<T> {
    let log = |error| log::error!("{what} is left out: {error}");
    rows.into_iter().filter_map(|row| row.map_err(log).ok()).collect()
}

/// A stored text that answers show.
pub(super) fn printable(row: &Row<'_>, column: &'static str) -> Result<String, Error> {
    let text: String = row.get(column)?;
    check_text(column, &text).map_err(|refusal| damaged(column, &text, &refusal))?;
    Ok(text)
}

/// A stored parameter map.
pub(super) fn parameters(row: &Row<'_>, column: &'static str) -> Result<Parameters, Error> {
    let text = row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?;
    json::from_json(text).map_err(|error| damaged(column, text, &error))
}

/// A stored reference.
pub(super) fn reference(row: &Row<'_>, column: &'static str) -> Result<Reference, Error> {
    let text: String = row.get(column)?;
    Reference::parse(column, &text).map_err(|refusal| damaged(column, &text, &refusal))
}

impl ReadTx<'_> {
    /// The id of a computer.
    ///
    /// # Errors
    /// When the database fails.
    pub fn computer_id(&self, reference: &str) -> Result<Option<ComputerId>, Error> {
        self.row("SELECT id FROM computer WHERE reference = ?1", [reference], |row| Ok(ComputerId(row.get(0)?)))
    }

    /// The references of all computers, in the order of their arrival.
    ///
    /// # Errors
    /// When the database fails.
    pub fn computer_references(&self) -> Result<Vec<String>, Error> {
        self.rows("SELECT reference FROM computer ORDER BY id", [], |row| Ok(row.get(0)?))
    }

    /// The reference of a computer.
    ///
    /// # Errors
    /// When the database fails, or there is no such computer.
    pub fn computer_reference(&self, id: ComputerId) -> Result<Reference, Error> {
        self.row("SELECT reference FROM computer WHERE id = ?1", [id.0], |row| reference(row, "reference"))?
            .ok_or_else(|| damaged("computer_id", &id.0.to_string(), &"there is no such computer"))
    }

    /// The computer that was requested under a title.
    ///
    /// # Errors
    /// When the database fails.
    pub fn computer_of_title(&self, title: &str) -> Result<Option<Reference>, Error> {
        self.row("SELECT reference FROM computer WHERE title = ?1", [title], |row| reference(row, "reference"))
    }

    /// All computers as they were described, in the order of their arrival.
    ///
    /// # Errors
    /// When the database fails.
    pub fn computers(&self) -> Result<Vec<ComputerSummary>, Error> {
        self.rows("SELECT reference, title, address, netmask, description FROM computer ORDER BY id", [], |row| {
            Ok(ComputerSummary {
                reference: reference(row, "reference")?,
                title: row.get("title")?,
                address: row.get("address")?,
                netmask: row.get("netmask")?,
                description: parameters(row, "description")?,
            })
        })
    }
}

impl WriteTx<'_> {
    /// Adds a computer that was not described yet.
    ///
    /// # Errors
    /// When the database fails, or the reference or title is taken.
    pub fn insert_computer(&self, reference: &Reference, title: Option<&str>) -> Result<ComputerId, Error> {
        let id =
            self.insert("INSERT INTO computer (reference, title) VALUES (?1, ?2)", params![&**reference, title])?;
        Ok(ComputerId(id))
    }

    /// Gives a computer a title.
    ///
    /// # Errors
    /// When the database fails, or the title is taken.
    pub fn set_computer_title(&self, id: ComputerId, title: &str) -> Result<(), Error> {
        self.execute("UPDATE computer SET title = ?2 WHERE id = ?1", params![id.0, title])?;
        Ok(())
    }

    /// Stores what a formatter says of a computer.
    ///
    /// # Errors
    /// When the database fails.
    pub fn describe_computer(
        &self,
        id: ComputerId,
        address: Option<&str>,
        netmask: Option<&str>,
        details: &Parameters,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.execute(
            "UPDATE computer SET address = ?2, netmask = ?3, description = ?4, formatted_at = ?5 WHERE id = ?1",
            params![id.0, address, netmask, json::to_json(details), now.0],
        )?;
        Ok(())
    }
}
