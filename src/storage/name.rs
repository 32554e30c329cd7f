//! Instances by their titles, and by the identifiers that were ever handed out for them.

use rusqlite::params;

use super::computer::readable;
use super::instance::{SELECT, instance};
use super::{Error, ReadTx, WriteTx};
use crate::domain::instance::{Instance, InstanceId};
use crate::domain::service::InstanceName;

impl ReadTx<'_> {
    /// All instances of a title, software and shared, in whatever tree: roots first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn instances_titled(&self, title: &str) -> Result<Vec<Instance>, Error> {
        let sql = format!("{SELECT} WHERE i.title = ?1 ORDER BY i.root_id IS NOT NULL, i.shared, i.id");
        let rows = self.rows(&sql, [title], |row| Ok(instance(row)))?;
        Ok(readable("an instance", rows))
    }

    /// The name of an instance.
    ///
    /// # Errors
    /// When the database fails.
    pub fn instance_name(&self, id: InstanceId) -> Result<Option<InstanceName>, Error> {
        let sql = "SELECT i.title, r.title FROM instance i LEFT JOIN instance r ON r.id = i.root_id WHERE i.id = ?1";
        self.row(sql, [id.0], |row| Ok(InstanceName { title: row.get(0)?, root: row.get(1)? }))
    }

    /// The names of the software instances of a tree that are in partitions.
    ///
    /// # Errors
    /// When the database fails.
    pub fn placed_names(&self, root: InstanceId) -> Result<Vec<InstanceName>, Error> {
        let sql = "SELECT i.title, r.title FROM instance i JOIN partition p ON p.instance_id = i.id \
                   LEFT JOIN instance r ON r.id = i.root_id WHERE i.id = ?1 OR i.root_id = ?1 ORDER BY i.id";
        self.rows(sql, [root.0], |row| Ok(InstanceName { title: row.get(0)?, root: row.get(1)? }))
    }

    /// The instance that has, or else had, a title below a root title (empty for a root).
    ///
    /// # Errors
    /// When the database fails.
    pub fn instance_named(&self, title: &str, root_title: &str, shared: bool) -> Result<Option<Instance>, Error> {
        let root = match root_title {
            "" => None,
            root_title => match self.software_instance(None, root_title)? {
                Some(root) => Some(root.id),
                None => return self.formerly_named(title, root_title, shared),
            },
        };
        let found = if shared {
            self.shared_instances_titled(root, title)?.into_iter().next()
        } else {
            self.software_instance(root, title)?
        };
        match found {
            Some(found) => Ok(Some(found)),
            None => self.formerly_named(title, root_title, shared),
        }
    }

    fn formerly_named(self, title: &str, root_title: &str, shared: bool) -> Result<Option<Instance>, Error> {
        let id = self.row(
            "SELECT instance_id FROM former_name WHERE title = ?1 AND root_title = ?2 AND shared = ?3 \
             ORDER BY id DESC LIMIT 1",
            params![title, root_title, shared],
            |row| Ok(InstanceId(row.get(0)?)),
        )?;
        id.map_or(Ok(None), |id| self.instance(id))
    }

    /// The shared instance that any host knows, or else knew, by a reference.
    ///
    /// # Errors
    /// When the database fails.
    pub fn shared_instance_anywhere(&self, reference: &str) -> Result<Option<Instance>, Error> {
        let id = self.row(
            "SELECT id FROM (SELECT 0 AS former, id FROM instance WHERE shared = 1 AND shared_reference = ?1 \
             UNION ALL SELECT 1, instance_id FROM former_name WHERE shared_reference = ?1) ORDER BY former, id LIMIT 1",
            [reference],
            |row| Ok(InstanceId(row.get(0)?)),
        )?;
        id.map_or(Ok(None), |id| self.instance(id))
    }

    /// The shared instance that a host knew by a reference before a rename.
    ///
    /// # Errors
    /// When the database fails.
    pub fn former_shared_instance(&self, host: InstanceId, reference: &str) -> Result<Option<Instance>, Error> {
        let id = self.row(
            "SELECT f.instance_id FROM former_name f JOIN instance i ON i.id = f.instance_id \
             WHERE f.shared_reference = ?1 AND i.host_id = ?2 AND i.shared = 1 ORDER BY f.id DESC LIMIT 1",
            params![reference, host.0],
            |row| Ok(InstanceId(row.get(0)?)),
        )?;
        id.map_or(Ok(None), |id| self.instance(id))
    }
}

impl WriteTx<'_> {
    /// Keeps the present names of an instance, which a rename is about to change.
    ///
    /// # Errors
    /// When the database fails.
    pub fn remember_names(&self, instance: &Instance) -> Result<(), Error> {
        let root_title = if instance.is_root() { "" } else { &*instance.root_title };
        self.execute(
            "INSERT INTO former_name (instance_id, title, root_title, shared, shared_reference) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                instance.id.0,
                &*instance.title,
                root_title,
                instance.sharing.is_some(),
                instance.sharing.as_ref().map(|sharing| &sharing.reference),
            ],
        )?;
        Ok(())
    }
}
