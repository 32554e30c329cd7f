//! `slapproxy man`

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Command, CommandFactory};

use super::output::note;

/// Write the man pages, one for each command.
#[derive(Debug, Args)]
#[command(after_help = "For one's own account: slapproxy man ~/.local/share/man/man1")]
pub struct Man {
    /// The directory, which is made when it is missing
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

impl Man {
    /// Writes them.
    pub fn run(self) -> anyhow::Result<()> {
        let directory = &self.directory;
        let mut command = super::Arguments::command().disable_help_subcommand(true);
        command.build();
        let pages = fs::create_dir_all(directory).and_then(|()| write(&command, directory));
        let pages = pages.with_context(|| format!("cannot write man pages into {}", directory.display()))?;
        note(&format!("{}: {pages} man pages", directory.display()));
        Ok(())
    }
}

/// Writes the pages of a command and of those below it, and counts them.
fn write(command: &Command, directory: &Path) -> io::Result<usize> {
    clap_mangen::Man::new(command.clone()).generate_to(directory)?;
    let below = command.get_subcommands().filter(|command| !command.is_hide_set());
    below.map(|command| write(command, directory)).sum::<io::Result<usize>>().map(|below| below + 1)
}
