//! Consumption: reports are judged when they arrive, since instances come and go.

use super::requester::{Speaker, find_computer};
use super::target::{by_guid, place};
use super::{Error, Master};
use crate::domain::consumption::{Consumption, ConsumptionQuery, ConsumptionReport, Found, Item, judge};
use crate::domain::event::NewEvent;
use crate::domain::service::InstanceName;
use crate::storage::ReadTx;

impl Master {
    /// Stores a consumption report, and whose use each of its movements is or why it does not count; returns its number
    /// among those of the same computer and source reference.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such computer.
    pub async fn use_computer(
        &self,
        computer: String,
        consumption: Consumption,
        speaker: Speaker,
    ) -> Result<i64, Error> {
        let user = speaker.reporter(Some(&computer));
        self.db
            .write(move |tx| {
                let id = find_computer(**tx, &computer)?;
                let now = tx.now();
                let mut judged = Vec::new();
                for movement in &consumption.movements {
                    let found = found(**tx, &computer, movement.reference.as_deref().unwrap_or_default().trim())?;
                    judged.push(judge(movement.clone(), now, found));
                }
                let number = tx.insert_consumption(id, &consumption, &judged, &user, now)?;
                let mut text = format!("consumption report {number} of {:?}", consumption.source_reference);
                let faults = judged.iter().filter(|movement| movement.fault.is_some()).count();
                if faults > 0 {
                    text = format!("{text}: {faults} of {} movements do not count", judged.len());
                }
                tx.record(&NewEvent::new(user, "useComputer", text).computer(&computer), now)?;
                Ok(number)
            })
            .await
    }

    /// Consumption reports, newest first.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such computer.
    pub async fn consumption_list(&self, query: ConsumptionQuery) -> Result<Vec<ConsumptionReport>, Error> {
        self.db
            .read(move |tx| {
                query.computer.as_ref().map_or(Ok(()), |computer| find_computer(tx, computer).map(|_| ()))?;
                Ok(tx.consumption_reports(&query)?)
            })
            .await
    }
}

/// What a reference leads to on a computer.
fn found(tx: ReadTx<'_>, computer: &str, reference: &str) -> Result<Found, Error> {
    if reference == computer {
        return Ok(Found::Item(Item::Computer));
    }
    if let Some(partition) = tx.partition(computer, reference)? {
        let instance = partition.instance.map_or(Ok(None), |instance| tx.instance(instance))?;
        let item = |instance| Found::Item(Item::Instance(InstanceName::of(&instance)));
        return Ok(instance.map_or(Found::Free, item));
    }
    let Some(instance) = by_guid(tx, reference)? else { return Ok(Found::Nothing) };
    let here = place(tx, &instance)?.is_some_and(|place| *place.computer == *computer);
    Ok(if here { Found::Item(Item::Instance(InstanceName::of(&instance))) } else { Found::Nothing })
}
