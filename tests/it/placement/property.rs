//! Whatever is requested in whatever order: no partition is given twice, and nothing is refused that fits somewhere.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::{anywhere, led, set};
use crate::app::request;

const COMPUTERS: [&str; 3] = ["local_computer", "node1", "node2"];
const TYPES: [&str; 2] = ["full", "slave"];

/// What happens.
#[derive(Debug, Clone)]
enum Step {
    /// An instance is requested, perhaps of a type, with a port, on a computer.
    Request(Option<usize>, bool, Option<usize>),
    /// The n-th instance that is there is destroyed, and reported so.
    Destroy(usize),
    /// A computer is closed or opened.
    Close(usize, bool),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (prop::option::of(0..2_usize), any::<bool>(), prop::option::of(0..3_usize))
            .prop_map(|(kind, port, computer)| Step::Request(kind, port, computer)),
        3 => (0..8_usize).prop_map(Step::Destroy),
        1 => (0..3_usize, any::<bool>()).prop_map(|(computer, closed)| Step::Close(computer, closed)),
    ]
}

/// Type and port of each partition: `slappart0` of each computer is a plain one.
fn is(partition: usize) -> (usize, bool) {
    [(0, false), (1, false), (0, true), (1, true)][partition]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn no_partition_is_given_twice_and_nothing_that_fits_is_refused(steps in prop::collection::vec(step(), 1..40)) {
        let app = anywhere([4, 4, 4]);
        for computer in COMPUTERS {
            for partition in 0..4 {
                let (kind, port) = is(partition);
                let change = json!({"partition_type": TYPES[kind], "port_list": if port { vec![80] } else { vec![] }});
                set(&app, computer, &[&format!("slappart{partition}")], &change);
            }
        }
        let mut busy: BTreeMap<String, String> = BTreeMap::new();
        let mut closed = [false; 3];
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Close(computer, is_closed) => {
                    closed[computer] = is_closed;
                    set(&app, COMPUTERS[computer], &[], &json!({"closed": is_closed}));
                }
                Step::Destroy(index) => {
                    let Some((place, title)) = busy.iter().nth(index).map(|(place, title)| (place.clone(), title.clone())) else { continue };
                    request(&title).state("destroyed").value(&app);
                    let (computer, partition) = place.split_once('/').unwrap();
                    let fields = [("computer_id", computer), ("computer_partition_id", partition)];
                    app.post("/destroyedComputerPartition", &fields);
                    busy.remove(&place);
                }
                Step::Request(kind, port, on) => {
                    let mut sla = Vec::new();
                    sla.extend(kind.map(|kind| ("partition_type", TYPES[kind])));
                    sla.extend(port.then_some(("port", "80")));
                    sla.extend(on.map(|on| ("computer_guid", COMPUTERS[on])));
                    let fitting: Vec<String> = (0..3).flat_map(|computer| (0..4).map(move |partition| (computer, partition)))
                        .filter(|(computer, partition)| {
                            let (is_kind, has_port) = is(*partition);
                            !closed[*computer] && on.is_none_or(|on| on == *computer)
                                && kind.is_none_or(|kind| kind == is_kind) && (!port || has_port)
                        })
                        .map(|(computer, partition)| format!("{}/slappart{partition}", COMPUTERS[computer]))
                        .filter(|place| !busy.contains_key(place))
                        .collect();
                    let title = format!("i{number}");
                    let led = led(&app, &request(&title).filter(&sla));
                    if fitting.is_empty() {
                        prop_assert!(!led.contains("/slappart"), "{led} was given for {sla:?}");
                    } else {
                        prop_assert!(fitting.contains(&led), "{led} instead of {fitting:?} for {sla:?}");
                        busy.insert(led, title);
                    }
                }
            }
        }
    }
}
