//! What clients read. Masters differ in the columns of rows and in the fields of documents: what is not there is `None`,
//! and what is beyond is passed over or kept as JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;
use thiserror::Error;

use super::row::SearchAnswer;
use crate::domain::error::Refusal;
use crate::domain::parameters::{Parameters, Value};
use crate::wire::json::unwrapped;
use crate::wire::percent::encode;
use crate::wire::status::StatusDocument;
use crate::wire::xml::{ReadError, read_parameters};

/// The kinds of fields whose values are read.
const KINDS: [&str; 5] = ["StringField", "EmailField", "IntegerField", "FloatField", "TextAreaField"];

/// An answer that is not one of this API.
#[derive(Debug, Error)]
pub enum HateoasError {
    /// It is no such JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// A field holds no document of parameters.
    #[error(transparent)]
    Xml(#[from] ReadError),
    /// A field holds what no parameter can be.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// A result of a search.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Row {
    /// The title.
    #[serde(default, deserialize_with = "text")]
    pub title: Option<String>,
    /// The reference.
    #[serde(default, deserialize_with = "text")]
    pub reference: Option<String>,
    /// Where the document is.
    #[serde(default, deserialize_with = "text")]
    pub relative_url: Option<String>,
    /// The software release.
    #[serde(default, deserialize_with = "text")]
    pub url_string: Option<String>,
    /// What it is.
    #[serde(default, deserialize_with = "text")]
    pub portal_type: Option<String>,
    /// The computer of a software installation.
    #[serde(default, deserialize_with = "text")]
    pub aggregate_reference: Option<String>,
    /// The requested state.
    #[serde(default, deserialize_with = "text")]
    pub requested_state: Option<String>,
    /// The document of the instance parameters, of the members of a tree.
    #[serde(default, deserialize_with = "text")]
    pub text_content: Option<String>,
}

/// A text; anything else is as good as nothing.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Json::deserialize(deserializer)?.as_str().map(ToOwned::to_owned))
}

/// A document: its fields without the prefixes of their names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extracted {
    /// What it is: `Instance Tree`, `Computer`, ….
    pub portal_type: String,
    /// The values of the fields by their names: `reference`, `slap_state`, ….
    pub fields: BTreeMap<String, Json>,
}

#[derive(Deserialize)]
struct View {
    #[serde(rename = "_embedded")]
    embedded: ViewContent,
    #[serde(rename = "_links", default)]
    links: ViewLinks,
}

#[derive(Deserialize)]
struct ViewContent {
    #[serde(rename = "_view")]
    view: BTreeMap<String, Json>,
}

#[derive(Default, Deserialize)]
struct ViewLinks {
    #[serde(rename = "type")]
    portal_type: Option<super::PortalType>,
}

/// An instance as its document tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceInformation {
    /// The title.
    pub title: String,
    /// The software release.
    pub software_release_url: Option<String>,
    /// The software type.
    pub software_type: Option<String>,
    /// What its requester wants it to be. The Python proxy says `unused` of shared instances.
    pub requested_state: Option<String>,
    /// The instance parameters; those that were given as JSON in the one parameter `_` are told in its place.
    pub parameters: Parameters,
    /// What it published.
    pub connection: Parameters,
    /// Whether it is a shared instance.
    pub shared: bool,
    /// The latest reports about its tree.
    pub news: Vec<StatusDocument>,
    /// Every field of the document.
    pub fields: BTreeMap<String, Json>,
}

/// A computer as its document tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct ComputerInformation {
    /// The reference.
    pub reference: String,
    /// The title.
    pub title: String,
    /// The latest report about it.
    pub news: Option<StatusDocument>,
    /// The latest reports about its partitions that hold an instance.
    pub partition_news: BTreeMap<String, StatusDocument>,
    /// Every field of the document.
    pub fields: BTreeMap<String, Json>,
}

/// Reads the results of a search.
///
/// # Errors
/// [`HateoasError`] for any other text.
pub fn read_rows(body: &[u8]) -> Result<Vec<Row>, HateoasError> {
    Ok(serde_json::from_slice::<SearchAnswer<Row>>(body)?.embedded.contents)
}

/// Reads a document.
///
/// # Errors
/// [`HateoasError`] for any other text.
pub fn read_document(body: &[u8]) -> Result<Extracted, HateoasError> {
    let View { embedded, links } = serde_json::from_slice(body)?;
    let own = |name: &str| name.strip_prefix("my_").or_else(|| name.strip_prefix("your_")).map(ToOwned::to_owned);
    let read = |(name, mut field): (String, Json)| {
        let is_read = field.get("type").and_then(Json::as_str).is_some_and(|kind| KINDS.contains(&kind));
        Some((own(&name).filter(|_| is_read)?, field.get_mut("default").map(Json::take).unwrap_or_default()))
    };
    Ok(Extracted {
        portal_type: links.portal_type.map(|portal_type| portal_type.name).unwrap_or_default(),
        fields: embedded.view.into_iter().filter_map(read).collect(),
    })
}

