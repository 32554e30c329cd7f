//! The arguments of calls about people.

use utoipa::ToSchema;

use super::{FieldList, Fields, ToFields};
use crate::domain::error::Refusal;
use crate::domain::ids::Title;
use crate::wire::xml::WriteError;

/// How long a token holds when nobody says it, in seconds: a day.
pub const TOKEN_LIFETIME: u64 = 24 * 60 * 60;

/// A computer and its certificate: `Person_requestComputer`.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct PersonRequestComputer {
    /// The title of the computer: printable text.
    #[schema(value_type = String, min_length = 1, example = "my node")]
    pub title: Title,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct PersonArguments {
    /// The name: printable text.
    #[schema(value_type = String, min_length = 1, example = "alice")]
    pub name: Title,
}

/// A token for a person.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct TokenArguments {
    /// The name of the person.
    #[schema(value_type = String, min_length = 1, example = "alice")]
    pub name: Title,
    /// How long it holds, in seconds; a day when absent.
    #[schema(required = false, minimum = 1, example = 3600)]
    pub lifetime: u64,
}

impl TryFrom<&Fields> for PersonRequestComputer {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        Ok(Self { title: Title::parse("title", fields.required("title")?)? })
    }
}

impl TryFrom<&Fields> for PersonArguments {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        Ok(Self { name: Title::parse("name", fields.required("name")?)? })
    }
}

impl TryFrom<&Fields> for TokenArguments {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        let PersonArguments { name } = fields.try_into()?;
        let lifetime = match fields.said("lifetime") {
            None => TOKEN_LIFETIME,
            Some(text) => {
                let seconds = text.parse().ok().filter(|seconds| *seconds > 0);
                seconds.ok_or_else(|| Refusal::invalid("lifetime", text, "a whole number of seconds, such as 3600"))?
            }
        };
        Ok(Self { name, lifetime })
    }
}

impl ToFields for PersonRequestComputer {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        Ok(vec![("title", self.title.to_string())])
    }
}

impl ToFields for PersonArguments {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        Ok(vec![("name", self.name.to_string())])
    }
}

impl ToFields for TokenArguments {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        Ok(vec![("name", self.name.to_string()), ("lifetime", self.lifetime.to_string())])
    }
}
