//! What is different between two states, in words.

use std::collections::BTreeMap;

use super::{Seed, SeededComputer, SeededInstance, SeededPartition, SeededSoftware};
use crate::domain::description::ComputerDescription;
use crate::domain::difference::{Difference, Structure, of_parameters, of_wishes};
use crate::domain::parameters::Parameters;
use crate::domain::seed::report::SaidReport;
use crate::domain::service::InstanceName;

/// What is different between two states: a line for each thing that was added, removed, or changed in one respect.
#[must_use]
pub fn differences(before: &Seed, after: &Seed, read: Structure) -> Vec<String> {
    let mut lines = Vec::new();
    let key = |computer: &SeededComputer| computer.reference.to_string();
    for (name, pair) in pairs(&before.computers, &after.computers, key) {
        let what = format!("computer {name}");
        match pair {
            (Some(before), Some(after)) => computer(&what, before, after, read, &mut lines),
            pair => come_and_gone(&what, pair, &mut lines),
        }
    }
    let (instances_before, instances_after) = (listed(&before.instances), listed(&after.instances));
    for (name, pair) in pairs(&instances_before, &instances_after, Listed::name) {
        match pair {
            (Some(before), Some(after)) => instance(&name, before, after, read, &mut lines),
            pair => come_and_gone(&name, pair, &mut lines),
        }
    }
    for (rule, pair) in pairs(&before.faults, &after.faults, ToString::to_string) {
        come_and_gone(&format!("fault {rule}"), pair, &mut lines);
    }
    lines
}

type Pair<'a, T> = (Option<&'a T>, Option<&'a T>);

/// The things of two lists by their keys, in the order of the keys.
fn pairs<'a, T>(before: &'a [T], after: &'a [T], key: impl Fn(&T) -> String) -> BTreeMap<String, Pair<'a, T>> {
    let mut pairs: BTreeMap<String, Pair<'a, T>> = BTreeMap::new();
    for item in before {
        pairs.entry(key(item)).or_default().0 = Some(item);
    }
    for item in after {
        pairs.entry(key(item)).or_default().1 = Some(item);
    }
    pairs
}

fn come_and_gone<T>(what: &str, pair: Pair<'_, T>, lines: &mut Vec<String>) {
    lines.extend(match pair {
        (None, Some(_)) => Some(format!("{what}: added")),
        (Some(_), None) => Some(format!("{what}: removed")),
        _ => None,
    });
}

fn changed(what: &str, name: &str, from: Option<&str>, to: Option<&str>, lines: &mut Vec<String>) {
    if from != to {
        lines.push(format!("{what}: {}", Difference::new(name, from, to)));
    }
}

fn all(what: &str, differences: Vec<Difference>, lines: &mut Vec<String>) {
    lines.extend(differences.into_iter().map(|difference| format!("{what}: {difference}")));
}

fn computer(what: &str, before: &SeededComputer, after: &SeededComputer, read: Structure, lines: &mut Vec<String>) {
    changed(what, "title", before.title.as_deref(), after.title.as_deref(), lines);
    let described = |computer: &SeededComputer| computer.description.clone().unwrap_or_else(|| nothing(computer));
    description(what, &described(before), &described(after), read, lines);
    changed(what, "network", before.property.network.as_deref(), after.property.network.as_deref(), lines);
    let closed = |computer: &SeededComputer| computer.property.closed.unwrap_or_default();
    match (closed(before), closed(after)) {
        (false, true) => lines.push(format!("{what}: closed")),
        (true, false) => lines.push(format!("{what}: opened")),
        _ => {}
    }
    for (name, pair) in pairs(&before.allocation, &after.allocation, |said| said.partition.to_string()) {
        let text = |said: Option<&SeededPartition>| said.map(|said| said.property.to_string());
        let (from, to) = (text(pair.0), text(pair.1));
        changed(what, &format!("allocation {name}"), from.as_deref(), to.as_deref(), lines);
    }
    for (url, pair) in pairs(&before.software, &after.software, |software| software.software_release.to_string()) {
        let what = format!("{what}: software {url}");
        match pair {
            (Some(before), Some(after)) => software(&what, before, after, lines),
            pair => come_and_gone(&what, pair, lines),
        }
    }
    report(what, &before.reports, &after.reports, lines);
    certificate(what, before.certificate, after.certificate, lines);
}

