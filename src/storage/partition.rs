//! Partitions and their addresses.

use std::collections::HashMap;

use rusqlite::{Params, Row, params};

use super::computer::{damaged, parameters, readable, reference};
use super::instance::title;
use super::software::software_release;
use super::{Error, ReadTx, WriteTx};
use crate::domain::address::{Address, Route};
use crate::domain::ids::{Reference, SoftwareRelease};
use crate::domain::instance::{ComputerId, InstanceId, PartitionId};
use crate::domain::parameters::{Parameters, Value};
use crate::domain::partition::Partition;
use crate::domain::placement::{Place, Tenant};
use crate::domain::property::{ComputerProperties, PartitionProperties, PartitionType};
use crate::domain::state::RequestedState;
use crate::wire::json;

/// The columns of a place, and what they are joined with.
const PLACE: &str = "SELECT p.id, p.computer_id, c.reference AS computer, p.reference, p.instance_id, p.description, \
                     i.title, r.title AS root_title, i.software_release, i.software_type, i.requested_state, \
                     o.type, o.ports, o.closed, q.network, q.closed AS computer_closed, m.left_id";
const PLACE_REST: &str = "LEFT JOIN instance r ON r.id = i.root_id \
                          LEFT JOIN partition_property o ON o.partition_id = p.id \
                          LEFT JOIN computer_property q ON q.computer_id = c.id \
                          LEFT JOIN move m ON m.left_id = i.id";

/// The columns of a partition, from `partition p JOIN computer c`.
const COLUMNS: &str = "p.id, p.computer_id, c.reference AS computer, p.reference AS reference, p.instance_id";

fn partition(row: &Row<'_>) -> Result<Partition, Error> {
    Ok(Partition {
        id: PartitionId(row.get("id")?),
        computer_id: ComputerId(row.get("computer_id")?),
        computer: reference(row, "computer")?,
        reference: reference(row, "reference")?,
        instance: row.get::<_, Option<i64>>("instance_id")?.map(InstanceId),
    })
}

fn address(row: &Row<'_>) -> Result<Address, Error> {
    let gateway: Option<String> = row.get("gateway")?;
    let network: Option<String> = row.get("network")?;
    Ok(Address {
        interface: row.get("interface")?,
        address: row.get("address")?,
        netmask: row.get("netmask")?,
        route: gateway.map(|gateway| Route { gateway, network: network.unwrap_or_default() }),
    })
}

/// The keys of a description that matter for who may go into the partition.
const TELLING: [&str; 3] = ["\"capability_list\"", "\"partition_type\"", "\"port_list\""];

/// The ports of a list as it is stored: `80 443`.
fn read_ports(text: &str) -> Vec<u16> {
    text.split_whitespace().filter_map(|port| port.parse().ok()).collect()
}

fn place(row: &Row<'_>) -> Result<Place, Error> {
    let tenant = match row.get::<_, Option<i64>>("instance_id")? {
        None => None,
        Some(id) => {
            let state: String = row.get("requested_state")?;
            let root: Option<String> = row.get("root_title")?;
            Some(Tenant {
                id: InstanceId(id),
                title: title(row, "title")?,
                root: root.map(|_| title(row, "root_title")).transpose()?,
                software_release: software_release(row)?,
                software_type: row.get("software_type")?,
                leaves: row.get::<_, Option<i64>>("left_id")?.is_some(),
                state: RequestedState::parse("requested_state", &state)
                    .map_err(|refusal| damaged("requested_state", &state, &refusal))?,
            })
        }
    };
    // Most descriptions say nothing of it: they need not be read.
    let tells = row.get_ref("description")?.as_str().is_ok_and(|text| TELLING.iter().any(|key| text.contains(key)));
    let description = if tells { parameters(row, "description")? } else { Parameters::default() };
    let capabilities = match description.as_map().get("capability_list") {
        Some(Value::List(list)) => Some(list.iter().map(Value::to_text).collect()),
        _ => None,
    };
    let ports = match description.as_map().get("port_list") {
        Some(Value::List(list)) => list.iter().filter_map(|port| port.to_text().parse().ok()).collect(),
        _ => Vec::new(),
    };
    let described = description.text("partition_type");
    let set: Option<String> = row.get("type")?;
    let set_ports: Option<String> = row.get("ports")?;
    let partition_type = set.or(described).and_then(|text| PartitionType::parse("partition_type", &text).ok());
    Ok(Place {
        id: PartitionId(row.get("id")?),
        computer_id: ComputerId(row.get("computer_id")?),
        properties: PartitionProperties {
            partition_type: partition_type.unwrap_or_default(),
            ports: set_ports.as_deref().map_or(ports, read_ports),
            closed: row.get::<_, Option<bool>>("closed")?.unwrap_or_default(),
        },
        computer_properties: ComputerProperties {
            network: row.get("network")?,
            closed: row.get::<_, Option<bool>>("computer_closed")?.unwrap_or_default(),
        },
        computer: reference(row, "computer")?,
        partition: reference(row, "reference")?,
        capabilities,
        tenant,
    })
}

