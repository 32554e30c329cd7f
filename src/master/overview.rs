//! What people look at first, and instances in pages.

use std::collections::HashMap;

use super::listing::root;
use super::target::find;
use super::{Error, Master, Target};
use crate::domain::computer::FormatOutcome;
use crate::domain::description::ComputerDescription;
use crate::domain::event::EventPlace;
use crate::domain::ids::Reference;
use crate::domain::instance::InstanceId;
use crate::domain::overview::{
    ComputerOverview, InstancePage, InstanceQuery, InstanceSummary, Overview, PartitionOverview, TreeOverview,
};
use crate::domain::timestamp::Timestamp;
use crate::storage::{ReadTx, StatusSubject};

/// Which instances belong to a page, by the names that people use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstanceScope {
    /// Only those of the tree of this title.
    pub tree: Option<String>,
    /// Only shared ones that the instance of this identifier serves.
    pub host: Option<String>,
    /// Only those that the instance of this identifier requested.
    pub requester: Option<String>,
}

impl Master {
    /// Every place and what is in it, every tree and how it is, and what failed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn overview(&self) -> Result<Overview, Error> {
        let products = self.settings.software_products.clone();
        self.db
            .read(move |tx| {
                let mut trees = Vec::new();
                let instances = tx.software_instance_summaries()?;
                let healths: HashMap<_, _> = tx.healths()?.into_iter().collect();
                for root in instances.iter().filter(|instance| instance.name.root.is_none()) {
                    let health = healths.get(&root.id).copied().unwrap_or_default();
                    trees.push(TreeOverview { root: root.clone(), health });
                }
                let mut instances = instances.into_iter().map(|instance| (instance.id, instance)).collect();
                let mut computers = Vec::new();
                for summary in tx.computers()? {
                    computers.push(computer(tx, summary.reference, summary.title, &mut instances)?);
                }
                computers.sort_by(|one, other| one.reference.cmp(&other.reference));
                Ok(Overview {
                    last_event: tx.last_event()?.unwrap_or(EventPlace { last_at: Timestamp(0), id: 0 }),
                    computers,
                    trees,
                    shared_roots: tx.count_shared_roots()?,
                    failed: tx.failed_instances(Overview::LISTED)?,
                    refused: tx.refused_overview(Overview::LISTED)?,
                    products,
                })
            })
            .await
    }

    /// A page of instances.
    ///
    /// # Errors
    /// [`Error::Refused`] when what is named is not there.
    pub async fn instance_list(&self, scope: InstanceScope, query: InstanceQuery) -> Result<InstancePage, Error> {
        self.db
            .read(move |tx| {
                let by_guid = |guid: Option<String>| -> Result<Option<InstanceId>, Error> {
                    guid.map(|guid| Ok(find(tx, &Target::Guid(guid))?.0.id)).transpose()
                };
                let tree = scope.tree.map(|title| root(tx, title)).transpose()?.map(|root| root.id);
                let (host, requester) = (by_guid(scope.host)?, by_guid(scope.requester)?);
                let query = InstanceQuery { tree, host, requester, ..query };
                Ok(InstancePage { instances: tx.instance_summaries(&query)?, total: tx.count_instances(&query)? })
            })
            .await
    }

    /// What taking over computer descriptions would change. Nothing changes.
    ///
    /// # Errors
    /// [`Error::Refused`] when a reference is not acceptable.
    pub async fn preview_computer_configurations(
        &self,
        descriptions: Vec<ComputerDescription>,
    ) -> Result<Vec<FormatOutcome>, Error> {
        self.db.read(move |tx| descriptions.iter().map(|description| preview(tx, description)).collect()).await
    }
}

fn computer(
    tx: ReadTx<'_>,
    reference: Reference,
    title: Option<String>,
    instances: &mut HashMap<InstanceId, InstanceSummary>,
) -> Result<ComputerOverview, Error> {
    let id = super::requester::find_computer(tx, &reference)?;
    let mut statuses = tx.installation_statuses(id)?;
    let software = tx.software_installations(id)?.into_iter().map(|supplied| {
        let status = statuses.remove(&supplied.id);
        (supplied, status)
    });
    let software = software.collect();
    let partitions = tx.partitions(id)?.into_iter().map(|(partition, addresses)| {
        let instance = partition.instance.and_then(|id| instances.remove(&id));
        PartitionOverview { partition, addresses, instance }
    });
    let partitions = partitions.collect();
    let closed = tx.computer_properties(id)?.closed;
    let status = tx.status(StatusSubject::Computer(id))?;
    Ok(ComputerOverview { reference, title, closed, status, partitions, software })
}

fn preview(tx: ReadTx<'_>, description: &ComputerDescription) -> Result<FormatOutcome, Error> {
    let computer = Reference::parse("reference", &description.reference)?;
    let known = tx.computer_id(&computer)?;
    let present = known.map_or(Ok(Vec::new()), |id| tx.partitions(id))?;
    let mut present: HashMap<String, _> =
        present.into_iter().map(|(partition, _)| (partition.reference.to_string(), partition)).collect();
    let mut outcome = FormatOutcome { new_computer: known.is_none(), ..FormatOutcome::default() };
    for partition in &description.partitions {
        let reference = Reference::parse("partition_list.reference", &partition.reference)?;
        let stays = present.remove(&*reference).is_some();
        if stays { &mut outcome.kept } else { &mut outcome.added }.push(reference);
    }
    let mut gone: Vec<_> = present.into_values().collect();
    gone.sort_by_key(|partition| partition.id.0);
    for partition in gone {
        let instance = partition.instance.map_or(Ok(None), |id| tx.instance(id))?;
        outcome.removed.push((partition.reference, instance.map(|instance| instance.title.to_string())));
    }
    Ok(outcome)
}
