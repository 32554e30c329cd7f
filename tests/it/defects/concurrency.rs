//! Many clients at once.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::app::{Answer, TestApp, request};
use crate::calls::{LOCAL, concurrently, tuples};

const CLIENTS: usize = 20;

#[test]
fn a1_concurrent_requests_never_share_a_partition() {
    let app = TestApp::formatted(CLIENTS);
    let places = concurrently(CLIENTS, |n| request(&format!("root{n}")).place(&app));
    let acknowledged: BTreeSet<String> =
        places.iter().enumerate().map(|(n, place)| format!("{place} started root{n}")).collect();
    assert_eq!(app.listing(LOCAL).into_iter().collect::<BTreeSet<_>>(), acknowledged);
}

#[test]
fn a1_concurrent_requests_of_one_title_get_one_partition() {
    let app = TestApp::formatted(CLIENTS);
    let answers = concurrently(CLIENTS, |_| request("root").send(&app));
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer.status == 200), "{answers:?}");
    let listing = app.listing(LOCAL);
    assert_eq!(listing[0], "slappart0 started root");
    assert_eq!(listing.iter().filter(|line| line.ends_with(" free")).count(), CLIENTS - 1);
}

#[test]
fn a1_of_more_clients_than_partitions_the_rest_is_refused() {
    let app = TestApp::formatted(5);
    let answers = concurrently(CLIENTS, |n| request(&format!("root{n}")).send(&app));
    let refused: Vec<usize> = (0..CLIENTS).filter(|&n| answers[n].status != 200).collect();
    assert_eq!(refused.len(), CLIENTS - 5);
    let listing = app.listing(LOCAL);
    for n in refused {
        let titles: Vec<String> = listing.iter().map(|line| line.replace(" started ", " with ")).collect();
        let reason = format!("all 5 partitions of local_computer are busy: {}", titles.join(", "));
        let text = format!("No free computer partition found for: root{n} ({reason})");
        assert_eq!(answers[n].refusal(), (404, text));
    }
    assert!(listing.iter().all(|line| line.contains(" started root")));
}

#[test]
fn a2_concurrent_requests_of_shared_instances_lose_none() {
    let app = TestApp::formatted(1);
    request("host").place(&app);
    let places = concurrently(CLIENTS, |n| request(&format!("shared{n}")).shared().place(&app));
    assert_eq!(places, vec!["slappart0"; CLIENTS]);
    let mut served = app.served("slappart0");
    served.sort();
    let mut acknowledged: Vec<String> = (0..CLIENTS).map(|n| format!("_shared{n}")).collect();
    acknowledged.sort();
    assert_eq!(served, acknowledged);
}

#[test]
fn a2_concurrent_requests_of_one_shared_title_make_one_instance() {
    let app = TestApp::formatted(1);
    request("host").place(&app);
    let answers = concurrently(CLIENTS, |_| request("shared").shared().send(&app));
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer.status == 200), "{answers:?}");
    assert_eq!(app.served("slappart0"), ["_shared"]);
}

#[test]
fn a3_a_format_is_never_seen_half() {
    const PARTITIONS: usize = 60;
    let app = TestApp::formatted(PARTITIONS);
    for n in 0..PARTITIONS {
        request(&format!("root{n}")).place(&app);
    }
    let whole = |net: &str| -> Vec<String> {
        (0..PARTITIONS).map(|n| format!("slaptap{n} {net}{}.{}", (n + 1) / 256, (n + 1) % 256)).collect()
    };
    let (old, new) = (whole("10.0."), whole("10.1."));
    let done = AtomicBool::new(false);
    let readings = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut readings = Vec::new();
            while !done.load(Ordering::Acquire) || readings.is_empty() {
                let information = app.information(LOCAL);
                let partitions = information.get("_computer_partition_list").unwrap().as_list().unwrap();
                let addresses =
                    partitions.iter().map(|one| tuples(one.get("_parameter_dict").unwrap().get("ip_list").unwrap()));
                readings.push(addresses.flatten().collect::<Vec<_>>());
            }
            readings
        });
        for net in ["10.1.", "10.0."].into_iter().cycle().take(10) {
            assert_eq!(app.format_in(LOCAL, PARTITIONS, net), Answer::text("done"));
        }
        done.store(true, Ordering::Release);
        reader.join().unwrap()
    });
    for reading in readings {
        assert!(reading == old || reading == new, "{reading:?}");
    }
}

#[test]
fn a5_the_first_requests_of_a_new_database_may_come_together() {
    let app = TestApp::empty();
    let answers = concurrently(8, |n| match n % 4 {
        0 => app.supply(&format!("/sr{n}"), "available").status,
        1 => app.format_in(&format!("node{n}"), 1, "10.0.").status,
        2 => app.get("/getFullComputerInformation?computer_id=local_computer").status,
        _ => request("root").send(&app).status,
    });
    assert_eq!(answers, [200, 200, 200, 404, 200, 200, 200, 404]);
    assert_eq!(app.supplied(LOCAL).into_iter().collect::<BTreeSet<_>>(), {
        BTreeSet::from(["/sr0 available".to_owned(), "/sr4 available".to_owned()])
    });
}

#[test]
fn a6_writers_and_formatters_never_find_the_database_locked() {
    let app = TestApp::formatted(1);
    let statuses = concurrently(CLIENTS, |n| {
        let round = |round: usize| match n {
            0 | 1 => app.format_in(LOCAL, 1 + n, "10.0.").status,
            _ => app.supply(&format!("/sr{n}/{round}"), "available").status,
        };
        (0..5).map(round).collect::<Vec<_>>()
    });
    assert_eq!(statuses, vec![vec![200; 5]; CLIENTS]);
    assert_eq!(app.supplied(LOCAL).len(), (CLIENTS - 2) * 5);
}
