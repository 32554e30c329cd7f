//! What computers and partitions are like, and what is moving between partitions.

use rusqlite::params;

use super::{Error, ReadTx, WriteTx};
use crate::domain::instance::{ComputerId, InstanceId, PartitionId};
use crate::domain::property::{ComputerProperties, PartitionType, PropertyChange};

impl ReadTx<'_> {
    /// What a computer is like.
    ///
    /// # Errors
    /// When the database fails.
    pub fn computer_properties(self, computer: ComputerId) -> Result<ComputerProperties, Error> {
        let sql = "SELECT network, closed FROM computer_property WHERE computer_id = ?1";
        let found =
            self.row(sql, [computer.0], |row| Ok(ComputerProperties { network: row.get(0)?, closed: row.get(1)? }))?;
        Ok(found.unwrap_or_default())
    }

    /// What is said of the partitions of a computer besides what its formatter says, in their order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn partition_properties(self, computer: ComputerId) -> Result<Vec<(PartitionId, PropertyChange)>, Error> {
        let sql = "SELECT o.partition_id, o.type, o.ports, o.closed FROM partition p \
                   JOIN partition_property o ON o.partition_id = p.id WHERE p.computer_id = ?1 ORDER BY p.id";
        self.rows(sql, [computer.0], |row| {
            let partition_type = row.get::<_, Option<String>>(1)?;
            let ports = row.get::<_, Option<String>>(2)?;
            let property = PropertyChange {
                partition_type: partition_type.and_then(|word| PartitionType::parse("type", &word).ok()),
                ports: ports.map(|ports| ports.split_whitespace().filter_map(|port| port.parse().ok()).collect()),
                network: None,
                closed: Some(row.get(3)?).filter(|closed| *closed),
            };
            Ok((PartitionId(row.get(0)?), property))
        })
    }

    /// What stands for an instance in the partition that it is leaving; `None` when it is not moving.
    ///
    /// # Errors
    /// When the database fails.
    pub fn left_behind(self, instance: InstanceId) -> Result<Option<InstanceId>, Error> {
        self.row("SELECT left_id FROM move WHERE instance_id = ?1", [instance.0], |row| Ok(InstanceId(row.get(0)?)))
    }

    /// The title of a shared instance that another computer has one of already, of those that a host serves.
    ///
    /// # Errors
    /// When the database fails.
    pub fn served_twice(self, host: InstanceId, computer: ComputerId) -> Result<Option<String>, Error> {
        let sql = "SELECT s.title FROM instance s JOIN instance o ON o.title = s.title AND o.shared = 1 \
                   AND ifnull(o.root_id, 0) = ifnull(s.root_id, 0) AND o.id <> s.id \
                   WHERE s.host_id = ?1 AND s.shared = 1 AND o.host_computer_id = ?2";
        self.row(sql, [host.0, computer.0], |row| Ok(row.get(0)?))
    }
}

impl WriteTx<'_> {
    /// Changes what a partition is like; what is `None` stays.
    ///
    /// # Errors
    /// When the database fails.
    pub fn set_partition_property(
        &self,
        partition: PartitionId,
        partition_type: Option<PartitionType>,
        ports: Option<&[u16]>,
        closed: Option<bool>,
    ) -> Result<(), Error> {
        let ports = ports.map(|ports| ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
        self.execute(
            "INSERT INTO partition_property (partition_id, type, ports, closed) VALUES (?1, ?2, ?3, ifnull(?4, 0)) \
             ON CONFLICT (partition_id) DO UPDATE SET type = ifnull(?2, type), ports = ifnull(?3, ports), \
             closed = ifnull(?4, closed)",
            params![partition.0, partition_type.map(PartitionType::as_str), ports, closed],
        )?;
        Ok(())
    }

    /// Changes what a computer is like; what is `None` stays, and an empty network is none.
    ///
    /// # Errors
    /// When the database fails.
    pub fn set_computer_property(
        &self,
        computer: ComputerId,
        network: Option<&str>,
        closed: Option<bool>,
    ) -> Result<(), Error> {
        self.execute(
            "INSERT INTO computer_property (computer_id, network, closed) VALUES (?1, nullif(?2, ''), ifnull(?3, 0)) \
             ON CONFLICT (computer_id) DO UPDATE SET network = nullif(ifnull(?2, network), ''), closed = ifnull(?3, closed)",
            params![computer.0, network, closed],
        )?;
        Ok(())
    }

    /// Keeps that an instance is moving, and what stands for it in the partition that it leaves. The reports about it so far
    /// are about that one.
    ///
    /// # Errors
    /// When the database fails.
    pub fn begin_move(&self, instance: InstanceId, left: InstanceId) -> Result<(), Error> {
        self.execute("INSERT INTO move (instance_id, left_id) VALUES (?1, ?2)", [instance.0, left.0])?;
        self.execute("UPDATE status SET instance_id = ?2 WHERE instance_id = ?1", [instance.0, left.0])?;
        Ok(())
    }

    /// Forgets that an instance is moving.
    ///
    /// # Errors
    /// When the database fails.
    pub fn end_move(&self, instance: InstanceId) -> Result<(), Error> {
        self.execute("DELETE FROM move WHERE instance_id = ?1", [instance.0])?;
        Ok(())
    }

    /// Says that the shared instances of a host live on its computer.
    ///
    /// # Errors
    /// When the database fails, or a title is shared there already.
    pub fn rehome_served(&self, host: InstanceId, computer: ComputerId) -> Result<(), Error> {
        let sql = "UPDATE instance SET host_computer_id = ?2 WHERE host_id = ?1 AND shared = 1";
        self.execute(sql, [host.0, computer.0])?;
        Ok(())
    }
}
