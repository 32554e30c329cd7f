//! The arguments of the journal of requests.

use utoipa::ToSchema;

use super::{FieldList, Fields, ToFields, WriteError};
use crate::domain::error::Refusal;

/// How many requests are told when nobody says it.
const LIMIT: u32 = 100;

/// The longest wait, in seconds.
const LONGEST: u32 = 60;

/// Which requests to tell: `-/journal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
pub struct JournalArguments {
    /// Those after the one of this number, the oldest first; without it, the latest ones.
    #[schema(required = false, example = 0)]
    pub after: Option<u64>,
    /// How many at most; 100 when absent.
    #[schema(required = false, minimum = 1, maximum = 1000, example = 10)]
    pub limit: u32,
    /// How long to wait for the first one after that number, in seconds.
    #[schema(required = false, maximum = 60, example = 0)]
    pub wait: u32,
}

impl Default for JournalArguments {
    fn default() -> Self {
        Self { after: None, limit: LIMIT, wait: 0 }
    }
}

fn number<T: std::str::FromStr>(fields: &Fields, name: &str, expected: &str) -> Result<Option<T>, Refusal> {
    let read = |text: &str| text.parse().map_err(|_| Refusal::invalid(name, text, expected));
    fields.said(name).map(read).transpose()
}

impl TryFrom<&Fields> for JournalArguments {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        let default = Self::default();
        let limit = number(fields, "limit", "a whole number from 1 to 1000")?.unwrap_or(default.limit);
        let wait = number(fields, "wait", "a whole number of seconds up to 60")?.unwrap_or(default.wait);
        if !(1..=1000).contains(&limit) {
            return Err(Refusal::invalid("limit", &limit.to_string(), "a whole number from 1 to 1000"));
        }
        if wait > LONGEST {
            return Err(Refusal::invalid("wait", &wait.to_string(), "a whole number of seconds up to 60"));
        }
        Ok(Self { after: number(fields, "after", "the number of a request, such as 0")?, limit, wait })
    }
}

impl ToFields for JournalArguments {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        let mut fields = vec![("limit", self.limit.to_string()), ("wait", self.wait.to_string())];
        fields.extend(self.after.map(|after| ("after", after.to_string())));
        Ok(fields)
    }
}
