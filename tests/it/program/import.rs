//! `slapproxy import`

use std::fs;

use rstest::rstest;
use serde_json::{Map, Value, json};

use super::{Home, Server, failed, noted, printed, sample};

const SAMPLES: [&str; 6] = [
    "1-partition-ipv4-ipv6",
    "1-partition-no-ipv6-range",
    "10-partitions-tap-tun",
    "10-partitions-tap-without-gateway",
    "100-partitions",
    "3-partitions-ipv4-only-definition-file",
];

/// The description that slapformat would post, made from what the database shows.
fn described(home: &Home) -> Value {
    let shown = home.show(&["--computers", "--partitions", "--network"]);
    let of_computer = |value: &Value| value["computer"] == "COMP-1234";
    let computers = shown["computers"].as_array().unwrap();
    let computer = computers.iter().find(|computer| computer["reference"] == "COMP-1234").unwrap();
    let mut description = computer["description"].as_object().unwrap().clone();
    for key in ["reference", "address", "netmask"] {
        description.insert(key.into(), computer[key].clone());
    }
    let partitions = shown["partitions"].as_array().unwrap().iter().filter(|row| of_computer(row));
    let network = shown["network"].as_array().unwrap().iter().filter(|row| of_computer(row));
    let list = partitions.zip(network).map(|(partition, network)| {
        let mut described = partition["description"].as_object().unwrap().clone();
        described.insert("reference".into(), partition["partition"].clone());
        described.insert("address_list".into(), addresses(network, &described));
        Value::Object(described)
    });
    description.insert("partition_list".into(), list.collect());
    Value::Object(description)
}

/// The addresses that were described; one more, the routed address of the tap, is checked.
fn addresses(network: &Value, description: &Map<String, Value>) -> Value {
    let tap = &description["tap"];
    let mut plain = Vec::new();
    for address in network["addresses"].as_array().unwrap() {
        if address["gateway"].is_null() {
            assert_eq!(address["interface"], tap["name"]);
            plain.push(json!({"addr": address["address"], "netmask": address["netmask"]}));
        } else {
            let routed = json!({
                "interface": format!("route_{}", tap["name"].as_str().unwrap()), "address": tap["ipv4_addr"],
                "netmask": tap["ipv4_netmask"], "gateway": tap["ipv4_gateway"], "network": tap["ipv4_network"],
            });
            assert_eq!(address, &routed);
        }
    }
    plain.into()
}

#[rstest]
fn nothing_of_a_description_is_lost(#[values(".xml", ".pretty.xml")] suffix: &str) {
    for name in SAMPLES {
        let file = sample(&format!("{name}{suffix}"));
        if !fs::exists(&file).unwrap() {
            continue;
        }
        let home = Home::new();
        assert_eq!(home.run(&["import", &file]).code, Some(0));
        let expected: Value = serde_json::from_slice(&fs::read(sample(&format!("{name}.json"))).unwrap()).unwrap();
        assert_eq!(described(&home), expected, "{name}{suffix}");
    }
}

#[test]
fn a_pretty_printed_description_is_the_same_as_the_posted_one() {
    let home = Home::new();
    let report = |kept: &str, added: &str| {
        format!(
            "[{{\"computer\":\"COMP-1234\",\"new_computer\":{},\"added\":[{added}],\"kept\":[{kept}],\"removed\":[]}}]\n",
            kept.is_empty()
        )
    };
    let partition = "\"slappart0\"";
    let pretty = home.run(&["import", &sample("1-partition-ipv4-ipv6.pretty.xml"), "--format", "json"]);
    assert_eq!(pretty, printed(report("", partition)));
    let before = home.show(&["--computers", "--partitions", "--network"]);
    let posted = home.run(&["import", &sample("1-partition-ipv4-ipv6.xml"), "--format", "json"]);
    assert_eq!(posted, printed(report(partition, "")));
    assert_eq!(home.show(&["--computers", "--partitions", "--network"]), before);
}

/// A home, with a server for those who import through it.
fn prepared(running: bool) -> (Home, Option<Server>) {
    let home = Home::new();
    let server = running.then(|| home.start(&[]));
    (home, server)
}

#[rstest]
fn files_directories_and_the_input_go_together(#[values(false, true)] running: bool) {
    let (home, server) = prepared(running);
    let description = |name: &str, partitions: &str| {
        home.run(&["format", "--partitions", partitions, "--computer-id", name, "--ipv6="]).stdout
    };
    for (name, partitions) in [("B", "2"), ("A", "3")] {
        home.write(&format!("all/{name}.xml"), description(name, partitions));
    }
    home.write("all/other.txt", "is not looked at");
    let single = home.write("single.xml", description("C", "1"));
    let imported = home.run_with(&["import", "all", &single, "-"], &[], &description("D", "4"));
    let line = |name, partitions| format!("{name}: {partitions} partitions added, 0 kept, 0 removed\n");
    assert_eq!(imported, noted([line("A", 3), line("B", 2), line("C", 1), line("D", 4)].concat()));
    // The answers of the server are those of the new descriptions at once.
    for (name, partitions) in [("A", 3), ("B", 2), ("C", 1), ("D", 4)] {
        if let Some(server) = &server {
            let expected: Vec<_> = (0..partitions).map(|n| (format!("slappart{n}"), None)).collect();
            assert_eq!(server.titles(name), expected);
        }
    }
    let partitions = home.show(&["--partitions"]);
    assert_eq!(partitions["partitions"].as_array().unwrap().len(), 10);
}

