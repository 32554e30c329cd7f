//! The arguments of calls about partitions and the instances in them. Field names are those of the wire.

use std::collections::BTreeMap;

use utoipa::ToSchema;

use super::{FieldList, Fields, ToFields, marshal};
use crate::domain::error::Refusal;
use crate::domain::ids::Title;
use crate::domain::parameters::Parameters;
use crate::wire::xml::{self, Value, WriteError, to_value};

/// A call about a partition.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct PartitionArguments {
    /// The reference of the computer.
    #[schema(rename = "computer_id", min_length = 1, example = "local_computer")]
    pub computer: String,
    /// The reference of the partition.
    #[schema(rename = "computer_partition_id", min_length = 1, example = "slappart0")]
    pub partition: String,
    /// The reference of a shared instance that the partition hosts, if the call is about that one. Empty and `None` say
    /// the same as no field. Calls that are never about shared instances ignore it.
    #[schema(rename = "slave_reference", value_type = String, required = false, example = "")]
    pub shared_reference: Option<String>,
}

/// One partition: `registerComputerPartition`, whose fields have names of their own.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct Register {
    /// The reference of the computer.
    #[schema(rename = "computer_reference", example = "local_computer")]
    pub computer: String,
    /// The reference of the partition.
    #[schema(rename = "computer_partition_reference", example = "slappart0")]
    pub partition: String,
}

/// The node could not process an instance: `softwareInstanceError`.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct ReportInstance {
    /// The partition, and the shared instance if it is about one.
    #[serde(flatten)]
    pub about: PartitionArguments,
    /// The log; what is last in it says most.
    #[schema(example = "while processing: boom")]
    pub error_log: String,
}

/// Something happened in an instance: `softwareInstanceBang`.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct InstanceBang {
    /// The partition.
    #[serde(flatten)]
    pub about: PartitionArguments,
    /// What happened, for people; empty when absent.
    #[schema(required = false, example = "a backend is gone")]
    pub message: String,
}

/// Another title for an instance: `softwareInstanceRename`.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct Rename {
    /// The partition, and the shared instance if it is about one.
    #[serde(flatten)]
    pub about: PartitionArguments,
    /// The new title, which no other instance of the tree has: printable text.
    #[schema(value_type = String, min_length = 1, example = "my instance")]
    pub new_name: Title,
}

/// What an instance publishes: `setComputerPartitionConnectionXml`.
#[derive(Debug, Clone, PartialEq, ToSchema)]
pub struct Publish {
    /// The partition, and the shared instance if it is about one.
    #[serde(flatten)]
    pub about: PartitionArguments,
    /// A marshalled dictionary: all connection parameters, in place of those published before. Empty is an empty one.
    #[schema(rename = "connection_xml", value_type = String, content_media_type = "text/xml",
             example = "<marshal><dictionary><string>url</string><string>https://app.example/</string></dictionary></marshal>")]
    pub connection: Parameters,
}

/// The instances that a partition requests: `updateComputerPartitionRelatedInstanceList`.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct Titles {
    /// The partition.
    #[serde(flatten)]
    pub about: PartitionArguments,
    /// A marshalled list of strings: the titles of all instances that the partition requests.
    #[schema(rename = "instance_reference_xml", value_type = String, content_media_type = "text/xml",
             example = "<marshal><list><string>frontend</string></list></marshal>")]
    pub titles: Vec<String>,
}

impl TryFrom<&Fields> for PartitionArguments {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        Ok(Self {
            computer: fields.required_said("computer_id")?.into(),
            partition: fields.required_said("computer_partition_id")?.into(),
            shared_reference: fields.said("slave_reference").map(Into::into),
        })
    }
}

impl TryFrom<&Fields> for Register {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        Ok(Self {
            computer: fields.required("computer_reference")?.into(),
            partition: fields.required("computer_partition_reference")?.into(),
        })
    }
}

