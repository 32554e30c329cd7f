//! Bad input is refused with a status of the client's fault and a text that says what to correct.

use slapproxy::wire::xml::Value;

use crate::app::{Answer, TestApp, description, request};
use crate::calls::{LOCAL, map, texts, tuples};

fn quoted(text: &str) -> String {
    format!("{text:?}")
}

#[test]
fn c1_optional_fields_may_be_left_out() {
    let app = TestApp::formatted(1);
    let fields = [("software_release", "/sr"), ("partition_reference", "root")];
    let answer = app.post("/requestComputerPartition", &fields).value();
    let found = ["slap_software_type", "_requested_state"].map(|key| answer.get(key).and_then(Value::as_str));
    assert_eq!(found, [Some("default"), Some("started")]);
    assert_eq!(texts(answer.get("_filter_dict").unwrap()), map(&[]));
    // The same, said in full.
    let again = request("root").parameters(&[]).filter(&[]).state("started").send(&app);
    assert_eq!(again.value(), answer);
}

#[test]
fn c2_what_is_not_marshalled_is_refused_by_the_name_of_its_field() {
    let app = TestApp::formatted(1);
    request("root").place(&app);
    let before = app.information(LOCAL);
    let request = [("software_release", "/sr"), ("software_type", "default"), ("partition_reference", "x")];
    let partition = [("computer_id", LOCAL), ("computer_partition_id", "slappart0")];
    let (ask, publish) = ("/requestComputerPartition", "/setComputerPartitionConnectionXml");
    let relate = "/updateComputerPartitionRelatedInstanceList";
    for (path, fields, name, text, problem) in [
        (ask, &request[..], "filter_xml", "<broken", "BROKEN"),
        (ask, &request, "partition_parameter_xml", "hello", "TEXT"),
        (ask, &request, "shared_xml", "yes", "TEXT"),
        (publish, &partition, "connection_xml", "<", "BROKEN"),
        (relate, &partition, "instance_reference_xml", "x", "TEXT"),
    ] {
        let problem = match problem {
            "BROKEN" => {
                "The document is not well-formed XML: syntax error: tag not closed: `>` not found before end of input"
            }
            _ => "There is text outside of the root element",
        };
        let refusal =
            format!("{name}: {text:?} is not accepted; expected a marshalled value: {problem} (line 1, column 1)");
        assert_eq!(app.post(path, &[fields, &[(name, text)]].concat()).refusal(), (400, refusal));
    }
    let (int, list) = ("<marshal><int>1</int></marshal>", "<marshal><list><int>1</int></list></marshal>");
    let state =
        "a marshalled string: started, stopped or destroyed, such as <marshal><string>started</string></marshal>";
    let bare = format!("{state} (There is text outside of the root element (line 1, column 1))");
    for (path, fields, name, text, shown, expected) in [
        (ask, &request[..], "filter_xml", int, "an int", "a dictionary of parameters"),
        (ask, &request, "partition_parameter_xml", list, "a list", "a dictionary of parameters"),
        (ask, &request, "shared_xml", list, &quoted(list), "a marshalled bool"),
        (ask, &request, "state", "started", &quoted("started"), &bare),
        (ask, &request, "state", int, &quoted(int), state),
        (publish, &partition, "connection_xml", list, "a list", "a dictionary of parameters"),
        (relate, &partition, "instance_reference_xml", list, &quoted(list), "a marshalled list of strings"),
    ] {
        let refusal = format!("{name}: {shown} is not accepted; expected {expected}");
        assert_eq!(app.post(path, &[fields, &[(name, text)]].concat()).refusal(), (400, refusal));
    }
    assert_eq!(app.information(LOCAL), before);
}

#[test]
fn c2_a_computer_description_is_refused_by_the_place_of_its_fault() {
    let app = TestApp::formatted(1);
    let before = app.information(LOCAL);
    let whole = description(LOCAL, 2);
    let without_list = "<marshal><dictionary><string>reference</string><string>c</string></dictionary></marshal>";
    let twice = whole.replace("<string>slappart1</string>", "<string>slappart0</string>");
    let nameless = whole.replace("<string>slappart1</string>", "<string></string>");
    let address = whole.replace("10.0.0.2", "ten");
    for (xml, expected) in [
        (
            "<a",
            "The document is not well-formed XML: syntax error: tag not closed: `>` not found before end of input (line \
             1, column 1)",
        ),
        (without_list, "partition_list: missing; expected a list of dictionaries"),
        (
            twice.as_str(),
            "partition_list[1].reference: \"slappart0\" is already the reference of partition_list[0]; expected a \
             reference of its own for each partition",
        ),
        (
            nameless.as_str(),
            "partition_list[1].reference: \"\" is not accepted; expected a reference such as \"slappart0\": not \
             empty, no comma, no control character, no blank at its ends",
        ),
        (
            address.as_str(),
            "partition_list[1].address_list[0].addr: \"ten\" is not accepted; expected an IP address such as \
             \"10.0.0.1\"",
        ),
    ] {
        let (status, refusal) = app.post("/loadComputerConfigurationFromXML", &[("xml", xml)]).refusal();
        assert_eq!(status, 400);
        let cut = if xml.len() > 120 { format!("{}…", &xml[..120]) } else { xml.to_owned() };
        assert_eq!(refusal, format!("xml: {cut:?} is not accepted; expected a computer description: {expected}"));
    }
    assert_eq!(app.information(LOCAL), before);
}

