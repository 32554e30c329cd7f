//! What is acknowledged stays, whatever happens to the process.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{Home, eventually, files, post, titles_in_copy};
use crate::app::{Answer, answer, dictionary, http_client, text};

const PARTITIONS: usize = 500;

/// What a title is known by: its partition, and the URL it published.
type Acknowledged = BTreeMap<String, (String, Option<String>)>;

#[test]
fn everything_acknowledged_before_a_kill_is_there_after_it() {
    let home = Home::new();
    assert_eq!(home.run(&["format", "--partitions", &PARTITIONS.to_string(), "-o", "computer.xml"]).code, Some(0));
    let mut server = home.start(&["--import", "computer.xml"]);
    let acknowledged = Mutex::new(Acknowledged::new());
    let count = AtomicUsize::new(0);
    let url = server.url.clone();
    thread::scope(|scope| {
        for writer in 0..8 {
            let (url, acknowledged, count) = (&url, &acknowledged, &count);
            scope.spawn(move || while_it_lives(url, writer, acknowledged, count));
        }
        eventually("the storm", || count.load(Ordering::SeqCst) >= 300);
        server.child.kill().unwrap();
        server.end();
    });
    // An orderly end removes the log.
    assert!(home.path("data/slapproxy/proxy.db-wal").exists());

    let again = home.start(&[]);
    let shown = home.show(&["--instances", "--params"]);
    let (instances, params) = (shown["instances"].as_array().unwrap(), shown["params"].as_array().unwrap());
    let found: Acknowledged = instances
        .iter()
        .zip(params)
        .map(|(instance, params)| {
            assert_eq!(instance["title"], params["title"]);
            let text = |value: &serde_json::Value| value.as_str().map(ToOwned::to_owned);
            let place = text(&instance["partition"]).unwrap();
            (text(&instance["title"]).unwrap(), (place, text(&params["connection"]["url"])))
        })
        .collect();
    assert_eq!(found.len(), instances.len());
    let acknowledged = acknowledged.into_inner().unwrap();
    for (title, (partition, url)) in &acknowledged {
        let (found_partition, found_url) = found.get(title).unwrap_or_else(|| panic!("{title} is lost"));
        assert_eq!(found_partition, partition, "{title}");
        assert!(url.is_none() || found_url == url, "{title} published {url:?} and has {found_url:?}");
    }
    // What was cut off is there as a whole or not at all.
    let places: BTreeSet<_> = found.values().map(|(partition, _)| partition).collect();
    assert_eq!(places.len(), found.len());
    assert!(found.len() <= acknowledged.len() + 8, "{} of {}", found.len(), acknowledged.len());
    assert_eq!(again.titles("local_computer").iter().filter(|(_, title)| title.is_some()).count(), found.len());
    eventually("a file that holds everything", || {
        titles_in_copy(&home.database()).is_some_and(|titles| titles.len() == found.len())
    });
}

fn while_it_lives(url: &str, writer: usize, acknowledged: &Mutex<Acknowledged>, count: &AtomicUsize) {
    let http = http_client().build().unwrap();
    for number in 0.. {
        let title = format!("{writer}-{number}");
        let request = [("software_release", "/sr"), ("software_type", "default"), ("partition_reference", &*title)];
        let Ok(answer) = post(&http, &format!("{url}/requestComputerPartition"), &request) else { return };
        if answer.status == 404 {
            return;
        }
        let partition = text(&answer.value(), "slap_computer_partition_id");
        acknowledged.lock().unwrap().insert(title.clone(), (partition.clone(), None));
        count.fetch_add(1, Ordering::SeqCst);

        let published = format!("http://{title}/");
        let publish = [
            ("computer_id", "local_computer"),
            ("computer_partition_id", &*partition),
            ("connection_xml", &*dictionary(&[("url", &published)])),
        ];
        let Ok(answer) = post(&http, &format!("{url}/setComputerPartitionConnectionXml"), &publish) else { return };
        assert_eq!(answer.status, 200, "{}", answer.body);
        acknowledged.lock().unwrap().insert(title, (partition, Some(published)));
        count.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn a_plain_copy_of_the_file_holds_everything_while_the_server_is_idle() {
    let home = Home::new();
    assert_eq!(home.run(&["format", "--partitions", "3", "-o", "computer.xml"]).code, Some(0));
    let server = home.start(&["--import", "computer.xml"]);
    let mut expected = Vec::new();
    for title in ["first", "second", "third"] {
        assert_eq!(server.request(title).status, 200);
        expected.push(title.to_owned());
        eventually("a file that holds everything", || titles_in_copy(&home.database()).as_ref() == Some(&expected));
        let wal = home.path("data/slapproxy/proxy.db-wal");
        eventually("an empty log", || wal.metadata().unwrap().len() == 0);
    }
}

#[test]
fn an_upload_cut_off_by_a_kill_leaves_no_content_and_what_was_acknowledged_stays() {
    let home = Home::new();
    let (content, metadata) = (home.name("shacache"), home.name("shadir"));
    let options = ["--shacache-content-directory", &*content, "--shacache-metadata-directory", &*metadata];
    let mut server = home.start(&options);
    let http = http_client().build().unwrap();
    let url = format!("{}/shacache/cache", server.url);
    let kept = answer(http.post(&url).body("kept"));
    assert_eq!(kept.status, 201);
    let mut upload = server.connect();
    let head = "POST /shacache/cache HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2000000\r\n\r\n";
    upload.write_all(&[head.as_bytes(), &vec![b'x'; 1_000_000]].concat()).unwrap();
    let contents = || files(&home.path("shacache"));
    eventually("a part of the upload on the disk", || contents().len() == 2);
    server.child.kill().unwrap();
    server.end();
    assert_eq!(contents().len(), 2);

    let server = home.start(&options);
    assert_eq!(contents(), [kept.body.as_str()]);
    assert_eq!(answer(http.get(format!("{}/shacache/cache/{}", server.url, kept.body))), Answer::text("kept"));
}
