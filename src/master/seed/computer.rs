//! Computers of seeds, and the releases on them.

use super::{Seeder, at};
use crate::domain::certificate::Owner;
use crate::domain::description::ComputerDescription;
use crate::domain::error::Refusal;
use crate::domain::event::NewEvent;
use crate::domain::instance::ComputerId;
use crate::domain::seed::{SeededComputer, SeededSoftware};
use crate::master::Error;
use crate::master::dump::description;
use crate::master::format::format;
use crate::storage::StatusSubject;

impl Seeder<'_> {
    pub(super) fn computer(&mut self, field: &str, computer: &SeededComputer) -> Result<(), Error> {
        let tx = self.tx;
        self.seeding.computers += 1;
        let SeededComputer { reference, title, description, software, reports, certificate, .. } = computer;
        let id = if let Some(id) = tx.computer_id(reference)? {
            id
        } else {
            self.changed(&self.event("computer").computer(reference))?;
            tx.insert_computer(reference, None)?
        };
        if let Some(title) = title {
            match tx.computer_of_title(title)? {
                Some(holder) if holder == *reference => {}
                Some(holder) => {
                    let reason = format!("the computer {holder} has the title {:?} already", &**title);
                    return Err(Refusal::Seed { field: "title".into(), reason }.into());
                }
                None => {
                    tx.set_computer_title(id, title)?;
                    self.changed(&self.event(&format!("title {title}")).computer(reference))?;
                }
            }
        }
        if let Some(description) = description
            && !self.is_described(id, reference, description)?
        {
            format(tx, description, &self.user)?;
            self.seeding.changes += 1;
        }
        self.properties(field, id, computer)?;
        for (index, software) in software.iter().enumerate() {
            at(&format!("{field}.software[{index}]"), self.software(id, reference, software))?;
        }
        let about = self.event("report").computer(reference);
        self.reports(StatusSubject::Computer(id), reports, reference, &about)?;
        self.certificate(*certificate, Owner::Computer(id), reference, &self.event("certificate").computer(reference))
    }

    /// Whether a computer is described so already.
    fn is_described(&self, id: ComputerId, reference: &str, wanted: &ComputerDescription) -> Result<bool, Error> {
        let summary = self.tx.computers()?.into_iter().find(|known| *known.reference == *reference);
        let Some(summary) = summary else { return Ok(false) };
        let mut present = description(**self.tx, id, &summary)?;
        let mut wanted = wanted.clone().without_taps();
        for description in [&mut present, &mut wanted] {
            description.partitions.sort_by(|one, other| one.reference.cmp(&other.reference));
        }
        Ok(present == wanted)
    }

    fn software(&mut self, id: ComputerId, computer: &str, software: &SeededSoftware) -> Result<(), Error> {
        let tx = self.tx;
        let SeededSoftware { software_release, state, reports } = software;
        let about = |event: NewEvent| event.computer(computer).software_release(software_release);
        let present = tx.software_installation(id, software_release)?;
        if present.as_ref().is_none_or(|present| present.requested_state != *state) {
            tx.supply(id, software_release, *state)?;
            self.changed(&about(self.event(state.as_str())))?;
        }
        if let Some(present) = tx.software_installation(id, software_release)? {
            let event = about(self.event("report"));
            self.reports(StatusSubject::Installation(present.id), reports, computer, &event)?;
        }
        Ok(())
    }
}