impl Extracted {
    /// The text of a field; `None` for anything else.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name).and_then(Json::as_str)
    }

    /// The document of an instance with a title.
    ///
    /// # Errors
    /// [`HateoasError`] when its parameters cannot be read.
    pub fn into_instance(self, title: &str) -> Result<InstanceInformation, HateoasError> {
        let owned = |name: &str| self.text(name).map(ToOwned::to_owned);
        let news = self.fields.get("news").and_then(|news| news.get("instance")).and_then(Json::as_array);
        Ok(InstanceInformation {
            title: title.to_owned(),
            software_release_url: owned("url_string"),
            software_type: owned("source_reference"),
            requested_state: owned("slap_state"),
            parameters: unwrapped(read_parameters(self.text("text_content").unwrap_or_default())?),
            connection: connection(self.fields.get("connection_parameter_list"))?,
            shared: self.fields.get("root_slave").and_then(Json::as_i64).is_some_and(|shared| shared != 0),
            news: news.into_iter().flatten().filter_map(record).collect(),
            fields: self.fields,
        })
    }

    /// The document of a computer with a reference.
    #[must_use]
    pub fn into_computer(self, reference: &str) -> ComputerInformation {
        let news = self.fields.get("news");
        let partitions = news.and_then(|news| news.get("partition")).and_then(Json::as_object);
        let of_partition = |(name, news): (&String, &Json)| Some((name.clone(), record(news)?));
        ComputerInformation {
            reference: reference.to_owned(),
            title: self.text("title").unwrap_or(reference).to_owned(),
            news: news.and_then(|news| news.get("computer")).and_then(record),
            partition_news: partitions.into_iter().flatten().filter_map(of_partition).collect(),
            fields: self.fields,
        }
    }
}

/// A status record; what is none is passed over.
fn record(news: &Json) -> Option<StatusDocument> {
    StatusDocument::deserialize(news).ok()
}

/// Connection parameters: a document, or a list of keys and values.
fn connection(field: Option<&Json>) -> Result<Parameters, HateoasError> {
    match field {
        Some(Json::String(document)) => Ok(unwrapped(read_parameters(document)?)),
        Some(Json::Array(list)) => {
            let text = |entry: &Json, key: &str| entry.get(key).and_then(Json::as_str).map(ToOwned::to_owned);
            let entry = |entry: &Json| {
                let value = text(entry, "connection_value").unwrap_or_default();
                Some((text(entry, "connection_key")?, Value::Text(value)))
            };
            let map = list.iter().filter_map(entry).collect();
            Ok(unwrapped(Parameters::new("connection_parameter_list", map)?))
        }
        _ => Ok(Parameters::default()),
    }
}

/// The access token in the answer to a request for one.
///
/// # Errors
/// [`HateoasError`] for any other text.
pub fn read_access_token(body: &[u8]) -> Result<String, HateoasError> {
    #[derive(Deserialize)]
    struct Token {
        access_token: String,
    }
    Ok(serde_json::from_slice::<Token>(body)?.access_token)
}

/// Expands a URI template (RFC 6570) with variables that may have several values. Of the operators it knows `?` and `&`,
/// with and without `*`; a variable without a value is left out.
#[must_use]
pub fn expand(template: &str, variables: &[(&str, &[&str])]) -> String {
    let mut expanded = String::new();
    let mut rest = template;
    while let Some((before, (expression, after))) =
        rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        expanded.push_str(before);
        expanded.push_str(&expression_text(expression, variables));
        rest = after;
    }
    expanded + rest
}

fn expression_text(expression: &str, variables: &[(&str, &[&str])]) -> String {
    let (first, separator, names) = match expression.as_bytes().first() {
        Some(b'?') => ("?", "&", &expression[1..]),
        Some(b'&') => ("&", "&", &expression[1..]),
        _ => ("", ",", expression),
    };
    let mut parts = Vec::new();
    for name in names.split(',') {
        let (name, exploded) = name.strip_suffix('*').map_or((name, false), |name| (name, true));
        let known = variables.iter().find(|(known, values)| *known == name && !values.is_empty());
        let Some((_, values)) = known else { continue };
        let values: Vec<String> = values.iter().map(|value| encode(value)).collect();
        match (first, exploded) {
            ("", _) => parts.push(values.join(",")),
            (_, true) => parts.extend(values.iter().map(|value| format!("{name}={value}"))),
            (_, false) => parts.push(format!("{name}={}", values.join(","))),
        }
    }
    if parts.is_empty() { String::new() } else { format!("{first}{}", parts.join(separator)) }
}

#[cfg(test)]
mod tests;
