//! The arguments of the clock.

use utoipa::ToSchema;

use super::{FieldList, Fields, ToFields, WriteError};
use crate::domain::clock::ClockChange;
use crate::domain::error::Refusal;
use crate::domain::timestamp::{Timestamp, span};

const TIME: &str = "a time such as 2026-01-31T12:00:00Z, or seconds since the epoch";

/// What is to become of the time: `POST /-/clock`. At least one of the fields must say something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ToSchema)]
pub struct ClockArguments {
    /// The time that is to be: RFC 3339 in UTC, or seconds since the epoch. It never goes back behind what is written.
    #[schema(value_type = String, required = false, example = "2126-01-31T12:00:00Z")]
    pub set: Option<Timestamp>,
    /// How much later it is to be, after it was set: a number with `ms`, `s`, `m` or `h`.
    #[schema(value_type = String, required = false, example = "90s")]
    pub advance: Option<std::time::Duration>,
    /// Whether it is to stand still (`yes`), or to go (`no`).
    #[schema(value_type = String, required = false, pattern = "^(yes|no)$", example = "no")]
    pub frozen: Option<bool>,
}

impl From<ClockArguments> for ClockChange {
    fn from(arguments: ClockArguments) -> Self {
        let ClockArguments { set, advance, frozen } = arguments;
        Self { set, advance, frozen }
    }
}

impl TryFrom<&Fields> for ClockArguments {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        let time = |text: &str| Timestamp::parse(text).ok_or_else(|| Refusal::invalid("set", text, TIME));
        let later = |text: &str| {
            span(text).map_err(|_| Refusal::invalid("advance", text, "a number with ms, s, m or h, such as 90s"))
        };
        let frozen = |text: &str| match text {
            "yes" | "true" => Ok(true),
            "no" | "false" => Ok(false),
            _ => Err(Refusal::invalid("frozen", text, "yes or no, or true or false")),
        };
        let arguments = Self {
            set: fields.said("set").map(time).transpose()?,
            advance: fields.said("advance").map(later).transpose()?,
            frozen: fields.said("frozen").map(frozen).transpose()?,
        };
        if arguments == Self::default() {
            return Err(Refusal::Missing {
                field: "set, advance or frozen".into(),
                given: fields.iter().map(|(name, _)| name.to_owned()).collect(),
            });
        }
        Ok(arguments)
    }
}

impl ToFields for ClockArguments {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        let set = self.set.map(|time| ("set", time.to_seconds_text()));
        let advance = self.advance.map(|span| ("advance", format!("{}s", span.as_secs_f64())));
        let frozen = self.frozen.map(|frozen| ("frozen", if frozen { "yes" } else { "no" }.to_owned()));
        Ok([set, advance, frozen].into_iter().flatten().collect())
    }
}
