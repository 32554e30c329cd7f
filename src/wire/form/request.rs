//! The arguments of a request.

use super::Fields;
use super::arguments::{map, marshalled};
use crate::domain::error::Refusal;
use crate::domain::ids::{SoftwareRelease, Title};
use crate::domain::instance::Request;
use crate::domain::state::RequestedState;
use crate::wire::xml::{self, Value};

/// `requestComputerPartition`
#[derive(Debug, Clone, PartialEq)]
pub struct RequestArguments {
    /// What is requested.
    pub request: Request,
    /// `computer_id` and `computer_partition_id`, if an older client names its partition there.
    pub requester: Option<(String, String)>,
}

impl TryFrom<&Fields> for RequestArguments {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        let request = Request {
            software_release: SoftwareRelease::parse("software_release", fields.required("software_release")?)?,
            title: Title::parse("partition_reference", fields.required("partition_reference")?)?,
            software_type: fields.get("software_type").unwrap_or_default().into(),
            state: state(fields)?,
            shared: shared(fields)?,
            parameters: map(fields, "partition_parameter_xml")?,
            sla: map(fields, "filter_xml")?,
        };
        crate::domain::parameters::check_text("software_type", &request.software_type)?;
        let requester = match (fields.said("computer_id"), fields.said("computer_partition_id")) {
            (None, None) => None,
            (Some(computer), Some(partition)) => Some((computer.into(), partition.into())),
            (Some(_), None) => {
                fields.required_said("computer_partition_id")?;
                None
            }
            (None, Some(_)) => {
                fields.required_said("computer_id")?;
                None
            }
        };
        Ok(Self { request, requester })
    }
}

/// The marshalled state; absent, empty and none keep the stored one.
fn state(fields: &Fields) -> Result<Option<RequestedState>, Refusal> {
    const EXPECTED: &str = "a marshalled string: started, stopped or destroyed, such as \
                            <marshal><string>started</string></marshal>";
    let Some(text) = fields.get("state").filter(|text| !text.is_empty()) else { return Ok(None) };
    let read = xml::loads(text.as_bytes());
    match read.map_err(|error| Refusal::invalid("state", text, format!("{EXPECTED} ({error})")))? {
        Value::None => Ok(None),
        Value::String(state) => RequestedState::parse("state", &state).map(Some),
        _ => Err(Refusal::invalid("state", text, EXPECTED)),
    }
}

/// The marshalled truth value; absent and empty are false.
fn shared(fields: &Fields) -> Result<bool, Refusal> {
    let Some(text) = fields.get("shared_xml").filter(|text| !text.is_empty()) else { return Ok(false) };
    match marshalled("shared_xml", text)? {
        Value::None => Ok(false),
        Value::Bool(shared) => Ok(shared),
        Value::Int(number) => Ok(number.as_str() != "0"),
        // Compatible with clients that send an empty dictionary for false.
        Value::Dictionary(dictionary) => Ok(!dictionary.is_empty()),
        _ => Err(Refusal::invalid("shared_xml", text, "a marshalled bool")),
    }
}
