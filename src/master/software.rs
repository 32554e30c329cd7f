//! Software releases: supply, reports of their builds, and products.

use super::requester::{Speaker, find_computer};
use super::{Error, Master};
use crate::domain::error::Refusal;
use crate::domain::event::NewEvent;
use crate::domain::ids::SoftwareRelease;
use crate::domain::instance::ComputerId;
use crate::domain::software::SoftwareInstallation;
use crate::domain::state::SupplyState;
use crate::domain::status::Report;
use crate::storage::{ReadTx, StatusSubject};

/// How to ask for the releases of a software product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProductQuery {
    /// By the name of the product.
    Product(String),
    /// By one of its releases.
    Release(String),
}

impl Master {
    /// Wants a software release to be on a computer, or to be removed from it.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such computer.
    pub async fn supply_supply(
        &self,
        computer: String,
        software_release: SoftwareRelease,
        state: SupplyState,
        speaker: Speaker,
    ) -> Result<(), Error> {
        let user = speaker.reporter(None);
        let strict = self.settings.strict;
        self.db
            .write(move |tx| {
                let id = find_computer(**tx, &computer)?;
                if strict
                    && state == SupplyState::Destroyed
                    && tx.software_installation(id, &software_release)?.is_none()
                {
                    return Ok(());
                }
                tx.supply(id, &software_release, state)?;
                let event = NewEvent::new(user, "supplySupply", state.as_str()).computer(&computer);
                Ok(tx.record(&event.software_release(&software_release), tx.now())?)
            })
            .await
    }

    /// Stores what a node reports of the build of a supplied release.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such computer, or the release is not supplied to it.
    pub async fn report_software_release(
        &self,
        computer: String,
        software_release: SoftwareRelease,
        report: Report,
        speaker: Speaker,
    ) -> Result<(), Error> {
        let user = speaker.reporter(Some(&computer));
        self.db
            .write(move |tx| {
                let installation = find_installation(**tx, &computer, &software_release)?;
                super::status::store(tx, StatusSubject::Installation(installation.id), &report, &user)?;
                let event = NewEvent::new(user, report.kind(), report.detail()).computer(&computer);
                Ok(tx.record(&event.software_release(&software_release), tx.now())?)
            })
            .await
    }

    /// Forgets a release that its node removed. One that was supplied again meanwhile stays wanted.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such computer, or the release is not supplied to it.
    pub async fn destroyed_software_release(
        &self,
        computer: String,
        software_release: SoftwareRelease,
        speaker: Speaker,
    ) -> Result<(), Error> {
        let user = speaker.reporter(Some(&computer));
        let strict = self.settings.strict;
        self.db
            .write(move |tx| {
                let installation = find_installation(**tx, &computer, &software_release)?;
                let text = match installation.requested_state {
                    SupplyState::Destroyed => {
                        tx.delete_software_installation(installation.id)?;
                        "removed"
                    }
                    SupplyState::Available if strict => {
                        let software_release = software_release.to_string();
                        return Err(Refusal::DestructionNotRequested { software_release, computer }.into());
                    }
                    SupplyState::Available => {
                        tx.delete_status(StatusSubject::Installation(installation.id))?;
                        "removed, and wanted again"
                    }
                };
                let event = NewEvent::new(user, "destroyedSoftwareRelease", text).computer(&computer);
                Ok(tx.record(&event.software_release(&software_release), tx.now())?)
            })
            .await
    }

    /// The releases of a software product, best first; none when the product is unknown.
    ///
    /// # Errors
    /// [`Error::Refused`] when a release is asked for that belongs to no product.
    pub fn get_software_release_list_from_software_product(&self, query: &ProductQuery) -> Result<Vec<String>, Error> {
        let products = &self.settings.software_products;
        let name = match query {
            ProductQuery::Product(name) => name,
            ProductQuery::Release(url) => {
                let Some(product) = products.iter().find(|product| product.url == *url) else {
                    let known = products.iter().map(|product| product.url.clone()).collect();
                    return Err(Refusal::UnknownProductRelease { url: url.clone(), known }.into());
                };
                &product.name
            }
        };
        Ok(products.iter().filter(|product| product.name == *name).map(|product| product.url.clone()).collect())
    }
}

/// A supplied release, or the refusal that names those that are supplied.
pub(super) fn find_installation(
    tx: ReadTx<'_>,
    computer: &str,
    software_release: &str,
) -> Result<SoftwareInstallation, Error> {
    let id: ComputerId = find_computer(tx, computer)?;
    if let Some(installation) = tx.software_installation(id, software_release)? {
        return Ok(installation);
    }
    let supplied = tx.software_installations(id)?;
    Err(Refusal::Unknown {
        field: "url".into(),
        what: "software release supplied to this computer",
        value: software_release.into(),
        known: supplied.into_iter().map(|installation| installation.software_release.to_string()).collect(),
    }
    .into())
}
