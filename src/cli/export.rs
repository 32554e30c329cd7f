//! `slapproxy export`

use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use clap::builder::FalseyValueParser;

use super::output::note;
use super::settings::{DatabaseArguments, path};
use crate::domain::compat::CompatSchema;
use crate::storage::{Overwriting, export};

/// Write what a database holds as one of the Python proxy.
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    database: DatabaseArguments,
    /// The file to write, which `slapos proxy` then opens
    #[arg(long, value_name = "FILE", value_parser = path(), env = "SLAPPROXY_SLAPOS_DB")]
    slapos_db: PathBuf,
    /// Its schema version: 17 for slapos.core 1.18.1 to 1.25, 18 for 1.26
    #[arg(long, value_name = "VERSION", default_value = "18", value_parser = schema, env = "SLAPPROXY_SCHEMA_VERSION")]
    schema_version: CompatSchema,
    /// Replace the file if it exists
    #[arg(long, env = "SLAPPROXY_FORCE", value_parser = FalseyValueParser::new())]
    force: bool,
}

fn schema(text: &str) -> Result<CompatSchema, String> {
    CompatSchema::parse(text).ok_or_else(|| "expected 17 or 18".into())
}

impl Export {
    /// Writes the file; the database is only read.
    pub fn run(self) -> anyhow::Result<()> {
        let config = self.database.config(None)?;
        let overwriting = if self.force { Overwriting::Forced } else { Overwriting::Refused };
        let exported =
            export(&config.database, &self.slapos_db, self.schema_version, &config.computer_id, overwriting)?
                .map_err(|error| anyhow!("{error}"))?;
        let rows: Vec<String> = exported.rows.iter().map(|(table, rows)| format!("{table} {rows}")).collect();
        let version = self.schema_version.number();
        note(&format!("{}, schema version {version}: {}", self.slapos_db.display(), rows.join(", ")));
        for title in &exported.left_out {
            note(&format!("  left out {title}, which has no partition"));
        }
        note("  reports, events, SLA and the states of shared instances are not part of it");
        Ok(())
    }
}
