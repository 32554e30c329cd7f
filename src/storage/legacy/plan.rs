//! What of an old database is consistent, and what becomes of the rest.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

use super::document::{Record, Tables};
use super::{shared, tree};
use crate::domain::address::Address;
use crate::domain::event::NewEvent;
use crate::domain::ids::{Reference, SoftwareRelease, Title};
use crate::domain::instance::DEFAULT_SOFTWARE_TYPE;
use crate::domain::parameters::{Parameters, is_xml_char};
use crate::domain::state::{RequestedState, SupplyState};
use crate::storage::Opening;
use crate::wire::xml::read_parameters;

/// A place in one of the lists of a plan.
pub(super) type Index = usize;

/// The word for who imports, in events.
pub(super) const IMPORTER: &str = "slapproxy";

/// Everything that is to be stored.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) computers: Vec<Computer>,
    pub(super) software: Vec<(Index, SoftwareRelease, SupplyState)>,
    pub(super) partitions: Vec<Partition>,
    /// The software instances in the order of their partitions, then the shared ones.
    pub(super) instances: Vec<Instance>,
    /// Number, title and master of each forwarded request.
    pub(super) forwarded: Vec<(i64, String, String)>,
    pub(super) local_software_release_root: Option<String>,
    /// What was dropped or changed, and why.
    pub(super) notes: Vec<NewEvent>,
    /// Computers by reference.
    known: HashMap<String, Index>,
    /// Partitions by computer and reference.
    places: HashMap<(Index, String), Index>,
}

#[derive(Debug)]
pub(super) struct Computer {
    pub(super) reference: Reference,
    pub(super) address: Option<String>,
    pub(super) netmask: Option<String>,
    /// Whether a formatter described it.
    pub(super) described: bool,
}

#[derive(Debug)]
pub(super) struct Partition {
    pub(super) computer: Index,
    pub(super) reference: Reference,
    pub(super) addresses: Vec<Address>,
    pub(super) instance: Option<Index>,
    /// The marshalled list of shared instances, if there ever was one.
    pub(super) shared_list: Option<String>,
}

#[derive(Debug)]
pub(super) struct Instance {
    pub(super) title: Title,
    /// The title as the old database has it.
    pub(super) old_title: String,
    pub(super) root: Option<Index>,
    pub(super) requester: Option<Index>,
    pub(super) software_release: SoftwareRelease,
    pub(super) software_type: String,
    pub(super) state: RequestedState,
    pub(super) parameters: Parameters,
    pub(super) connection: Option<Parameters>,
    /// The timestamp; nothing when there was none or when its node must process the instance again.
    pub(super) seconds: Option<f64>,
    /// The partition of a software instance, or of the host of a shared one.
    pub(super) partition: Index,
    pub(super) shared: Option<Shared>,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) host: Index,
    pub(super) reference: String,
    /// A name that the host knew it by before.
    pub(super) former_references: Vec<String>,
}

/// What an old row says of who requested its instance.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) requested_by: String,
    pub(super) requester_id: String,
}

/// A sentence about a value that was dropped or changed.
pub(super) fn note(text: impl Into<String>) -> NewEvent {
    NewEvent::new(IMPORTER, "imported", text)
}

impl Plan {
    /// Decides about everything that the tables hold.
    pub(super) fn of(connection: &Connection, tables: &Tables, opening: &Opening) -> rusqlite::Result<Self> {
        let mut plan = Self::default();
        let rows = |kind| tables.rows(connection, kind);
        plan.report_tables(tables);
        let default = &*opening.default_computer;
        let computers = rows("computer")?;
        for row in &computers {
            let reference = row.text("reference").unwrap_or_else(|| default.to_owned());
            if let Some(index) = plan.computer(&reference, "a computer") {
                plan.computers[index].described = true;
                plan.computers[index].address = row.text("address").map(|text| printable(&text));
                plan.computers[index].netmask = row.text("netmask").map(|text| printable(&text));
            }
        }
        let at = |row: &Record| row.text("computer_reference").unwrap_or_else(|| default.to_owned());
        for row in rows("software")? {
            plan.software(&row, &at(&row));
        }
        let mut asked = Vec::new();
        for row in rows("partition")? {
            plan.partition(&row, &at(&row), &mut asked);
        }
        tree::resolve(&mut plan, &asked, tables.has_root_titles());
        shared::resolve(&mut plan, &rows("slave")?, &at);
        for row in rows("partition_network")? {
            plan.address(&row, &at(&row));
        }
        for row in rows("forwarded_partition_request")? {
            plan.forward(&row);
        }
        plan.local_software_release_root(&rows("config")?, &rows("local_software_release_root")?);
        Ok(plan)
    }

