//! Tests of the XML formats: recorded documents, hostile ones, and properties.

mod hostile;
mod instance;
mod parameters;
mod properties;
mod recorded;

use super::{Value, dumps};

/// The text that a value is written as.
fn written(value: &Value) -> String {
    String::from_utf8(dumps(value).unwrap()).unwrap()
}

/// A recorded document.
fn fixture(name: &str) -> String {
    let path = format!("{}/fixtures/wire/marshalling/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}
