//! What seeds say of computers and partitions, for those who look for a place.

use super::{Seeder, at};
use crate::domain::instance::{ComputerId, PartitionId};
use crate::domain::property::PropertyChange;
use crate::domain::seed::SeededComputer;
use crate::master::Error;
use crate::master::requester::find_partition;

impl Seeder<'_> {
    /// What they are like. What is closed takes only instances that the seed puts there by name.
    pub(super) fn properties(&mut self, field: &str, id: ComputerId, computer: &SeededComputer) -> Result<(), Error> {
        let SeededComputer { reference, property, allocation, .. } = computer;
        self.computer_property(id, reference, property)?;
        for (index, said) in allocation.iter().enumerate() {
            let field = format!("{field}.allocation[{index}].partition");
            let partition = at(&field, find_partition(**self.tx, reference, &said.partition))?;
            self.partition_property(id, computer, partition.id, &said.property)?;
        }
        Ok(())
    }

    fn computer_property(&mut self, id: ComputerId, reference: &str, said: &PropertyChange) -> Result<(), Error> {
        let present = self.tx.computer_properties(id)?;
        let network = said.network.as_deref().filter(|network| *network != present.network.as_deref().unwrap_or(""));
        let closed = said.closed.filter(|closed| *closed != present.closed);
        if network.is_none() && closed.is_none() {
            return Ok(());
        }
        self.tx.set_computer_property(id, network, closed)?;
        let event = self.event(&format!("allocation: {said}")).computer(reference);
        self.changed(&event)
    }

    fn partition_property(
        &mut self,
        id: ComputerId,
        computer: &SeededComputer,
        partition: PartitionId,
        said: &PropertyChange,
    ) -> Result<(), Error> {
        let present = self.tx.partition_properties(id)?.into_iter().find(|(known, _)| *known == partition);
        let present = present.map(|(_, property)| property).unwrap_or_default();
        let partition_type = said.partition_type.filter(|wanted| Some(*wanted) != present.partition_type);
        let ports = said.ports.as_ref().filter(|wanted| Some(*wanted) != present.ports.as_ref());
        let closed = said.closed.filter(|closed| *closed != present.closed.unwrap_or_default());
        if partition_type.is_none() && ports.is_none() && closed.is_none() {
            return Ok(());
        }
        self.tx.set_partition_property(partition, partition_type, ports.map(Vec::as_slice), closed)?;
        let event = self.event(&format!("allocation: {said}")).computer(&computer.reference);
        self.changed(&event)
    }
}
