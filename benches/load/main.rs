//! The load bench: `cargo bench --bench load` starts servers in this process, drives them over loopback, and prints
//! requests per second next to the same bytes served by a bare actix handler in the same run. These machines are
//! noisy: compare within one run.

mod client;
mod server;

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use client::{Client, get, post, post_json};
use server::{Bare, Running};
use slapproxy::config::Overrides;
use slapproxy::fixtures::SeedFile;
use slapproxy::testing::Master;
use slapproxy::wire::xml::{Value, dumps};

/// How long each rate is measured.
const TIME: Duration = Duration::from_secs(2);

fn main() {
    // `cargo test --benches` runs this with `--test`: building it is all that is tested there.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    // A word after `--` selects workloads by their name.
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    for (name, workload) in [
        ("full_computer_information", full_computer_information as fn()),
        ("unchanged_request", unchanged_request),
        ("changing_connection", changing_connection),
        ("shared_instances", shared_instances),
        ("allocation", allocation),
        ("rpc_get", rpc_get),
        ("journal", journal),
        ("import", import),
        ("reset", reset),
        ("program", program),
    ] {
        if wanted.as_ref().is_none_or(|wanted| name.contains(wanted.as_str())) {
            workload();
        }
    }
}

fn line(name: &str, value: &str, target: &str) {
    let mut text = format!("{name:<66} {value:>16}");
    if !target.is_empty() {
        let _ = write!(text, "   target {target}");
    }
    let _closed = writeln!(std::io::stdout(), "{text}");
}

/// Requests per second of some connections, each with requests of its own.
fn rate(port: u16, connections: usize, request: impl Fn(usize, u64) -> Vec<u8> + Sync) -> f64 {
    let count = AtomicU64::new(0);
    let start = Instant::now();
    thread::scope(|scope| {
        for connection in 0..connections {
            let (count, request) = (&count, &request);
            scope.spawn(move || {
                let mut client = Client::new(port).expect("the server accepts");
                let mut number = 0;
                while start.elapsed() < TIME {
                    client.expect(&request(connection, number));
                    number += 1;
                }
                count.fetch_add(number, Ordering::Relaxed);
            });
        }
    });
    #[expect(clippy::cast_precision_loss, reason = "a count of seconds of requests")]
    let count = count.load(Ordering::Relaxed) as f64;
    count / start.elapsed().as_secs_f64()
}

fn dictionary(entries: impl Iterator<Item = (String, String)>) -> String {
    let value = Value::dictionary(entries.map(|(key, text)| (key, Value::from(text))));
    String::from_utf8(dumps(&value).expect("printable")).expect("ASCII")
}

fn request(title: &str, parameters: &str, shared: bool) -> Vec<u8> {
    let shared = format!("<marshal><bool>{}</bool></marshal>", u8::from(shared));
    post(
        "/requestComputerPartition",
        &[
            ("software_release", "https://sr.example/software.cfg"),
            ("software_type", "default"),
            ("partition_reference", title),
            ("partition_parameter_xml", parameters),
            ("filter_xml", "<marshal><dictionary id=\"i2\"/></marshal>"),
            ("state", "<marshal><none/></marshal>"),
            ("shared_xml", &shared),
        ],
    )
}

fn twenty() -> String {
    dictionary((0..20).map(|n| (format!("parameter-{n}"), format!("the value of parameter {n}"))))
}

/// A server of a hundred partitions, half of them busy, asked on four connections, and a bare handler that answers as
/// many bytes; interleaved, so that noise meets both.
fn against_bare(name: &str, ask: &[u8]) {
    let server = Running::formatted(100);
    let mut client = Client::new(server.port).expect("the server accepts");
    for n in 0..50 {
        client.expect(&request(&format!("instance-{n}"), &twenty(), false));
    }
    let bytes = client.expect(ask);
    let bare = Bare::start(bytes);
    let plain = get("/bare");
    let mut rates = [0.0, 0.0];
    for _ in 0..2 {
        rates[0] += rate(server.port, 4, |_, _| ask.to_vec()) / 2.0;
        rates[1] += rate(bare.port, 4, |_, _| plain.clone()) / 2.0;
    }
    line(&format!("{name}, {bytes} bytes"), &format!("{:.0}/s", rates[0]), "");
    line("  the same bytes from a bare handler", &format!("{:.0}/s", rates[1]), "");
    line("  ratio", &format!("{:.2}", rates[0] / rates[1]), ">= 0.5");
}

