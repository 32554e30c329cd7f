//! People and their tokens.

use rusqlite::{Row, params};

use super::{Error, ReadTx, WriteTx};
use crate::domain::certificate::PersonId;
use crate::domain::timestamp::Timestamp;

fn person(row: &Row<'_>) -> Result<(PersonId, String), Error> {
    Ok((PersonId(row.get("id")?), row.get("reference")?))
}

impl ReadTx<'_> {
    /// The id of a person.
    ///
    /// # Errors
    /// When the database fails.
    pub fn person_id(&self, name: &str) -> Result<Option<PersonId>, Error> {
        self.row("SELECT id FROM person WHERE reference = ?1", [name], |row| Ok(PersonId(row.get(0)?)))
    }

    /// The name of a person.
    ///
    /// # Errors
    /// When the database fails.
    pub fn person_name(&self, id: PersonId) -> Result<Option<String>, Error> {
        self.row("SELECT reference FROM person WHERE id = ?1", [id.0], |row| Ok(row.get(0)?))
    }

    /// The names of all people, sorted.
    ///
    /// # Errors
    /// When the database fails.
    pub fn person_names(&self) -> Result<Vec<String>, Error> {
        self.rows("SELECT reference FROM person ORDER BY reference", [], |row| Ok(row.get(0)?))
    }

    /// The person of a token, and until when the token holds.
    ///
    /// # Errors
    /// When the database fails.
    pub fn token(&self, digest: &[u8]) -> Result<Option<(PersonId, String, Timestamp)>, Error> {
        self.row(
            "SELECT p.id, p.reference, t.expires_at FROM token t JOIN person p ON p.id = t.person_id \
             WHERE t.digest = ?1",
            [digest],
            |row| {
                let (id, name) = person(row)?;
                Ok((id, name, Timestamp(row.get("expires_at")?)))
            },
        )
    }
}

impl WriteTx<'_> {
    /// Adds a person.
    ///
    /// # Errors
    /// When the database fails, or the name is taken.
    pub fn insert_person(&self, name: &str, now: Timestamp) -> Result<PersonId, Error> {
        let id = self.insert("INSERT INTO person (reference, created_at) VALUES (?1, ?2)", params![name, now.0])?;
        Ok(PersonId(id))
    }

    /// Removes a person and the tokens of that person.
    ///
    /// # Errors
    /// When the database fails.
    pub fn delete_person(&self, id: PersonId) -> Result<(), Error> {
        self.execute("DELETE FROM person WHERE id = ?1", [id.0])?;
        Ok(())
    }

    /// Keeps the digest of a token; those whose time is over are forgotten.
    ///
    /// # Errors
    /// When the database fails.
    pub fn insert_token(&self, person: PersonId, digest: &[u8], now: Timestamp, end: Timestamp) -> Result<(), Error> {
        self.execute("DELETE FROM token WHERE expires_at <= ?1", [now.0])?;
        self.execute(
            "INSERT INTO token (digest, person_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
            params![digest, person.0, now.0, end.0],
        )?;
        Ok(())
    }
}
