//! The arguments of calls about software releases.

use utoipa::ToSchema;

use super::arguments::printable;
use super::{FieldList, Fields, ToFields};
use crate::domain::error::Refusal;
use crate::domain::ids::SoftwareRelease;
use crate::domain::state::SupplyState;
use crate::wire::xml::WriteError;

/// A call about a supplied software release.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct Installation {
    /// The reference of the computer.
    #[schema(rename = "computer_id", min_length = 1, example = "local_computer")]
    pub computer: String,
    /// The URL or path of the software release, as it was supplied.
    #[schema(min_length = 1, example = "https://sr.example/software.cfg")]
    pub url: String,
}

/// A software product, named by exactly one of two fields: `getSoftwareReleaseListFromSoftwareProduct`.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub enum Product {
    /// By the reference of the product.
    #[schema(rename = "software_product_reference")]
    Reference(String),
    /// By one of its releases.
    #[schema(rename = "software_release_url")]
    Release(String),
}

/// A release that is wanted on a computer, or to be removed from it: `supplySupply`.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct Supply {
    /// The reference of the computer.
    #[schema(rename = "computer_id", min_length = 1, example = "local_computer")]
    pub computer: String,
    /// The URL or path of the software release, compared as opaque text.
    #[schema(value_type = String, min_length = 1, example = "https://sr.example/software.cfg")]
    pub url: SoftwareRelease,
    /// What is wanted, as plain text; `available` when absent, empty or `None`.
    #[schema(value_type = String, required = false, pattern = "^(available|destroyed|[Nn]one|)$", example = "available")]
    pub state: SupplyState,
}

/// A report about a software release.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct ReportRelease {
    /// The reference of the computer.
    #[schema(rename = "computer_id", min_length = 1, example = "local_computer")]
    pub computer: String,
    /// The URL or path of the software release, compared as opaque text.
    #[schema(value_type = String, min_length = 1, example = "https://sr.example/software.cfg")]
    pub url: SoftwareRelease,
    /// The log, of errors only.
    #[schema(required = false, example = "make: *** [all] Error 2")]
    pub error_log: String,
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

impl ToFields for Installation {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        Ok(about(&self.url, &self.computer))
    }
}

impl ToFields for Product {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        Ok(vec![match self {
            Self::Reference(reference) => ("software_product_reference", reference.clone()),
            Self::Release(url) => ("software_release_url", url.clone()),
        }])
    }
}

impl ToFields for Supply {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        let mut fields = about(&self.url, &self.computer);
        fields.push(("state", self.state.to_string()));
        Ok(fields)
    }
}

impl ToFields for ReportRelease {
    fn to_fields(&self) -> Result<FieldList, WriteError> {
        let mut fields = about(&self.url, &self.computer);
        if !self.error_log.is_empty() {
            fields.push(("error_log", self.error_log.clone()));
        }
        Ok(fields)
    }
}

fn about(url: &str, computer: &str) -> FieldList {
    vec![("url", url.to_owned()), ("computer_id", computer.to_owned())]
}

fn url(fields: &Fields) -> Result<SoftwareRelease, Refusal> {
    SoftwareRelease::parse("url", fields.required("url")?)
}