fn nothing(computer: &SeededComputer) -> ComputerDescription {
    ComputerDescription {
        reference: computer.reference.to_string(),
        address: None,
        netmask: None,
        partitions: Vec::new(),
        details: Parameters::default(),
    }
}

fn description(
    what: &str,
    before: &ComputerDescription,
    after: &ComputerDescription,
    read: Structure,
    lines: &mut Vec<String>,
) {
    changed(what, "address", before.address.as_deref(), after.address.as_deref(), lines);
    changed(what, "netmask", before.netmask.as_deref(), after.netmask.as_deref(), lines);
    all(what, of_parameters("detail", &before.details, &after.details, read), lines);
    for (name, pair) in pairs(&before.partitions, &after.partitions, |partition| partition.reference.clone()) {
        let what = format!("{what}: partition {name}");
        match pair {
            (Some(before), Some(after)) => {
                if before.addresses != after.addresses {
                    lines.push(format!("{what}: other addresses"));
                }
                all(&what, of_parameters("detail", &before.details, &after.details, read), lines);
            }
            pair => come_and_gone(&what, pair, lines),
        }
    }
}

fn software(what: &str, before: &SeededSoftware, after: &SeededSoftware, lines: &mut Vec<String>) {
    changed(what, "state", Some(before.state.as_str()), Some(after.state.as_str()), lines);
    report(what, &before.reports, &after.reports, lines);
}

/// An instance with the names of what it is below of.
struct Listed<'a> {
    instance: &'a SeededInstance,
    root: Option<String>,
    requester: Option<String>,
}

impl Listed<'_> {
    fn name(&self) -> String {
        let name = InstanceName { root: self.root.clone(), title: self.instance.title.to_string() };
        let kind = if self.instance.is_shared() { "shared instance" } else { "instance" };
        format!("{kind} {name}")
    }
}

/// All instances, each behind the one that requested it.
fn listed(roots: &[SeededInstance]) -> Vec<Listed<'_>> {
    let mut found = Vec::new();
    for root in roots {
        found.push(Listed { instance: root, root: None, requester: None });
        below(root, &root.title, &mut found);
    }
    found
}

fn below<'a>(instance: &'a SeededInstance, root: &str, found: &mut Vec<Listed<'a>>) {
    for child in &instance.instances {
        let requester = Some(instance.title.to_string());
        found.push(Listed { instance: child, root: Some(root.into()), requester });
        below(child, root, found);
    }
}

fn instance(what: &str, before: &Listed<'_>, after: &Listed<'_>, read: Structure, lines: &mut Vec<String>) {
    all(what, of_wishes(&before.instance.wish, &after.instance.wish, read), lines);
    changed(what, "requester", before.requester.as_deref(), after.requester.as_deref(), lines);
    let places = [before, after].map(|listed| listed.instance.place_text());
    changed(what, "place", Some(&places[0]), Some(&places[1]), lines);
    let published = |listed: &Listed<'_>| listed.instance.connection.clone().unwrap_or_default();
    all(what, of_parameters("connection", &published(before), &published(after), read), lines);
    report(what, &before.instance.reports, &after.instance.reports, lines);
    certificate(what, before.instance.certificate, after.instance.certificate, lines);
}

fn report(what: &str, before: &[SaidReport], after: &[SaidReport], lines: &mut Vec<String>) {
    let text = |said: &[SaidReport]| said.last().map(|said| said.report.text());
    changed(what, "report", text(before).as_deref(), text(after).as_deref(), lines);
}

fn certificate(what: &str, before: bool, after: bool, lines: &mut Vec<String>) {
    lines.extend(match (before, after) {
        (false, true) => Some(format!("{what}: has a certificate")),
        (true, false) => Some(format!("{what}: has no certificate any more")),
        _ => None,
    });
}
