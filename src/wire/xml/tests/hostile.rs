//! Documents that are wrong or mean harm: each is refused with a sentence, in bounded time and memory.

use super::super::{Class, Dictionary, Limits, Value, WriteError, dumps, loads, loads_with};
use super::fixture;

fn refusal(document: &str) -> String {
    match loads(document.as_bytes()) {
        Ok(value) => panic!("{document:.200} was read as {value:?}"),
        Err(error) => error.to_string(),
    }
}

fn object(content: &str) -> String {
    format!("<object id='i2' module='slapos.slap.slap' {content}</object>")
}

#[test]
fn only_one_byte_order_mark_may_stand_before_a_document() {
    let document = "\u{feff}\u{feff}<marshal><list id='i2'><reference id='i2'/></list></marshal>";
    assert_eq!(refusal(document), "The document starts with a second byte-order mark (line 1, column 1)");
}

#[test]
fn wrong_values_are_refused_by_name() {
    let cases = [
        ("", "<marshal> holds no value (line 1, column 10)"),
        ("<int>1</int><int>2</int>", "<marshal> holds more than one value (line 1, column 28)"),
        ("<marshal><int>1</int></marshal>", "The element <marshal> is not accepted (line 1, column 10)"),
        ("junk<int>1</int>", "There is text between elements: \"junk\" (line 1, column 10)"),
        ("<list>\n junk<int>1</int></list>", "There is text between elements: \"junk\" (line 1, column 16)"),
        ("<set id='i2'/>", "The element <set> is not accepted (line 1, column 10)"),
        ("<complex>1.0 2.0</complex>", "The element <complex> is not accepted (line 1, column 10)"),
        ("<code>x</code>", "The element <code> is not accepted (line 1, column 10)"),
        ("<Int>1</Int>", "The element <Int> is unknown (line 1, column 10)"),
        ("<x:int xmlns:x='urn:x'>1</x:int>", "The element <int> is in a foreign namespace (line 1, column 10)"),
        ("<x:int>1</x:int>", "The prefix \"x\" names no namespace (line 1, column 10)"),
        ("<int>1<none/></int>", "<none> inside <int>, which holds only text (line 1, column 16)"),
        ("<none>x</none>", "<none> holds \"x\"; expected nothing (line 1, column 17)"),
        ("<bool>true</bool>", "<bool> holds \"true\"; expected 0 or 1 (line 1, column 20)"),
        ("<bool>2</bool>", "<bool> holds \"2\"; expected 0 or 1 (line 1, column 17)"),
        ("<float/>", "<float> holds \"\"; expected a number (line 1, column 10)"),
        ("<float>1,5</float>", "<float> holds \"1,5\"; expected a number (line 1, column 20)"),
        ("<reference/>", "A <reference> has no id (line 1, column 10)"),
        ("<reference id='i2'/>", "The reference \"i2\" names nothing before it (line 1, column 10)"),
        ("<reference id='i2'>x</reference>", "A <reference> is not empty (line 1, column 30)"),
        (
            "<list id='a'><reference id='b'/><list id='b'/></list>",
            "The reference \"b\" names nothing before it (line 1, column 23)",
        ),
        (
            "<list><tuple id='a'/><reference id='a'/></list>",
            "The reference \"a\" names nothing before it (line 1, column 31)",
        ),
        ("<list id='a'><reference id='a'/></list>", "The reference \"a\" leads back to itself (line 1, column 23)"),
        ("<list id='a'><list id='a'/></list>", "The id \"a\" is used twice (line 1, column 23)"),
        ("<list><list id='a'/><list id='a'/></list>", "The id \"a\" is used twice (line 1, column 30)"),
        (
            "<dictionary><string>a</string></dictionary>",
            "A <dictionary> ends with a key that has no value (line 1, column 40)",
        ),
        (
            "<dictionary><list/><int>1</int></dictionary>",
            "The key of a dictionary is a list; expected a scalar (line 1, column 22)",
        ),
        (
            "<dictionary><tuple/><int>1</int></dictionary>",
            "The key of a dictionary is a tuple; expected a scalar (line 1, column 22)",
        ),
    ];
    for (content, message) in cases {
        assert_eq!(refusal(&format!("<marshal>{content}</marshal>")), message, "{content}");
    }
    for integer in ["", "5 5", "12L", "0x10", "1,5", "1_000", "٣", "--1", &"9".repeat(5000)] {
        let message = refusal(&format!("<marshal><int>{integer}</int></marshal>"));
        assert!(message.contains("expected a decimal integer of at most 4300 digits"), "{message}");
        assert!(message.len() < 300, "{message}");
    }
}

