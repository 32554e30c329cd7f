//! `slapproxy import`

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::str::Utf8Error;

use anyhow::{Context, anyhow, bail};
use clap::Args;

use super::local;
use super::logging::LogArguments;
use super::output::{OutputFormat, data, note, progress, reason};
use super::settings::DatabaseArguments;
use crate::config::Config;
use crate::domain::description::ComputerDescription;
use crate::http::block_on;
use crate::wire::control::{FormatReport, format_reports};
use crate::wire::slapformat;

/// Take over computer descriptions.
#[derive(Debug, Args)]
pub struct Import {
    #[command(flatten)]
    database: DatabaseArguments,
    /// Descriptions as slapformat posts or saves them; a directory stands for its *.xml files, - for standard input
    #[arg(required = true, value_name = "COMPUTER.xml")]
    files: Vec<PathBuf>,
    /// How the result is printed
    #[arg(long, value_enum, default_value = "text", env = "SLAPPROXY_FORMAT")]
    format: OutputFormat,
}

impl Import {
    /// Imports all files or none, through the running server of the database if there is one.
    pub fn run(self, log: &LogArguments) -> anyhow::Result<()> {
        let config = self.database.config(log.log_file.clone())?;
        log.start(config.log_file.as_deref())?;
        let read = read_descriptions(&self.files)?;
        progress(&format!("importing {} descriptions", read.len()));
        let reports = block_on(import(&config, read));
        progress("");
        let reports = reports?;
        match self.format {
            OutputFormat::Json => data(format!("{}\n", format_reports(&reports)).as_bytes())?,
            OutputFormat::Text => reports.iter().for_each(tell),
        }
        Ok(())
    }
}

async fn import(config: &Config, read: Vec<(String, ComputerDescription)>) -> anyhow::Result<Vec<FormatReport>> {
    if let Some((_, connection)) = local::running(config)? {
        let documents: Vec<String> = read.into_iter().map(|(document, _)| document).collect();
        return Ok(connection.build()?.import(&documents).await?);
    }
    let (_lock, master) = local::master(config).await?;
    let descriptions: Vec<_> = read.into_iter().map(|(_, description)| description).collect();
    let computers: Vec<String> = descriptions.iter().map(|description| description.reference.clone()).collect();
    let outcomes = master.load_computer_configurations(descriptions, "user".into()).await;
    master.close();
    let outcomes = outcomes?;
    Ok(computers.iter().zip(&outcomes).map(|(computer, outcome)| FormatReport::new(computer, outcome)).collect())
}

fn tell(report: &FormatReport) {
    let FormatReport { computer, added, kept, removed, .. } = report;
    let (added, kept) = (added.len(), kept.len());
    note(&format!("{computer}: {added} partitions added, {kept} kept, {} removed", removed.len()));
    for partition in removed {
        match &partition.instance {
            Some(title) => note(&format!("  removed {}; {title} has no partition now", partition.partition)),
            None => note(&format!("  removed {}, which was free", partition.partition)),
        }
    }
}

/// Reads descriptions and their documents; every fault is told with its file.
pub(super) fn read_descriptions(paths: &[PathBuf]) -> anyhow::Result<Vec<(String, ComputerDescription)>> {
    let mut faults = Vec::new();
    let mut read = Vec::new();
    let files = expand(paths)?;
    for (index, file) in files.iter().enumerate() {
        progress(&format!("reading {} ({} of {})", file.display(), index + 1, files.len()));
        match read_description(file) {
            Ok(description) => read.push((file, description)),
            Err(error) if file == Path::new("-") => faults.push(format!("standard input: {}", reason(&error))),
            Err(error) => faults.push(format!("{}: {}", file.display(), reason(&error))),
        }
    }
    progress("");
    // The later one would silently win.
    for (index, (file, (_, description))) in read.iter().enumerate() {
        let twin = read[..index].iter().find(|(_, (_, other))| other.reference == description.reference);
        if let Some((first, _)) = twin {
            faults.push(format!(
                "{}: describes {} again, after {}",
                file.display(),
                description.reference,
                first.display()
            ));
        }
    }
    if !faults.is_empty() {
        bail!("nothing is imported:\n{}", faults.join("\n"));
    }
    Ok(read.into_iter().map(|(_, description)| description).collect())
}

fn read_description(file: &Path) -> anyhow::Result<(String, ComputerDescription)> {
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_end(&mut bytes)?;
    } else {
        bytes = fs::read(file)?;
    }
    let document = String::from_utf8(bytes).map_err(|error| not_utf8(error.as_bytes(), &error.utf8_error()))?;
    let description = slapformat::read(document.as_bytes())?;
    Ok((document, description))
}

fn not_utf8(bytes: &[u8], error: &Utf8Error) -> anyhow::Error {
    let (good, bad) = bytes.split_at(error.valid_up_to());
    let lines: Vec<_> = good.split(|byte| *byte == b'\n').collect();
    let (line, byte) = (lines.len(), lines.last().map_or(0, |line| line.len()) + 1);
    anyhow!("byte {byte} of line {line} (0x{:02X}) is not UTF-8", bad.first().copied().unwrap_or_default())
}

fn expand(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let context = || format!("cannot list {}", path.display());
        let entries = fs::read_dir(path).with_context(context)?.collect::<Result<Vec<_>, _>>().with_context(context)?;
        let mut found: Vec<_> = entries
            .into_iter()
            .map(|entry| entry.path())
            .filter(|file| file.extension().is_some_and(|extension| extension == "xml"))
            .collect();
        if found.is_empty() {
            bail!("{} holds no *.xml file", path.display());
        }
        found.sort();
        files.append(&mut found);
    }
    Ok(files)
}
