//! Instances, software and shared alike.

use std::collections::HashMap;

use rusqlite::{Row, params};

use super::computer::{damaged, parameters, printable, readable};
use super::software::software_release;
use super::{Error, ReadTx, WriteTx};
use crate::domain::certificate::Owner;
use crate::domain::ids::Title;
use crate::domain::instance::{ComputerId, Instance, InstanceId, SharedInstance, Sharing, Wish};
use crate::domain::parameters::Parameters;
use crate::domain::partition::Partition;
use crate::domain::state::RequestedState;
use crate::domain::timestamp::Timestamp;
use crate::wire::json;

/// Every column of an instance and the title of its root.
pub(super) const SELECT: &str =
    "SELECT i.*, r.title AS root_title FROM instance i LEFT JOIN instance r ON r.id = i.root_id";

/// An instance and the partition it is in.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The instance.
    pub instance: Instance,
    /// Where it is.
    pub partition: Partition,
}

/// What matters of an instance when it publishes: reading all of it would cost more than the publication.
#[derive(Debug, Clone, PartialEq)]
pub struct Publisher {
    /// The instance.
    pub id: InstanceId,
    /// Its title.
    pub title: String,
    /// Its software release.
    pub software_release: String,
    /// The instance that requested it; `None` for a person.
    pub requester: Option<InstanceId>,
    /// What it published so far.
    pub connection: Option<Parameters>,
}

/// An instance to be.
#[derive(Debug, Clone, PartialEq)]
pub struct NewInstance {
    /// The title.
    pub title: Title,
    /// The root of its tree; `None` for a root.
    pub root: Option<InstanceId>,
    /// The instance that requests it; `None` for a person.
    pub requester: Option<InstanceId>,
    /// What is asked for it.
    pub wish: Wish,
    /// How it is served, if it is a shared one.
    pub sharing: Option<Sharing>,
}

pub(super) fn title(row: &Row<'_>, column: &'static str) -> Result<Title, Error> {
    let text: String = row.get(column)?;
    Title::parse(column, &text).map_err(|refusal| damaged(column, &text, &refusal))
}

fn id(row: &Row<'_>, column: &str) -> Result<Option<InstanceId>, Error> {
    Ok(row.get::<_, Option<i64>>(column)?.map(InstanceId))
}

pub(super) fn instance(row: &Row<'_>) -> Result<Instance, Error> {
    let state: String = row.get("requested_state")?;
    let own_title = title(row, "title")?;
    let root = id(row, "root_id")?;
    Ok(Instance {
        id: InstanceId(row.get("id")?),
        root_title: if root.is_some() { title(row, "root_title")? } else { own_title.clone() },
        title: own_title,
        root,
        requester: id(row, "requester_id")?,
        wish: Wish {
            software_release: software_release(row)?,
            software_type: printable(row, "software_type")?,
            state: RequestedState::parse("requested_state", &state)
                .map_err(|refusal| damaged("requested_state", &state, &refusal))?,
            parameters: parameters(row, "parameters")?,
            sla: parameters(row, "sla")?,
        },
        connection: match row.get_ref("connection")? {
            rusqlite::types::ValueRef::Null => None,
            _ => Some(parameters(row, "connection")?),
        },
        timestamp: Timestamp(row.get("timestamp")?),
        imported_seconds: row.get("imported_seconds")?,
        sharing: match id(row, "host_id")? {
            None => None,
            Some(host) => Some(Sharing {
                host,
                reference: printable(row, "shared_reference")?,
                computer: ComputerId(row.get("host_computer_id")?),
            }),
        },
    })
}

pub(super) fn shared_instance(row: &Row<'_>) -> Result<SharedInstance, Error> {
    Ok(SharedInstance {
        reference: printable(row, "shared_reference")?,
        software_type: printable(row, "software_type")?,
        parameters: parameters(row, "parameters")?,
    })
}

