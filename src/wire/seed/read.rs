//! A document that the schema accepts, made a seed. What the schema cannot say is checked here.

mod computer;

use std::collections::BTreeSet;

use crate::domain::error::Refusal;
use crate::domain::fault::FaultRule;
use crate::domain::ids::{Reference, SoftwareRelease, Title};
use crate::domain::instance::{DEFAULT_SOFTWARE_TYPE, Wish};
use crate::domain::parameters::{Parameters, Value, check_text};
use crate::domain::seed::{Place, SaidReport, Seed, SeededInstance};
use crate::domain::service::InstanceName;
use crate::domain::state::RequestedState;
use crate::domain::status::Report;
use crate::wire::fault::FaultEntry;
use crate::wire::ordered::Document;

/// What only shared instances have.
const SHARED: [&str; 2] = ["host", "reference"];

/// What shared instances do not have.
const OWN: [&str; 4] = ["partition", "placed", "certificate", "instances"];

/// The seed, and the files of slapformat that it names.
pub(super) type Read = (Seed, Vec<(usize, String)>);

/// Reads a document.
///
/// # Errors
/// Everything that is wrong with it, each with its field.
pub(super) fn read(document: &Document) -> Result<Read, Vec<String>> {
    let mut reader = Reader::default();
    let root = Part::new("", document);
    let mut computers = Vec::new();
    for (index, part) in root.parts("computers").iter().enumerate() {
        if let Some(file) = part.text("slapformat") {
            reader.slapformat.push((index, file.to_owned()));
        }
        computers.extend(reader.computer(part));
    }
    let instances = reader.instances(&root);
    let faults = reader.faults_on_purpose(&root);
    if !reader.faults.is_empty() {
        return Err(reader.faults);
    }
    Ok((Seed { computers, instances, faults }, reader.slapformat))
}

/// A map of the document, and its path.
struct Part<'a> {
    path: String,
    entries: &'a [(String, Document)],
}

impl<'a> Part<'a> {
    fn new(path: impl Into<String>, document: &'a Document) -> Self {
        let entries: &[_] = if let Document::Map(entries) = document { entries } else { &[] };
        Self { path: path.into(), entries }
    }