fn full_computer_information() {
    let ask = get("/getFullComputerInformation?computer_id=local_computer");
    against_bare("getFullComputerInformation", &ask);
}

fn rpc_get() {
    let ask = post_json("/slapos.get.v0.software_instance", r#"{"instance_guid": "instance-7______0"}"#);
    against_bare("slapos.get.v0.software_instance", &ask);
}

/// What the journal costs: a server with one and a server without, interleaved, so that noise meets both.
fn journal() {
    let without = Overrides { journal: Some("0".into()), ..Overrides::default() };
    let servers = [Running::with(100, without), Running::formatted(100)];
    for server in &servers {
        let mut client = Client::new(server.port).expect("the server accepts");
        for n in 0..50 {
            client.expect(&request(&format!("instance-{n}"), &twenty(), false));
        }
    }
    let read = get("/getFullComputerInformation?computer_id=local_computer");
    let unchanged = request("instance-7", &twenty(), false);
    let small = get("/getRunId");
    // The smallest call shows the bare cost, a few microseconds; the others are what nodes and requesters ask.
    for (name, ask, target) in [
        ("getRunId", small, ""),
        ("getFullComputerInformation", read, ">= 0.9"),
        ("an unchanged request", unchanged, ">= 0.9"),
    ] {
        let mut rates = [0.0, 0.0];
        for _ in 0..3 {
            for (rate_of, server) in rates.iter_mut().zip(&servers) {
                *rate_of += rate(server.port, 4, |_, _| ask.clone()) / 3.0;
            }
        }
        line(&format!("{name} without a journal"), &format!("{:.0}/s", rates[0]), "");
        line("  with one", &format!("{:.0}/s", rates[1]), "");
        line("  ratio", &format!("{:.2}", rates[1] / rates[0]), target);
    }
}

fn unchanged_request() {
    let server = Running::formatted(10_000);
    let mut client = Client::new(server.port).expect("the server accepts");
    let mut made = 0;
    for count in [10, 100, 1000, 10_000] {
        let start = Instant::now();
        let fresh = count - made;
        while made < count {
            client.expect(&request(&format!("instance-{made}"), &twenty(), false));
            made += 1;
        }
        let each = start.elapsed() / fresh;
        let repeated = request(&format!("instance-{}", count / 2), &twenty(), false);
        let rate = rate(server.port, 1, |_, _| repeated.clone());
        line(
            &format!("requestComputerPartition unchanged, {count} instances, 1 connection"),
            &format!("{rate:.0}/s"),
            ">= 5000/s, flat",
        );
        line("  each new instance on the way there", &format!("{} us", each.as_micros()), "");
    }
}

fn changing_connection() {
    let server = Running::formatted(16);
    let mut client = Client::new(server.port).expect("the server accepts");
    for n in 0..16 {
        client.expect(&request(&format!("instance-{n}"), &twenty(), false));
    }
    let publish = |connection: usize, number: u64| {
        let url = format!("http://10.0.0.{connection}/{number}");
        let connection_xml = dictionary(std::iter::once(("url".to_owned(), url)));
        let partition = format!("slappart{connection}");
        post(
            "/setComputerPartitionConnectionXml",
            &[
                ("computer_id", "local_computer"),
                ("computer_partition_id", &partition),
                ("connection_xml", &connection_xml),
                ("slave_reference", "None"),
            ],
        )
    };
    let mut rates = [0.0, 0.0];
    for _ in 0..2 {
        rates[0] += rate(server.port, 1, publish) / 2.0;
        rates[1] += rate(server.port, 16, publish) / 2.0;
    }
    line("setComputerPartitionConnectionXml changing, 1 connection", &format!("{:.0}/s", rates[0]), "");
    line("  16 connections", &format!("{:.0}/s", rates[1]), "");
    line("  ratio", &format!("{:.1}", rates[1] / rates[0]), ">= 5");
}

fn shared_instances() {
    let server = Running::formatted(1);
    let mut client = Client::new(server.port).expect("the server accepts");
    client.expect(&request("host", &twenty(), false));
    let few = dictionary(std::iter::once(("domain".to_owned(), "www.example.com".to_owned())));
    let mut times = Vec::new();
    for n in 0..10_000 {
        let ask = request(&format!("shared-{n}"), &few, true);
        let start = Instant::now();
        client.expect(&ask);
        times.push(start.elapsed());
        if n == 999 || n == 9999 {
            let listing = get(
                "/registerComputerPartition?computer_reference=local_computer&computer_partition_reference=slappart0",
            );
            let start = Instant::now();
            let bytes = client.expect(&listing);
            let time = start.elapsed();
            line(
                &format!("registerComputerPartition of a host of {} shared, {bytes} bytes", n + 1),
                &format!("{:.1} ms", time.as_secs_f64() * 1e3),
                "linear",
            );
        }
    }
    let median = |times: &mut [Duration]| {
        times.sort();
        times[times.len() / 2]
    };
    let first = median(&mut times[..500]);
    let last = median(&mut times[9500..]);
    line("request of a shared instance, median of the first 500", &format!("{} us", first.as_micros()), "");
    line("  median of the last 500 of 10000", &format!("{} us", last.as_micros()), "<= twice the first");
}

/// What a new instance costs with one computer of a hundred partitions, and with a hundred such computers; interleaved, so
/// that noise meets both.
fn allocation() {
    let anywhere = || Overrides { allocation: Some("any".into()), ..Overrides::default() };
    let servers = [Running::with(100, anywhere()), Running::with(100, anywhere())];
    let mut clients = servers.each_ref().map(|server| Client::new(server.port).expect("the server accepts"));
    let computers: String = (1..100).fold("computers:\n".to_owned(), |mut text, n| {
        let _ = writeln!(text, "  - {{reference: node{n}, partitions: 100, ipv4: 10.{n}.0.0/24}}");
        text
    });
    clients[1].expect(&post("/-/seed", &[("seed", &computers)]));
    let mut number = 0;
    let mut ask = |sla: &[(&str, &str)], shared| {
        number += 1;
        let sla = dictionary(sla.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())));
        let shared = format!("<marshal><bool>{}</bool></marshal>", u8::from(shared));
        let fields = [
            ("software_release", "https://sr.example/software.cfg"),
            ("partition_reference", &*format!("instance-{number}")),
            ("filter_xml", &*sla),
            ("shared_xml", &*shared),
        ];
        post("/requestComputerPartition", &fields)
    };
    let measured = |client: &mut Client, ask: &[u8]| {
        let start = Instant::now();
        client.expect(ask);
        start.elapsed()
    };
    // The quickest tenth is what others on the machine disturb least.
    let quick = |mut times: Vec<Duration>| {
        times.sort();
        times[times.len() / 10].as_secs_f64() * 1e6
    };
    for (what, sla, shared) in [
        ("a new instance", &[][..], false),
        ("with a partition type", &[("partition_type", "full")], false),
        ("on a computer", &[("computer_guid", "local_computer")], false),
        ("a new shared instance", &[], true),
    ] {
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..30 {
            let asked = ask(sla, shared);
            for (client, times) in clients.iter_mut().zip(&mut times) {
                times.push(measured(client, &asked));
            }
        }
        let [one, many] = times.map(quick);
        line(&format!("{what}, one computer"), &format!("{one:.0} us"), "");
        line("  a hundred computers", &format!("{many:.0} us"), "");
        line("  ratio", &format!("{:.2}", many / one), "<= 2");
    }
    // The default computer is full, then: the others are looked at.
    for _ in 0..10 {
        clients[1].expect(&ask(&[], false));
    }
    let mut elsewhere = |sla: &[(&str, &str)]| {
        let times = (0..100).map(|_| measured(&mut clients[1], &ask(sla, false))).collect();
        format!("{:.0} us", quick(times))
    };
    line("a new instance, the default one of a hundred computers being full", &elsewhere(&[]), "");
    line("  with a partition type", &elsewhere(&[("partition_type", "full")]), "");
}

