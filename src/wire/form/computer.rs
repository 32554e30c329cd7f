//! The arguments of calls about computers.

use utoipa::ToSchema;

use super::arguments::printable;
use super::{FieldList, Fields, ToFields};
use crate::domain::error::Refusal;
use crate::domain::ids::Title;
use crate::wire::xml::WriteError;

/// A computer description with one partition.
const DESCRIPTION: &str = "<marshal><dictionary><string>reference</string><string>local_computer</string>\
                           <string>address</string><none/><string>netmask</string><none/><string>partition_list</string>\
                           <list><dictionary><string>reference</string><string>slappart0</string><string>tap</string>\
                           <dictionary><string>name</string><string>slaptap0</string></dictionary>\
                           <string>address_list</string><list><dictionary><string>addr</string><string>10.0.0.1</string>\
                           <string>netmask</string><string>255.255.255.255</string></dictionary></list></dictionary>\
                           </list></dictionary></marshal>";

/// A journal with one movement.
const JOURNAL: &str = "<journal><transaction type=\"Sale Packing List\"><title>Resource consumptions</title>\
                       <start_date></start_date><stop_date>2026-01-01 at 00:00:00</stop_date>\
                       <reference>local_computer</reference><currency></currency><payment_mode></payment_mode>\
                       <category></category><arrow type=\"Administration\"><source></source><destination></destination>\
                       </arrow><movement><resource>CPU Consumption</resource><title>CPU</title>\
                       <reference>slappart0</reference><quantity>42.42</quantity><price>0.00</price><VAT></VAT>\
                       <category></category></movement></transaction></journal>";

/// A call about a computer.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct ComputerArguments {
    /// The reference of the computer.
    #[schema(rename = "computer_id", min_length = 1, example = "local_computer")]
    pub computer: String,
}

/// The description of a computer: `loadComputerConfigurationFromXML`.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct Format {
    /// The marshalled dictionary of a computer: `reference`, `address`, `netmask` and `partition_list`.
    #[schema(content_media_type = "text/xml", example = json!(DESCRIPTION))]
    pub xml: String,
}

/// Descriptions of computers, taken over all or none: `-/import`.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct Import {
    /// A marshalled computer description, once for each computer.
    #[schema(rename = "xml", min_items = 1, example = json!([DESCRIPTION]))]
    pub documents: Vec<String>,
}

/// Something happened on a computer: `computerBang`.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct ComputerBang {
    /// The reference of the computer.
    #[schema(rename = "computer_id", min_length = 1, example = "local_computer")]
    pub computer: String,
    /// What happened, for people; empty when absent.
    #[schema(required = false, example = "the disk is full")]
    pub message: String,
}

/// A new computer: `requestComputer`.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct RequestComputer {
    /// The title of the computer: printable text.
    #[schema(rename = "computer_title", value_type = String, min_length = 1, example = "my node")]
    pub title: Title,
}

/// What a computer consumed: `useComputer`.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct Use {
    /// The reference of the computer.
    #[schema(rename = "computer_id", min_length = 1, example = "local_computer")]
    pub computer: String,
    /// A TioXML journal, as text.
    #[schema(content_media_type = "text/xml", example = json!(JOURNAL))]
    pub use_string: String,
}

impl TryFrom<&Fields> for ComputerArguments {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        Ok(Self { computer: fields.required_said("computer_id")?.into() })
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

impl TryFrom<&Fields> for Use {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        Ok(Self {
            computer: fields.required_said("computer_id")?.into(),
            use_string: fields.required("use_string")?.into(),
        })
    }
}

impl ToFields for ComputerArguments {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        Ok(vec![("computer_id", self.computer.clone())])
    }
}

impl ToFields for Format {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        Ok(vec![("xml", self.xml.clone())])
    }
}

impl ToFields for Import {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        Ok(self.documents.iter().map(|document| ("xml", document.clone())).collect())
    }
}

impl ToFields for ComputerBang {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        Ok(vec![("computer_id", self.computer.clone()), ("message", self.message.clone())])
    }
}

impl ToFields for RequestComputer {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        Ok(vec![("computer_title", self.title.to_string())])
    }
}

impl ToFields for Use {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        Ok(vec![("computer_id", self.computer.clone()), ("use_string", self.use_string.clone())])
    }
}
