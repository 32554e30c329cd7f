//! The shared instances of an old database: their parameters are in the lists of their hosts, the rest in rows of their
//! own. Both name them by one text, which is made of the names of the requester and of the instance.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::document::Record;
use super::plan::{Index, Instance, Plan, Shared, acceptable_title, note, printable};
use super::tree::Finder;
use crate::domain::ids::Title;
use crate::domain::instance::{DEFAULT_SOFTWARE_TYPE, RESERVED_SHARED_KEYS, natural_reference};
use crate::domain::parameters::Parameters;
use crate::domain::state::RequestedState;
use crate::wire::xml::{Limits, Value, loads_with, parameters, read_parameters};

/// Lists of old databases were written by their own program: only what they hold counts.
const LIMITS: Limits = Limits { depth: 64, elements: 50_000_000, text: 1 << 30 };

/// What the list of a host says of a shared instance.
#[derive(Debug)]
struct Entry {
    host: Index,
    /// Where in the list it is.
    position: usize,
    reference: String,
    software_type: String,
    parameters: Parameters,
    taken: bool,
}

/// What a row says of a shared instance.
#[derive(Debug, Default)]
struct Row {
    reference: String,
    computer: String,
    hosted_by: String,
    asked_by: String,
    requester_id: String,
    connection: Option<Parameters>,
}

/// Who requested a shared instance, and how it is named then.
#[derive(Debug)]
struct Name {
    title: String,
    requester: Option<Index>,
    root: Option<Index>,
    /// The name that its host is to know it by.
    reference: String,
}

/// The shared instances that were added by now.
#[derive(Debug, Default)]
struct Known {
    /// By root, title and computer.
    titles: HashMap<(Option<Index>, Title, Index), Index>,
    /// Hosts and what they know theirs by.
    references: HashSet<(Index, String)>,
}

/// Joins rows and lists, and adds the shared instances to the plan in the order of the rows, those of each host in the
/// order of its list.
pub(super) fn resolve(plan: &mut Plan, rows: &[Record], at: &dyn Fn(&Record) -> String) {
    let finder = Finder::of(plan);
    let mut entries = read_lists(plan);
    let mut by_reference: HashMap<String, Vec<Index>> = HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        by_reference.entry(entry.reference.clone()).or_default().push(index);
    }
    let mut found: Vec<(Row, Index)> = Vec::new();
    for record in rows {
        let row = read_row(plan, record, at(record));
        let candidates = by_reference.get(&row.reference).map_or(&[][..], Vec::as_slice);
        if let Some(entry) = find_entry(plan, &entries, candidates, &row) {
            entries[entry].taken = true;
            found.push((row, entry));
        } else {
            let text = format!(
                "the shared instance {:?} was dropped: no host has it in its list, as after its destruction",
                row.reference
            );
            plan.notes.push(note(text).computer(&row.computer));
        }
    }
    for (index, entry) in entries.iter().enumerate().filter(|(_, entry)| !entry.taken) {
        let host = plan.instances[entry.host].partition;
        let text = format!("the shared instance {:?} is only known to its host", entry.reference);
        plan.note_at(host, None, text);
        found.push((Row { reference: entry.reference.clone(), ..Row::default() }, index));
    }
    let mut known = Known::default();
    for (row, entry) in in_list_order(found, &entries) {
        add(plan, &finder, &mut known, row, &entries[entry]);
    }
}

/// Keeps the places that each host has among all, and orders those of each host by its list.
fn in_list_order(found: Vec<(Row, Index)>, entries: &[Entry]) -> Vec<(Row, Index)> {
    let hosts: Vec<Index> = found.iter().map(|(_, entry)| entries[*entry].host).collect();
    let mut by_host: HashMap<Index, Vec<(Row, Index)>> = HashMap::new();
    for (row, entry) in found {
        by_host.entry(entries[entry].host).or_default().push((row, entry));
    }
    for served in by_host.values_mut() {
        served.sort_by_key(|(_, entry)| std::cmp::Reverse(entries[*entry].position));
    }
    hosts.iter().filter_map(|host| by_host.get_mut(host)?.pop()).collect()
}

