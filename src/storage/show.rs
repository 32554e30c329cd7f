//! The whole content of a file, for people.

use std::path::Path;

use rusqlite::Row;

use super::computer::parameters;
use super::db::read_file;
use super::{Error, OpenError, ReadTx};
use crate::domain::address::Address;
use crate::domain::computer::ComputerSummary;
use crate::domain::consumption::{ConsumptionQuery, ConsumptionReport};
use crate::domain::event::{Event, EventQuery};
use crate::domain::forwarding::ForwardedRequest;
use crate::domain::parameters::Parameters;
use crate::domain::timestamp::Timestamp;

/// The most events, and the most consumption reports, that are shown, newest first.
const LATEST: u32 = 1000;

/// Everything that a database holds, at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// The computers.
    pub computers: Vec<ComputerSummary>,
    /// The supplied software releases.
    pub software: Vec<SoftwareRow>,
    /// All partitions.
    pub partitions: Vec<PartitionRow>,
    /// The software instances.
    pub instances: Vec<InstanceRow>,
    /// The shared instances.
    pub shared: Vec<SharedRow>,
    /// What other masters fulfil.
    pub forwarded: Vec<ForwardedRequest>,
    /// The latest events, newest first.
    pub events: Vec<Event>,
    /// The latest consumption reports, newest first.
    pub consumption: Vec<ConsumptionReport>,
}

/// A supplied software release and the latest report about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoftwareRow {
    /// The computer.
    pub computer: String,
    /// The release.
    pub software_release: String,
    /// `available` or `destroyed`.
    pub requested_state: String,
    /// The text of the latest report.
    pub status: Option<String>,
}

/// A partition as it was described.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionRow {
    /// The computer.
    pub computer: String,
    /// The reference.
    pub partition: String,
    /// The title of the instance in it; `None` when it is free.
    pub instance: Option<String>,
    /// Its addresses.
    pub addresses: Vec<Address>,
    /// Every other key of its description.
    pub description: Parameters,
}

/// A software instance.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceRow {
    /// The title.
    pub title: String,
    /// The title of its root.
    pub root: String,
    /// The title of the instance that requested it; `None` for a person.
    pub requester: Option<String>,
    /// The computer it is on; `None` when it lost its place.
    pub computer: Option<String>,
    /// The partition it is in; `None` when it lost its place.
    pub partition: Option<String>,
    /// The release.
    pub software_release: String,
    /// The type.
    pub software_type: String,
    /// What is asked for.
    pub requested_state: String,
    /// The text of the latest report.
    pub status: Option<String>,
    /// The change marker.
    pub timestamp: Timestamp,
    /// The instance parameters.
    pub parameters: Parameters,
    /// The connection parameters; `None` until it published.
    pub connection: Option<Parameters>,
    /// The SLA.
    pub sla: Parameters,
}

/// A shared instance.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedRow {
    /// The instance; its place is that of its host.
    pub instance: InstanceRow,
    /// The name that its host knows it by.
    pub reference: String,
    /// The title of its host.
    pub host: String,
}

impl Snapshot {
    /// Reads a file, also while a server writes it. Changes nothing.
    ///
    /// # Errors
    /// [`OpenError`] for a file that is missing or not ours; [`enum@Error`] when it cannot be read.
    pub fn read(path: &Path) -> Result<Result<Self, Error>, OpenError> {
        read_file(path, |tx| {
            Ok(Self {
                computers: tx.computers()?,
                software: software(tx)?,
                partitions: partitions(tx)?,
                instances: instances(tx)?,
                shared: shared(tx)?,
                forwarded: tx.forwarded_requests()?,
                events: tx.events(&EventQuery { limit: LATEST, ..EventQuery::default() })?,
                consumption: tx
                    .consumption_reports(&ConsumptionQuery { limit: LATEST, ..ConsumptionQuery::default() })?,
            })
        })
    }
}