fn import() {
    let server = Running::formatted(0);
    let document = server::description(1000);
    let mut client = Client::new(server.port).expect("the server accepts");
    for what in ["import of 1000 partitions", "  once more, all kept"] {
        let ask = post("/loadComputerConfigurationFromXML", &[("xml", &document)]);
        let start = Instant::now();
        client.expect(&ask);
        line(what, &format!("{:.0} ms", start.elapsed().as_secs_f64() * 1e3), "< 200 ms");
    }
}

/// How fast servers are back at their seed, in memory and on the disk.
fn reset() {
    let directory = tempfile::tempdir().expect("a directory");
    let seed = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/seed/demo.yaml");
    for (what, ephemeral) in [("reset to the demo, in memory", "yes"), ("  on the disk", "no")] {
        let settings = Overrides {
            ephemeral: Some(ephemeral.into()),
            database: Some(directory.path().join("proxy.db")),
            port: Some("0".into()),
            ..Overrides::default()
        };
        let seeds = vec![SeedFile::read(seed.as_ref()).expect("a seed")];
        let master = Master::with(settings, seeds);
        let mut times: Vec<Duration> = (0..200)
            .map(|number| {
                master.seed(&format!("instances: [{{title: t{number}, software_release: /sr}}]"));
                let start = Instant::now();
                master.reset();
                start.elapsed()
            })
            .collect();
        times.sort();
        let shown = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1e3);
        line(&format!("{what}, median of 200"), &shown(times[100]), "< 10 ms");
        line("  the slowest of them", &shown(times[199]), "");
    }
}