impl TryFrom<&Fields> for ReportInstance {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        Ok(Self { about: fields.try_into()?, error_log: printable(fields.required("error_log")?) })
    }
}

impl TryFrom<&Fields> for InstanceBang {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        Ok(Self { about: fields.try_into()?, message: printable(fields.get("message").unwrap_or_default()) })
    }
}

impl TryFrom<&Fields> for Rename {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        Ok(Self { about: fields.try_into()?, new_name: Title::parse("new_name", fields.required("new_name")?)? })
    }
}

impl TryFrom<&Fields> for Publish {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        let about = fields.try_into()?;
        fields.required("connection_xml")?;
        Ok(Self { about, connection: map(fields, "connection_xml")? })
    }
}

impl TryFrom<&Fields> for Titles {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        const FIELD: &str = "instance_reference_xml";
        let about = fields.try_into()?;
        let text = fields.required(FIELD)?;
        let value = marshalled(FIELD, text)?;
        let titles = value.as_list().and_then(|titles| {
            titles.iter().map(|title| title.as_str().map(ToOwned::to_owned)).collect::<Option<Vec<_>>>()
        });
        match titles {
            Some(titles) => Ok(Self { about, titles }),
            None => Err(Refusal::invalid(FIELD, text, "a marshalled list of strings")),
        }
    }
}

impl ToFields for PartitionArguments {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        let place = [("computer_id", self.computer.clone()), ("computer_partition_id", self.partition.clone())];
        let shared = self.shared_reference.iter().map(|reference| ("slave_reference", reference.clone()));
        Ok(place.into_iter().chain(shared).collect())
    }
}

impl ToFields for Register {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        Ok(vec![
            ("computer_reference", self.computer.clone()),
            ("computer_partition_reference", self.partition.clone()),
        ])
    }
}

impl ToFields for ReportInstance {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        with(&self.about, "error_log", self.error_log.clone())
    }
}

impl ToFields for InstanceBang {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        with(&self.about, "message", self.message.clone())
    }
}

impl ToFields for Rename {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        with(&self.about, "new_name", self.new_name.to_string())
    }
}

impl ToFields for Publish {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        with(&self.about, "connection_xml", dictionary(&self.connection)?)
    }
}

impl ToFields for Titles {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        let titles = self.titles.iter().map(|title| title.as_str().into());
        with(&self.about, "instance_reference_xml", marshal(&Value::list(titles.collect()))?)
    }
}

/// The fields of a call about a partition, and one more.
fn with(about: &PartitionArguments, name: &'static str, value: String) -> Result<FieldList, WriteError> {
    let mut fields = about.to_fields()?;
    fields.push((name, value));
    Ok(fields)
}

/// Parameters as a marshalled dictionary.
pub(super) fn dictionary(parameters: &Parameters) -> Result<String, WriteError> {
    marshal(&Value::dictionary(parameters.as_map().iter().map(|(key, value)| (key, to_value(value)))))
}

/// A message or log as it can be shown again: what XML cannot carry becomes U+FFFD. A report is never refused for it,
/// since a refusal would stop the node.
pub(crate) fn printable(text: &str) -> String {
    let replace = |character| if crate::domain::parameters::is_xml_char(character) { character } else { '\u{fffd}' };
    text.chars().map(replace).collect()
}

pub(super) fn marshalled(field: &str, text: &str) -> Result<Value, Refusal> {
    xml::loads(text.as_bytes()).map_err(|error| Refusal::invalid(field, text, format!("a marshalled value: {error}")))
}

/// A marshalled dictionary; absent, empty and none are an empty one.
pub(super) fn map(fields: &Fields, field: &str) -> Result<Parameters, Refusal> {
    match fields.get(field).filter(|text| !text.is_empty()) {
        None => Ok(Parameters::default()),
        Some(text) => match marshalled(field, text)? {
            Value::None => Parameters::new(field, BTreeMap::new()),
            value => xml::parameters(field, &value),
        },
    }
}
