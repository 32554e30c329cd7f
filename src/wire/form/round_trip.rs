//! What clients write, servers read.

use std::collections::BTreeMap;
use std::fmt::Debug;

use super::*;
use crate::domain::event::EventPlace;
use crate::domain::ids::{SoftwareRelease, Title};
use crate::domain::instance::Request;
use crate::domain::parameters::{Parameters, Value as Parameter};
use crate::domain::state::{RequestedState, SupplyState};
use crate::domain::timestamp::Timestamp;

/// Writes arguments and reads them.
fn reads_back<T>(arguments: &T)
where
    T: ToFields + Debug + PartialEq + for<'a> TryFrom<&'a Fields, Error = Refusal>,
{
    let encoded = encode(&arguments.to_fields().unwrap());
    let fields = Fields::parse(encoded.as_bytes()).unwrap();
    assert_eq!(T::try_from(&fields).as_ref(), Ok(arguments), "{encoded}");
}

fn title(text: &str) -> Title {
    Title::parse("title", text).unwrap()
}

fn release(url: &str) -> SoftwareRelease {
    SoftwareRelease::parse("url", url).unwrap()
}

fn parameters() -> Parameters {
    let map = BTreeMap::from([
        ("empty".to_owned(), Parameter::from("")),
        ("é&=".to_owned(), Parameter::from("<a>\r\n\t💥")),
        (
            "list".to_owned(),
            Parameter::List(vec![Parameter::Integer(1.into()), Parameter::Null, Parameter::Float(1.0)]),
        ),
        ("map".to_owned(), Parameter::Map(BTreeMap::from([("k".to_owned(), Parameter::Bool(true))]))),
    ]);
    Parameters::new("parameters", map).unwrap()
}

#[test]
fn calls_about_partitions_read_back() {
    let of_shared = PartitionArguments {
        computer: "COMP 1".into(),
        partition: "slappart0".into(),
        shared_reference: Some("_é".into()),
    };
    let about = PartitionArguments { shared_reference: None, ..of_shared.clone() };
    for about in [of_shared, about] {
        reads_back(&about);
        reads_back(&ReportInstance { about: about.clone(), error_log: "a\nb".into() });
        reads_back(&InstanceBang { about: about.clone(), message: String::new() });
        reads_back(&Rename { about: about.clone(), new_name: title("a/b + c") });
        reads_back(&Publish { about: about.clone(), connection: parameters() });
        reads_back(&Titles { about, titles: vec!["a".into(), "<b>".into()] });
    }
    reads_back(&Register { computer: "c".into(), partition: "p".into() });
}

#[test]
fn calls_about_computers_read_back() {
    reads_back(&ComputerArguments { computer: "c".into() });
    reads_back(&Format { xml: "<marshal/>".into() });
    reads_back(&SeedArguments { seed: "computers:\n  - reference: a\n".into() });
    reads_back(&SnapshotArguments { path: "/a b/c.db".into() });
    reads_back(&Import { documents: vec!["<a/>".into(), "<b/>".into()] });
    reads_back(&ComputerBang { computer: "c".into(), message: "full".into() });
    reads_back(&RequestComputer { title: title("my node") });
    reads_back(&Use { computer: "c".into(), use_string: "<journal/>".into() });
}

#[test]
fn calls_about_releases_read_back() {
    reads_back(&Installation { computer: "c".into(), url: "https://a/?b=c&d".into() });
    reads_back(&Product::Reference("p".into()));
    reads_back(&Product::Release("https://a/".into()));
    for state in [SupplyState::Available, SupplyState::Destroyed] {
        reads_back(&Supply { computer: "c".into(), url: release("/sr"), state });
    }
    for error_log in [String::new(), "a\nb".into()] {
        reads_back(&ReportRelease { computer: "c".into(), url: release("/sr"), error_log });
    }
}

#[test]
fn what_is_followed_reads_back() {
    let after = EventPlace { last_at: Timestamp(5), id: 7 };
    reads_back(&Follow { after: Some(after), computer: Some("c".into()), instance: Some("a/b".into()) });
    reads_back(&Follow::default());
    reads_back(&JournalArguments { after: Some(5), limit: 7, wait: 3 });
    reads_back(&JournalArguments::default());
    reads_back(&ClockArguments { set: Some(Timestamp(5_250_000)), ..ClockArguments::default() });
    reads_back(&ClockArguments {
        advance: Some(std::time::Duration::from_millis(2500)),
        frozen: Some(true),
        set: None,
    });
    reads_back(&FaultArguments {
        rules: vec!["endpoint=a status=503".parse().unwrap(), "drop=answer".parse().unwrap()],
    });
}

#[test]
fn requests_read_back() {
    for (state, shared, requester) in [
        (None, false, None),
        (Some(RequestedState::Stopped), true, Some(("c".to_owned(), "p".to_owned()))),
        (Some(RequestedState::Destroyed), false, None),
    ] {
        let request = Request {
            title: title("t"),
            software_release: release("/sr"),
            software_type: "default".into(),
            state,
            shared,
            parameters: parameters(),
            sla: Parameters::default(),
        };
        reads_back(&RequestArguments { request, requester });
    }
}