impl ReadTx<'_> {
    /// The partitions of all computers as the search for a place sees them, in the order of allocation.
    ///
    /// # Errors
    /// When the database fails.
    pub fn places(&self) -> Result<Vec<Place>, Error> {
        self.places_where("", [])
    }

    /// Those of a computer.
    ///
    /// # Errors
    /// When the database fails.
    pub fn places_on(&self, computer: ComputerId) -> Result<Vec<Place>, Error> {
        self.places_where("WHERE p.computer_id = ?1", [computer.0])
    }

    fn places_where<P: Params>(self, condition: &str, params: P) -> Result<Vec<Place>, Error> {
        let sql = format!(
            "{PLACE} FROM partition p JOIN computer c ON c.id = p.computer_id \
             LEFT JOIN instance i ON i.id = p.instance_id {PLACE_REST} {condition} ORDER BY p.id"
        );
        let rows = self.rows(&sql, params, |row| Ok(place(row)))?;
        Ok(readable("a place", rows))
    }

    /// The addresses of a partition, in the order of the description.
    ///
    /// # Errors
    /// When the database fails.
    pub fn addresses(&self, partition: PartitionId) -> Result<Vec<Address>, Error> {
        self.rows(
            "SELECT interface, address, netmask, gateway, network FROM partition_address \
             WHERE partition_id = ?1 ORDER BY position",
            [partition.0],
            address,
        )
    }

    /// A partition by the references of its computer and its own, without its addresses.
    ///
    /// # Errors
    /// When the database fails.
    pub fn partition(&self, computer: &str, reference: &str) -> Result<Option<Partition>, Error> {
        let sql = concat_sql(COLUMNS, "WHERE c.reference = ?1 AND p.reference = ?2");
        self.row(&sql, [computer, reference], partition)
    }

    /// The partition that an instance is in, without its addresses.
    ///
    /// # Errors
    /// When the database fails.
    pub fn partition_of(&self, instance: InstanceId) -> Result<Option<Partition>, Error> {
        let sql = concat_sql(COLUMNS, "WHERE p.instance_id = ?1");
        self.row(&sql, [instance.0], partition)
    }

    /// The instance that may serve one more shared one, and its place: of those of a release that fit, on one computer or on
    /// all, the one that serves the fewest, and of these the oldest. `fits` decides.
    ///
    /// # Errors
    /// When the database fails.
    pub fn least_loaded_host<E: From<Error>>(
        self,
        release: &SoftwareRelease,
        computer: Option<ComputerId>,
        mut fits: impl FnMut(&Place) -> Result<bool, E>,
    ) -> Result<Option<(InstanceId, Place)>, E> {
        let sql = format!(
            "{PLACE} FROM instance_load l CROSS JOIN instance i ON i.id = l.instance_id \
             JOIN partition p ON p.instance_id = i.id JOIN computer c ON c.id = p.computer_id {PLACE_REST} \
             WHERE l.software_release = ?1 AND (?2 IS NULL OR p.computer_id = ?2) ORDER BY l.shared, l.instance_id"
        );
        let params = params![&**release, computer.map(|computer| computer.0)];
        let found = self.find(&sql, params, |row| {
            let place = place(row)?;
            Ok::<_, E>(if fits(&place)? {
                place.tenant.as_ref().map(|tenant| tenant.id).map(|id| (id, place))
            } else {
                None
            })
        })?;
        Ok(found)
    }

    /// The open computers that have a free partition: those first that have a release, or are to have it, and of these those
    /// with more room.
    ///
    /// # Errors
    /// When the database fails.
    pub fn computers_for(self, release: &SoftwareRelease) -> Result<Vec<ComputerId>, Error> {
        let sql = "SELECT l.computer_id FROM computer_load l \
                   LEFT JOIN computer_property q ON q.computer_id = l.computer_id \
                   LEFT JOIN software_installation s ON s.computer_id = l.computer_id \
                   AND s.software_release = ?1 AND s.requested_state = 'available' \
                   LEFT JOIN status t ON t.software_installation_id = s.id \
                   WHERE l.free > 0 AND ifnull(q.closed, 0) = 0 \
                   ORDER BY s.id IS NULL, ifnull(t.state, '') <> 'available', l.free DESC, l.computer_id";
        self.rows(sql, [&**release], |row| Ok(ComputerId(row.get(0)?)))
    }

    /// Whether a formatter said of any partition of a computer what it can do.
    ///
    /// # Errors
    /// When the database fails.
    pub fn knows_capabilities(self, computer: ComputerId) -> Result<bool, Error> {
        let sql = "SELECT 1 FROM partition WHERE computer_id = ?1 AND instr(description, '\"capability_list\"') > 0";
        Ok(self.row(sql, [computer.0], |_| Ok(()))?.is_some())
    }

    /// The free partition of a computer that is allocated next, without its addresses: of those that are open the one that
    /// was formatted first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn first_free_partition(&self, computer: ComputerId) -> Result<Option<Partition>, Error> {
        let sql = concat_sql(
            COLUMNS,
            "LEFT JOIN computer_property q ON q.computer_id = c.id LEFT JOIN partition_property o ON o.partition_id = p.id \
             WHERE p.computer_id = ?1 AND p.instance_id IS NULL AND ifnull(q.closed, 0) = 0 AND ifnull(o.closed, 0) = 0 \
             ORDER BY p.id LIMIT 1",
        );
        self.row(&sql, [computer.0], partition)
    }

    /// All partitions of a computer with their addresses, in the order in which they were first formatted.
    ///
    /// # Errors
    /// When the database fails.
    pub fn partitions(&self, computer: ComputerId) -> Result<Vec<(Partition, Vec<Address>)>, Error> {
        let mut addresses: HashMap<i64, Vec<Address>> = HashMap::new();
        let sql = "SELECT a.partition_id, a.interface, a.address, a.netmask, a.gateway, a.network \
                   FROM partition p JOIN partition_address a ON a.partition_id = p.id \
                   WHERE p.computer_id = ?1 ORDER BY a.partition_id, a.position";
        for (id, address) in self.rows(sql, [computer.0], |row| Ok((row.get("partition_id")?, address(row)?)))? {
            addresses.entry(id).or_default().push(address);
        }
        let sql = concat_sql(COLUMNS, "WHERE p.computer_id = ?1 ORDER BY p.id");
        let partitions = readable("a partition", self.rows(&sql, [computer.0], |row| Ok(partition(row)))?);
        let mut with_addresses = |partition: Partition| {
            let addresses = addresses.remove(&partition.id.0).unwrap_or_default();
            (partition, addresses)
        };
        Ok(partitions.into_iter().map(&mut with_addresses).collect())
    }

    /// What formatters say of the partitions of a computer beside their addresses.
    ///
    /// # Errors
    /// When the database fails.
    pub fn partition_details(&self, computer: ComputerId) -> Result<HashMap<PartitionId, Parameters>, Error> {
        let sql = "SELECT id, description FROM partition WHERE computer_id = ?1";
        let read = |row: &Row<'_>| Ok((PartitionId(row.get("id")?), parameters(row, "description")?));
        Ok(self.rows(sql, [computer.0], read)?.into_iter().collect())
    }

    /// The references of a computer's partitions, in the order in which they were first formatted.
    ///
    /// # Errors
    /// When the database fails.
    pub fn partition_references(&self, computer: &str) -> Result<Vec<String>, Error> {
        let sql = "SELECT p.reference FROM partition p JOIN computer c ON c.id = p.computer_id \
                   WHERE c.reference = ?1 ORDER BY p.id";
        self.rows(sql, [computer], |row| Ok(row.get(0)?))
    }

    /// Every address of every partition of an instance tree, in the order of the partitions.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tree_addresses(&self, root: InstanceId) -> Result<Vec<Address>, Error> {
        let sql = "SELECT a.interface, a.address, a.netmask, a.gateway, a.network \
                   FROM instance i JOIN partition p ON p.instance_id = i.id \
                   JOIN partition_address a ON a.partition_id = p.id \
                   WHERE i.id = ?1 OR i.root_id = ?1 ORDER BY p.id, a.position";
        self.rows(sql, [root.0], address)
    }
}

