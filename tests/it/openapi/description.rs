//! The document against the source and the running server.

use std::collections::BTreeSet;

use serde_json::Value;
use slapproxy::config::Overrides;
use slapproxy::wire::form;

use super::{Document, Name, escaped, operation};
use crate::app::{TestApp, request};
use crate::conformance::{OWN, methods, mounted_by};

/// What is there for people and not for programs.
const PAGES: [&str; 1] = ["/"];

#[test]
fn every_call_is_described_and_nothing_else() {
    let mut routes = mounted_by("slap_tool/mod.rs");
    routes.extend(OWN.into_iter().flat_map(mounted_by));
    routes.extend(mounted_by("shacache/mod.rs"));
    let mut proxied = mounted_by("http_proxy/mod.rs");
    for route in &mut proxied {
        route.path = route.path.replace("{tail:.*}", "{scheme}/{netloc}/{path}");
    }
    routes.extend(proxied);
    routes.retain(|route| !PAGES.contains(&route.path.as_str()));
    let mut calls: BTreeSet<Name> = routes.into_iter().map(|route| (route.method.to_owned(), route.path)).collect();
    calls.extend(methods().into_keys().map(|name| ("POST".to_owned(), format!("/{name}"))));
    assert_eq!(Document::new().calls(), calls);
}

#[test]
fn every_call_belongs_to_a_group_and_is_summed_up() {
    let document = Document::new();
    let groups: Vec<&Value> = document.json["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    for call in document.calls() {
        let (_, described) = document.at(&operation(&call)).unwrap();
        assert!(groups.contains(&&described["tags"][0]), "{call:?}");
        let summary = described["summary"].as_str().unwrap();
        assert!(!summary.is_empty() && !summary.ends_with('.'), "{call:?}: {summary:?}");
        for (name, field, _) in document.fields(&call) {
            assert!(!field.is_null(), "{call:?}: {name}");
        }
    }
}

/// Where an example is, its schema, and the example.
fn examples(pointer: &str, value: &Value, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(entries) => {
            if let Some(example) = entries.get("example") {
                let schema = entries.get("schema").map_or(pointer.to_owned(), |_| format!("{pointer}/schema"));
                found.push((schema, example.clone()));
            }
            for (key, inner) in entries {
                examples(&format!("{pointer}/{}", escaped(key)), inner, found);
            }
        }
        Value::Array(list) => {
            for (index, inner) in list.iter().enumerate() {
                examples(&format!("{pointer}/{index}"), inner, found);
            }
        }
        _ => {}
    }
}

#[test]
fn every_example_is_valid() {
    let mut document = Document::new();
    let mut found = Vec::new();
    examples("", &document.json, &mut found);
    assert!(found.len() > 100, "{}", found.len());
    for (schema, example) in found {
        assert_eq!(document.fault(&schema, &example), None, "{schema}");
    }
}

/// The answer to a call with some fields: its status, media type and body.
fn ask(app: &TestApp, (method, path): &Name, fields: &[(String, String)]) -> (u16, String, String) {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let url = format!("{}{path}", app.url);
    let request = if method == "GET" {
        app.http.get(format!("{url}?{}", form::encode(&fields)))
    } else if method == "PUT" {
        app.http.put(url)
    } else if method == "DELETE" {
        app.http.delete(url)
    } else {
        app.http.post(url).header("Content-Type", "application/x-www-form-urlencoded").body(form::encode(&fields))
    };
    let owner = path.starts_with("/-/user") || path.starts_with("/-/snapshot");
    let request = if owner { request.header("X-Access-Token", app.operator_token()) } else { request };
    let response = request.send().unwrap();
    let media_type = response.headers()["content-type"].to_str().unwrap().split(';').next().unwrap().to_owned();
    (response.status().as_u16(), media_type, response.text().unwrap())
}

/// Calls whose answers have no end.
const STREAMS: [&str; 1] = ["/-/events"];

/// Calls whose fields are parts of the path, which must be right.
const PLACES: [&str; 1] = ["/http_proxy/{scheme}/{netloc}/{path}"];

/// Calls of which some field is needed, whichever it is.
const ALTERNATIVES: [&str; 2] = ["/getSoftwareReleaseListFromSoftwareProduct", "/-/clock"];

#[test]
fn the_fields_that_are_required_are_those_that_the_server_misses() {
    let app = TestApp::with(Overrides { control: Some("yes".into()), ..Overrides::default() });
    app.format("local_computer", 1);
    request("root").send(&app);
    let mut document = Document::new();
    for call in document.calls() {
        let given = |(name, field, _): &(String, Value, bool)| {
            let example = match &field["example"] {
                Value::Array(list) => list[0].as_str(),
                example => example.as_str(),
            };
            let example = example.map_or_else(|| field["example"].to_string(), ToOwned::to_owned);
            assert_ne!(example, "null", "{call:?}: {name} has no example");
            (name.clone(), example)
        };
        let path = call.1.as_str();
        if [&ALTERNATIVES[..], &STREAMS, &PLACES].concat().contains(&path) || path.starts_with("/slapos.") {
            continue;
        }
        let fields = document.fields(&call);
        let required: Vec<_> = fields.iter().filter(|(.., required)| *required).map(given).collect();
        for (missing, _) in &required {
            let others: Vec<_> = required.iter().filter(|(name, _)| name != missing).cloned().collect();
            let (status, _, body) = ask(&app, &call, &others);
            assert_eq!(status, 400, "{call:?} without {missing}: {body}");
            assert!(body.contains(&format!("<p>{missing}: the field is missing; ")), "{call:?}: {body}");
        }
        for fields in [required, fields.iter().map(given).collect()] {
            let (status, media_type, body) = ask(&app, &call, &fields);
            assert_ne!(status, 400, "{call:?} {fields:?}: {body}");
            assert_eq!(document.fault_of_answer(&call, status, &media_type, &body), None, "{call:?} {fields:?}");
        }
    }
}

#[test]
fn methods_take_the_fields_that_are_described_and_no_others() {
    let app = TestApp::formatted(1);
    let mut document = Document::new();
    let methods = document.calls().into_iter().filter(|(_, path)| path.starts_with("/slapos."));
    for call in methods.collect::<Vec<_>>() {
        let ask = |body: &Value| {
            let request = app.http.post(format!("{}{}", app.url, call.1)).header("Content-Type", "application/json");
            let response = request.body(body.to_string()).send().unwrap();
            (response.status().as_u16(), response.text().unwrap())
        };
        let content = format!("{}/requestBody/content/application~1json", operation(&call));
        let example = document.at(&format!("{content}/example")).unwrap().1.clone();
        let (schema, _) = document.at(&format!("{content}/schema")).unwrap();
        let mut bodies = vec![example.clone()];
        for (name, _, required) in document.fields(&call) {
            let mut body = example.clone();
            body.as_object_mut().unwrap().remove(&name);
            if required {
                assert!(document.fault(&schema, &body).is_some(), "{call:?} without {name}");
                let (status, answer) = ask(&body);
                assert!(status == 400 && answer.contains(&format!("`{name}`")), "{call:?} without {name}: {answer}");
            } else {
                bodies.push(body);
            }
        }
        for body in bodies {
            let (status, answer) = ask(&body);
            assert_ne!(status, 400, "{call:?} {body}: {answer}");
            assert_eq!(document.fault_of_answer(&call, status, "application/json", &answer), None, "{call:?} {body}");
        }
        let mut body = example;
        body["further"] = Value::Null;
        assert!(document.fault(&schema, &body).is_some(), "{call:?} takes further fields");
        assert_eq!(ask(&body).0, 400, "{call:?} takes further fields");
    }
}
