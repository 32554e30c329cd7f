//! Explanations: why instances are where they are and as they are, and why requests were refused.

use std::path::Path;

use super::placement::{self, NoPlace};
use super::target::{by_guid, place};
use super::{Error, Master, Settings};
use crate::domain::difference::{of_wishes, outline};
use crate::domain::error::Refusal;
use crate::domain::event::Event;
use crate::domain::explanation::{Explanation, Outlook, Processing, RefusedRequest, Wanted, Whereabouts, why_there};
use crate::domain::instance::{Instance, InstanceId, Request, Wish};
use crate::domain::partition::Partition;
use crate::domain::placement::{Demand, Tenant, capabilities_known};
use crate::domain::service::InstanceName;
use crate::domain::timestamp::Timestamp;
use crate::storage::{OpenError, ReadTx, StatusSubject, read_file, structure};

/// How many known titles a refusal names.
const KNOWN: usize = 20;

/// How many events are looked at for what changed since the latest report.
const EVENTS: u32 = 200;

impl Master {
    /// What is known of the instances and refused requests of a title, roots first; or of the instance of an identifier.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is none.
    pub async fn explanation_list(&self, title: String) -> Result<Vec<Explanation>, Error> {
        let settings = self.settings.clone();
        self.db.read(move |tx| explain(tx, &settings, &title)).await
    }
}

/// [`Master::explanation_list`] from a database file, which is not changed.
///
/// # Errors
/// [`OpenError`] for a file that is missing or not ours; [`enum@Error`] as the other.
pub fn explain_file(
    database: &Path,
    settings: &Settings,
    title: &str,
) -> Result<Result<Vec<Explanation>, Error>, OpenError> {
    read_file(database, |tx| explain(tx, settings, title))
}

fn explain(tx: ReadTx<'_>, settings: &Settings, title: &str) -> Result<Vec<Explanation>, Error> {
    let mut instances = tx.instances_titled(title)?;
    let mut refused = tx.refused_requests(title)?;
    if instances.is_empty() && refused.is_empty() {
        instances.extend(by_guid(tx, title)?);
        if let Some(found) = instances.first() {
            refused = tx.refused_requests(&found.title)?;
            refused.retain(|refused| is_of(refused, found));
        }
    }
    let mut explanations = Vec::new();
    for instance in instances {
        let own = refused.iter().position(|refused| is_of(refused, &instance)).map(|index| refused.remove(index));
        explanations.push(of_instance(tx, settings, &instance, own)?);
    }
    for refused in refused {
        explanations.push(of_refused(tx, settings, refused)?);
    }
    if explanations.is_empty() {
        return Err(unknown(tx, title)?.into());
    }
    explanations.sort_by_key(|explanation| explanation.name.root.is_some());
    Ok(explanations)
}

fn is_of(refused: &RefusedRequest, instance: &Instance) -> bool {
    refused.root == instance.root && refused.request.shared == instance.sharing.is_some()
}

fn unknown(tx: ReadTx<'_>, title: &str) -> Result<Refusal, Error> {
    let mut known = tx.refused_titles()?;
    for root in tx.root_titles()? {
        if !known.contains(&root) {
            known.push(root);
        }
    }
    if known.len() > KNOWN {
        let left = known.len() - KNOWN;
        known.truncate(KNOWN);
        known.push(format!("and {left} more"));
    }
    Ok(Refusal::Unknown { field: "title".into(), what: "instance or refused request", value: title.into(), known })
}

fn of_instance(
    tx: ReadTx<'_>,
    settings: &Settings,
    instance: &Instance,
    refused: Option<RefusedRequest>,
) -> Result<Explanation, Error> {
    let place = place(tx, instance)?;
    let host = instance.sharing.as_ref().map_or(Ok(None), |sharing| tx.instance(sharing.host))?;
    let runner = host.as_ref().unwrap_or(instance);
    let wish = &instance.wish;
    let outlook = match (&refused, &place) {
        (Some(refused), _) => Some(outlook(tx, settings, &refused.request)?),
        (None, None) => Some(outlook(tx, settings, &repeated(instance))?),
        (None, Some(_)) => None,
    };
    let refused_changes = match &refused {
        None => Vec::new(),
        Some(refused) => {
            let root = instance.root.map_or(Ok(None), |root| tx.instance(root))?;
            let asked = refused.request.wish(root.map(|root| root.wish.state), Some(wish.state));
            of_wishes(wish, &asked, structure)
        }
    };
    Ok(Explanation {
        name: InstanceName::of(instance),
        shared: instance.sharing.is_some(),
        wanted: wanted(tx, wish, instance.requester)?,
        whereabouts: place
            .as_ref()
            .map(|place| whereabouts(tx, settings, instance, host.as_ref(), place))
            .transpose()?,
        outlook,
        refusals: refused.map(|refused| refused.refusals),
        refused_changes,
        reported: tx.status(StatusSubject::Instance(instance.id))?,
        processing: place.as_ref().map(|place| processing(tx, runner, place)).transpose()?,
    })
}

