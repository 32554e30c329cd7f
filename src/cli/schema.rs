//! `slapproxy schema`

use clap::Subcommand;

use super::output::data;
use crate::wire::seed::SCHEMA;

/// JSON Schemas of what this program reads.
#[derive(Debug, Subcommand)]
pub enum Schema {
    /// Of seeds: `slapproxy seed`, `slapproxy start --seed`
    Seed,
}

impl Schema {
    /// Prints the schema.
    pub fn run(&self) -> anyhow::Result<()> {
        match self {
            Self::Seed => Ok(data(SCHEMA.as_bytes())?),
        }
    }
}
