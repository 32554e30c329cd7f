//! Software releases supplied to computers.

use std::collections::HashMap;

use rusqlite::{Row, params};

use super::computer::{damaged, readable, reference};
use super::status::status;
use super::{Error, ReadTx, WriteTx};
use crate::domain::ids::SoftwareRelease;
use crate::domain::instance::{ComputerId, InstallationId};
use crate::domain::software::SoftwareInstallation;
use crate::domain::state::SupplyState;
use crate::domain::status::Status;

const SELECT: &str = "SELECT s.id, c.reference AS computer, s.software_release, s.requested_state \
                      FROM software_installation s JOIN computer c ON c.id = s.computer_id";

/// A stored software release.
pub(super) fn software_release(row: &Row<'_>) -> Result<SoftwareRelease, Error> {
    let text: String = row.get("software_release")?;
    SoftwareRelease::parse("software_release", &text).map_err(|refusal| damaged("software_release", &text, &refusal))
}

fn installation(row: &Row<'_>) -> Result<SoftwareInstallation, Error> {
    let state: String = row.get("requested_state")?;
    Ok(SoftwareInstallation {
        id: InstallationId(row.get("id")?),
        computer: reference(row, "computer")?,
        software_release: software_release(row)?,
        requested_state: SupplyState::parse("requested_state", &state)
            .map_err(|refusal| damaged("requested_state", &state, &refusal))?,
    })
}

impl ReadTx<'_> {
    /// What is supplied to a computer, in the order of the latest supplies.
    ///
    /// # Errors
    /// When the database fails.
    pub fn software_installations(&self, computer: ComputerId) -> Result<Vec<SoftwareInstallation>, Error> {
        let sql = format!("{SELECT} WHERE s.computer_id = ?1 ORDER BY s.position");
        Ok(readable("a software release", self.rows(&sql, [computer.0], |row| Ok(installation(row)))?))
    }

    /// The releases that are supplied to any computer, or requested.
    ///
    /// # Errors
    /// When the database fails.
    pub fn known_releases(&self) -> Result<Vec<String>, Error> {
        let sql = "SELECT software_release FROM software_installation UNION SELECT software_release FROM instance";
        self.rows(sql, [], |row| Ok(row.get(0)?))
    }

    /// The latest reports about the releases supplied to a computer.
    ///
    /// # Errors
    /// When the database fails.
    pub fn installation_statuses(&self, computer: ComputerId) -> Result<HashMap<InstallationId, Status>, Error> {
        let sql = "SELECT s.id, r.user, r.text, r.state, r.created_at, r.since FROM software_installation s \
                   JOIN status r ON r.software_installation_id = s.id WHERE s.computer_id = ?1";
        let rows = self.rows(sql, [computer.0], |row| Ok((InstallationId(row.get("id")?), status(row)?)))?;
        Ok(rows.into_iter().collect())
    }

    /// One supplied release.
    ///
    /// # Errors
    /// When the database fails.
    pub fn software_installation(
        &self,
        computer: ComputerId,
        software_release: &str,
    ) -> Result<Option<SoftwareInstallation>, Error> {
        self.row(
            &format!("{SELECT} WHERE s.computer_id = ?1 AND s.software_release = ?2"),
            params![computer.0, software_release],
            installation,
        )
    }
}

impl ReadTx<'_> {
    /// Every release that is supplied, run or waited for anywhere, each once.
    ///
    /// # Errors
    /// When the database fails.
    pub fn software_releases(&self) -> Result<Vec<String>, Error> {
        let sql = "SELECT software_release FROM software_installation UNION SELECT software_release FROM instance \
                   UNION SELECT software_release FROM refusal";
        self.rows(sql, [], |row| Ok(row.get(0)?))
    }
}

impl WriteTx<'_> {
    /// Gives another name to a release wherever it is supplied, run or waited for. Where the new name is supplied already, one supply
    /// stays, which is available if either was.
    ///
    /// # Errors
    /// When the database fails.
    pub fn move_software_release(&self, old: &str, new: &str) -> Result<(), Error> {
        for sql in [
            "UPDATE software_installation SET requested_state = 'available' WHERE software_release = ?2 AND computer_id IN \
             (SELECT computer_id FROM software_installation WHERE software_release = ?1 AND requested_state = 'available')",
            "DELETE FROM software_installation WHERE software_release = ?1 AND computer_id IN \
             (SELECT computer_id FROM software_installation WHERE software_release = ?2)",
            "UPDATE software_installation SET software_release = ?2 WHERE software_release = ?1",
            "UPDATE instance SET software_release = ?2 WHERE software_release = ?1",
            "UPDATE refusal SET software_release = ?2 WHERE software_release = ?1",
        ] {
            self.execute(sql, [old, new])?;
        }
        Ok(())
    }

    /// Supplies a release, or changes the state of its supply; it becomes the last of its computer's list.
    ///
    /// # Errors
    /// When the database fails.
    pub fn supply(
        &self,
        computer: ComputerId,
        software_release: &SoftwareRelease,
        state: SupplyState,
    ) -> Result<(), Error> {
        self.execute(
            "INSERT INTO software_installation (computer_id, software_release, requested_state, position) \
             VALUES (?1, ?2, ?3, (SELECT ifnull(max(position), 0) + 1 FROM software_installation)) \
             ON CONFLICT (computer_id, software_release) \
             DO UPDATE SET requested_state = excluded.requested_state, position = excluded.position",
            params![computer.0, &**software_release, state.as_str()],
        )?;
        Ok(())
    }

    /// Forgets a supplied release.
    ///
    /// # Errors
    /// When the database fails.
    pub fn delete_software_installation(&self, id: InstallationId) -> Result<(), Error> {
        self.execute("DELETE FROM software_installation WHERE id = ?1", [id.0])?;
        Ok(())
    }
}