impl ReadTx<'_> {
    /// An instance by its id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn instance(&self, id: InstanceId) -> Result<Option<Instance>, Error> {
        self.row(&format!("{SELECT} WHERE i.id = ?1"), [id.0], instance)
    }

    /// All instances: software instances, then shared ones, each in the order of their first request.
    ///
    /// # Errors
    /// When the database fails.
    pub fn instances(&self) -> Result<Vec<Instance>, Error> {
        self.rows(&format!("{SELECT} ORDER BY i.shared, i.id"), [], instance)
    }

    /// The software instance of a title in a tree, or among the roots.
    ///
    /// # Errors
    /// When the database fails.
    pub fn software_instance(&self, root: Option<InstanceId>, title: &str) -> Result<Option<Instance>, Error> {
        let sql = format!("{SELECT} WHERE i.shared = 0 AND ifnull(i.root_id, 0) = ?1 AND i.title = ?2");
        self.row(&sql, params![root.map_or(0, |root| root.0), title], instance)
    }

    /// The shared instances of a title in a tree, or among the roots: one for each computer.
    ///
    /// # Errors
    /// When the database fails.
    pub fn shared_instances_titled(&self, root: Option<InstanceId>, title: &str) -> Result<Vec<Instance>, Error> {
        let sql = format!(
            "{SELECT} WHERE i.shared = 1 AND ifnull(i.root_id, 0) = ?1 AND i.title = ?2 ORDER BY i.host_computer_id"
        );
        self.rows(&sql, params![root.map_or(0, |root| root.0), title], instance)
    }

    /// The instance in a partition, or the shared instance that it serves, as a publisher.
    ///
    /// # Errors
    /// When the database fails.
    pub fn publisher(
        &self,
        computer: &str,
        partition: &str,
        shared_reference: Option<&str>,
    ) -> Result<Option<Publisher>, Error> {
        let read = |row: &Row<'_>| {
            Ok(Publisher {
                id: InstanceId(row.get(0)?),
                title: row.get(1)?,
                software_release: row.get(2)?,
                requester: row.get::<_, Option<i64>>(3)?.map(InstanceId),
                connection: match row.get_ref(4)? {
                    rusqlite::types::ValueRef::Null => None,
                    _ => Some(parameters(row, "connection")?),
                },
            })
        };
        match shared_reference {
            None => self.row(
                "SELECT i.id, i.title, i.software_release, i.requester_id, i.connection \
                 FROM computer c JOIN partition p ON p.computer_id = c.id JOIN instance i ON i.id = p.instance_id \
                 WHERE c.reference = ?1 AND p.reference = ?2",
                [computer, partition],
                read,
            ),
            Some(reference) => self.row(
                "SELECT i.id, i.title, i.software_release, i.requester_id, i.connection \
                 FROM computer c JOIN partition p ON p.computer_id = c.id JOIN instance i ON i.host_id = p.instance_id \
                 WHERE c.reference = ?1 AND p.reference = ?2 AND i.shared = 1 AND i.shared_reference = ?3",
                [computer, partition, reference],
                read,
            ),
        }
    }

    /// The shared instance that a host knows by a reference.
    ///
    /// # Errors
    /// When the database fails.
    pub fn shared_instance(&self, host: InstanceId, reference: &str) -> Result<Option<Instance>, Error> {
        let sql = format!("{SELECT} WHERE i.shared = 1 AND i.host_id = ?1 AND i.shared_reference = ?2");
        self.row(&sql, params![host.0, reference], instance)
    }

    /// The references of the shared instances of a host, at most `limit` of them.
    ///
    /// # Errors
    /// When the database fails.
    pub fn shared_references(&self, host: InstanceId, limit: u32) -> Result<Vec<String>, Error> {
        let sql = "SELECT shared_reference FROM instance WHERE shared = 1 AND host_id = ?1 ORDER BY id LIMIT ?2";
        self.rows(sql, params![host.0, limit], |row| Ok(row.get(0)?))
    }

    /// The started shared instances of a host, in the order of their first request.
    ///
    /// # Errors
    /// When the database fails.
    pub fn started_shared_instances(&self, host: InstanceId) -> Result<Vec<SharedInstance>, Error> {
        let sql = "SELECT shared_reference, software_type, parameters FROM instance \
                   WHERE shared = 1 AND host_id = ?1 AND requested_state = 'started' ORDER BY id";
        let rows = self.rows(sql, [host.0], |row| Ok(shared_instance(row)))?;
        Ok(readable("a shared instance", rows))
    }

    /// The started shared instances of every host on a computer.
    ///
    /// # Errors
    /// When the database fails.
    pub fn started_shared_instances_on(
        &self,
        computer: ComputerId,
    ) -> Result<HashMap<InstanceId, Vec<SharedInstance>>, Error> {
        let sql = "SELECT i.host_id, i.shared_reference, i.software_type, i.parameters \
                   FROM partition p JOIN instance i ON i.host_id = p.instance_id \
                   WHERE p.computer_id = ?1 AND i.shared = 1 AND i.requested_state = 'started' ORDER BY i.id";
        let mut hosts: HashMap<InstanceId, Vec<SharedInstance>> = HashMap::new();
        let read = |row: &Row<'_>| Ok((InstanceId(row.get("host_id")?), shared_instance(row)?));
        let rows = self.rows(sql, [computer.0], |row| Ok(read(row)))?;
        for (host, shared) in readable("a shared instance", rows) {
            hosts.entry(host).or_default().push(shared);
        }
        Ok(hosts)
    }

    /// All shared instances of a host, in the order of their first request.
    ///
    /// # Errors
    /// When the database fails.
    pub fn shared_instances(&self, host: InstanceId) -> Result<Vec<Instance>, Error> {
        self.rows(&format!("{SELECT} WHERE i.shared = 1 AND i.host_id = ?1 ORDER BY i.id"), [host.0], instance)
    }

    /// The titles of all roots: software instances in the order of their partitions, then shared ones.
    ///
    /// # Errors
    /// When the database fails.
    pub fn root_titles(&self) -> Result<Vec<String>, Error> {
        let sql = "SELECT i.title FROM instance i LEFT JOIN partition p ON p.instance_id = i.id \
                   WHERE i.root_id IS NULL ORDER BY i.shared, p.id, i.id";
        self.rows(sql, [], |row| Ok(row.get(0)?))
    }

    /// The instances in the partitions of a computer; what is damaged reads as its error.
    ///
    /// # Errors
    /// When the database fails.
    pub fn instances_on(&self, computer: ComputerId) -> Result<HashMap<InstanceId, Result<Instance, Error>>, Error> {
        let sql = format!("{SELECT} JOIN partition p ON p.instance_id = i.id WHERE p.computer_id = ?1");
        let rows = self.rows(&sql, [computer.0], |row| Ok((InstanceId(row.get("id")?), instance(row))))?;
        Ok(rows.into_iter().collect())
    }

    /// A root and everything in its tree, shared instances too.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tree(&self, root: InstanceId) -> Result<Vec<Instance>, Error> {
        self.rows(&format!("{SELECT} WHERE i.id = ?1 OR i.root_id = ?1 ORDER BY i.id"), [root.0], instance)
    }

    /// What an instance requested directly.
    ///
    /// # Errors
    /// When the database fails.
    pub fn requested_by(&self, requester: InstanceId) -> Result<Vec<Instance>, Error> {
        self.rows(&format!("{SELECT} WHERE i.requester_id = ?1 ORDER BY i.id"), [requester.0], instance)
    }

    /// The roots of all trees with an instance on a computer.
    ///
    /// # Errors
    /// When the database fails.
    pub fn roots_on(&self, computer: ComputerId) -> Result<Vec<InstanceId>, Error> {
        let sql = "SELECT DISTINCT ifnull(i.root_id, i.id) AS root FROM partition p \
                   JOIN instance i ON i.id = p.instance_id WHERE p.computer_id = ?1 ORDER BY root";
        self.rows(sql, [computer.0], |row| Ok(InstanceId(row.get(0)?)))
    }
}

