//! The OpenAPI document is complete, and what it says is true of the server and of every golden exchange.

mod description;
mod page;
mod samples;

use std::collections::{BTreeMap, BTreeSet};

use boon::{Compiler, Draft, SchemaIndex, Schemas};
use serde_json::{Value, json};

use crate::replay::http::Message;

/// Where the document is said to be.
const LOCATION: &str = "http://127.0.0.1:5000/openapi.json";

/// The document, and its schemas.
pub struct Document {
    json: Value,
    compiler: Compiler,
    schemas: Schemas,
    compiled: BTreeMap<String, SchemaIndex>,
}

/// A call of the document: its method in capitals and its path.
pub type Name = (String, String);

impl Document {
    /// The document of this program.
    pub fn new() -> Self {
        let json: Value = serde_json::from_str(&slapproxy::wire::openapi::document()).unwrap();
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        compiler.add_resource(LOCATION, json.clone()).unwrap();
        Self { json, compiler, schemas: Schemas::new(), compiled: BTreeMap::new() }
    }

    /// The value at a JSON pointer, and the pointer, after following references.
    fn at(&self, pointer: &str) -> Option<(String, &Value)> {
        let mut pointer = pointer.to_owned();
        loop {
            let value = self.json.pointer(&pointer)?;
            match value.get("$ref").and_then(Value::as_str) {
                Some(reference) => reference.strip_prefix('#').unwrap().clone_into(&mut pointer),
                None => return Some((pointer, value)),
            }
        }
    }

    /// What is wrong with a value of the schema at a JSON pointer.
    fn fault(&mut self, pointer: &str, value: &Value) -> Option<String> {
        let index = self.compiled.get(pointer).copied().unwrap_or_else(|| {
            let index = self.compiler.compile(&format!("{LOCATION}#{pointer}"), &mut self.schemas);
            index.unwrap_or_else(|error| panic!("{pointer}: {error:#}"))
        });
        self.compiled.insert(pointer.to_owned(), index);
        self.schemas.validate(value, index).err().map(|error| format!("{error:#}"))
    }

    /// The calls.
    fn calls(&self) -> BTreeSet<Name> {
        let paths = self.json["paths"].as_object().unwrap();
        let methods = |path: &String, item: &Value| -> Vec<Name> {
            item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())).collect()
        };
        paths.iter().flat_map(|(path, item)| methods(path, item)).collect()
    }

    /// The fields of a call: their names, schemas and whether they are required.
    pub fn fields(&self, call: &Name) -> Vec<(String, Value, bool)> {
        let operation = operation(call);
        if let Some((_, list)) = self.at(&format!("{operation}/parameters")) {
            let field = |field: &Value| {
                let name = field["name"].as_str().unwrap().to_owned();
                (name, field["schema"].clone(), field["required"].as_bool().unwrap())
            };
            // Parts of the path are always there.
            return list.as_array().unwrap().iter().filter(|field| field["in"] != "path").map(field).collect();
        }
        let Some((_, content)) = self.at(&format!("{operation}/requestBody/content")) else { return Vec::new() };
        let kind = content.as_object().unwrap().keys().next().unwrap();
        let schema = format!("{operation}/requestBody/content/{}/schema", escaped(kind));
        let (_, schema) = self.at(&schema).unwrap();
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let fields = schema["properties"].as_object().into_iter().flatten();
        fields.map(|(name, field)| (name.clone(), field.clone(), required.contains(&name.as_str()))).collect()
    }

    /// What is wrong with an answer of a call: its status, its media type and its body.
    fn fault_of_answer(&mut self, call: &Name, status: u16, media_type: &str, body: &str) -> Option<String> {
        let content = format!("{}/responses/{status}", operation(call));
        let Some((response, _)) = self.at(&content) else { return Some(format!("{status} is not described: {body}")) };
        let content = format!("{response}/content/{}/schema", escaped(media_type));
        let Some((schema, _)) = self.at(&content) else {
            return Some(format!("{status} {media_type} is not described"));
        };
        let value = if media_type == "application/json" { serde_json::from_str(body).unwrap() } else { json!(body) };
        self.fault(&schema, &value)
    }

    /// What is wrong with a request.
    fn fault_of_request(&mut self, call: &Name, request: &Message) -> Option<String> {
        let media_type = request.header("Content-Type").unwrap_or_default().split(';').next().unwrap();
        // Vendor types of JSON are taken too, which a document cannot say.
        let media_type = if media_type.ends_with("+json") { "application/json" } else { media_type };
        if call.0 == "GET" {
            let query = request.start.split(' ').nth(1).unwrap().split_once('?').map_or("", |(_, query)| query);
            let fields = slapproxy::wire::form::Fields::parse(query.as_bytes()).unwrap();
            let described = self.fields(call);
            return described.into_iter().enumerate().find_map(|(index, (name, _, required))| {
                match fields.get(&name) {
                    None => required.then(|| format!("{name} is missing")),
                    Some(value) => self.fault(&format!("{}/parameters/{index}/schema", operation(call)), &json!(value)),
                }
            });
        }
        if request.body.is_empty() && self.at(&format!("{}/requestBody", operation(call))).is_none() {
            return None;
        }
        let schema = format!("{}/requestBody/content/{}/schema", operation(call), escaped(media_type));
        let Some((schema, _)) = self.at(&schema) else { return Some(format!("{media_type} is not described")) };
        if media_type == "application/json" {
            return self.fault(&schema, &serde_json::from_str(&request.body).unwrap());
        }
        let fields = request.fields();
        let value = self.fields(call).into_iter().filter_map(|(name, schema, _)| {
            let value = match schema["type"].as_str() {
                Some("array") => json!(fields.all(&name).collect::<Vec<_>>()),
                _ => json!(fields.get(&name)?),
            };
            Some((name, value))
        });
        let value = Value::Object(value.collect());
        self.fault(&schema, &value)
    }
}

/// The JSON pointer of a call.
fn operation((method, path): &Name) -> String {
    format!("/paths/{}/{}", escaped(path), method.to_lowercase())
}

/// A step of a JSON pointer.
fn escaped(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}
