//! One argument set for each shape of call. Field names are those of the wire.

use std::collections::BTreeMap;

use super::Fields;
use crate::domain::error::Refusal;
use crate::domain::ids::{SoftwareRelease, Title};
use crate::domain::parameters::Parameters;
use crate::domain::state::SupplyState;
use crate::wire::xml::{self, Value};

/// A call about a computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComputerArguments {
    /// `computer_id`
    pub computer: String,
}

/// A call about a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionArguments {
    /// `computer_id`
    pub computer: String,
    /// `computer_partition_id`
    pub partition: String,
    /// `slave_reference`, if the call is about a shared instance.
    pub shared_reference: Option<String>,
}

/// `registerComputerPartition`, whose fields have names of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// `computer_reference`
    pub computer: String,
    /// `computer_partition_reference`
    pub partition: String,
}

/// A call about a supplied software release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// `computer_id`
    pub computer: String,
    /// `url`
    pub url: String,
}

/// `getSoftwareReleaseListFromSoftwareProduct`: exactly one of its two fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Product {
    /// `software_product_reference`
    Reference(String),
    /// `software_release_url`
    Release(String),
}

/// `loadComputerConfigurationFromXML`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    /// `xml`, a marshalled computer description.
    pub xml: String,
}

/// `-/import`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// `xml`, once for each marshalled computer description.
    pub documents: Vec<String>,
}

/// `supplySupply`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supply {
    /// `computer_id`
    pub computer: String,
    /// `url`
    pub url: SoftwareRelease,
    /// `state`, plain text; `available` when absent.
    pub state: SupplyState,
}

/// A report about a software release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRelease {
    /// `computer_id`
    pub computer: String,
    /// `url`
    pub url: SoftwareRelease,
    /// `error_log`, of errors only.
    pub error_log: String,
}

/// `softwareInstanceError`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportInstance {
    /// The partition, and the shared instance if it is about one.
    pub about: PartitionArguments,
    /// `error_log`
    pub error_log: String,
}

/// `softwareInstanceBang`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceBang {
    /// The partition.
    pub about: PartitionArguments,
    /// `message`; empty when absent.
    pub message: String,
}

/// `computerBang`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComputerBang {
    /// `computer_id`
    pub computer: String,
    /// `message`; empty when absent.
    pub message: String,
}

/// `requestComputer`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestComputer {
    /// `computer_title`
    pub title: Title,
}

/// `softwareInstanceRename`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    /// The partition, and the shared instance if it is about one.
    pub about: PartitionArguments,
    /// `new_name`
    pub new_name: Title,
}

/// `setComputerPartitionConnectionXml`
#[derive(Debug, Clone, PartialEq)]
pub struct Publish {
    /// The partition, and the shared instance if it is about one.
    pub about: PartitionArguments,
    /// `connection_xml`
    pub connection: Parameters,
}

/// `updateComputerPartitionRelatedInstanceList`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Titles {
    /// The partition.
    pub about: PartitionArguments,
    /// `instance_reference_xml`
    pub titles: Vec<String>,
}

/// `useComputer`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// `computer_id`
    pub computer: String,
    /// `use_string`, a TioXML document.
    pub use_string: String,
}

impl TryFrom<&Fields> for ComputerArguments {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        Ok(Self { computer: fields.required_said("computer_id")?.into() })
    }
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

impl TryFrom<&Fields> for Installation {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        Ok(Self { url: fields.required("url")?.into(), computer: fields.required_said("computer_id")?.into() })
    }
}

impl TryFrom<&Fields> for Product {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        match (fields.said("software_product_reference"), fields.said("software_release_url")) {
            (Some(reference), None) => Ok(Self::Reference(reference.into())),
            (None, Some(url)) => Ok(Self::Release(url.into())),
            (Some(_), Some(url)) => {
                Err(Refusal::invalid("software_release_url", url, "only one of it and software_product_reference"))
            }
            (None, None) => {
                fields.required_said("software_product_reference")?;
                Err(Refusal::invalid("software_product_reference", "", "the name of a software product"))
            }
        }
    }
}

impl TryFrom<&Fields> for Format {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        Ok(Self { xml: fields.required("xml")?.into() })
    }
}

impl TryFrom<&Fields> for Import {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        fields.required("xml")?;
        Ok(Self { documents: fields.all("xml").map(Into::into).collect() })
    }
}

impl TryFrom<&Fields> for Supply {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        Ok(Self {
            url: url(fields)?,
            computer: fields.required_said("computer_id")?.into(),
            state: match fields.said("state") {
                Some(state) => SupplyState::parse("state", state)?,
                None => SupplyState::Available,
            },
        })
    }
}

impl TryFrom<&Fields> for ReportRelease {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        Ok(Self {
            url: url(fields)?,
            computer: fields.required_said("computer_id")?.into(),
            error_log: printable(fields.get("error_log").unwrap_or_default()),
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

impl TryFrom<&Fields> for ComputerBang {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        Ok(Self {
            computer: fields.required_said("computer_id")?.into(),
            message: printable(fields.get("message").unwrap_or_default()),
        })
    }
}

impl TryFrom<&Fields> for RequestComputer {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        Ok(Self { title: Title::parse("computer_title", fields.required("computer_title")?)? })
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

impl TryFrom<&Fields> for Use {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        Ok(Self {
            computer: fields.required_said("computer_id")?.into(),
            use_string: fields.required("use_string")?.into(),
        })
    }
}

fn url(fields: &Fields) -> Result<SoftwareRelease, Refusal> {
    SoftwareRelease::parse("url", fields.required("url")?)
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
