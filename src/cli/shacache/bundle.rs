//! `slapproxy shacache export` and `slapproxy shacache import`

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;

use super::LocalArguments;
use crate::cli::exit::Exit;
use crate::cli::output::{data_stream, note};
use crate::cli::settings::path;
use crate::shacache::{BundleReport, Error, Places, Shacache};
use crate::wire::shacache::Key;

/// Write contents and entries into one file.
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    local: LocalArguments,
    /// File to write, a tar file; - is standard output
    #[arg(value_name = "FILE", value_parser = path())]
    file: PathBuf,
    /// Only these keys and the contents that their entries name
    #[arg(value_name = "KEY")]
    keys: Vec<String>,
}

/// Take over such a file.
#[derive(Debug, Args)]
pub struct Import {
    #[command(flatten)]
    local: LocalArguments,
    /// File to read; - is standard input
    #[arg(value_name = "FILE", value_parser = path())]
    file: PathBuf,
}

impl Export {
    /// Writes the file; under its name, it is there when it is whole.
    pub fn run(self) -> anyhow::Result<()> {
        let cache = self.local.open()?;
        let keys = self.keys.iter().map(|key| Key::parse(key)).collect::<Result<Vec<_>, _>>()?;
        let report = if is_stream(&self.file) {
            if io::stdout().is_terminal() {
                bail!("a bundle is not for a terminal\nhint: name a file instead of -");
            }
            cache.export(&keys, data_stream())
        } else {
            export_to(&cache, &keys, &self.file)?
        };
        let report = report.map_err(explain)?;
        for sha512 in &report.missing {
            note(&format!("the content {sha512} is not in the cache: its entries are exported without it"));
        }
        note(&format!("{}: {} contents, {} keys", self.file.display(), report.contents, report.keys));
        Ok(())
    }
}

fn export_to(cache: &Shacache, keys: &[Key], file: &Path) -> anyhow::Result<Result<BundleReport, Error>> {
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let failed = || format!("cannot write {}", file.display());
    let output = File::create(&part).with_context(failed)?;
    let report = cache.export(keys, BufWriter::new(&output));
    if report.is_ok() {
        output.sync_all().and_then(|()| fs::rename(&part, file)).with_context(failed)?;
    } else {
        fs::remove_file(&part).with_context(failed)?;
    }
    Ok(report)
}

impl Import {
    /// Reads the file.
    pub fn run(self) -> anyhow::Result<()> {
        let cache = self.local.open()?;
        let report = if is_stream(&self.file) {
            cache.import(BufReader::new(io::stdin().lock()))
        } else {
            let file = File::open(&self.file).with_context(|| format!("cannot read {}", self.file.display()))?;
            cache.import(BufReader::new(file))
        };
        let BundleReport { contents, new_contents, keys, new_entries, .. } = report.map_err(explain)?;
        note(&format!(
            "{}: {contents} contents, of which {new_contents} are new; {keys} keys with {new_entries} new entries",
            self.file.display()
        ));
        Ok(())
    }
}

impl LocalArguments {
    fn open(self) -> anyhow::Result<Shacache> {
        let Some(config) = self.config()? else {
            let hint = "name them with --cfg FILE, or with --shacache-content-directory and \
                        --shacache-metadata-directory";
            return Err(Exit::usage(format!("error: there is no content cache without directories\nhint: {hint}")));
        };
        let cache = Shacache::open(Places {
            content: &config.content_directory,
            metadata: &config.metadata_directory,
            upstream_cache_url: None,
            upstream_dir_url: None,
        });
        cache.map_err(explain)
    }
}

fn is_stream(file: &Path) -> bool {
    file.as_os_str() == "-"
}

fn explain(error: Error) -> anyhow::Error {
    match error {
        Error::Missing { .. } => Exit::not_there(format!("error: {error}")),
        error => error.into(),
    }
}
