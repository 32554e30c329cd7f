//! Documents: the fields of a form, of which clients read those whose names start with `my_`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::news;
use crate::domain::service::{ComputerNews, InstallationNews, ServiceNews};
use crate::domain::timestamp::Timestamp;
use crate::wire::xml::write_parameters;

/// A document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// What it holds.
    #[serde(rename = "_embedded")]
    pub embedded: Embedded,
    /// What it is.
    #[serde(rename = "_links")]
    pub links: DocumentLinks,
}

/// The content of a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Embedded {
    /// The fields by their names.
    #[serde(rename = "_view")]
    pub view: BTreeMap<String, Field>,
}

/// The links of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentLinks {
    /// What it is: `Instance Tree`, `Computer`, ….
    #[serde(rename = "type")]
    pub portal_type: PortalType,
}

/// What a document is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalType {
    /// The name of the type.
    pub name: String,
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// The value.
    pub default: Json,
    /// The name in the form.
    pub key: String,
    /// The kind.
    #[serde(rename = "type")]
    pub kind: FieldType,
}

/// The kinds of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldType {
    /// A text, and whatever else is no number.
    StringField,
    /// An integer.
    IntegerField,
}

impl Document {
    /// A document of a type, with fields of names, keys and values.
    fn new<const N: usize>(portal_type: &str, fields: [(&str, &str, Json); N]) -> Self {
        let field = |(name, key, default): (&str, &str, Json)| {
            let kind = if default.is_number() { FieldType::IntegerField } else { FieldType::StringField };
            (name.to_owned(), Field { default, key: key.to_owned(), kind })
        };
        Self {
            embedded: Embedded { view: fields.into_iter().map(field).collect() },
            links: DocumentLinks { portal_type: PortalType { name: portal_type.into() } },
        }
    }
}

/// An instance. Its news are records of its tree; clients make a colour of their texts, so nothing that was not reported
/// is among them.
#[must_use]
pub fn service_document(found: &ServiceNews, now: Timestamp) -> Document {
    let instance = &found.service.instance;
    let records: Vec<Json> = found.news.iter().map(|record| news::record(record, now)).collect();
    Document::new(
        "Instance Tree",
        [
            ("form_id", "form_id", "InstanceTree_viewAsHateoas".into()),
            // The document as a text, as in the Python proxy; the production master has a list of pairs.
            (
                "my_connection_parameter_list",
                "field_my_connection_parameter_list",
                instance.connection.as_ref().map(write_parameters).into(),
            ),
            ("my_news", "field_my_news", json!({ "instance": records })),
            // The title, as in the Python proxy.
            ("my_reference", "field_my_reference", (*instance.title).into()),
            ("my_root_slave", "field_my_root_slave", u8::from(instance.sharing.is_some()).into()),
            ("my_slap_state", "field_my_slap_state", instance.wish.state.as_str().into()),
            ("my_source_reference", "field_my_source_reference", instance.wish.software_type.as_str().into()),
            ("my_text_content", "field_my_text_content", write_parameters(&instance.wish.parameters).into()),
            ("my_url_string", "field_my_url_string", (*found.service.software_release).into()),
        ],
    )
}

/// A computer. Its news are its own record and those of its partitions that hold an instance.
#[must_use]
pub fn computer_document(found: &ComputerNews, now: Timestamp) -> Document {
    let reference = &*found.computer.reference;
    let partitions = found.partitions.iter().map(|(partition, record)| (&**partition, news::record(record, now)));
    let partitions: BTreeMap<&str, Json> = partitions.collect();
    let news = json!({ "computer": news::record(&found.news, now), "partition": partitions });
    Document::new(
        "Computer",
        [
            // Names and keys are the Python proxy's.
            ("form_id", "computer", reference.into()),
            ("my_news", "news", news),
            ("my_reference", "reference", reference.into()),
            ("my_title", "reference", found.computer.title.as_deref().unwrap_or(reference).into()),
        ],
    )
}

/// A software installation.
#[must_use]
pub fn installation_document(found: &InstallationNews, now: Timestamp) -> Document {
    let installation = &found.installation;
    Document::new(
        "Software Installation",
        [
            ("form_id", "form_id", "SoftwareInstallation_viewAsHateoas".into()),
            ("my_aggregate_reference", "field_my_aggregate_reference", (*installation.computer).into()),
            ("my_news", "field_my_news", news::record(&found.record(), now)),
            ("my_slap_state", "field_my_slap_state", installation.requested_state.as_str().into()),
            ("my_url_string", "field_my_url_string", (*installation.software_release).into()),
        ],
    )
}
