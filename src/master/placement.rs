//! The search for a place: decided before anything is written, for requests and for explanations alike.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::target::by_guid;
use super::{Error, Settings};
use crate::domain::allocation::{HostCriteria, known};
use crate::domain::error::Refusal;
use crate::domain::instance::{ComputerId, InstanceId, Request};
use crate::domain::partition::Partition;
use crate::domain::placement::{Candidate, Demand, Obstacle, Place, Scope, capabilities_known, sort};
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

/// The partition for a software instance: the first free one that meets what the SLA demands, on the computer that it names,
/// or on the default one; else, if requests go anywhere, on the computers that have the release, or most room.
pub(super) fn partition(
    tx: ReadTx<'_>,
    request: &Request,
    settings: &Settings,
) -> Result<Result<Partition, NoPlace>, Error> {
    let scope = Scope::of(request, &settings.default_computer, settings.allocation);
    let demand = Demand::of(request);
    let refuse = |reason: String, candidates| NoPlace {
        refusal: Refusal::NoFreePartition { title: request.title.to_string(), reason: reason.clone() },
        reason,
        candidates,
    };
    match &scope {
        Scope::Only(computer) => {
            let Some(id) = tx.computer_id(computer)? else {
                return Ok(Err(refuse(unknown(tx, computer)?, Vec::new())));
            };
            if let Some(free) = free_on(tx, id, &demand)? {
                return Ok(Ok(free));
            }
        }
        Scope::All(default) => {
            let first = tx.computer_id(default)?;
            for id in first.into_iter().chain(tx.computers_for(&request.software_release)?) {
                if let Some(free) = free_on(tx, id, &demand)? {
                    return Ok(Ok(free));
                }
            }
        }
    }
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        by_computer(tx.places()?).into_iter().partition(|places| scope.has(&places[0].computer));
    let obstacle = |place: &Place, known| demand.obstacle_of_new(place, known);
    let mut candidates: Vec<Candidate> = here
        .iter()
        .flat_map(|places| judged(places, obstacle))
        .filter_map(|(place, obstacle)| Some(place.with(obstacle?)))
        .collect();
    let free = elsewhere.iter().flat_map(|places| judged(places, obstacle)).filter(|(_, obstacle)| obstacle.is_none());
    candidates.extend(free.map(|(place, _)| place.with(Obstacle::OtherComputer)));
    Ok(Err(refuse(scope.reason(&candidates), candidates)))
}

/// The first free partition of a computer that meets a demand.
fn free_on(tx: ReadTx<'_>, computer: ComputerId, demand: &Demand) -> Result<Option<Partition>, Error> {
    if demand.is_nothing() {
        return Ok(tx.first_free_partition(computer)?);
    }
    let places = tx.places_on(computer)?;
    let fitting =
        judged(&places, |place, known| demand.obstacle_of_new(place, known)).find(|(_, obstacle)| obstacle.is_none());
    fitting.map_or(Ok(None), |(place, _)| Ok(tx.partition(&place.computer, &place.partition)?))
}

/// The places of one computer, each with what stands in its way.
fn judged(
    places: &[Place],
    obstacle: impl Fn(&Place, bool) -> Option<Obstacle>,
) -> impl Iterator<Item = (&Place, Option<Obstacle>)> {
    let known = capabilities_known(places);
    places.iter().map(move |place| (place, obstacle(place, known)))
}

/// Places in the order of allocation, computer by computer.
fn by_computer(places: Vec<Place>) -> Vec<Vec<Place>> {
    let mut computers: Vec<Vec<Place>> = Vec::new();
    for place in places {
        match computers.iter_mut().find(|places| places[0].computer == place.computer) {
            Some(places) => places.push(place),
            None => computers.push(vec![place]),
        }
    }
    computers
}

fn unknown(tx: ReadTx<'_>, computer: &str) -> Result<String, Error> {
    Ok(format!("there is no computer {computer:?}; known: {}", known(&tx.computer_references()?)))
}

/// What a request demands of a host; it may be named by any identifier ever handed out for it, and is then looked for where
/// it is unless the SLA names a computer.
pub(super) fn host_criteria(tx: ReadTx<'_>, request: &Request, settings: &Settings) -> Result<HostCriteria, Error> {
    let host = match request.sla_text("instance_guid") {
        Some(guid) => by_guid(tx, &guid)?,
        None => None,
    };
    let place = host.map_or(Ok(None), |host| tx.partition_of(host.id))?;
    let place = place.map(|partition| (partition.computer, partition.reference));
    let scope = match (&place, request.sla_text("computer_guid")) {
        (Some((computer, _)), None) => Scope::Only(computer.to_string()),
        _ => Scope::of(request, &settings.default_computer, settings.allocation),
    };
    Ok(HostCriteria::new(request, scope, place))
}

/// The instance that may serve a new shared one, and its place: of those that fit, the one that serves the fewest.
pub(super) fn host(
    tx: ReadTx<'_>,
    request: &Request,
    settings: &Settings,
) -> Result<Result<(InstanceId, Place), NoPlace>, Error> {
    find_host(tx, request, settings, None)
}

/// The same, of all but one, which serves it now.
pub(super) fn other_host(
    tx: ReadTx<'_>,
    request: &Request,
    settings: &Settings,
    present: InstanceId,
) -> Result<Result<(InstanceId, Place), NoPlace>, Error> {
    find_host(tx, request, settings, Some(present))
}

fn find_host(
    tx: ReadTx<'_>,
    request: &Request,
    settings: &Settings,
    present: Option<InstanceId>,
) -> Result<Result<(InstanceId, Place), NoPlace>, Error> {
    let criteria = host_criteria(tx, request, settings)?;
    let refuse = |reason: String, candidates| NoPlace {
        refusal: Refusal::NoHost { criteria: criteria.to_string(), reason: reason.clone() },
        reason,
        candidates,
    };
    let only = match &criteria.scope {
        Scope::All(_) => None,
        Scope::Only(computer) => match tx.computer_id(computer)? {
            None => return Ok(Err(refuse(unknown(tx, computer)?, Vec::new()))),
            found => found,
        },
    };
    let is_present = |place: &Place| present.is_some() && place.tenant.as_ref().map(|tenant| tenant.id) == present;
    let mut known = HashMap::new();
    let found = tx.least_loaded_host(&criteria.software_release, only, |place| {
        // Whether capabilities are known matters only to who asks for one.
        let known = match known.entry(place.computer_id.0) {
            _ if criteria.demand.capability.is_none() => false,
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => *entry.insert(tx.knows_capabilities(place.computer_id)?),
        };
        Ok::<_, Error>(!is_present(place) && criteria.obstacle(place, known).is_none())
    })?;
    if let Some((host, place)) = found {
        return Ok(Ok((host, place)));
    }
    let mut candidates = Vec::new();
    for places in by_computer(tx.places()?) {
        let here = criteria.scope.has(&places[0].computer);
        let occupied = judged(&places, |place, known| criteria.obstacle(place, known));
        candidates.extend(occupied.filter(|(place, _)| place.tenant.is_some()).filter_map(|(place, obstacle)| {
            match obstacle {
                Some(obstacle) => here.then(|| place.with(obstacle)),
                None if is_present(place) => Some(place.with(Obstacle::ServesAlready)),
                None => Some(place.with(Obstacle::OtherComputer)),
            }
        }));
    }
    sort(&mut candidates);
    Ok(Err(refuse(criteria.reason(&candidates), candidates)))
}
