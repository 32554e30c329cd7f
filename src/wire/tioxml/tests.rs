use super::*;

fn sample(name: &str) -> String {
    let path = format!("{}/fixtures/wire/tioxml/{name}.xml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn refusal(text: &str) -> String {
    check(text).unwrap_err().to_string()
}

#[test]
fn a_report_says_who_consumed_what() {
    let movement = Movement {
        resource: "CPU Consumption".into(),
        title: Some("Title Sale Packing List Line 1".into()),
        reference: Some("slappart0".into()),
        quantity: 42.42,
        price: 0.0,
        vat: "None".into(),
        categories: vec!["None".into()],
    };
    let transaction = Transaction {
        kind: "Sale Packing List".into(),
        title: Some("Resource consumptions".into()),
        start_date: String::new(),
        stop_date: "2026-01-01 at 00:00:00".into(),
        reference: "local_computer".into(),
        currency: String::new(),
        payment_mode: String::new(),
        categories: vec![String::new()],
        arrows: vec![Arrow {
            kind: "Administration".into(),
            source: Some(String::new()),
            destination: Some(String::new()),
        }],
        movements: vec![movement.clone()],
    };
    assert_eq!(check(&sample("valid")), Ok(Journal { transactions: vec![transaction.clone()] }));
    let first = Transaction { movements: vec![movement.clone(), movement], ..transaction.clone() };
    let two = Journal { transactions: vec![first, transaction] };
    assert_eq!(check(&sample("valid-two-transactions-many-movements")), Ok(two));
    let special = check(&sample("valid-special-floats")).unwrap();
    let movement = &special.transactions[0].movements[0];
    assert_eq!((movement.quantity, movement.price), (f64::INFINITY, -1500.0));
    let minimal = check(&sample("valid-minimal")).unwrap();
    let Transaction { kind, title, arrows, movements, .. } = &minimal.transactions[0];
    assert_eq!((kind.as_str(), title, movements.len()), ("x", &None, 1));
    assert_eq!(arrows, &[Arrow { kind: String::new(), source: None, destination: None }]);
}

#[test]
fn every_invalid_sample_is_refused_by_element_and_rule() {
    let cases = [
        ("invalid-arrow-without-type", "<arrow>: the attribute type is missing (line 11, column 1)"),
        ("invalid-element-order", "<transaction>: found <stop_date>, expected <start_date> (line 5, column 1)"),
        ("invalid-empty-journal", "<journal>: found its end, expected <transaction> (line 1, column 1)"),
        ("invalid-extra-attribute", "<journal>: the attribute \"version\" is not allowed (line 2, column 1)"),
        ("invalid-missing-VAT", "<movement>: found <category>, expected <VAT> (line 21, column 1)"),
        ("invalid-missing-reference", "<transaction>: found <currency>, expected <reference> (line 7, column 1)"),
        ("invalid-missing-stop_date", "<transaction>: found <reference>, expected <stop_date> (line 6, column 1)"),
        ("invalid-namespace", "<document>: found <journal> in a namespace, expected <journal> (line 2, column 1)"),
        ("invalid-no-arrow", "<transaction>: found <movement>, expected <arrow> (line 11, column 1)"),
        ("invalid-no-movement", "<transaction>: found its end, expected <movement> (line 16, column 1)"),
        ("invalid-not-xml", "There is text outside of the root element (line 1, column 1)"),
        ("invalid-quantity-empty", "<quantity>: \"\" is no number such as 1.5 (line 19, column 11)"),
        ("invalid-quantity-not-float", "<quantity>: \"42,42\" is no number such as 1.5 (line 19, column 16)"),
        ("invalid-transaction-without-type", "<transaction>: the attribute type is missing (line 3, column 1)"),
        ("invalid-unknown-element", "<movement>: found <foo>, expected <VAT> (line 21, column 1)"),
        ("partition-valid", "<document>: found <consumption>, expected <journal> (line 2, column 1)"),
        ("partition-invalid-missing-price", "<document>: found <consumption>, expected <journal> (line 2, column 1)"),
        ("partition-invalid-no-movement", "<document>: found <consumption>, expected <journal> (line 1, column 1)"),
    ];
    for (name, message) in cases {
        assert_eq!(refusal(&sample(name)), message, "{name}");
    }
}

#[test]
fn details_of_the_rules() {
    let minimal = sample("valid-minimal");
    let with = |old: &str, new: &str| {
        assert!(minimal.contains(old), "{old}");
        minimal.replace(old, new)
    };
    let good = [
        with("<start_date/>", "<!-- c --> <start_date/>\n"),
        with("<start_date/>", "<start_date> any &lt;text&gt;<![CDATA[<x/>]]></start_date>"),
        with("<journal>", "<?xml version='1.0' encoding='utf-8'?><?pi?><journal xmlns:unused='urn:x'>"),
    ];
    for text in good {
        check(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    }
    let bad = [
        (with("<start_date/>", "x<start_date/>"), "text between elements: \"x\"; expected elements only"),
        (with("<start_date/>", "<start_date><b/></start_date>"), "<b> inside <start_date>, which holds only text"),
        (with("<VAT/>", "<VAT a=''/>"), "<VAT>: the attribute \"a\" is not allowed"),
        (with("<movement>", "<movement type=''>"), "<movement>: the attribute \"type\" is not allowed"),
        (with("</movement>", "</movement><arrow type=''/>"), "<transaction>: found <arrow>, expected its end"),
        (with("<VAT/>", "<VAT/><VAT/>"), "<movement>: found <VAT>, expected its end"),
        (with("<journal>", "<!DOCTYPE journal><journal>"), "A DOCTYPE is not accepted"),
        (with("</journal>", ""), "The document ends inside an element"),
        (with("</journal>", "</journal><journal/>"), "The document goes on after its root element"),
        (format!("{minimal}x"), "There is text outside of the root element"),
        ("<a>".repeat(200_000), "<document>: found <a>, expected <journal>"),
        (String::new(), "The document holds no element"),
        (with("<resource/>", "<resource>\u{1}</resource>"), "XML cannot carry the character U+0001"),
    ];
    for (text, start) in bad {
        let message = refusal(&text);
        assert!(message.starts_with(start), "{message}");
    }
}

#[test]
fn floats_are_those_of_xml_schema() {
    let good = [
        ("1", 1.0),
        ("-1.5", -1.5),
        ("+.5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("1.E-2", 0.01),
        ("-INF", f64::NEG_INFINITY),
        ("1e999", f64::INFINITY),
        ("007", 7.0),
    ];
    for (text, float) in good {
        assert_eq!(parse_float(text), Some(float), "{text}");
    }
    assert!(parse_float("NaN").is_some_and(f64::is_nan));
    for text in ["", ".", "+", "1,5", "inf", "Infinity", "nan", "+INF", "0x10", "1e", "1 2", "--1", "1_0", "٣"] {
        assert_eq!(parse_float(text), None, "{text}");
    }
}

#[test]
fn every_truncation_of_a_sample_is_refused() {
    let valid = sample("valid");
    for length in 0..valid.trim_end().len() {
        assert!(check(&valid[..length]).is_err(), "{length}");
    }
}

#[test]
fn the_report_of_a_computer_is_made_of_those_of_its_partitions() {
    let mut movements = read_consumption(&sample("partition-valid")).unwrap();
    movements[0].reference = Some("slappart<1>".into());
    movements[0].quantity = f64::NEG_INFINITY;
    let stop = crate::domain::timestamp::Timestamp(1_795_425_767_581_774);
    let journal = Journal::of_node("COMP & 1", stop, movements);
    assert_eq!(journal.transactions[0].stop_date, "2026-11-23 at 09:22:47");
    assert_eq!(check(&journal.write()), Ok(journal));
    let valid = check(&sample("valid")).unwrap();
    assert_eq!(check(&valid.write()), Ok(valid));
}

#[test]
fn reports_of_partitions_have_rules_too() {
    for (name, message) in [
        ("partition-invalid-missing-price", "<movement>: found <VAT>, expected <price>"),
        ("partition-invalid-no-movement", "<consumption>: found its end, expected <movement>"),
        ("valid", "<document>: found <journal>, expected <consumption>"),
    ] {
        let error = read_consumption(&sample(name)).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
}
