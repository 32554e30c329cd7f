//! The check of parameters against a schema.

use std::collections::BTreeMap;
use std::error::Error;

use boon::{CompileError, Compiler, Draft, ErrorKind, InstanceToken, SchemaIndex, Schemas, UrlLoader, ValidationError};
use serde_json::Value as Json;

use super::violation::{Schema, Violation, violations};
use super::{SchemaError, Serialisation};
use crate::domain::parameters::Parameters;
use crate::wire::json::to_json;

/// How many documents a schema may lead to.
const DOCUMENTS: usize = 200;

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The parameters are as the schema wants them.
    Valid,
    /// They are not.
    Invalid(Vec<Violation>),
    /// The schema refers to the document at this URL, which is to be brought.
    Needs(String),
}

/// A check of parameters against the schema at a URL.
#[derive(Debug)]
pub struct Check {
    schema: String,
    documents: BTreeMap<String, Json>,
}

impl Check {
    /// A check against the schema at a URL. No document is known yet.
    #[must_use]
    pub fn new(schema: impl Into<String>) -> Self {
        Self { schema: schema.into(), documents: BTreeMap::new() }
    }

    /// Brings the document at a URL.
    ///
    /// # Errors
    /// [`SchemaError::Document`] when it is no JSON.
    pub fn bring(&mut self, url: &str, text: &str) -> Result<(), SchemaError> {
        let fault = |reason: String| SchemaError::Document { url: url.into(), reason };
        let mut document: Json = serde_json::from_str(text).map_err(|error| fault(error.to_string()))?;
        if self.documents.len() >= DOCUMENTS {
            return Err(fault(format!("the schema leads to more than {DOCUMENTS} documents")));
        }
        // Whatever else a schema calls its dialect, it is read as the latest one.
        if let Json::Object(map) = &mut document
            && map.get("$schema").is_some_and(|dialect| !dialect.as_str().is_some_and(is_dialect))
        {
            map.remove("$schema");
        }
        self.documents.insert(url.into(), document);
        Ok(())
    }

    /// Checks parameters, as they are to be requested.
    ///
    /// # Errors
    /// [`SchemaError::Schema`] when the schema does not work.
    pub fn run(&self, parameters: &Parameters, serialisation: Serialisation) -> Result<Verdict, SchemaError> {
        if !self.documents.contains_key(&self.schema) {
            return Ok(Verdict::Needs(self.schema.clone()));
        }
        let mut value: Json = serde_json::from_str(&to_json(parameters)).unwrap_or_default();
        if serialisation == Serialisation::JsonInXml
            && let Some(inside) = parameters.text("_")
        {
            value = match serde_json::from_str(&inside) {
                Ok(value) => value,
                Err(error) => return Ok(Verdict::Invalid(vec![Violation::not_json(&error)])),
            };
        }
        if let Json::Object(map) = &mut value {
            map.remove("$schema");
        }
        let mut schemas = Schemas::new();
        let schema = match self.compile(&mut schemas) {
            Ok(schema) => schema,
            Err(error) => {
                return match *error {
                    CompileError::LoadUrlError { url, .. } if !self.documents.contains_key(&url) => {
                        Ok(Verdict::Needs(url))
                    }
                    error => Err(SchemaError::Schema(one_line(&format!("{error:#}")))),
                };
            }
        };
        if serialisation == Serialisation::Xml {
            read_texts(&schemas, schema, &mut value);
        }
        Ok(match schemas.validate(&value, schema) {
            Ok(()) => Verdict::Valid,
            Err(error) => Verdict::Invalid(violations(&error, &value, &Schema(&self.documents))),
        })
    }

    /// Checks a whole document against the schema, which leads to no other one.
    ///
    /// # Errors
    /// [`SchemaError::Schema`] when the schema does not work.
    pub fn document(&self, value: &Json) -> Result<Vec<Violation>, SchemaError> {
        let mut schemas = Schemas::new();
        let schema = self.compile(&mut schemas);
        let schema = schema.map_err(|error| SchemaError::Schema(one_line(&format!("{error:#}"))))?;
        let result = schemas.validate(value, schema);
        Ok(result.map_or_else(|error| violations(&error, value, &Schema(&self.documents)), |()| Vec::new()))
    }

    fn compile(&self, schemas: &mut Schemas) -> Result<SchemaIndex, Box<CompileError>> {
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        compiler.use_loader(Box::new(Absent));
        for (url, document) in &self.documents {
            compiler.add_resource(url, document.clone()).map_err(Box::new)?;
        }
        compiler.compile(&self.schema, schemas).map_err(Box::new)
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_dialect(url: &str) -> bool {
    Draft::from_url(url).is_some()
}

/// Knows no document: what was brought is known already.
struct Absent;

impl UrlLoader for Absent {
    fn load(&self, _: &str) -> Result<Json, Box<dyn Error>> {
        Err("not brought".into())
    }
}

/// In XML each parameter is a text. One that the schema does not want as a text, but that reads as a number or a truth
/// value, is taken for that.
fn read_texts(schemas: &Schemas, schema: SchemaIndex, value: &mut Json) {
    let keys = match schemas.validate(value, schema) {
        Ok(()) => return,
        Err(error) => mistyped(&error),
    };
    for key in keys {
        if let Some(place) = value.get_mut(&key)
            && let Some(read) = place.as_str().and_then(scalar)
        {
            *place = read;
        }
    }
}

/// The parameters whose value is not of the right type, anywhere in the alternatives of a schema.
fn mistyped(error: &ValidationError<'_, '_>) -> Vec<String> {
    let mut keys: Vec<String> = error.causes.iter().flat_map(mistyped).collect();
    let typed = matches!(error.kind, ErrorKind::Type { .. } | ErrorKind::Enum { .. } | ErrorKind::Const { .. });
    if typed && let [InstanceToken::Prop(key)] = error.instance_location.tokens.as_slice() {
        keys.push(key.to_string());
    }
    keys
}

fn scalar(text: &str) -> Option<Json> {
    match text {
        "True" => Some(Json::Bool(true)),
        "False" => Some(Json::Bool(false)),
        text => serde_json::from_str(text).ok().filter(|value| matches!(value, Json::Bool(_) | Json::Number(_))),
    }
}