#[test]
fn c2_a_partition_without_tap_has_its_reference_as_interface() {
    let app = TestApp::empty();
    for (n, tap) in ["<none/>", "<dictionary><string>name</string><string></string></dictionary>"].iter().enumerate() {
        let xml = description(LOCAL, 1)
            .replace("<dictionary><string>name</string><string>slaptap0</string></dictionary>", tap)
            .replace("10.0.0.1", &format!("10.0.0.{n}"));
        assert_eq!(app.post("/loadComputerConfigurationFromXML", &[("xml", &xml)]), Answer::text("done"));
        let answer = request("root").value(&app);
        assert_eq!(tuples(answer.get("ip_list").unwrap()), [format!("slappart0 10.0.0.{n}")]);
    }
}

#[test]
fn c5_hostile_documents_are_refused() {
    let app = TestApp::formatted(1);
    let nested = format!("<marshal>{}{}</marshal>", "<list>".repeat(70), "</list>".repeat(70));
    let deep = format!("<marshal>{}", "<list>".repeat(100_000));
    let digits =
        format!("<marshal><dictionary><string>i</string><int>{}</int></dictionary></marshal>", "9".repeat(5000));
    let too_long = format!("<int> holds \"{}…\"; expected a decimal integer of at most 4300 digits", "9".repeat(120));
    let dangling = "<marshal><dictionary id='1'><string>k</string><reference id='9'/></dictionary></marshal>";
    let cycle = "<marshal><dictionary id='1'><string>k</string><reference id='1'/></dictionary></marshal>";
    let foreign = "<marshal><object id='1' module='os' class='system'><tuple><string>true</string></tuple><none/></object></marshal>";
    for (xml, problem) in [
        (nested.as_str(), "Elements are nested more than 65 deep"),
        (&deep, "Elements are nested more than 65 deep"),
        (&digits, &too_long),
        (dangling, "The reference \"9\" names nothing before it"),
        (cycle, "The reference \"1\" leads back to itself"),
        (foreign, "Refusing to unmarshall os.system"),
    ] {
        let fields = [("software_release", "/sr"), ("partition_reference", "x"), ("partition_parameter_xml", xml)];
        let (status, refusal) = app.post("/requestComputerPartition", &fields).refusal();
        let (_, expected) = refusal.split_once(" is not accepted; expected a marshalled value: ").expect(&refusal);
        let (found, _) = expected.split_once(" (line 1, column ").expect(expected);
        assert_eq!((status, found), (400, problem));
    }
    assert_eq!(app.listing(LOCAL), ["slappart0 free"]);
}

#[test]
fn c5_a_master_that_is_not_listed_is_refused_without_being_asked() {
    let app = TestApp::formatted(1);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://127.0.0.1:{}/any", listener.local_addr().unwrap().port());
    let refusal = format!("External SlapOS Master URL {url} is not listed in multimaster list.");
    assert_eq!(request("root").filter(&[("master_url", &url)]).send(&app).refusal(), (404, refusal));
    assert_eq!(app.listing(LOCAL), ["slappart0 free"]);
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn d8_no_entity_is_expanded() {
    let app = TestApp::formatted(1);
    let entities = "<!DOCTYPE m [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>\
                    <marshal><dictionary><string>k</string><string>&b;</string></dictionary></marshal>";
    let external = "<!DOCTYPE m SYSTEM \"file:///etc/hostname\"><marshal><none/></marshal>";
    for (xml, line) in [(entities, "A DOCTYPE is not accepted"), (external, "A DOCTYPE is not accepted")] {
        let fields = [("software_release", "/sr"), ("partition_reference", "x"), ("partition_parameter_xml", xml)];
        let (status, refusal) = app.post("/requestComputerPartition", &fields).refusal();
        assert_eq!(status, 400);
        assert!(refusal.contains(line), "{refusal}");
        let (status, refusal) = app.post("/loadComputerConfigurationFromXML", &[("xml", xml)]).refusal();
        assert_eq!(status, 400);
        assert!(refusal.contains(line), "{refusal}");
    }
    assert_eq!(app.listing(LOCAL), ["slappart0 free"]);
}
