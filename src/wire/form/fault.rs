//! The arguments of faults on purpose.

use utoipa::ToSchema;

use super::{FieldList, Fields, ToFields, WriteError};
use crate::domain::error::Refusal;
use crate::domain::fault::FaultRule;

/// Rules to add: `POST /-/faults`.
#[derive(Debug, Clone, PartialEq, ToSchema)]
pub struct FaultArguments {
    /// A rule as the option `--fault` writes it. The field may repeat.
    #[schema(rename = "rule", value_type = String, example = "endpoint=computerBang computer=COMP-1 count=2 status=503")]
    pub rules: Vec<FaultRule>,
}

impl TryFrom<&Fields> for FaultArguments {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        fields.required("rule")?;
        let rule = |text: &str| {
            text.parse().map_err(|expected| Refusal::Invalid {
                field: "rule".into(),
                value: format!("{text:?}"),
                expected: format!("a rule: {expected}"),
            })
        };
        Ok(Self { rules: fields.all("rule").map(rule).collect::<Result<_, _>>()? })
    }
}

impl ToFields for FaultArguments {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        Ok(self.rules.iter().map(|rule| ("rule", rule.to_string())).collect())
    }
}