impl WriteTx<'_> {
    /// Adds an instance, without a partition.
    ///
    /// # Errors
    /// When the database fails, or the title is taken.
    pub fn insert_instance(&self, new: &NewInstance, now: Timestamp) -> Result<InstanceId, Error> {
        let NewInstance { title, root, requester, wish, sharing } = new;
        let id = self.insert(
            "INSERT INTO instance (title, root_id, requester_id, software_release, software_type, requested_state, \
             parameters, sla, timestamp, created_at, shared, host_id, shared_reference, host_computer_id) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, ?11, ?12, ?13)",
            params![
                &**title,
                root.map(|root| root.0),
                requester.map(|requester| requester.0),
                &*wish.software_release,
                wish.software_type,
                wish.state.as_str(),
                json::to_json(&wish.parameters),
                json::to_json(&wish.sla),
                now.0,
                sharing.is_some(),
                sharing.as_ref().map(|sharing| sharing.host.0),
                sharing.as_ref().map(|sharing| &sharing.reference),
                sharing.as_ref().map(|sharing| sharing.computer.0),
            ],
        )?;
        self.show(InstanceId(id), wish, None, sharing.as_ref())?;
        Ok(InstanceId(id))
    }

    /// Stores an instance as it now is.
    ///
    /// # Errors
    /// When the database fails, or the title is taken.
    pub fn save_instance(&self, instance: &Instance) -> Result<(), Error> {
        let Instance { id, title, requester, wish, connection, timestamp, sharing, .. } = instance;
        self.execute(
            "UPDATE instance SET title = ?2, requester_id = ?3, software_release = ?4, software_type = ?5, \
             requested_state = ?6, parameters = ?7, sla = ?8, connection = ?9, timestamp = ?10, host_id = ?11, \
             shared_reference = ?12, host_computer_id = ?13 WHERE id = ?1",
            params![
                id.0,
                &**title,
                requester.map(|requester| requester.0),
                &*wish.software_release,
                wish.software_type,
                wish.state.as_str(),
                json::to_json(&wish.parameters),
                json::to_json(&wish.sla),
                connection.as_ref().map(json::to_json),
                timestamp.0,
                sharing.as_ref().map(|sharing| sharing.host.0),
                sharing.as_ref().map(|sharing| &sharing.reference),
                sharing.as_ref().map(|sharing| sharing.computer.0),
            ],
        )?;
        self.show(*id, wish, connection.as_ref(), sharing.as_ref())
    }

    /// Stores what an instance published.
    ///
    /// # Errors
    /// When the database fails.
    pub fn set_connection(&self, id: InstanceId, connection: &Parameters) -> Result<(), Error> {
        let sql = "UPDATE instance SET connection = ?2 WHERE id = ?1";
        self.execute(sql, params![id.0, json::to_json(connection)])?;
        self.show_connection(id, connection)
    }

    /// Makes the node of an instance process it again.
    ///
    /// # Errors
    /// When the database fails.
    pub fn touch(&self, id: InstanceId, now: Timestamp) -> Result<(), Error> {
        self.execute("UPDATE instance SET timestamp = ?2 WHERE id = ?1", params![id.0, now.0])?;
        Ok(())
    }

    /// Makes the nodes of a whole tree process it again.
    ///
    /// # Errors
    /// When the database fails.
    pub fn touch_tree(&self, root: InstanceId, now: Timestamp) -> Result<(), Error> {
        self.execute("UPDATE instance SET timestamp = ?2 WHERE id = ?1 OR root_id = ?1", params![root.0, now.0])?;
        Ok(())
    }

    /// Forgets an instance. It must hold no partition and host, own or have requested nothing any more.
    ///
    /// # Errors
    /// When the database fails, or something still refers to the instance.
    pub fn delete_instance(&self, id: InstanceId) -> Result<(), Error> {
        self.revoke_certificates(Owner::Instance(id), self.now())?;
        self.execute("DELETE FROM instance WHERE id = ?1", [id.0])?;
        Ok(())
    }
}
