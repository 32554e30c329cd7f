use super::*;
use crate::domain::parameters::Value as Typed;
use crate::wire::json::from_json;
use crate::wire::xml;

const SAMPLES: [&str; 6] = [
    "1-partition-ipv4-ipv6",
    "1-partition-no-ipv6-range",
    "10-partitions-tap-tun",
    "10-partitions-tap-without-gateway",
    "100-partitions",
    "3-partitions-ipv4-only-definition-file",
];

fn sample(name: &str) -> String {
    let path = format!("{}/fixtures/wire/slapformat/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn recorded(name: &str) -> (String, Parameters) {
    (sample(&format!("{name}.xml")), from_json(&sample(&format!("{name}.json"))).unwrap())
}

/// A description with one partition, after changing it.
fn minimal(change: impl FnOnce(&mut Vec<(&'static str, Value)>, &mut Vec<(&'static str, Value)>)) -> Vec<u8> {
    let address = Value::dictionary([("addr", "10.0.0.1".into()), ("netmask", Value::from("255.255.255.255"))]);
    let mut partition = vec![("reference", Value::from("slappart0")), ("address_list", Value::list(vec![address]))];
    let mut computer = vec![("reference", Value::from("COMP-1"))];
    change(&mut computer, &mut partition);
    if !computer.iter().any(|(key, _)| *key == "partition_list") {
        computer.push(("partition_list", Value::list(vec![Value::dictionary(partition)])));
    }
    dumps(&Value::dictionary(computer)).unwrap()
}

fn with_partition(key: &'static str, value: Value) -> Vec<u8> {
    minimal(|_, partition| partition.push((key, value)))
}

fn with_computer(key: &'static str, value: Value) -> Vec<u8> {
    minimal(|computer, _| computer.push((key, value)))
}

#[test]
fn every_sample_equals_its_json_and_is_written_back_byte_for_byte() {
    for name in SAMPLES {
        let (text, json) = recorded(name);
        assert_eq!(xml::parameters("xml", &loads(text.as_bytes()).unwrap()), Ok(json), "{name}");
        let description = read(text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(String::from_utf8(write(&description).unwrap()).unwrap(), text, "{name}");
        assert_eq!(read(&write(&description).unwrap()), Ok(description), "{name}");
    }
}

#[test]
fn every_sample_says_what_its_json_says() {
    for name in SAMPLES {
        let (text, json) = recorded(name);
        let description = read(text.as_bytes()).unwrap();
        assert_eq!(json.text("reference"), Some(description.reference));
        assert_eq!(json.text("address"), description.address);
        assert_eq!(json.text("netmask"), description.netmask);
        let Some(Typed::List(partitions)) = json.as_map().get("partition_list") else { panic!("no list") };
        assert_eq!(partitions.len(), description.partitions.len());
        assert_eq!(description.details.as_map().len(), json.as_map().len() - COMPUTER_KEYS.len());
        for (partition, expected) in description.partitions.iter().zip(partitions) {
            let Typed::Map(expected) = expected else { panic!("no map") };
            assert_eq!(expected["reference"], partition.reference.as_str().into());
            let addresses = partition.addresses.iter().map(|address| {
                let netmask = address.netmask.as_deref().unwrap();
                let entries = [("addr", address.address.as_str()), ("netmask", netmask)];
                Typed::Map(entries.map(|(key, text)| (key.to_owned(), text.into())).into())
            });
            assert_eq!(expected["address_list"], Typed::List(addresses.collect()));
            let others = expected.iter().filter(|(key, _)| !PARTITION_KEYS.contains(&key.as_str()));
            assert!(others.eq(partition.details.as_map()), "{name} {}", partition.reference);
        }
    }
}

#[test]
fn the_second_of_ten_partitions() {
    let description = read(sample("10-partitions-tap-tun.xml").as_bytes()).unwrap();
    assert_eq!(description.details.text("public_ipv4_address").as_deref(), Some("203.0.113.7"));
    let partition = &description.partitions[1];
    let address = |address: &str, netmask: &str| AddressDescription::new(address, Some(netmask.into()));
    assert_eq!(
        partition.addresses,
        [address("10.0.0.2", "255.255.255.255"), address("2001:db8:aaaa::3", "ffff:ffff:ffff::")]
    );
    assert_eq!((partition.reference.as_str(), partition.interface.as_str()), ("slappart1", "slaptap1"));
    let tap = TapDescription {
        name: "slaptap1".into(),
        ipv4_addr: "10.1.0.3".into(),
        ipv4_netmask: "255.255.0.0".into(),
        ipv4_gateway: "10.1.0.1".into(),
        ipv4_network: "10.1.0.0".into(),
        ipv6_addr: "2001:db8:aaaa:8002:ffff:ffff:ffff:ffff".into(),
        ipv6_netmask: "ffff:ffff:ffff:ffff::".into(),
        ipv6_gateway: "2001:db8:aaaa:8002::1".into(),
        ipv6_network: "2001:db8:aaaa:8002::1/64".into(),
    };
    assert_eq!(partition.tap, Some(tap));
    let keys: Vec<&str> = partition.details.as_map().keys().map(String::as_str).collect();
    assert_eq!(keys, ["external_storage_list", "ipv6_range", "path", "tap", "tun", "user"]);
}

#[test]
fn the_pretty_printed_file_says_the_same() {
    let compact = read(sample("1-partition-ipv4-ipv6.xml").as_bytes()).unwrap();
    assert_eq!(read(sample("1-partition-ipv4-ipv6.pretty.xml").as_bytes()), Ok(compact));
}

#[test]
fn only_references_and_addresses_are_needed() {
    let description = read(&minimal(|_, _| {})).unwrap();
    let partition = PartitionDescription {
        reference: "slappart0".into(),
        addresses: vec![AddressDescription::new("10.0.0.1", Some("255.255.255.255".into()))],
        interface: "slappart0".into(),
        tap: None,
        details: Parameters::default(),
    };
    let expected = ComputerDescription {
        reference: "COMP-1".into(),
        address: None,
        netmask: None,
        partitions: vec![partition],
        details: Parameters::default(),
    };
    assert_eq!(description, expected);
    for empty in [Value::None, "".into()] {
        let address = Value::dictionary([("addr", "2001:db8:0::1".into()), ("netmask", empty.clone())]);
        let document = minimal(|computer, partition| {
            computer.extend([("address", empty.clone()), ("netmask", empty.clone())]);
            partition
                .extend([("address_list", Value::list(vec![address])), ("tap", Value::dictionary([("name", empty)]))]);
        });
        let description = read(&document).unwrap();
        assert_eq!((&description.address, &description.netmask), (&None, &None));
        let partition = &description.partitions[0];
        assert_eq!((partition.addresses[0].netmask.as_ref(), partition.interface.as_str()), (None, "slappart0"));
        assert_eq!(partition.addresses[0].address, "2001:db8:0::1");
        assert_eq!(partition.tap, Some(TapDescription::default()));
        assert_eq!(read(&write(&description).unwrap()), Ok(description));
    }
    assert_eq!(read(&with_computer("partition_list", Value::list(vec![]))).unwrap().partitions, []);
}

#[test]
fn a_tap_without_details_is_written_too() {
    let mut description = read(&minimal(|_, _| {})).unwrap();
    let tap = TapDescription { name: "tap0".into(), ..TapDescription::default() };
    description.partitions[0].tap = Some(tap.clone());
    let read = read(&write(&description).unwrap()).unwrap();
    assert_eq!((read.partitions[0].tap.as_ref(), read.partitions[0].interface.as_str()), (Some(&tap), "tap0"));
}

#[test]
fn shared_parts_are_read() {
    let address = Value::dictionary([("addr", Value::from("::1")), ("netmask", Value::from("ffff::"))]);
    let addresses = Value::list(vec![address.clone(), address]);
    let partition = |reference: &str| {
        Value::dictionary([("reference", Value::from(reference)), ("address_list", addresses.clone())])
    };
    let list = Value::Tuple(vec![partition("a"), partition("b")]);
    let document = with_computer("partition_list", list);
    assert!(String::from_utf8_lossy(&document).contains("<reference"));
    let description = read(&document).unwrap();
    assert_eq!(description.partitions[1].addresses.len(), 2);
}

#[test]
fn wrong_descriptions_are_refused_by_place() {
    let entry = |entries: &[(&'static str, Value)]| Value::list(vec![Value::dictionary(entries.to_vec())]);
    let twice = |reference: &str| {
        let addresses = Value::list(vec![]);
        Value::dictionary([("reference", Value::from(reference)), ("address_list", addresses)])
    };
    let object = Value::object(xml::Class::SoftwareInstance, vec![], Dictionary::default());
    let number_key = Value::from(Dictionary::new(vec![(1.into(), Value::None)]));
    let cases = [
        (
            dumps(&Value::list(vec![])).unwrap(),
            "xml: a list is not accepted; expected a dictionary describing a computer",
        ),
        (
            with_computer("reference", Value::None),
            "reference: none is not accepted; expected a text such as \"COMP-1234\"",
        ),
        (
            with_computer("reference", "".into()),
            "reference: \"\" is not accepted; expected a reference such as \"slappart0\": not empty, no comma, no control \
          character, no blank at its ends",
        ),
        (
            with_computer("reference", "a/b".into()),
            "reference: \"a/b\" is not accepted; expected a reference without slash",
        ),
        (
            with_computer("address", "nowhere".into()),
            "address: \"nowhere\" is not accepted; expected an IP address such as \"10.0.0.1\"",
        ),
        (with_computer("netmask", 24.into()), "netmask: an int is not accepted; expected a text"),
        (
            with_computer("partition_list", Value::None),
            "partition_list: none is not accepted; expected a list of dictionaries",
        ),
        (
            with_computer("partition_list", Value::list(vec![Value::None])),
            "partition_list[0]: none is not accepted; expected a dictionary describing a partition",
        ),
        (
            with_computer("partition_list", Value::list(vec![twice("a"), twice("b"), twice("a")])),
            "partition_list[2].reference: \"a\" is already the reference of partition_list[0]; expected a reference of its own \
          for each partition",
        ),
        (
            with_computer("interface", Value::dictionary([("name", object)])),
            "interface.name: an object is not accepted; expected a parameter value",
        ),
        (
            with_partition("reference", "a,b".into()),
            "partition_list[0].reference: \"a,b\" is not accepted; expected a reference such as \"slappart0\": not empty, no \
          comma, no control character, no blank at its ends",
        ),
        (
            with_partition("address_list", Value::None),
            "partition_list[0].address_list: none is not accepted; expected a list of dictionaries",
        ),
        (
            with_partition("address_list", Value::list(vec!["10.0.0.1".into()])),
            "partition_list[0].address_list[0]: a string is not accepted; expected a dictionary with addr and netmask",
        ),
        (
            with_partition("address_list", entry(&[("netmask", "".into())])),
            "partition_list[0].address_list[0].addr: missing; expected a text such as \"10.0.0.1\"",
        ),
        (
            with_partition("address_list", entry(&[("addr", "".into())])),
            "partition_list[0].address_list[0].addr: empty; expected a text such as \"10.0.0.1\"",
        ),
        (
            with_partition("address_list", entry(&[("addr", "10.0.0.1/24".into())])),
            "partition_list[0].address_list[0].addr: \"10.0.0.1/24\" is not accepted; expected an IP address such as \
          \"10.0.0.1\"",
        ),
        (
            with_partition("tap", "tap0".into()),
            "partition_list[0].tap: a string is not accepted; expected a dictionary describing a tap, or none",
        ),
        (
            with_partition("tap", Value::dictionary([("name", Value::from(1))])),
            "partition_list[0].tap.name: an int is not accepted; expected a text",
        ),
        (
            with_partition("user", number_key),
            "partition_list[0].user: an int is not accepted; expected a string as key",
        ),
        (b"<marshal><dictionary/></marshal>".to_vec(), "partition_list: missing; expected a list of dictionaries"),
        (b"<marshal><dictionary>".to_vec(), "The document ends inside an element (line 1, column 22)"),
        (b"hello".to_vec(), "There is text outside of the root element (line 1, column 1)"),
    ];
    for (document, message) in cases {
        assert_eq!(read(&document).unwrap_err().to_string(), message);
    }
}

#[test]
fn texts_that_xml_cannot_carry_are_not_written() {
    let mut description = read(&minimal(|_, _| {})).unwrap();
    description.partitions[0].interface = "not written".into();
    description.reference = "a\u{1}".into();
    assert_eq!(write(&description), Err(WriteError::Character { text: "a\u{1}".into(), character: '\u{1}' }));
}
