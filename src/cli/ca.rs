//! `slapproxy ca`

use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde_json::json;

use super::output::{OutputFormat, data, note, table};
use super::settings::{DatabaseArguments, path};
use crate::config::Config;
use crate::domain::certificate::Certificate;
use crate::domain::timestamp::Timestamp;
use crate::pki::LocalAuthority;
use crate::storage::read_certificates;

/// Look at the certificate authority of a database, also while the server runs.
#[derive(Debug, Args)]
pub struct Ca {
    #[command(flatten)]
    database: DatabaseArguments,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the certificates that were given out
    Show {
        /// How the list is printed
        #[arg(long, value_enum, default_value = "text", env = "SLAPPROXY_FORMAT")]
        format: OutputFormat,
    },
    /// Write the certificate of the authority, by which its certificates are verified
    Export(Output),
    /// Write the list of revoked certificates
    Crl(Output),
}

#[derive(Debug, Args)]
struct Output {
    /// File to write [default: standard output]
    #[arg(short, long, value_name = "FILE", value_parser = path(), env = "SLAPPROXY_OUTPUT")]
    output: Option<PathBuf>,
}

impl Ca {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        let config = self.database.config(None)?;
        if !config.certificates {
            bail!("no_certificates is set: there is no certificate authority");
        }
        if !config.database.exists() {
            bail!("there is no database {}; `slapproxy start` makes it", config.database.display());
        }
        let authority = LocalAuthority::beside(&config.database);
        match self.command {
            Command::Show { format } => show(&config, &authority, format),
            Command::Export(output) => output.write(&authority.certificate()?),
            Command::Crl(output) => {
                let revoked: Vec<_> = certificates(&config)?.iter().filter_map(Certificate::revocation).collect();
                output.write(&authority.revocation_list(&revoked, now())?)
            }
        }
    }
}

impl Output {
    fn write(&self, pem: &str) -> anyhow::Result<()> {
        match &self.output {
            None => data(pem.as_bytes())?,
            Some(file) => {
                fs::write(file, pem).with_context(|| format!("cannot write {}", file.display()))?;
                note(&format!("{} is written", file.display()));
            }
        }
        Ok(())
    }
}

fn certificates(config: &Config) -> anyhow::Result<Vec<Certificate>> {
    Ok(read_certificates(&config.database)??)
}

fn now() -> Timestamp {
    Timestamp::from_system_time(SystemTime::now())
}

fn show(config: &Config, authority: &LocalAuthority, format: OutputFormat) -> anyhow::Result<()> {
    let certificates = certificates(config)?;
    let now = now();
    let state = |certificate: &Certificate| match certificate.revoked_at {
        Some(_) => "revoked",
        None if certificate.is_valid(now) => "valid",
        None => "expired",
    };
    let output = match format {
        OutputFormat::Json => {
            let entry = |certificate: &Certificate| {
                json!({
                    "serial": certificate.serial, "name": certificate.name, "state": state(certificate),
                    "not_after": certificate.not_after.0, "revoked_at": certificate.revoked_at.map(|at| at.0),
                })
            };
            let authority = authority.path().to_string_lossy();
            let list: Vec<_> = certificates.iter().map(entry).collect();
            format!("{:#}\n", json!({"authority": authority, "certificates": list}))
        }
        OutputFormat::Text => {
            let date = |at: Timestamp| httpdate::fmt_http_date(at.to_system_time());
            let row = |certificate: &Certificate| {
                let Certificate { serial, name, not_after, revoked_at, .. } = certificate.clone();
                let since = revoked_at.map(date);
                vec![Some(name), Some(state(certificate).into()), Some(date(not_after)), since, Some(serial)]
            };
            let heading = ["name", "state", "until", "revoked", "serial number"];
            let table = table("certificates", &heading, certificates.iter().map(row).collect());
            format!("authority\n {}\n\n{table}", authority.path().display())
        }
    };
    Ok(data(output.as_bytes())?)
}
