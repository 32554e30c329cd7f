//! Services, as people list them: what it takes for many is asked at once, never row by row.

use std::collections::HashMap;

use rusqlite::{Params, Row, params};

use super::computer::{printable, readable, reference};
use super::instance::{instance, shared_instance, title};
use super::software::software_release;
use super::{Error, ReadTx};
use crate::domain::ids::SoftwareRelease;
use crate::domain::instance::{ComputerId, InstallationId, InstanceId, PartitionId, SharedInstance};
use crate::domain::partition::Partition;
use crate::domain::service::{ComputerEntry, InstallationNews, Service, SharedRoot};
use crate::domain::software::SoftwareInstallation;
use crate::domain::state::SupplyState;
use crate::domain::status::Status;
use crate::domain::timestamp::Timestamp;

/// Every column of an instance, with its root, its host's release, its or its host's place, and its report.
const SELECT: &str = "SELECT i.*, r.title AS root_title, h.software_release AS host_release, \
                      p.id AS partition_id, p.reference AS partition, p.instance_id AS held, \
                      c.id AS computer_id, c.reference AS computer, s.user AS status_user, s.text AS status_text, \
                      s.state AS status_state, s.created_at AS status_created_at, s.since AS status_since \
                      FROM instance i LEFT JOIN instance r ON r.id = i.root_id \
                      LEFT JOIN instance h ON h.id = i.host_id \
                      LEFT JOIN partition p ON p.instance_id = ifnull(i.host_id, i.id) \
                      LEFT JOIN computer c ON c.id = p.computer_id LEFT JOIN status s ON s.instance_id = i.id";

/// No limit, for SQLite.
const ALL: i64 = -1;

fn service(row: &Row<'_>) -> Result<Service, Error> {
    let instance = instance(row)?;
    let host_release: Option<String> = row.get("host_release")?;
    Ok(Service {
        software_release: match host_release {
            Some(_) => release(row, "host_release")?,
            None => instance.wish.software_release.clone(),
        },
        instance,
        partition: match row.get::<_, Option<i64>>("partition_id")? {
            None => None,
            Some(id) => Some(Partition {
                id: PartitionId(id),
                computer_id: ComputerId(row.get("computer_id")?),
                computer: reference(row, "computer")?,
                reference: reference(row, "partition")?,
                instance: row.get::<_, Option<i64>>("held")?.map(InstanceId),
            }),
        },
        status: status(row)?,
    })
}

/// The report that is joined to a row, if there is one.
fn status(row: &Row<'_>) -> Result<Option<Status>, Error> {
    let Some(created_at) = row.get("status_created_at")? else { return Ok(None) };
    Ok(Some(Status {
        user: printable(row, "status_user")?,
        text: printable(row, "status_text")?,
        state: row.get("status_state")?,
        created_at: Timestamp(created_at),
        since: Timestamp(row.get("status_since")?),
    }))
}

fn release(row: &Row<'_>, column: &'static str) -> Result<SoftwareRelease, Error> {
    let text: String = row.get(column)?;
    SoftwareRelease::parse(column, &text).map_err(|refusal| super::computer::damaged(column, &text, &refusal))
}

