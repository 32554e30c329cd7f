//! What the server keeps of its configuration.

use super::{Error, ReadTx, WriteTx};

/// The name of the directory to which local releases are relative.
pub(super) const LOCAL_SOFTWARE_RELEASE_ROOT: &str = "local_software_release_root";

impl ReadTx<'_> {
    /// The directory to which the stored local releases are relative.
    ///
    /// # Errors
    /// When the database fails.
    pub fn local_software_release_root(&self) -> Result<Option<String>, Error> {
        let sql = "SELECT value FROM setting WHERE name = ?1";
        self.row(sql, [LOCAL_SOFTWARE_RELEASE_ROOT], |row| Ok(row.get(0)?))
    }
}

impl WriteTx<'_> {
    /// Stores the directory to which local releases are relative.
    ///
    /// # Errors
    /// When the database fails.
    pub fn set_local_software_release_root(&self, directory: &str) -> Result<(), Error> {
        self.set_setting(LOCAL_SOFTWARE_RELEASE_ROOT, directory)
    }

    pub(super) fn set_setting(&self, name: &str, value: &str) -> Result<(), Error> {
        let sql = "INSERT INTO setting (name, value) VALUES (?1, ?2) \
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.execute(sql, [name, value])?;
        Ok(())
    }
}