fn concat_sql(columns: &str, rest: &str) -> String {
    format!("SELECT {columns} FROM partition p JOIN computer c ON c.id = p.computer_id {rest}")
}

impl WriteTx<'_> {
    /// Adds a free partition.
    ///
    /// # Errors
    /// When the database fails, or the computer has a partition of that reference.
    pub fn insert_partition(&self, computer: ComputerId, reference: &Reference) -> Result<PartitionId, Error> {
        let sql = "INSERT INTO partition (computer_id, reference) VALUES (?1, ?2)";
        Ok(PartitionId(self.insert(sql, params![computer.0, &**reference])?))
    }

    /// Stores what a formatter says of a partition, in place of what was said before.
    ///
    /// # Errors
    /// When the database fails.
    pub fn describe_partition(
        &self,
        id: PartitionId,
        details: &Parameters,
        addresses: &[Address],
    ) -> Result<(), Error> {
        self.execute("UPDATE partition SET description = ?2 WHERE id = ?1", params![id.0, json::to_json(details)])?;
        self.execute("DELETE FROM partition_address WHERE partition_id = ?1", [id.0])?;
        for (position, address) in (0_i64..).zip(addresses) {
            let route = address.route.as_ref();
            self.execute(
                "INSERT INTO partition_address (partition_id, position, interface, address, netmask, gateway, network) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    id.0,
                    position,
                    address.interface,
                    address.address,
                    address.netmask,
                    route.map(|route| &route.gateway),
                    route.map(|route| &route.network),
                ],
            )?;
        }
        Ok(())
    }

    /// Removes a partition; an instance in it stays, without a place.
    ///
    /// # Errors
    /// When the database fails.
    pub fn delete_partition(&self, id: PartitionId) -> Result<(), Error> {
        self.execute("DELETE FROM partition WHERE id = ?1", [id.0])?;
        Ok(())
    }

    /// Puts an instance into a free partition; `false` when it is not free (any more).
    ///
    /// # Errors
    /// When the database fails.
    pub fn occupy(&self, partition: PartitionId, instance: InstanceId) -> Result<bool, Error> {
        let sql = "UPDATE partition SET instance_id = ?2 WHERE id = ?1 AND instance_id IS NULL";
        Ok(self.execute(sql, [partition.0, instance.0])? == 1)
    }

    /// Makes the partition of an instance free.
    ///
    /// # Errors
    /// When the database fails.
    pub fn vacate(&self, instance: InstanceId) -> Result<(), Error> {
        self.execute("UPDATE partition SET instance_id = NULL WHERE instance_id = ?1", [instance.0])?;
        Ok(())
    }
}