impl ReadTx<'_> {
    fn services<P: Params>(self, what: &str, params: P) -> Result<Vec<Service>, Error> {
        let rows = self.rows(&format!("{SELECT} {what}"), params, |row| Ok(service(row)))?;
        Ok(readable("an instance", rows))
    }

    /// The software instances that people requested, in the order of their partitions; all, or those of a title.
    ///
    /// # Errors
    /// When the database fails.
    pub fn root_services(&self, title: Option<&str>, limit: Option<u32>) -> Result<Vec<Service>, Error> {
        let what = "WHERE i.shared = 0 AND i.root_id IS NULL AND (?1 IS NULL OR i.title = ?1) \
                    ORDER BY p.id IS NULL, p.id, i.id LIMIT ?2";
        self.services(what, params![title, limit.map_or(ALL, i64::from)])
    }

    /// The shared instances that people requested, in the order of their first request; all, or those of a title.
    ///
    /// # Errors
    /// When the database fails.
    pub fn root_shared(&self, named: Option<&str>, limit: Option<u32>) -> Result<Vec<SharedRoot>, Error> {
        let sql = "SELECT i.title, h.software_release FROM instance i JOIN instance h ON h.id = i.host_id \
                   WHERE i.shared = 1 AND i.root_id IS NULL AND (?1 IS NULL OR i.title = ?1) ORDER BY i.id LIMIT ?2";
        let read =
            |row: &Row<'_>| Ok(SharedRoot { title: title(row, "title")?, software_release: software_release(row)? });
        let rows = self.rows(sql, params![named, limit.map_or(ALL, i64::from)], |row| Ok(read(row)))?;
        Ok(readable("a shared instance", rows))
    }

    /// The started shared instances of the hosts that people requested; of all, or of those of a title.
    ///
    /// # Errors
    /// When the database fails.
    pub fn shared_of_roots(&self, title: Option<&str>) -> Result<HashMap<InstanceId, Vec<SharedInstance>>, Error> {
        let sql = "SELECT i.host_id, i.shared_reference, i.software_type, i.parameters \
                   FROM instance i JOIN instance h ON h.id = i.host_id \
                   WHERE i.shared = 1 AND i.requested_state = 'started' AND h.root_id IS NULL \
                   AND (?1 IS NULL OR h.title = ?1) ORDER BY i.id";
        let mut hosts: HashMap<InstanceId, Vec<SharedInstance>> = HashMap::new();
        let read = |row: &Row<'_>| Ok((InstanceId(row.get("host_id")?), shared_instance(row)?));
        let rows = self.rows(sql, [title], |row| Ok(read(row)))?;
        for (host, shared) in readable("a shared instance", rows) {
            hosts.entry(host).or_default().push(shared);
        }
        Ok(hosts)
    }

    /// The first instance of a title: a root if there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub fn service_titled(&self, title: &str, shared: bool) -> Result<Option<Service>, Error> {
        let what = "WHERE i.title = ?1 AND i.shared = ?2 ORDER BY i.root_id IS NOT NULL, i.id LIMIT 1";
        Ok(self.services(what, params![title, shared])?.pop())
    }

    /// The first instance of a title in the tree of a root of a title.
    ///
    /// # Errors
    /// When the database fails.
    pub fn service_in_tree(&self, root: &str, title: &str, shared: bool) -> Result<Option<Service>, Error> {
        let what = "WHERE i.title = ?1 AND i.shared = ?2 AND r.title = ?3 ORDER BY i.id LIMIT 1";
        Ok(self.services(what, params![title, shared, root])?.pop())
    }

    /// A root and all that belongs to its tree, in the order of the first requests.
    ///
    /// # Errors
    /// When the database fails.
    pub fn services_of_tree(&self, root: InstanceId, limit: Option<u32>) -> Result<Vec<Service>, Error> {
        let what = "WHERE i.id = ?1 OR i.root_id = ?1 ORDER BY i.id LIMIT ?2";
        self.services(what, params![root.0, limit.map_or(ALL, i64::from)])
    }

    /// The software instances in the partitions of a computer, in the order of the partitions.
    ///
    /// # Errors
    /// When the database fails.
    pub fn services_on(&self, computer: ComputerId) -> Result<Vec<Service>, Error> {
        self.services("WHERE p.computer_id = ?1 AND i.shared = 0 ORDER BY p.id", [computer.0])
    }

    /// Computers in the order of their arrival: all, or the one of a reference or a title.
    ///
    /// # Errors
    /// When the database fails.
    pub fn computer_entries(
        &self,
        named: Option<&str>,
        titled: Option<&str>,
        limit: Option<u32>,
    ) -> Result<Vec<ComputerEntry>, Error> {
        let sql = "SELECT reference, title, address, netmask FROM computer WHERE (?1 IS NULL OR reference = ?1) \
                   AND (?2 IS NULL OR ifnull(title, reference) = ?2) ORDER BY id LIMIT ?3";
        let read = |row: &Row<'_>| {
            Ok(ComputerEntry {
                reference: reference(row, "reference")?,
                title: row.get("title")?,
                address: row.get("address")?,
                netmask: row.get("netmask")?,
            })
        };
        let rows = self.rows(sql, params![named, titled, limit.map_or(ALL, i64::from)], |row| Ok(read(row)))?;
        Ok(readable("a computer", rows))
    }

    /// What is supplied, with the latest reports: to all computers, or to one; all releases, or one.
    ///
    /// # Errors
    /// When the database fails.
    pub fn installations(
        &self,
        computer: Option<&str>,
        url: Option<&str>,
        limit: Option<u32>,
    ) -> Result<Vec<InstallationNews>, Error> {
        let sql = "SELECT i.id, c.reference AS computer, i.software_release, i.requested_state, \
                   s.user AS status_user, s.text AS status_text, s.state AS status_state, \
                   s.created_at AS status_created_at, s.since AS status_since \
                   FROM software_installation i JOIN computer c ON c.id = i.computer_id \
                   LEFT JOIN status s ON s.software_installation_id = i.id WHERE (?1 IS NULL OR c.reference = ?1) \
                   AND (?2 IS NULL OR i.software_release = ?2) ORDER BY c.id, i.position LIMIT ?3";
        let read = |row: &Row<'_>| {
            let state: String = row.get("requested_state")?;
            let installation = SoftwareInstallation {
                id: InstallationId(row.get("id")?),
                computer: reference(row, "computer")?,
                software_release: software_release(row)?,
                requested_state: SupplyState::parse("requested_state", &state)
                    .map_err(|refusal| super::computer::damaged("requested_state", &state, &refusal))?,
            };
            Ok(InstallationNews { installation, status: status(row)? })
        };
        let rows = self.rows(sql, params![computer, url, limit.map_or(ALL, i64::from)], |row| Ok(read(row)))?;
        Ok(readable("a software release", rows))
    }
}
