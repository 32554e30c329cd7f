//! Schemas of software releases: local ones and those on other servers.

use std::fs;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use url::Url;

use crate::client::fetch_document;
use crate::domain::parameters::Parameters;
use crate::wire::software_schema::{Check, Serialisation, SoftwareSchema, Verdict, Violation};

/// How long a document of another server may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// Reads what a software release says of its parameters.
pub async fn read(software_release: &str) -> anyhow::Result<SoftwareSchema> {
    let local = !software_release.contains("://") && !software_release.starts_with("file:");
    let software_release = if local {
        std::path::absolute(software_release)?.to_string_lossy().into_owned()
    } else {
        software_release.to_owned()
    };
    let url = SoftwareSchema::address(&software_release)?;
    Ok(SoftwareSchema::read(&url, &load(&url).await?)?)
}

/// Checks parameters against the schema at a URL; what is wrong with them is told in the order of their places.
pub async fn check(
    schema: &str,
    parameters: &Parameters,
    serialisation: Serialisation,
) -> anyhow::Result<Vec<Violation>> {
    let mut check = Check::new(schema);
    loop {
        match check.run(parameters, serialisation)? {
            Verdict::Valid => return Ok(Vec::new()),
            Verdict::Invalid(violations) => return Ok(violations),
            Verdict::Needs(url) if url.starts_with("file:") && !schema.starts_with("file:") => {
                bail!("{schema} refers to {url}, which is on another machine");
            }
            Verdict::Needs(url) => check.bring(&url, &load(&url).await?)?,
        }
    }
}

async fn load(url: &str) -> anyhow::Result<String> {
    if !url.starts_with("file:") {
        return Ok(fetch_document(url, PATIENCE).await?);
    }
    let path = Url::parse(url)?.to_file_path().map_err(|()| anyhow!("{url} is not the URL of a file"))?;
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}
