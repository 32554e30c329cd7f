//! The arguments of the stream of events.

use utoipa::ToSchema;

use super::{FieldList, Fields, ToFields, WriteError};
use crate::domain::error::Refusal;
use crate::domain::event::{EventFilter, EventPlace};
use crate::wire::event_stream::{read_place, write_place};

/// Which events to follow: `-/events`.
#[derive(Debug, Clone, Default, PartialEq, Eq, ToSchema)]
pub struct Follow {
    /// The id of the last event that is known: only later ones are sent, those that happened meanwhile too. Without it,
    /// only those that happen from now on; with `0-0`, all that ever happened. The header `Last-Event-ID` says the same.
    #[schema(value_type = String, required = false, pattern = "^[0-9]+-[0-9]+$", example = "0-0")]
    pub after: Option<EventPlace>,
    /// Only those about this computer.
    #[schema(rename = "computer_guid", value_type = String, required = false, example = "local_computer")]
    pub computer: Option<String>,
    /// Only those about instances of this title, or that make one be processed again.
    #[schema(rename = "instance_title", value_type = String, required = false, example = "my instance")]
    pub instance: Option<String>,
}

impl Follow {
    /// Reads the id of an event.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming the field.
    pub fn place(field: &str, text: &str) -> Result<EventPlace, Refusal> {
        read_place(text).ok_or_else(|| Refusal::invalid(field, text, "the id of an event, such as 0-0"))
    }

    /// What it selects.
    #[must_use]
    pub fn filter(self) -> EventFilter {
        EventFilter { computer: self.computer, instance: self.instance }
    }
}

impl TryFrom<&Fields> for Follow {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        let text = |name: &str| fields.get(name).filter(|text| !text.is_empty()).map(ToOwned::to_owned);
        Ok(Self {
            after: text("after").map(|after| Self::place("after", &after)).transpose()?,
            computer: text("computer_guid"),
            instance: text("instance_title"),
        })
    }
}

impl ToFields for Follow {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        let after = self.after.map(write_place);
        let fields = [("after", &after), ("computer_guid", &self.computer), ("instance_title", &self.instance)];
        Ok(fields.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect())
    }
}