    /// How much it is, in words.
    pub(super) fn summary(&self) -> String {
        let shared = self.instances.iter().filter(|instance| instance.shared.is_some()).count();
        format!(
            "{} computers, {} software releases, {} partitions, {} instances, {shared} shared instances, \
             {} forwarded requests; {} notes",
            self.computers.len(),
            self.software.len(),
            self.partitions.len(),
            self.instances.len() - shared,
            self.forwarded.len(),
            self.notes.len()
        )
    }

    /// The partition of a computer, by both references.
    pub(super) fn find_partition(&self, computer: Index, reference: &str) -> Option<Index> {
        self.places.get(&(computer, reference.to_owned())).copied()
    }

    /// A note about what is or was in a partition.
    pub(super) fn note_at(&mut self, partition: Index, instance: Option<&str>, text: String) {
        let place = &self.partitions[partition];
        let computer = self.computers[place.computer].reference.to_string();
        let place = Some(place.reference.to_string());
        let instance = instance.filter(|title| !title.is_empty()).map(printable);
        self.notes.push(NewEvent { computer: Some(computer), partition: place, instance, ..note(text) });
    }

    fn report_tables(&mut self, tables: &Tables) {
        if tables.interrupted {
            let text = format!("an upgrade of the Python proxy to version {} did not come to its end", tables.version);
            self.notes.push(note(text + "; each table was read where its rows still were"));
        }
        if !tables.stale.is_empty() {
            self.notes.push(note(format!("tables of other versions were left out: {}", tables.stale.join(", "))));
        }
        if !tables.foreign.is_empty() {
            self.notes.push(note(format!("other tables stay as they are: {}", tables.foreign.join(", "))));
        }
    }

    /// The computer of a reference, made known if need be; nothing when the reference is not acceptable.
    fn computer(&mut self, reference: &str, what: &str) -> Option<Index> {
        if let Some(&index) = self.known.get(reference) {
            return Some(index);
        }
        match Reference::parse("computer_reference", reference) {
            Ok(parsed) => {
                let computer = Computer { reference: parsed, address: None, netmask: None, described: false };
                self.computers.push(computer);
                self.known.insert(reference.to_owned(), self.computers.len() - 1);
                Some(self.computers.len() - 1)
            }
            Err(refusal) => {
                self.notes.push(note(format!("{what} was dropped: {refusal}")));
                None
            }
        }
    }

    fn software(&mut self, row: &Record, computer: &str) {
        let url = row.text_or_empty("url");
        let release = match SoftwareRelease::parse("url", &url) {
            Ok(release) => release,
            Err(refusal) => {
                return self.notes.push(note(format!("a software release was dropped: {refusal}")).computer(computer));
            }
        };
        let Some(index) = self.computer(computer, "a software release") else { return };
        let state = row.text("requested_state").unwrap_or_else(|| SupplyState::Available.as_str().into());
        let state = SupplyState::parse("requested_state", &state).unwrap_or_else(|refusal| {
            let text = format!("{url} is to be available: {refusal}");
            self.notes.push(note(text).computer(computer).software_release(&url));
            SupplyState::Available
        });
        self.software.retain(|(other, known, _)| (*other, known) != (index, &release));
        self.software.push((index, release, state));
    }

    fn partition(&mut self, row: &Record, computer: &str, asked: &mut Vec<Asked>) {
        let reference = row.text_or_empty("reference");
        let parsed = match Reference::parse("reference", &reference) {
            Ok(parsed) => parsed,
            Err(refusal) => {
                return self.notes.push(note(format!("a partition was dropped: {refusal}")).computer(computer));
            }
        };
        let Some(index) = self.computer(computer, "a partition") else { return };
        if self.find_partition(index, &reference).is_some() {
            let text = format!("a second partition {reference} was dropped");
            return self.notes.push(note(text).computer(computer));
        }
        let place = self.partitions.len();
        self.places.insert((index, reference.clone()), place);
        self.partitions.push(Partition {
            computer: index,
            reference: parsed,
            addresses: Vec::new(),
            instance: None,
            shared_list: row.text("slave_instance_list"),
        });
        match row.text("software_release") {
            Some(release) => {
                let Some(instance) = self.instance(row, place, &release) else { return };
                self.partitions[place].instance = Some(self.instances.len());
                self.instances.push(instance);
                asked.push(Asked {
                    requested_by: row.text_or_empty("requested_by"),
                    requester_id: row.text_or_empty("requester_id"),
                });
            }
            None if row.text("slap_state").is_some_and(|state| state == "busy") => {
                let text = format!("{reference} was busy without a software release; it is free now");
                self.note_at(place, row.text("partition_reference").as_deref(), text);
            }
            None => {}
        }
    }