#[test]
fn wrong_objects_are_refused_by_name() {
    let long = format!("<object module='{}' class='x'/>", "m".repeat(100_000));
    let cases = [
        ("<object module='os' class='system'><tuple/><none/></object>", "Refusing to unmarshall os.system"),
        ("<list><object module='builtins' class='eval'/></list>", "Refusing to unmarshall builtins.eval"),
        (&object("class='Supply'>"), "Refusing to unmarshall slapos.slap.slap.Supply"),
        (&object("class='computer'>"), "Refusing to unmarshall slapos.slap.slap.computer"),
        (&long, "Refusing to unmarshall mmmm"),
        ("<object class='Computer'/>", "An <object> has no attribute module"),
        ("<object module='slapos.slap.slap'/>", "An <object> has no attribute class"),
        (&object("class='Computer'>"), "An <object> needs its arguments and its attributes"),
        (&object("class='Computer'><tuple/>"), "An <object> needs its arguments and its attributes"),
        (&object("class='Computer'><tuple/><none/>"), "The arguments of a Computer are wrong; expected its id"),
        (&object("class='Computer'><tuple><none/></tuple><none/>"), "The arguments of a Computer are wrong"),
        (
            &object("class='Computer'><string>a</string><none/>"),
            "The arguments of an <object> are a string; expected a tuple",
        ),
        (
            &object("class='SoftwareInstance'><tuple/><none/><none/>"),
            "An <object> holds more than arguments and attributes",
        ),
        (
            &object("class='SoftwareInstance'><tuple/><list/>"),
            "The attributes of an <object> are a list; expected a dictionary",
        ),
        (
            &object("class='SoftwareInstance'><tuple/><dictionary><int>1</int><none/></dictionary>"),
            "The name of an attribute is an int; expected a string",
        ),
        (
            &object("class='SoftwareInstance'><tuple><none/></tuple><none/>"),
            "The arguments of a SoftwareInstance are wrong; expected no argument",
        ),
        (
            &object(
                "class='SoftwareInstance'><tuple/><dictionary><string>self</string><reference id='i2'/></dictionary>",
            ),
            "The reference \"i2\" leads back to itself",
        ),
        (
            &object("class='ComputerPartition'><tuple><string>c</string></tuple><none/>"),
            "The arguments of a ComputerPartition are wrong; expected either the ids",
        ),
        (
            &object(
                "class='ComputerPartition'><tuple><string>c</string><string>p</string><dictionary/></tuple><none/>",
            ),
            "The arguments of a ComputerPartition are wrong; expected either the ids",
        ),
    ];
    for (content, start) in cases {
        let message = refusal(&format!("<marshal>{content}</marshal>"));
        assert!(message.starts_with(start), "{message}");
        assert!(message.len() < 250, "{message}");
    }
}

#[test]
fn attribute_names_are_data() {
    let content = object(
        "class='SoftwareInstance'><list/><dictionary><string>__class__</string><string>x</string>\
         <string>getStatus</string><int>1</int></dictionary>",
    );
    let read = loads(format!("<marshal>{content}</marshal>").as_bytes()).unwrap();
    assert_eq!(read.get("__class__"), Some(&"x".into()));
    assert_eq!(read.get("getStatus"), Some(&1.into()));
    let two = object("class='ComputerPartition'><tuple><string>c</string><string>p</string></tuple><none/>");
    assert_eq!(
        loads(format!("<marshal>{two}</marshal>").as_bytes()),
        Ok(Value::object(Class::ComputerPartition, vec!["c".into(), "p".into()], Dictionary::default()))
    );
}