fn read_lists(plan: &mut Plan) -> Vec<Entry> {
    let mut entries = Vec::new();
    for place in 0..plan.partitions.len() {
        let Some(list) = plan.partitions[place].shared_list.clone() else { continue };
        let reference = plan.partitions[place].reference.to_string();
        let Some(host) = plan.partitions[place].instance else {
            plan.note_at(place, None, format!("the list of shared instances of {reference} was dropped: it is free"));
            continue;
        };
        let read = match loads_with(list.as_bytes(), &LIMITS) {
            Ok(list) => list,
            Err(error) => {
                let text = format!("the list of shared instances of {reference} was dropped: {error}");
                plan.note_at(place, None, text);
                plan.instances[host].seconds = None;
                continue;
            }
        };
        for (position, entry) in read.as_list().unwrap_or_default().iter().enumerate() {
            match read_entry(host, position, entry) {
                Ok(entry) => entries.push(entry),
                Err(why) => {
                    let text = format!("a shared instance in the list of {reference} was dropped: {why}");
                    plan.note_at(place, None, text);
                    plan.instances[host].seconds = None;
                }
            }
        }
    }
    entries
}

fn read_entry(host: Index, position: usize, entry: &Value) -> Result<Entry, String> {
    let read = parameters("slave_instance_list", entry).map_err(|refusal| refusal.to_string())?;
    // A parameter could take the place of one of the names, but hardly of both.
    let reference = read.text("slave_reference").or_else(|| read.text("slave_title")).filter(|text| !text.is_empty());
    let software_type = read.text("slap_software_type").filter(|text| !text.is_empty());
    let own: BTreeMap<_, _> =
        read.as_map().clone().into_iter().filter(|(key, _)| !RESERVED_SHARED_KEYS.contains(&key.as_str())).collect();
    Ok(Entry {
        host,
        position,
        reference: reference.ok_or("it has no slave_reference")?,
        software_type: software_type.unwrap_or_else(|| DEFAULT_SOFTWARE_TYPE.into()),
        parameters: Parameters::new("slave_instance_list", own).map_err(|refusal| refusal.to_string())?,
        taken: false,
    })
}

fn read_row(plan: &mut Plan, record: &Record, computer: String) -> Row {
    let reference = record.text_or_empty("reference");
    let read = record.document("connection_xml").map(|document| read_parameters(&document));
    let connection = read.and_then(|read| {
        read.map_err(|error| {
            let text = format!("the connection_xml of the shared instance {reference:?} was dropped: {error}");
            plan.notes.push(note(text).computer(&computer));
        })
        .ok()
    });
    Row {
        hosted_by: record.text_or_empty("hosted_by"),
        asked_by: record.text_or_empty("asked_by"),
        requester_id: record.text_or_empty("requester_id"),
        reference,
        computer,
        connection,
    }
}

/// The entry of a row: in the list of the host that the row names, or in that of another one on its computer.
fn find_entry(plan: &Plan, entries: &[Entry], candidates: &[Index], row: &Row) -> Option<Index> {
    let place = |index: Index| &plan.partitions[plan.instances[entries[index].host].partition];
    let here = candidates
        .iter()
        .copied()
        .filter(|&index| !entries[index].taken && *plan.computers[place(index).computer].reference == *row.computer);
    let here: Vec<Index> = here.collect();
    here.iter().find(|&&index| *place(index).reference == *row.hosted_by).or(here.first()).copied()
}