    fn get(&self, key: &str) -> Option<&'a Document> {
        self.entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    fn text(&self, key: &str) -> Option<&'a str> {
        match self.get(key)? {
            Document::Scalar(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    fn flag(&self, key: &str) -> Option<bool> {
        match self.get(key)? {
            Document::Scalar(Value::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    fn field(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn list(&self, key: &str) -> Vec<(String, &'a Document)> {
        let items: &[_] = if let Some(Document::List(items)) = self.get(key) { items } else { &[] };
        items.iter().enumerate().map(|(index, item)| (format!("{}[{index}]", self.field(key)), item)).collect()
    }

    fn parts(&self, key: &str) -> Vec<Part<'a>> {
        self.list(key).into_iter().map(|(path, item)| Part::new(path, item)).collect()
    }
}

#[derive(Default)]
struct Reader {
    faults: Vec<String>,
    slapformat: Vec<(usize, String)>,
    computers: BTreeSet<String>,
}

impl Reader {
    fn fault(&mut self, field: &str, problem: &str) {
        self.faults.push(format!("{field}: {problem}"));
    }

    fn checked<T>(&mut self, result: Result<T, Refusal>) -> Option<T> {
        result.map_err(|refusal| self.faults.push(refusal.to_string())).ok()
    }

    /// Reads a text by the rules of the domain; `None` when it is absent or refused.
    fn parse<T>(&mut self, part: &Part<'_>, key: &str, parse: fn(&str, &str) -> Result<T, Refusal>) -> Option<T> {
        let text = part.text(key)?;
        self.checked(parse(&part.field(key), text))
    }

    fn parameters(&mut self, part: &Part<'_>, key: &str) -> Option<Parameters> {
        let Some(Document::Map(entries)) = part.get(key) else { return None };
        let entries = entries.iter().map(|(key, value)| (key.clone(), value.clone().into_value()));
        self.checked(Parameters::new(&part.field(key), entries.collect()))
    }

    fn refuse(&mut self, part: &Part<'_>, keys: &[&str], expected: &str) {
        for key in keys.iter().filter(|key| part.get(key).is_some()) {
            self.fault(&part.field(key), &format!("is not accepted here; expected {expected}"));
        }
    }

    /// Instances of one tree, or the roots: titles are unique among them and below them.
    fn instances(&mut self, root: &Part<'_>) -> Vec<SeededInstance> {
        let mut roots = BTreeSet::new();
        let mut found = Vec::new();
        for part in root.parts("instances") {
            let mut tree = BTreeSet::new();
            let Some(instance) = self.instance(&part, &mut tree) else { continue };
            if !instance.is_shared() && !roots.insert(instance.title.to_string()) {
                self.fault(&part.field("title"), &format!("there is a root {:?} already", &*instance.title));
            }
            found.push(instance);
        }
        found
    }

    fn instance(&mut self, part: &Part<'_>, tree: &mut BTreeSet<String>) -> Option<SeededInstance> {
        let shared = part.flag("shared").unwrap_or_default();
        let place = if shared { self.shared_place(part) } else { self.place(part) };
        let title = self.parse(part, "title", Title::parse);
        let software_release = self.parse(part, "software_release", SoftwareRelease::parse);
        let software_type = self.parse(part, "software_type", plain);
        let state = self.parse(part, "state", RequestedState::parse).unwrap_or(RequestedState::Started);
        let parameters = self.parameters(part, "parameters").unwrap_or_default();
        let sla = self.parameters(part, "sla").unwrap_or_default();
        let connection = self.parameters(part, "connection");
        let reports = self.reports(part, |word, told| match (word, told) {
            ("error", Some(log)) => Some(Report::SoftwareInstanceError(log.into())),
            ("bang", Some(message)) => Some(Report::SoftwareInstanceBang(message.into())),
            ("building", None) => Some(Report::BuildingComputerPartition),
            ("available", None) => Some(Report::AvailableComputerPartition),
            ("started", None) => Some(Report::StartedComputerPartition),
            ("stopped", None) => Some(Report::StoppedComputerPartition),
            _ => None,
        });
        let mut instances = Vec::new();
        for below in part.parts("instances") {
            let Some(child) = self.instance(&below, tree) else { continue };
            if !child.is_shared() && !tree.insert(child.title.to_string()) {
                self.fault(&below.field("title"), &format!("the tree has an instance {:?} already", &*child.title));
            }
            instances.push(child);
        }
        Some(SeededInstance {
            title: title?,
            wish: Wish {
                software_release: software_release?,
                software_type: software_type.unwrap_or_else(|| DEFAULT_SOFTWARE_TYPE.into()),
                state,
                parameters,
                sla,
            },
            place,
            connection,
            reports,
            certificate: part.flag("certificate").unwrap_or_default(),
            instances,
        })
    }

    fn place(&mut self, part: &Part<'_>) -> Place {
        self.refuse(part, &SHARED, "shared: true with it");
        let computer = self.parse(part, "computer", reference);
        let partition = self.parse(part, "partition", reference);
        if part.flag("placed") == Some(false) {
            self.refuse(part, &["computer", "partition"], "no place beside placed: false");
            return Place::Nowhere;
        }
        match partition {
            Some(partition) => Place::Partition(computer, partition),
            None => Place::Anywhere(computer),
        }
    }

    fn shared_place(&mut self, part: &Part<'_>) -> Place {
        self.refuse(part, &OWN, "none of it for a shared instance");
        let host = match part.get("host") {
            Some(Document::Scalar(Value::Text(title))) => Some(InstanceName { root: None, title: title.clone() }),
            Some(map @ Document::Map(_)) => {
                let named = Part::new(part.field("host"), map);
                let name = |key: &str| named.text(key).map(ToOwned::to_owned);
                Some(InstanceName { root: name("root"), title: name("title").unwrap_or_default() })
            }
            _ => None,
        };
        Place::Shared {
            computer: self.parse(part, "computer", reference),
            host,
            reference: self.parse(part, "reference", plain),
        }
    }

    /// Rules for requests that fail on purpose, each as the option writes it or as a map.
    fn faults_on_purpose(&mut self, root: &Part<'_>) -> Vec<FaultRule> {
        let mut rules = Vec::new();
        for (path, item) in root.list("faults") {
            let rule = match item {
                Document::Scalar(Value::Text(text)) => text.parse(),
                map => serde_json::from_str::<FaultEntry>(&map.to_string())
                    .map_err(|error| error.to_string())
                    .and_then(|entry| entry.rule()),
            };
            match rule {
                Ok(rule) => rules.push(rule),
                Err(problem) => self.fault(&path, &problem),
            }
        }
        rules
    }

    /// Reads reports. `report` makes one of a word, or of `error` or `bang` and what was told.
    fn reports(&mut self, part: &Part<'_>, report: impl Fn(&str, Option<&str>) -> Option<Report>) -> Vec<SaidReport> {
        let mut found = Vec::new();
        for (path, item) in part.list("reports") {
            let said = Part::new(path.clone(), item);
            let (word, told) = match item {
                Document::Scalar(Value::Text(word)) => (word.as_str(), None),
                _ => match (said.text("state"), said.text("error"), said.text("bang")) {
                    (Some(word), None, None) => (word, None),
                    (None, Some(log), None) => ("error", Some(log)),
                    (None, None, Some(message)) => ("bang", Some(message)),
                    _ => ("", None),
                },
            };
            let by = self.parse(&said, "by", plain);
            let told_is_fine = told.is_none_or(|told| self.checked(check_text(&path, told)).is_some());
            match report(word, told) {
                Some(report) if told_is_fine => found.push(SaidReport { report, by }),
                Some(_) => {}
                None => self.fault(&path, "is no report; expected a word, or one of state, error and bang"),
            }
        }
        found
    }
}

fn reference(field: &str, text: &str) -> Result<Reference, Refusal> {
    if text.contains('/') {
        return Err(Refusal::invalid(field, text, "a reference without slash"));
    }
    Reference::parse(field, text)
}

fn plain(field: &str, text: &str) -> Result<String, Refusal> {
    check_text(field, text).map(|()| text.to_owned())
}