#[test]
fn what_is_not_xml_is_refused_with_its_place() {
    let bomb: String = (1..10).fold("<!DOCTYPE m [<!ENTITY e0 'ha'>".into(), |text, level| {
        format!("{text}<!ENTITY e{level} '{}'>", format!("&e{};", level - 1).repeat(10))
    });
    let bomb = format!("{bomb}]><marshal><string>&e9;</string></marshal>");
    let cases = [
        (
            "<!DOCTYPE m [<!ENTITY x \"y\">]><marshal><string>&x;</string></marshal>",
            "A DOCTYPE is not accepted (line 1, column 1)",
        ),
        ("<!DOCTYPE m SYSTEM 'file:///etc/hostname'><marshal><none/></marshal>", "A DOCTYPE is not accepted (line 1"),
        ("<!DOCTYPE m [<!ENTITY % p SYSTEM 'http://x/'> %p;]><marshal><none/></marshal>", "A DOCTYPE is not accepted"),
        (&bomb, "A DOCTYPE is not accepted"),
        (
            "<marshal><string>&nope;</string></marshal>",
            "&nope; is neither a character of XML nor a predefined entity (line 1, column 18)",
        ),
        ("<marshal><string>&#0;</string></marshal>", "&#0; is neither a character of XML"),
        ("<marshal><string>&#1;</string></marshal>", "&#1; is neither a character of XML"),
        ("<marshal><string>&#xd800;</string></marshal>", "&#xd800; is neither a character of XML"),
        ("<marshal><string>&#xfffe;</string></marshal>", "&#xfffe; is neither a character of XML"),
        ("<marshal><string>&#99999999999;</string></marshal>", "&#99999999999; is neither a character of XML"),
        ("<marshal><string>a & b</string></marshal>", "The document is not well-formed XML"),
        ("<marshal>\n<string>\u{1}</string></marshal>", "XML cannot carry the character U+0001 (line 2, column 9)"),
        ("<marshal><string>\u{ffff}</string></marshal>", "XML cannot carry the character U+FFFF (line 1, column 18)"),
        ("<marshal><string>a]]>b</string></marshal>", "`]]>` stands outside of CDATA"),
        ("<marshal><list id='1' id='2'/></marshal>", "The document is not well-formed XML"),
        ("<marshal><list id=1/></marshal>", "The document is not well-formed XML"),
        ("<marshal><list id='<'/></marshal>", "The attribute \"id\" is not well-formed XML"),
        ("<marshal><list id='&nope;'/></marshal>", "The attribute \"id\" is not well-formed XML"),
        ("<marshal><list id='&#1;'/></marshal>", "The attribute \"id\" is not well-formed XML"),
        ("<marshal><none></marshal>", "The document is not well-formed XML"),
        ("<marshal><none/></marshal></marshal>", "The document is not well-formed XML"),
        ("<marshal><none/></marshal>x", "There is text outside of the root element (line 1, column 27)"),
        ("<marshal><none/></marshal><marshal/>", "The document goes on after its root element"),
        ("<marshal><none/></marshal>&amp;", "There is text outside of the root element"),
        ("<marshal><none/><?xml version='1.0'?></marshal>", "The XML declaration is not at the beginning"),
        (
            "<?xml version='1.0' encoding='iso-8859-1'?><marshal><none/></marshal>",
            "The XML declaration does not say encoding UTF-8",
        ),
        ("<none/>", "The element <none> is not <marshal>, which a marshalled document starts with"),
        ("<int>1</int>", "The element <int> is not <marshal>"),
        ("", "The document holds no element"),
        (" \n", "The document holds no element"),
        ("hello", "There is text outside of the root element"),
        ("<marshal>", "The document ends inside an element"),
        ("< marshal/>", "\"\" is not the name of an element"),
    ];
    for (document, start) in cases {
        let message = refusal(document);
        assert!(message.starts_with(start), "{document:.100}: {message}");
        assert!(message.len() < 250, "{message}");
    }
    for bytes in [&b"\xff\xfe<\0m\0"[..], b"<marshal><string>\xe9</string></marshal>", b"\0", b"<marshal>\xed\xa0\x80"]
    {
        assert!(loads(bytes).is_err());
    }
}

