//! Services, computers and installations as people list them and look at them. Names that are unknown find nothing.

use super::{Error, Master};
use crate::domain::service::{
    ComputerEntry, ComputerNews, InstallationNews, InstanceName, InstanceTrees, RootInstance, Service, ServiceNews,
};
use crate::domain::status::{StatusRecord, Subject};
use crate::storage::{ReadTx, StatusSubject};

impl Master {
    /// What people requested: software instances, then shared ones. Of a title, the software instance; if there is none,
    /// the shared one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn instance_trees(&self, title: Option<String>, limit: Option<u32>) -> Result<InstanceTrees, Error> {
        self.db
            .read(move |tx| {
                let title = title.as_deref();
                let services = tx.root_services(title, limit)?;
                let shared = match title {
                    Some(_) if !services.is_empty() => Vec::new(),
                    Some(_) => tx.root_shared(title, Some(limit.unwrap_or(1).min(1)))?,
                    None => {
                        let found = u32::try_from(services.len()).unwrap_or(u32::MAX);
                        tx.root_shared(None, limit.map(|limit| limit.saturating_sub(found)))?
                    }
                };
                let mut hosted = tx.shared_of_roots(title)?;
                let roots = services.into_iter().map(|service| {
                    let shared = hosted.remove(&service.instance.id).unwrap_or_default();
                    RootInstance { service, shared }
                });
                Ok(InstanceTrees { roots: roots.collect(), shared })
            })
            .await
    }

    /// The members of the tree of a title, its root too, in the order of their first requests.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn instance_tree_members(&self, title: String, limit: Option<u32>) -> Result<Vec<Service>, Error> {
        self.db
            .read(move |tx| {
                let is_root = |service: &Service| service.instance.is_root();
                let root = match tx.service_titled(&title, false)?.filter(is_root) {
                    None => tx.service_titled(&title, true)?.filter(is_root),
                    root => root,
                };
                match root {
                    Some(root) => Ok(tx.services_of_tree(root.instance.id, limit)?),
                    None => Ok(Vec::new()),
                }
            })
            .await
    }

    /// A software instance, and the news of its tree if it is a root.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn service(&self, name: InstanceName) -> Result<Option<ServiceNews>, Error> {
        self.db.read(move |tx| find(tx, &name, false)).await
    }

    /// A shared instance, and its news. A title alone means a root.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn shared_service(&self, name: InstanceName) -> Result<Option<ServiceNews>, Error> {
        let any = name.root.is_some();
        let found = self.db.read(move |tx| find(tx, &name, true)).await?;
        Ok(found.filter(|found| any || found.service.instance.is_root()))
    }

    /// Computers: all, or the one of a reference or a title.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn computers(
        &self,
        reference: Option<String>,
        title: Option<String>,
        limit: Option<u32>,
    ) -> Result<Vec<ComputerEntry>, Error> {
        self.db.read(move |tx| Ok(tx.computer_entries(reference.as_deref(), title.as_deref(), limit)?)).await
    }

    /// A computer, and its news.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn computer(&self, reference: String) -> Result<Option<ComputerNews>, Error> {
        self.db
            .read(move |tx| {
                let Some(computer) = tx.computer_entries(Some(&reference), None, Some(1))?.pop() else {
                    return Ok(None);
                };
                let Some(id) = tx.computer_id(&reference)? else { return Ok(None) };
                let status = tx.status(StatusSubject::Computer(id))?;
                let partitions = tx.services_on(id)?.into_iter().filter_map(|service| {
                    let record = service.record();
                    service.partition.map(|partition| (partition.reference, record))
                });
                Ok(Some(ComputerNews {
                    computer,
                    news: StatusRecord { subject: Subject::ComputeNode, reference: Some(reference), status },
                    partitions: partitions.collect(),
                }))
            })
            .await
    }

    /// What is supplied: to all computers, or to one; all releases, or one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn installations(
        &self,
        computer: Option<String>,
        url: Option<String>,
        limit: Option<u32>,
    ) -> Result<Vec<InstallationNews>, Error> {
        self.db.read(move |tx| Ok(tx.installations(computer.as_deref(), url.as_deref(), limit)?)).await
    }
}

fn find(tx: ReadTx<'_>, name: &InstanceName, shared: bool) -> Result<Option<ServiceNews>, Error> {
    let service = match &name.root {
        Some(root) => tx.service_in_tree(root, &name.title, shared)?,
        None => tx.service_titled(&name.title, shared)?,
    };
    let Some(service) = service else { return Ok(None) };
    let services = if service.instance.is_root() {
        tx.services_of_tree(service.instance.id, None)?
    } else {
        vec![service.clone()]
    };
    let reported = services.iter().filter(|service| service.status.is_some());
    let news = reported.map(Service::record).collect();
    Ok(Some(ServiceNews { service, news }))
}
