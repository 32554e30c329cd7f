//! The search for a place: decided before anything is written, for requests and for explanations alike.

use super::target::by_guid;
use super::{Error, Settings};
use crate::domain::allocation::{HostCriteria, known};
use crate::domain::error::Refusal;
use crate::domain::ids::Reference;
use crate::domain::instance::{ComputerId, InstanceId, Request};
use crate::domain::partition::Partition;
use crate::domain::placement::{Candidate, Obstacle, PartitionCriteria, Place, capabilities_known, sort};
use crate::storage::ReadTx;

/// Why a request finds no place.
#[derive(Debug)]
pub(super) struct NoPlace {
    /// What is answered.
    pub refusal: Refusal,
    /// What stands between its beginning and its end.
    pub reason: String,
    /// The places that were looked at.
    pub candidates: Vec<Candidate>,
}

/// The computer that the SLA of a request names, or the default one.
pub(super) fn computer(request: &Request, settings: &Settings) -> String {
    request.sla_text("computer_guid").unwrap_or_else(|| settings.default_computer.to_string())
}

/// A checked computer and its id.
pub(super) fn find_computer(tx: ReadTx<'_>, computer: &str) -> Result<Option<(Reference, ComputerId)>, Error> {
    match tx.computer_id(computer)? {
        Some(id) => Ok(Some((tx.computer_reference(id)?, id))),
        None => Ok(None),
    }
}

/// The partition for a software instance: the first free one of the computer that can do what the SLA asks for.
pub(super) fn partition(
    tx: ReadTx<'_>,
    request: &Request,
    settings: &Settings,
) -> Result<Result<Partition, NoPlace>, Error> {
    let criteria = PartitionCriteria::new(request, computer(request, settings));
    let refuse = |reason: String, candidates| NoPlace {
        refusal: Refusal::NoFreePartition { title: request.title.to_string(), reason: reason.clone() },
        reason,
        candidates,
    };
    let Some(id) = tx.computer_id(&criteria.computer)? else {
        let computers = known(&tx.computer_references()?);
        let reason = format!("there is no computer {:?}; known: {computers}", criteria.computer);
        return Ok(Err(refuse(reason, Vec::new())));
    };
    if criteria.capability.is_none()
        && let Some(free) = tx.first_free_partition(id)?
    {
        return Ok(Ok(free));
    }
    let (here, elsewhere): (Vec<Place>, Vec<Place>) =
        tx.places()?.into_iter().partition(|place| *place.computer == *criteria.computer);
    let known = capabilities_known(&here);
    let mut candidates = Vec::new();
    for place in here {
        match criteria.obstacle(&place, known) {
            Some(obstacle) => candidates.push(place.with(obstacle)),
            None => {
                if let Some(free) = tx.partition(&place.computer, &place.partition)? {
                    return Ok(Ok(free));
                }
            }
        }
    }
    let known = capabilities_known(&elsewhere);
    let free = elsewhere.iter().filter(|place| criteria.obstacle(place, known).is_none());
    candidates.extend(free.map(|place| place.with(Obstacle::OtherComputer)));
    Ok(Err(refuse(criteria.reason(&candidates), candidates)))
}

/// What a request demands of a host on a computer; the host may be named by any identifier ever handed out for it.
pub(super) fn host_criteria(tx: ReadTx<'_>, request: &Request, computer: &Reference) -> Result<HostCriteria, Error> {
    let host = match request.sla_text("instance_guid") {
        Some(guid) => by_guid(tx, &guid)?,
        None => None,
    };
    let partition = host.map_or(Ok(None), |host| tx.partition_of(host.id))?;
    let named = partition.filter(|partition| partition.computer == *computer).map(|partition| partition.reference);
    Ok(HostCriteria::new(request, computer, named.as_ref()))
}

/// The first instance of a computer, in the order of allocation, that may serve a new shared instance, and its place.
pub(super) fn host(
    tx: ReadTx<'_>,
    request: &Request,
    computer: &Reference,
    id: ComputerId,
) -> Result<Result<(InstanceId, Place), NoPlace>, Error> {
    let criteria = host_criteria(tx, request, computer)?;
    let places = tx.places_on(id)?;
    let known = capabilities_known(&places);
    let mut candidates = Vec::new();
    for place in places {
        match (criteria.obstacle(&place, known), &place.tenant) {
            (Some(obstacle), _) => candidates.push(place.with(obstacle)),
            (None, Some(tenant)) => return Ok(Ok((tenant.id, place))),
            (None, None) => {}
        }
    }
    candidates.extend(hosts_elsewhere(tx, request, computer)?);
    sort(&mut candidates);
    let reason = criteria.reason(&candidates);
    let refusal = Refusal::NoHost { criteria: criteria.to_string(), reason: reason.clone() };
    Ok(Err(NoPlace { refusal, reason, candidates }))
}

/// The instances of other computers that would do, were the request for their computers.
fn hosts_elsewhere(tx: ReadTx<'_>, request: &Request, computer: &Reference) -> Result<Vec<Candidate>, Error> {
    let mut candidates = Vec::new();
    for reference in tx.computer_references()?.iter().filter(|reference| ***reference != **computer) {
        let Some((other, id)) = find_computer(tx, reference)? else { continue };
        let criteria = host_criteria(tx, request, &other)?;
        let places = tx.places_on(id)?;
        let known = capabilities_known(&places);
        let fits = |place: &&Place| place.tenant.is_some() && criteria.obstacle(place, known).is_none();
        candidates.extend(places.iter().filter(fits).map(|place| place.with(Obstacle::OtherComputer)));
    }
    Ok(candidates)
}

/// The refusal of a shared instance on a computer that is not there.
pub(super) fn no_computer(tx: ReadTx<'_>, request: &Request, computer: &str) -> Result<NoPlace, Error> {
    let reason = format!("there is no computer {computer:?}; known: {}", known(&tx.computer_references()?));
    let criteria = format!("['{}', '{computer}']", request.software_release);
    let refusal = Refusal::NoHost { criteria, reason: reason.clone() };
    Ok(NoPlace { refusal, reason, candidates: Vec::new() })
}
