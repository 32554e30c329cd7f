//! `slapproxy computer certificate`

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::explain;
use crate::cli::exit::Exit;
use crate::cli::master::{Connection, MasterArguments};
use crate::cli::output::{OutputFormat, data};
use crate::cli::settings::path;
use crate::client;

/// Get a new certificate for a computer, or revoke the one it has.
#[derive(Debug, Args)]
pub struct Certificate {
    /// The reference of the computer
    #[arg(value_name = "COMPUTER")]
    reference: String,
    /// Revoke the certificate
    #[arg(long)]
    revoke: bool,
    /// Write the files `computer.key` and `computer.crt` into this directory [default: print both]
    #[arg(short, long, value_name = "DIR", value_parser = path(), env = "SLAPPROXY_OUTPUT")]
    output: Option<PathBuf>,
    #[command(flatten)]
    master: MasterArguments,
}

impl Certificate {
    /// Gets or revokes it.
    pub fn run(self) -> anyhow::Result<()> {
        self.master
            .call(async |master| if self.revoke { self.revoke(master).await } else { self.generate(master).await })
    }

    async fn revoke(&self, master: &Connection) -> anyhow::Result<()> {
        let Self { reference, .. } = self;
        if let Err(error) = master.master().register_computer(reference).revoke_certificate().await {
            return Err(refused(master, error, reference).await);
        }
        let document = json!({"computer": reference, "revoked": true});
        master.done(&document, &format!("{reference}: its certificate is revoked"))
    }

    async fn generate(&self, master: &Connection) -> anyhow::Result<()> {
        let Self { reference, .. } = self;
        let made = match master.master().register_computer(reference).generate_certificate().await {
            Ok(made) => made,
            Err(error) => return Err(refused(master, error, reference).await),
        };
        if made.certificate.is_empty() {
            return Err(Exit::failed(format!("error: {}: the master has no certificate authority", master.url)));
        }
        if let Some(directory) = &self.output {
            let files = write(directory, &made)?;
            let document = json!({"computer": reference, "key-file": files[0], "certificate-file": files[1]});
            let line = format!("{reference}: {} and {}", files[0].display(), files[1].display());
            return master.done(&document, &line);
        }
        let text = match master.format() {
            OutputFormat::Json => {
                let document = json!({"computer": reference, "key": made.key, "certificate": made.certificate});
                format!("{document:#}\n")
            }
            OutputFormat::Text => format!("{}\n{}\n", made.key.trim_end(), made.certificate.trim_end()),
        };
        Ok(data(text.as_bytes())?)
    }
}

/// Masters tell an unknown computer and one that has, or has not, a certificate alike.
async fn refused(master: &Connection, error: client::Error, reference: &str) -> anyhow::Error {
    let known = master.lookup().register_computer(reference).get_status().await.is_ok();
    if error.is_not_found() && known {
        return Exit::failed(format!("error: {reference}: {}", error.message()));
    }
    explain(error, reference)
}

fn write(directory: &Path, made: &client::Certificate) -> anyhow::Result<[PathBuf; 2]> {
    let files = [directory.join("computer.key"), directory.join("computer.crt")];
    fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    for (file, text) in files.iter().zip([&made.key, &made.certificate]) {
        let open = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file);
        let written = open.and_then(|mut open| open.write_all(text.as_bytes()));
        written.with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(files)
}
