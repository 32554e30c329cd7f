//! The rules of the HATEOAS API.

mod documents;
mod fronts;
mod news;
mod searches;
mod titles;

use serde_json::Value as Json;
use slapproxy::wire::form;

use crate::app::{Answer, TestApp};

/// The query for all services.
pub const TREES: &str = r#"portal_type:"Instance Tree" AND validation_state:validated"#;
const COMPUTERS: &str = r#"portal_type:"Compute Node" AND validation_state:validated"#;
const INSTALLATIONS: &str = r#"portal_type:"Software Installation" AND validation_state:validated"#;
const MEMBERS: &str = concat!(
    r#"portal_type:("Software Instance", "Slave Instance") AND validation_state:validated AND "#,
    "default_specialise_title:="
);

/// The query for the services of a title.
pub fn titled(title: &str) -> String {
    format!("{TREES} AND title:=\"{title}\"")
}

/// The answer to a search.
pub fn search(app: &TestApp, query: &str) -> Answer {
    search_with(app, query, &[])
}

fn search_with(app: &TestApp, query: &str, more: &[(&str, &str)]) -> Answer {
    let fields = [&[("mode", "search"), ("query", query)], more].concat();
    app.get(&format!("/hateoas/?{}", form::encode(&fields)))
}

/// The document of a successful answer.
pub fn json(answer: &Answer) -> Json {
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

/// The rows that a search finds.
fn rows(app: &TestApp, query: &str) -> Vec<Json> {
    let answer = json(&search(app, query));
    answer.pointer("/_embedded/contents").and_then(Json::as_array).unwrap().clone()
}

/// Some columns of the rows that a search finds.
pub fn columns(app: &TestApp, query: &str, names: &[&str]) -> Vec<Vec<String>> {
    let text = |row: &Json, name: &str| row[name].as_str().map_or_else(|| row[name].to_string(), Into::into);
    rows(app, query).iter().map(|row| names.iter().map(|name| text(row, name)).collect()).collect()
}

/// Where a traversal leads.
fn traversed(app: &TestApp, relative_url: &str) -> String {
    let query = form::encode(&[("mode", "traverse"), ("relative_url", relative_url), ("view", "slaposjs_view")]);
    let response = app.http.get(format!("{}/hateoas/?{query}", app.url)).send().unwrap();
    assert_eq!(response.status(), 302);
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(response.text().unwrap(), "");
    location
}

/// A field of a document.
fn field(document: &Json, name: &str) -> Json {
    document.pointer(&format!("/_embedded/_view/{name}/default")).unwrap().clone()
}