fn software(tx: ReadTx<'_>) -> Result<Vec<SoftwareRow>, Error> {
    let sql = "SELECT c.reference, s.software_release, s.requested_state, r.text \
               FROM software_installation s JOIN computer c ON c.id = s.computer_id \
               LEFT JOIN status r ON r.software_installation_id = s.id ORDER BY c.id, s.position";
    tx.rows(sql, [], |row| {
        Ok(SoftwareRow {
            computer: row.get(0)?,
            software_release: row.get(1)?,
            requested_state: row.get(2)?,
            status: row.get(3)?,
        })
    })
}

fn partitions(tx: ReadTx<'_>) -> Result<Vec<PartitionRow>, Error> {
    let mut all = Vec::new();
    for computer in tx.computer_references()? {
        let Some(id) = tx.computer_id(&computer)? else { continue };
        let sql = "SELECT p.reference, i.title, p.description FROM partition p \
                   LEFT JOIN instance i ON i.id = p.instance_id WHERE p.computer_id = ?1 ORDER BY p.id";
        let rows = tx.rows(sql, [id.0], |row| {
            Ok(PartitionRow {
                computer: computer.clone(),
                partition: row.get("reference")?,
                instance: row.get("title")?,
                addresses: Vec::new(),
                description: parameters(row, "description")?,
            })
        })?;
        let with_addresses = rows.into_iter().zip(tx.partitions(id)?);
        all.extend(with_addresses.map(|(row, (_, addresses))| PartitionRow { addresses, ..row }));
    }
    Ok(all)
}

/// The columns of an instance in `instance i` with root `r`, requester `q`, partition `p`, computer `c`, status `s`.
const COLUMNS: &str = "i.title, ifnull(r.title, i.title) AS root, q.title AS requester, c.reference AS computer, \
                       p.reference AS partition, i.software_release, i.software_type, i.requested_state, \
                       s.text AS status, i.timestamp, i.parameters, i.connection, i.sla";

const JOINS: &str = "LEFT JOIN instance r ON r.id = i.root_id LEFT JOIN instance q ON q.id = i.requester_id \
                     LEFT JOIN computer c ON c.id = p.computer_id LEFT JOIN status s ON s.instance_id = i.id";

fn instance(row: &Row<'_>) -> Result<InstanceRow, Error> {
    let published = row.get_ref("connection")?.as_str_or_null().map_err(rusqlite::Error::from)?.is_some();
    Ok(InstanceRow {
        title: row.get("title")?,
        root: row.get("root")?,
        requester: row.get("requester")?,
        computer: row.get("computer")?,
        partition: row.get("partition")?,
        software_release: row.get("software_release")?,
        software_type: row.get("software_type")?,
        requested_state: row.get("requested_state")?,
        status: row.get("status")?,
        timestamp: Timestamp(row.get("timestamp")?),
        parameters: parameters(row, "parameters")?,
        connection: if published { Some(parameters(row, "connection")?) } else { None },
        sla: parameters(row, "sla")?,
    })
}

fn instances(tx: ReadTx<'_>) -> Result<Vec<InstanceRow>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM instance i LEFT JOIN partition p ON p.instance_id = i.id {JOINS} \
         WHERE i.shared = 0 ORDER BY p.id, i.id"
    );
    tx.rows(&sql, [], instance)
}

fn shared(tx: ReadTx<'_>) -> Result<Vec<SharedRow>, Error> {
    let sql = format!(
        "SELECT {COLUMNS}, i.shared_reference, h.title AS host FROM instance i JOIN instance h ON h.id = i.host_id \
         LEFT JOIN partition p ON p.instance_id = h.id {JOINS} WHERE i.shared = 1 ORDER BY p.id, i.id"
    );
    tx.rows(&sql, [], |row| {
        Ok(SharedRow { instance: instance(row)?, reference: row.get("shared_reference")?, host: row.get("host")? })
    })
}
