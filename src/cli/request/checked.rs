//! Parameters of a request, made as the software release wants them and checked against its schema.

use std::path::Path;

use super::super::exit::Exit;
use super::super::output::{note, reason};
use super::super::{parameters, release};
use crate::domain::parameters::Parameters;
use crate::wire::software_schema::{Serialisation, Sharing, SoftwareSchema};

/// What is given on the command line.
pub struct Given<'a> {
    pub release: &'a str,
    pub software_type: &'a str,
    pub sharing: Sharing,
    pub pairs: Vec<(String, String)>,
    pub file: Option<&'a Path>,
    /// How parameters are to travel, wherever they come from.
    pub explicit: Option<Serialisation>,
    /// How parameters of a file are to travel.
    pub for_files: Option<Serialisation>,
}

impl Given<'_> {
    /// The parameters, without a look at the schema unless it has to say how they travel.
    pub async fn unchecked(self) -> anyhow::Result<Parameters> {
        let software = match self.file {
            Some(_) if self.for_files.is_none() => release::read(self.release).await.ok(),
            _ => None,
        };
        self.parameters(software.as_ref())
    }

    /// The parameters, if the schema of the release accepts them. It is told, and no obstacle, when there is none.
    pub async fn checked(self) -> anyhow::Result<Parameters> {
        let software = match release::read(self.release).await {
            Ok(software) => software,
            Err(error) => {
                note(&format!("note: the parameters are not checked: {}", reason(&error)));
                return self.parameters(None);
            }
        };
        let (software_type, sharing) = (self.software_type.to_owned(), self.sharing);
        let is_text = !self.pairs.is_empty() && self.explicit.is_none();
        let stated = software.serialisation(&software_type, sharing);
        let serialisation = self.explicit.or(stated).unwrap_or(Serialisation::JsonInXml);
        let parameters = self.parameters(Some(&software))?;
        if is_text && stated == Some(Serialisation::JsonInXml) {
            note("note: this release wants its parameters as JSON, but --parameters sends plain texts");
            note("hint: add --serialisation json-in-xml, or use --parameters-file, which also has numbers and lists");
        }
        let url = match software.request_schema(&software_type, sharing) {
            Ok(Some(url)) => url,
            Ok(None) => {
                note(&format!(
                    "note: the parameters are not checked: {}",
                    no_schema(&software, &software_type, sharing)
                ));
                return Ok(parameters);
            }
            Err(error) => {
                note(&format!("note: the parameters are not checked: {error}"));
                return Ok(parameters);
            }
        };
        match release::check(&url, &parameters, serialisation).await {
            Ok(violations) if violations.is_empty() => Ok(parameters),
            Ok(violations) => {
                let lines =
                    violations.iter().map(|violation| format!("  {}", violation.to_string().replace('\n', "\n  ")));
                let lines: Vec<String> = lines.collect();
                Err(Exit::failed(format!(
                    "error: nothing was requested, since the parameters are not as {url} wants them:\n{}\n\
                     hint: --no-validate requests it nevertheless",
                    lines.join("\n")
                )))
            }
            Err(error) => {
                note(&format!("note: the parameters are not checked: {}", reason(&error)));
                Ok(parameters)
            }
        }
    }

    fn parameters(self, software: Option<&SoftwareSchema>) -> anyhow::Result<Parameters> {
        let Some(file) = self.file else {
            let json = self.explicit == Some(Serialisation::JsonInXml);
            return Ok(if json { parameters::json(self.pairs)? } else { parameters::texts(self.pairs)? });
        };
        let stated = software.and_then(|software| software.serialisation(self.software_type, self.sharing));
        parameters::file(file, self.for_files.or(stated).unwrap_or(Serialisation::JsonInXml))
    }
}

fn no_schema(software: &SoftwareSchema, software_type: &str, sharing: Sharing) -> String {
    let kind = if sharing == Sharing::Shared { "shared instances" } else { "instances" };
    let software_type = if software_type.is_empty() { "default" } else { software_type };
    let known: Vec<&str> = software.software_types().collect();
    format!(
        "the release has no schema for {kind} of the software type {software_type:?}; it has {}",
        if known.is_empty() { "none".to_owned() } else { known.join(", ") }
    )
}