#[test]
fn every_truncation_and_every_flipped_byte_of_a_sample_is_handled() {
    let sample = fixture("object-ComputerPartition-request_dict-shared-by-reference.xml");
    let sample = sample.trim_end().as_bytes();
    for length in 0..sample.len() {
        assert!(loads(&sample[..length]).is_err(), "{length}");
        for replacement in [b'<', b'>', b'&', b'"', b'/', b'!', b'?', b'x', b' ', 0xff, 0] {
            let mut broken = sample.to_vec();
            broken[length] = replacement;
            let _ = loads(&broken);
        }
    }
}

#[test]
fn nesting_is_limited_in_both_directions() {
    let nested = |count: usize| format!("<marshal>{}{}</marshal>", "<list>".repeat(count), "</list>".repeat(count));
    assert!(loads(nested(64).as_bytes()).is_ok());
    assert_eq!(refusal(&nested(65)), "Elements are nested more than 65 deep (line 1, column 394)");
    assert!(refusal(&nested(200_000)).starts_with("Elements are nested more than 65 deep"));
    assert!(refusal(&"<list>".repeat(200_000)).starts_with("The element <list> is not <marshal>"));
    let deep = |count: usize| (1..count).fold(Value::list(vec![]), |value, _| Value::list(vec![value]));
    assert!(loads(&dumps(&deep(64)).unwrap()).is_ok());
    assert_eq!(dumps(&deep(65)), Err(WriteError::Depth));
    assert_eq!(dumps(&deep(2_000)), Err(WriteError::Depth));
}

#[test]
fn references_cannot_blow_a_document_up() {
    let start = "<list id='l0'><string>ha</string></list>".to_owned();
    let lists = (1..30).fold(start, |lists, level| {
        let references = format!("<reference id='l{}'/>", level - 1).repeat(10);
        format!("{lists}<list id='l{level}'>{references}</list>")
    });
    let message = refusal(&format!("<marshal><list>{lists}</list></marshal>"));
    assert!(message.starts_with("The document holds more than 1000000 values"), "{message}");

    let text = "x".repeat(1 << 20);
    let references = "<reference id='a'/>".repeat(64);
    let message =
        refusal(&format!("<marshal><list><list id='a'><string>{text}</string></list>{references}</list></marshal>"));
    assert!(message.starts_with("The document holds more than 67108864 bytes of text"), "{message}");
}

#[test]
fn limits_can_be_chosen() {
    let document = b"<marshal><list><string>abc</string><string>de</string></list></marshal>";
    let exact = Limits { depth: 2, elements: 3, text: 5 };
    assert!(loads_with(document, &exact).is_ok());
    for narrower in [Limits { depth: 1, ..exact }, Limits { elements: 2, ..exact }, Limits { text: 4, ..exact }] {
        assert!(loads_with(document, &narrower).is_err(), "{narrower:?}");
    }
}

#[test]
fn large_documents_are_accepted() {
    let list = format!("<marshal><list id=\"i2\">{}</list></marshal>", "<int>7</int>".repeat(100_000));
    let read = loads(list.as_bytes()).unwrap();
    assert_eq!(read.as_list().map(<[Value]>::len), Some(100_000));
    assert_eq!(dumps(&read).unwrap(), list.as_bytes());
    let text = Value::from(format!("é<{}", "x".repeat(97)).repeat(50_000));
    assert_eq!(loads(&dumps(&text).unwrap()), Ok(text));
    let keys = (0..100_000).map(|index| (index.to_string(), Value::None));
    let dictionary = Value::dictionary(keys);
    assert_eq!(loads(&dumps(&dictionary).unwrap()), Ok(dictionary));
}

#[test]
fn values_that_cannot_travel_are_refused_with_the_reason() {
    let error = dumps(&Value::list(vec!["a\u{1}b".into()])).unwrap_err();
    assert_eq!(error.to_string(), "the text \"a\\u{1}b\" holds the character U+0001, which XML cannot carry");
    for character in ['\0', '\u{b}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
        let text = format!("é{character}");
        assert_eq!(dumps(&text.clone().into()), Err(WriteError::Character { text, character }));
    }
    let key = Value::from(Dictionary::new(vec![(Value::list(vec![]), Value::None)]));
    assert_eq!(dumps(&key), Err(WriteError::Key { kind: "a list" }));
}