fn of_refused(tx: ReadTx<'_>, settings: &Settings, refused: RefusedRequest) -> Result<Explanation, Error> {
    let RefusedRequest { root, requester, request, refusals } = refused;
    let root = root.map_or(Ok(None), |root| tx.instance(root))?;
    let wish = request.wish(root.as_ref().map(|root| root.wish.state), None);
    Ok(Explanation {
        name: InstanceName { root: root.map(|root| root.title.to_string()), title: request.title.to_string() },
        shared: request.shared,
        wanted: wanted(tx, &wish, requester)?,
        whereabouts: None,
        outlook: Some(outlook(tx, settings, &request)?),
        refusals: Some(refusals),
        refused_changes: Vec::new(),
        reported: None,
        processing: None,
    })
}

/// The request that an instance is the outcome of.
pub(super) fn repeated(instance: &Instance) -> Request {
    let wish = instance.wish.clone();
    Request {
        title: instance.title.clone(),
        software_release: wish.software_release,
        software_type: wish.software_type,
        state: Some(wish.state),
        shared: instance.sharing.is_some(),
        parameters: wish.parameters,
        sla: wish.sla,
    }
}

fn wanted(tx: ReadTx<'_>, wish: &Wish, requester: Option<InstanceId>) -> Result<Wanted, Error> {
    Ok(Wanted {
        software_release: wish.software_release.clone(),
        software_type: wish.software_type.clone(),
        state: wish.state,
        requester: requester.map_or(Ok(None), |requester| tx.instance_name(requester))?,
        parameters: outline(&wish.parameters, structure),
        sla: outline(&wish.sla, structure),
    })
}

fn whereabouts(
    tx: ReadTx<'_>,
    settings: &Settings,
    instance: &Instance,
    host: Option<&Instance>,
    place: &Partition,
) -> Result<Whereabouts, Error> {
    let named = |key: &str| instance.wish.sla.text(key).filter(|text| !text.is_empty());
    let reason = match host {
        None => why_there(&place.computer, named("computer_guid").as_deref(), &settings.default_computer),
        Some(host) => {
            let Wish { software_release, software_type, .. } = &host.wish;
            match named("instance_guid") {
                Some(_) => format!("its SLA names this host, which runs {software_release} as type {software_type}"),
                None => format!("this host runs {software_release} as type {software_type}"),
            }
        }
    };
    Ok(Whereabouts {
        computer: place.computer.clone(),
        partition: place.reference.clone(),
        host: host.map(InstanceName::of),
        reason,
        misfit: misfit(tx, instance, place)?,
    })
}

/// What of the SLA of an instance its place does not meet any more.
fn misfit(tx: ReadTx<'_>, instance: &Instance, partition: &Partition) -> Result<Option<String>, Error> {
    let request = repeated(instance);
    let named = request.sla_text("computer_guid").filter(|named| **named != *partition.computer);
    if let Some(named) = named {
        return Ok(Some(format!("the SLA names the computer {named}")));
    }
    let demand = Demand::of(&request);
    if demand.is_nothing() {
        return Ok(None);
    }
    let places = tx.places_on(partition.computer_id)?;
    let known = capabilities_known(&places);
    let place = places.iter().find(|place| place.id == partition.id);
    let missed = place.and_then(|place| demand.misses(place, known));
    Ok(missed.map(|obstacle| format!("{} {obstacle}", partition.reference)))
}

fn outlook(tx: ReadTx<'_>, settings: &Settings, request: &Request) -> Result<Outlook, Error> {
    let refusal = |NoPlace { reason, candidates, .. }| Outlook::Refusal { reason, candidates };
    if !request.shared {
        let partition = placement::partition(tx, request, settings)?;
        return Ok(partition.map_or_else(refusal, |partition| Outlook::Place {
            computer: partition.computer,
            partition: partition.reference,
            host: None,
        }));
    }
    let host = placement::host(tx, request, settings)?;
    Ok(host.map_or_else(refusal, |(_, place)| Outlook::Place {
        host: place.tenant.as_ref().map(Tenant::name),
        computer: place.computer,
        partition: place.partition,
    }))
}

fn processing(tx: ReadTx<'_>, runner: &Instance, place: &Partition) -> Result<Processing, Error> {
    let reported = tx.status(StatusSubject::Instance(runner.id))?;
    // What a bang left is no report of the node, which was before it.
    let report = reported.as_ref().filter(|reported| !reported.is_bang());
    let since = report.map_or(Timestamp(0), |reported| reported.created_at);
    let name = InstanceName::of(runner);
    let changed_at = runner.timestamp;
    let happened = tx.events_of_partition(&place.computer, &place.reference, since, changed_at, EVENTS)?;
    let of_it = |event: &Event| event.instance.as_deref() == Some(&*runner.title);
    let since_report = happened.into_iter().take_while(|event| !(event.is_report() && of_it(event)));
    let causes =
        since_report.filter(|event| event.last_at > since && event.causes_processing(&name, changed_at)).collect();
    Ok(Processing { instance: name, changed_at, reported, causes })
}
