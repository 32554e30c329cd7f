//! Certificates that were given out.

use rusqlite::{Row, params};

use super::{Error, ReadTx, WriteTx};
use crate::domain::certificate::{Certificate, Issued, Owner, PersonId};
use crate::domain::instance::{ComputerId, InstanceId};
use crate::domain::timestamp::Timestamp;

fn certificate(row: &Row<'_>) -> Result<Certificate, Error> {
    let computer = row.get::<_, Option<i64>>("computer_id")?.map(|id| Owner::Computer(ComputerId(id)));
    let instance = row.get::<_, Option<i64>>("instance_id")?.map(|id| Owner::Instance(InstanceId(id)));
    let person = row.get::<_, Option<i64>>("person_id")?.map(|id| Owner::Person(PersonId(id)));
    Ok(Certificate {
        serial: row.get("serial")?,
        name: row.get("owner")?,
        owner: computer.or(instance).or(person),
        certificate: row.get("certificate")?,
        key: row.get("key")?,
        not_after: Timestamp(row.get("not_after")?),
        revoked_at: row.get::<_, Option<i64>>("revoked_at")?.map(Timestamp),
    })
}

/// The three key columns; one of them holds the id.
fn keys(owner: Owner) -> [Option<i64>; 3] {
    match owner {
        Owner::Computer(id) => [Some(id.0), None, None],
        Owner::Instance(id) => [None, Some(id.0), None],
        Owner::Person(id) => [None, None, Some(id.0)],
    }
}

fn column(owner: Owner) -> &'static str {
    match owner {
        Owner::Computer(_) => "computer_id",
        Owner::Instance(_) => "instance_id",
        Owner::Person(_) => "person_id",
    }
}

fn id(owner: Owner) -> i64 {
    match owner {
        Owner::Computer(ComputerId(id)) | Owner::Instance(InstanceId(id)) | Owner::Person(PersonId(id)) => id,
    }
}

impl ReadTx<'_> {
    /// The latest certificate of an owner, if it was not revoked.
    ///
    /// # Errors
    /// When the database fails.
    pub fn certificate_of(&self, owner: Owner) -> Result<Option<Certificate>, Error> {
        let column = column(owner);
        let sql =
            format!("SELECT * FROM certificate WHERE {column} = ?1 AND revoked_at IS NULL ORDER BY id DESC LIMIT 1");
        self.row(&sql, [id(owner)], certificate)
    }

    /// The certificate of a serial number.
    ///
    /// # Errors
    /// When the database fails.
    pub fn certificate_with(&self, serial: &str) -> Result<Option<Certificate>, Error> {
        self.row("SELECT * FROM certificate WHERE serial = ?1", [serial], certificate)
    }

    /// Every certificate, in the order in which they were given out.
    ///
    /// # Errors
    /// When the database fails.
    pub fn certificates(&self) -> Result<Vec<Certificate>, Error> {
        self.rows("SELECT * FROM certificate ORDER BY id", [], certificate)
    }
}

impl WriteTx<'_> {
    /// Keeps a certificate that was just made; of an instance's, the key too.
    ///
    /// # Errors
    /// When the database fails.
    pub fn insert_certificate(&self, owner: Owner, name: &str, issued: &Issued) -> Result<(), Error> {
        let Issued { serial, pair, not_before, not_after } = issued;
        let [computer, instance, person] = keys(owner);
        let key = instance.map(|_| &pair.key);
        self.insert(
            "INSERT INTO certificate \
             (serial, owner, computer_id, instance_id, person_id, certificate, key, not_before, not_after) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![serial, name, computer, instance, person, pair.certificate, key, not_before.0, not_after.0],
        )?;
        Ok(())
    }

    /// Revokes all certificates of an owner; keys that were kept are forgotten.
    ///
    /// # Errors
    /// When the database fails.
    pub fn revoke_certificates(&self, owner: Owner, now: Timestamp) -> Result<(), Error> {
        let column = column(owner);
        let sql =
            format!("UPDATE certificate SET revoked_at = ?2, key = NULL WHERE {column} = ?1 AND revoked_at IS NULL");
        self.execute(&sql, params![id(owner), now.0])?;
        Ok(())
    }
}

/// Every certificate of a database file, which is only read.
///
/// # Errors
/// [`OpenError`](super::OpenError) about the file, or a failure of the database.
pub fn read_certificates(path: &std::path::Path) -> Result<Result<Vec<Certificate>, Error>, super::OpenError> {
    super::db::read_file(path, |tx| tx.certificates())
}