#[test]
fn a_running_server_answers_by_the_new_description_at_once() {
    let home = Home::new();
    let server = home.start(&[]);
    assert_eq!(server.titles("local_computer"), []);
    for partitions in ["1", "3", "2"] {
        let document = home.run(&["format", "--partitions", partitions]).stdout;
        assert_eq!(home.run_with(&["import", "-"], &[], &document).code, Some(0));
        assert_eq!(server.titles("local_computer").len().to_string(), partitions);
    }
}

#[test]
fn a_server_can_import_before_it_serves() {
    let home = Home::new();
    let mut command = home.command(&["start", "--port", "0", "--import"]);
    command.args([sample("1-partition-ipv4-ipv6.pretty.xml"), home.write("c.xml", home.run(&["format"]).stdout)]);
    let server = Server::greeted(command);
    assert_eq!(server.titles("COMP-1234"), [("slappart0".into(), None)]);
    assert_eq!(server.titles("local_computer").len(), 10);
    let stderr = server.stop("TERM").stderr;
    assert_eq!(stderr.lines().nth(3), Some("  computer    local_computer: 10 partitions, 10 free"));

    let other = Home::new();
    let broken = other.write("broken.xml", "<marshal>");
    let refused = other.run(&["start", "--port", "0", "--ready-file", "ready.json", "--import", &broken]);
    let stderr =
        format!("error: nothing is imported:\n{broken}: The document ends inside an element (line 1, column 10)\n");
    assert_eq!(refused, failed(1, stderr));
    assert!(!other.path("data").exists());
}

#[rstest]
fn one_broken_file_among_good_ones_stops_all(#[values(false, true)] running: bool) {
    let (home, server) = prepared(running);
    assert_eq!(home.run(&["import", &sample("10-partitions-tap-tun.xml")]).code, Some(0));
    let before = home.run(&["show", "--format", "json"]);
    let posted = fs::read_to_string(sample("3-partitions-ipv4-only-definition-file.xml")).unwrap();
    home.write("broken/1-good.xml", &posted);
    home.write("broken/2-address.xml", posted.replacen("10.0.0.2", "10.0.0.256", 1));
    home.write("broken/3-reference.xml", posted.replace("<string>slappart2</string>", "<none/>"));
    home.write("broken/4-twice.xml", posted.replace("<string>slappart2</string>", "<string>slappart0</string>"));
    home.write("broken/5-ends.xml", &posted[..posted.len() / 2]);
    home.write("broken/6-list.xml", "<marshal><list id=\"i2\"/></marshal>");
    home.write("broken/7-bytes.xml", b"<marshal>\n  <string>latin \xff</string></marshal>");
    home.write("broken/8-good.xml", &posted);
    let refused = home.run(&["import", "broken", "none.xml"]);
    let stderr = "\
error: nothing is imported:
broken/2-address.xml: partition_list[1].address_list[0].addr: \"10.0.0.256\" is not accepted; expected an IP address such as \"10.0.0.1\"
broken/3-reference.xml: partition_list[2].reference: none is not accepted; expected a text such as \"slappart0\"
broken/4-twice.xml: partition_list[2].reference: \"slappart0\" is already the reference of partition_list[0]; expected a reference of its own for each partition
broken/5-ends.xml: The document is not well-formed XML: syntax error: tag not closed: `>` not found before end of input (line 1, column 2371)
broken/6-list.xml: xml: a list is not accepted; expected a dictionary describing a computer
broken/7-bytes.xml: byte 17 of line 2 (0xFF) is not UTF-8
none.xml: No such file or directory (os error 2)
broken/8-good.xml: describes COMP-1234 again, after broken/1-good.xml
";
    assert_eq!(refused, failed(1, stderr));
    assert_eq!(home.run(&["show", "--format", "json"]), before);
    if let Some(server) = server {
        assert_eq!(server.titles("COMP-1234").len(), 10);
    }
}

#[test]
fn what_is_not_there_is_named() {
    let home = Home::new();
    let refused = home.run(&["import", "none.xml"]);
    let stderr = "error: nothing is imported:\nnone.xml: No such file or directory (os error 2)\n";
    assert_eq!(refused, failed(1, stderr));
    fs::create_dir(home.path("empty")).unwrap();
    assert_eq!(home.run(&["import", "empty"]), failed(1, "error: empty holds no *.xml file\n"));
    let stderr = "error: nothing is imported:\nstandard input: The document holds no element (line 1, column 1)\n";
    assert_eq!(home.run(&["import", "-"]), failed(1, stderr));
    assert_eq!(home.run(&["import"]).code, Some(2));
    assert!(!home.path("data").exists());
}