    fn instance(&mut self, row: &Record, place: Index, release: &str) -> Option<Instance> {
        let old_title = row.text_or_empty("partition_reference");
        let partition = self.partitions[place].reference.to_string();
        let mut told = |text: String| self.note_at(place, Some(&old_title), text);
        let title = acceptable_title(&old_title, &partition)?;
        if *title != *old_title {
            told(format!("the instance in {partition} has the title {:?} instead of {old_title:?}", &*title));
        }
        let software_release = match SoftwareRelease::parse("software_release", release) {
            Ok(release) => release,
            Err(refusal) => {
                told(format!("{title} was dropped and {partition} is free now: {refusal}"));
                return None;
            }
        };
        let state = row.text("requested_state").unwrap_or_else(|| RequestedState::Started.as_str().into());
        let state = RequestedState::parse("requested_state", &state).unwrap_or_else(|refusal| {
            told(format!("{title} is to be started: {refusal}"));
            RequestedState::Started
        });
        let mut damaged = false;
        let mut read = |column: &str| {
            let document = row.document(column)?;
            match read_parameters(&document) {
                Ok(parameters) => Some(parameters),
                Err(error) => {
                    damaged = true;
                    told(format!("the {column} of {title} was dropped: {error}"));
                    None
                }
            }
        };
        let (parameters, connection) = (read("xml").unwrap_or_default(), read("connection_xml"));
        let software_type = row.text("software_type").unwrap_or_else(|| DEFAULT_SOFTWARE_TYPE.into());
        Some(Instance {
            title,
            root: None,
            requester: None,
            software_release,
            software_type: printable(&software_type),
            state,
            parameters,
            connection,
            seconds: row.seconds("timestamp").filter(|_| !damaged),
            partition: place,
            shared: None,
            old_title,
        })
    }

    fn address(&mut self, row: &Record, computer: &str) {
        let reference = row.text_or_empty("partition_reference");
        let found = self.known.get(computer).and_then(|&computer| self.find_partition(computer, &reference));
        let text = |column| row.text(column).map(|text| printable(&text));
        let (address, netmask) = (text("address"), text("netmask"));
        match (found, address) {
            (Some(partition), Some(address)) => {
                if row.text("address").as_ref() != Some(&address) {
                    self.note_at(partition, None, format!("an address of {reference} was changed to {address:?}"));
                }
                let interface = text("reference").unwrap_or_else(|| reference.clone());
                self.partitions[partition].addresses.push(Address { interface, address, netmask, route: None });
            }
            (None, _) => {
                let text = format!("an address of {reference:?} was dropped, which is no partition of {computer:?}");
                self.notes.push(note(text).computer(computer));
            }
            (Some(partition), None) => {
                self.note_at(partition, None, format!("an empty address of {reference} was dropped"));
            }
        }
    }

    fn forward(&mut self, row: &Record) {
        let (title, master) = (row.text("partition_reference"), row.text("master_url"));
        let (Some(title), Some(master), Some(number)) = (title, master, row.number()) else {
            return self.notes.push(note("a forwarded request without title or master was dropped"));
        };
        let (title, master) = (printable(&title), printable(&master));
        self.forwarded.retain(|(_, known, at)| (known, at) != (&title, &master));
        self.forwarded.push((number, title, master));
    }

    fn local_software_release_root(&mut self, config: &[Record], old: &[Record]) {
        let configured = config.iter().find(|row| row.text("name").as_deref() == Some("local_software_release_root"));
        let mut roots: Vec<String> = old.iter().filter_map(|row| row.text("path")).collect();
        roots.dedup();
        let distinct: HashSet<&String> = roots.iter().collect();
        if distinct.len() > 1 {
            let text = format!("of several local software roots, the last one counts: {}", roots.join(", "));
            self.notes.push(note(text));
        }
        self.local_software_release_root = configured.and_then(|row| row.text("value")).or_else(|| roots.pop());
    }
}

/// A text without what XML cannot carry.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|character| if is_xml_char(character) { character } else { '\u{fffd}' }).collect()
}

/// The title that comes nearest to an old one.
pub(super) fn acceptable_title(old: &str, otherwise: &str) -> Option<Title> {
    let tame = old.chars().map(
        |character| {
            if character.is_control() || !is_xml_char(character) { '\u{fffd}' } else { character }
        },
    );
    let tame: String = tame.collect();
    [old, &tame, otherwise].into_iter().find_map(|text| Title::parse("title", text).ok())
}
