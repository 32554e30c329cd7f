use super::*;
use crate::wire::json::from_json;

#[test]
fn templates_are_expanded() {
    let variables: &[(&str, &[&str])] =
        &[("query", &["title:=\"a b\""]), ("select_list", &["title", "é"]), ("none", &[])];
    for (template, expanded) in [
        (
            "http://h/?mode=search&query={query}&select_list={select_list}",
            "http://h/?mode=search&query=title%3A%3D%22a%20b%22&select_list=title,%C3%A9",
        ),
        (
            "http://h/?mode=search{&query,select_list*,limit*,none}",
            "http://h/?mode=search&query=title%3A%3D%22a%20b%22&select_list=title&select_list=%C3%A9",
        ),
        ("http://h/{?select_list}{?limit}", "http://h/?select_list=title,%C3%A9"),
        ("http://h/{unclosed", "http://h/{unclosed"),
        ("http://h/", "http://h/"),
    ] {
        assert_eq!(expand(template, variables), expanded, "{template}");
    }
}

#[test]
fn documents_of_the_production_master_are_read() {
    let document = r#"{
        "_embedded": {"_view": {
            "form_id": {"type": "StringField", "key": "form_id", "default": "x"},
            "my_slap_state": {"type": "StringField", "default": "start_requested"},
            "your_reference": {"type": "EmailField", "default": "INST-1"},
            "my_text_content": {"type": "TextAreaField", "default": "<instance><parameter id=\"_\">{\"a\": [1]}</parameter></instance>"},
            "my_connection_parameter_list": {"type": "StringField",
                "default": [{"connection_key": "url", "connection_value": "https://a/"}]},
            "my_listbox": {"type": "ListBox", "default": "not read"},
            "my_title": {"type": "StringField"}}},
        "_links": {"type": {"name": "Instance Tree"}, "parent": {"href": "x"}}}"#;
    let document = read_document(document.as_bytes()).unwrap();
    assert_eq!(document.portal_type, "Instance Tree");
    let names: Vec<&str> = document.fields.keys().map(String::as_str).collect();
    assert_eq!(names, ["connection_parameter_list", "reference", "slap_state", "text_content", "title"]);
    let instance = document.into_instance("t").unwrap();
    assert_eq!(instance.parameters, from_json(r#"{"a": [1]}"#).unwrap());
    assert_eq!(instance.connection, from_json(r#"{"url": "https://a/"}"#).unwrap());
    assert_eq!((instance.shared, instance.news, instance.software_type), (false, vec![], None));
}

#[test]
fn rows_may_lack_columns_or_hold_other_values() {
    let rows =
        read_rows(br#"{"_embedded": {"contents": [{"title": "t", "reference": null, "uid": 1, "url_string": 2}]}}"#);
    assert_eq!(rows.unwrap(), [Row { title: Some("t".into()), ..Row::default() }]);
    assert!(read_rows(b"<html>").is_err());
}

#[test]
fn a_lone_parameter_that_is_no_json_is_told_as_it_is() {
    let text_content = "<instance><parameter id=\"_\">{</parameter></instance>";
    let fields = BTreeMap::from([("text_content".to_owned(), Json::from(text_content))]);
    let document = Extracted { portal_type: String::new(), fields };
    assert_eq!(document.into_instance("t").unwrap().parameters, from_json(r#"{"_": "{"}"#).unwrap());
}