fn add(plan: &mut Plan, finder: &Finder, known: &mut Known, row: Row, entry: &Entry) {
    let host = entry.host;
    let place = plan.instances[host].partition;
    let computer = plan.partitions[place].computer;
    let reference = printable(&entry.reference);
    let name = name(plan, finder, computer, &row, &reference);
    let Some(title) = acceptable_title(&name.title, &plan.partitions[place].reference) else { return };
    if let Some(&same) = known.titles.get(&(name.root, title.clone(), computer)) {
        let text = format!("the shared instance {reference:?} is another name of {:?}", &*title);
        plan.note_at(place, Some(&title), text);
        plan.instances[host].seconds = None;
        let was_renamed = |shared: &Shared| !shared.former_references.is_empty() && shared.host == host;
        let living = name.reference == entry.reference && plan.instances[same].shared.as_ref().is_some_and(was_renamed);
        let instance = &mut plan.instances[same];
        if living {
            // An upgrade of the Python proxy left the entry of the former name for ever: the next request made this one.
            instance.software_type.clone_from(&entry.software_type);
            instance.parameters = entry.parameters.clone();
            instance.connection = row.connection;
        } else if let Some(shared) = instance.shared.as_mut() {
            shared.former_references.push(reference);
        }
        return;
    }
    let mut former_references = Vec::new();
    let wanted = known.free_reference(host, &name.reference);
    if wanted != entry.reference {
        let text =
            format!("the shared instance {reference:?} is {wanted:?} for its host now, after the title of its root");
        plan.note_at(place, Some(&title), text);
        // The node must see what changed.
        plan.instances[host].seconds = None;
        former_references.push(reference);
    }
    known.titles.insert((name.root, title.clone(), computer), plan.instances.len());
    plan.instances.push(Instance {
        old_title: name.title,
        title,
        root: name.root,
        requester: name.requester.or(name.root),
        software_release: plan.instances[host].software_release.clone(),
        software_type: entry.software_type.clone(),
        state: RequestedState::Started,
        parameters: entry.parameters.clone(),
        connection: row.connection,
        seconds: plan.instances[host].seconds,
        partition: place,
        shared: Some(Shared { host, reference: wanted, former_references }),
    });
}

impl Known {
    /// The natural reference, or with a number where a host has it already.
    fn free_reference(&mut self, host: Index, natural: &str) -> String {
        let mut reference = natural.to_owned();
        let mut number = 1;
        while !self.references.insert((host, reference.clone())) {
            number += 1;
            reference = format!("{natural}_{number}");
        }
        reference
    }
}

/// Takes a reference apart: it begins with the title of the root, or, up to version 16, with the partition of the
/// requester; both could hold the separator, so what else the row says comes first.
fn name(plan: &mut Plan, finder: &Finder, computer: Index, row: &Row, reference: &str) -> Name {
    let rest = |prefix: &str| reference.strip_prefix(prefix)?.strip_prefix('_').filter(|title| !title.is_empty());
    let requester = finder.in_partition(plan, computer, &row.requester_id);
    let requester = requester.or_else(|| finder.in_partition(plan, computer, &row.asked_by));
    if let Some(requester) = requester {
        let root = plan.instances[requester].root.unwrap_or(requester);
        let partition = plan.partitions[plan.instances[requester].partition].reference.to_string();
        if let Some(title) = rest(&plan.instances[root].old_title) {
            return kept(title, Some(requester), Some(root), reference);
        }
        if let Some(title) = rest(&partition) {
            return renamed(plan, title, requester, root);
        }
    }
    let is_root = |index: Index| plan.instances[index].root.is_none();
    let root = finder.root(plan, computer, &row.asked_by, is_root).filter(|_| !row.asked_by.is_empty());
    if let Some((root, title)) = root.and_then(|root| Some((root, rest(&plan.instances[root].old_title)?))) {
        return kept(title, None, Some(root), reference);
    }
    if let Some(title) = rest("") {
        return kept(title, None, None, reference);
    }
    let splits = reference.match_indices('_').map(|(at, _)| (&reference[..at], &reference[at + 1..]));
    let mut splits: Vec<_> = splits.filter(|(_, title)| !title.is_empty()).collect();
    splits.reverse();
    let by_title = splits.iter().find_map(|(prefix, title)| {
        Some((finder.root(plan, computer, prefix, is_root).filter(|_| !prefix.is_empty())?, *title))
    });
    if let Some((root, title)) = by_title {
        return kept(title, None, Some(root), reference);
    }
    let by_partition =
        splits.iter().find_map(|(prefix, title)| Some((finder.in_partition(plan, computer, prefix)?, *title)));
    if let Some((requester, title)) = by_partition {
        let root = plan.instances[requester].root.unwrap_or(requester);
        return renamed(plan, title, requester, root);
    }
    let text = format!("the shared instance {reference:?} becomes a tree of its own: who requested it is gone");
    plan.notes.push(note(text).computer(&row.computer));
    kept(reference, None, None, reference)
}

fn kept(title: &str, requester: Option<Index>, root: Option<Index>, reference: &str) -> Name {
    Name { title: title.into(), requester, root, reference: reference.into() }
}

fn renamed(plan: &Plan, title: &str, requester: Index, root: Index) -> Name {
    let reference = natural_reference(&plan.instances[root].title, title);
    Name { title: title.into(), requester: Some(requester), root: Some(root), reference }
}