/// The program itself: how fast it is there, and how much memory it takes.
fn program() {
    let directory = tempfile::tempdir().expect("a directory");
    for what in ["start to first answer, new database", "start to first answer, existing database"] {
        let ready = directory.path().join("ready");
        let start = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_slapproxy"))
            .args(["start", "--quiet", "--port", "0"])
            .arg("--database-uri")
            .arg(directory.path().join("proxy.db"))
            .arg("--ready-file")
            .arg(&ready)
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let text = loop {
            match std::fs::read_to_string(&ready) {
                Ok(text) => break text,
                Err(_) => thread::sleep(Duration::from_micros(200)),
            }
        };
        let port = text.split("127.0.0.1:").nth(1).and_then(|rest| rest.split('/').next());
        let port = port.and_then(|port| port.parse().ok()).expect("a port");
        let mut client = Client::new(port).expect("the server accepts");
        client.expect(&get("/getFullComputerInformation?computer_id=local_computer"));
        line(what, &format!("{:.1} ms", start.elapsed().as_secs_f64() * 1e3), "< 30 ms");
        if what.contains("existing") {
            // The memory of the first answers is given back or not by then: idle is what counts.
            thread::sleep(Duration::from_secs(1));
            let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
            let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("?").trim().to_owned();
            line("resident memory, idle", &resident, "< 15360 kB");
        }
        drop(client);
        let stopped = Command::new("kill").arg(child.id().to_string()).status();
        assert!(stopped.is_ok_and(|status| status.success()), "the program takes a signal");
        child.wait().expect("the program ends");
    }
}
