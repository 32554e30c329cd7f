//! The arguments of a request.

use utoipa::ToSchema;

use super::arguments::{dictionary, map, marshalled};
use super::{FieldList, Fields, ToFields, marshal};
use crate::domain::error::Refusal;
use crate::domain::ids::{SoftwareRelease, Title};
use crate::domain::instance::Request;
use crate::domain::state::RequestedState;
use crate::wire::xml::{self, Value, WriteError};

/// An instance that is wanted: `requestComputerPartition`.
#[derive(Debug, Clone, PartialEq, ToSchema)]
pub struct RequestArguments {
    /// What is requested.
    #[serde(flatten)]
    #[schema(value_type = RequestFields)]
    pub request: Request,
    /// `computer_id` and `computer_partition_id`, if an older client names its partition there.
    #[serde(flatten)]
    #[schema(value_type = RequesterFields)]
    pub requester: Option<(String, String)>,
}

/// The fields of a request.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form, which is decoded field by field")]
struct RequestFields {
    /// The URL or path of the software release.
    #[schema(min_length = 1, example = "https://sr.example/software.cfg")]
    software_release: String,
    /// The title of the instance: printable text. A tree has it once, and so have the roots.
    #[schema(min_length = 1, example = "my-instance")]
    partition_reference: String,
    /// Which of the types of the release. Empty is `default`.
    #[schema(required = false, example = "default")]
    software_type: String,
    /// The wanted state, a marshalled string: `started`, `stopped` or `destroyed`. Marshalled none, empty or no field keep
    /// the stored state; a new instance is `started`.
    #[schema(
        required = false,
        content_media_type = "text/xml",
        example = "<marshal><string>started</string></marshal>"
    )]
    state: String,
    /// A marshalled truth value: whether a shared instance is wanted, which a host serves. No field is false.
    #[schema(required = false, content_media_type = "text/xml", example = "<marshal><bool>0</bool></marshal>")]
    shared_xml: String,
    /// A marshalled dictionary: the parameters of the instance. No field is an empty one.
    #[schema(
        required = false,
        content_media_type = "text/xml",
        example = "<marshal><dictionary><string>domain</string><string>app.example</string></dictionary></marshal>"
    )]
    partition_parameter_xml: String,
    /// A marshalled dictionary: where the instance is to be, such as its `computer_guid`, or the `instance_guid` of the
    /// host. No field is an empty one.
    #[schema(
        required = false,
        content_media_type = "text/xml",
        example = "<marshal><dictionary><string>computer_guid</string><string>local_computer</string></dictionary></marshal>"
    )]
    filter_xml: String,
}

/// The partition that requests, as clients name it that do not send the header. Both fields or none.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form, which is decoded field by field")]
struct RequesterFields {
    /// The computer of the partition that requests, for clients that send no `Authorization` header; with
    /// `computer_partition_id`.
    #[schema(required = false, example = "")]
    computer_id: String,
    /// The partition that requests, for clients that send no `Authorization` header; with `computer_id`.
    #[schema(required = false, example = "")]
    computer_partition_id: String,
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

/// Every field is written: older masters need all of them.
impl ToFields for RequestArguments {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        let Request { software_release, title, software_type, state, shared, parameters, sla } = &self.request;
        let mut fields = vec![
            ("software_release", software_release.to_string()),
            ("software_type", software_type.clone()),
            ("partition_reference", title.to_string()),
            ("shared_xml", marshal(&Value::from(*shared))?),
            ("partition_parameter_xml", dictionary(parameters)?),
            ("filter_xml", dictionary(sla)?),
            ("state", marshal(&state.map(RequestedState::as_str).into())?),
        ];
        if let Some((computer, partition)) = &self.requester {
            fields.extend([("computer_id", computer.clone()), ("computer_partition_id", partition.clone())]);
        }
        Ok(fields)
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
