//! `slapproxy computer format`

use std::path::PathBuf;

use clap::Args;

use crate::cli::format::DescriptionArguments;
use crate::cli::import::read_descriptions;
use crate::cli::master::MasterArguments;
use crate::cli::settings::path;
use crate::domain::description::ComputerDescription;
use crate::wire::slapformat;

/// Give a computer its partitions; those that it had and that are not described go away.
#[derive(Debug, Args)]
pub struct Format {
    #[command(flatten)]
    description: DescriptionArguments,
    /// Description as slapformat posts or saves it, in place of one made of the options; - for standard input
    #[arg(long, value_name = "COMPUTER.xml", value_parser = path(), conflicts_with = "DescriptionArguments")]
    file: Option<PathBuf>,
    #[command(flatten)]
    master: MasterArguments,
}

impl Format {
    /// Posts the description.
    pub fn run(self) -> anyhow::Result<()> {
        let description = self.read()?;
        let document = String::from_utf8(slapformat::write(&description)?)?;
        self.master.call(async |master| {
            let reference = &description.reference;
            master.master().register_computer(reference).update_configuration(&document).await?;
            let partitions: Vec<&str> = description.partitions.iter().map(|one| one.reference.as_str()).collect();
            let document = serde_json::json!({"computer": reference, "partitions": partitions});
            master.done(&document, &format!("{reference} has {} partitions", partitions.len()))
        })
    }

    fn read(&self) -> anyhow::Result<ComputerDescription> {
        let Some(file) = self.file.as_ref().filter(|file| !file.as_os_str().is_empty()) else {
            return self.description.describe();
        };
        let mut read = read_descriptions(std::slice::from_ref(file))?;
        anyhow::ensure!(read.len() == 1, "{} holds {} descriptions; expected one", file.display(), read.len());
        Ok(read.remove(0).1)
    }
}
