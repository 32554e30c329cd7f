//! `slapproxy format`

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

use super::output::{data, note};
use crate::domain::description::ComputerDescription;
use crate::domain::error::Refusal;
use crate::domain::formatting::Formatting;
use crate::wire::slapformat;

/// What a computer is like.
#[derive(Debug, Args)]
pub struct DescriptionArguments {
    /// How many partitions
    #[arg(long, value_name = "COUNT", default_value_t = 10, env = "SLAPPROXY_PARTITIONS")]
    partitions: u32,
    /// IPv4 address that all partitions share, or a network of which each gets an address; empty for none
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", env = "SLAPPROXY_IPV4")]
    ipv4: String,
    /// IPv6 address that all partitions share, or a network of which each gets an address; empty for none
    #[arg(long, value_name = "ADDRESS", default_value = "::1", env = "SLAPPROXY_IPV6")]
    ipv6: String,
    /// Reference of the computer
    #[arg(long, value_name = "REFERENCE", default_value = "local_computer", env = "SLAPPROXY_COMPUTER_ID")]
    computer_id: String,
    /// Beginning of the partitions' references
    #[arg(long, value_name = "NAME", default_value = "slappart", env = "SLAPPROXY_PARTITION_BASE_NAME")]
    partition_base_name: String,
    /// Directory of the partitions
    #[arg(long, value_name = "DIR", default_value = "/srv/slapgrid", env = "SLAPPROXY_INSTANCE_ROOT")]
    instance_root: String,
}

/// Write a computer description.
#[derive(Debug, Args)]
pub struct Format {
    #[command(flatten)]
    description: DescriptionArguments,
    /// File to write [default: standard output]
    #[arg(short, long, value_name = "FILE", env = "SLAPPROXY_OUTPUT")]
    output: Option<PathBuf>,
}

impl Format {
    /// Writes the description.
    pub fn run(self) -> anyhow::Result<()> {
        let document = slapformat::write(&self.description.describe()?)?;
        match &self.output {
            None => {
                data(&document)?;
                data(b"\n")?;
            }
            Some(file) => {
                let document = [document.as_slice(), b"\n"].concat();
                fs::write(file, document).with_context(|| format!("cannot write {}", file.display()))?;
                let DescriptionArguments { partitions, computer_id, .. } = &self.description;
                note(&format!("{}: {} partitions of {}", file.display(), partitions, computer_id));
            }
        }
        Ok(())
    }
}

impl DescriptionArguments {
    /// The description.
    pub fn describe(&self) -> anyhow::Result<ComputerDescription> {
        if self.ipv4.is_empty() && self.ipv6.is_empty() {
            bail!("--ipv4 and --ipv6 are both empty: partitions need an address");
        }
        let formatting = Formatting {
            computer_id: self.computer_id.clone(),
            partitions: self.partitions,
            ipv4: self.ipv4.clone(),
            ipv6: self.ipv6.clone(),
            partition_base_name: self.partition_base_name.clone(),
            instance_root: self.instance_root.clone(),
        };
        Ok(formatting.describe().map_err(of_option)?)
    }
}

/// Names the option instead of the field.
fn of_option(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Invalid { field, value, expected } => {
            Refusal::Invalid { field: format!("--{}", field.replace('_', "-")), value, expected }
        }
        refusal => refusal,
    }
}
