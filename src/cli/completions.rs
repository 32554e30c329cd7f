//! `slapproxy completions`

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::output::data;

/// Write the completions of a shell.
#[derive(Debug, Args)]
#[command(after_help = "In ~/.bashrc: source <(slapproxy completions bash)\n\
    In ~/.config/fish/completions: slapproxy completions fish > slapproxy.fish\n\
    In a directory of zsh's fpath: slapproxy completions zsh > _slapproxy")]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    /// Prints them.
    pub fn run(self) -> anyhow::Result<()> {
        let mut script = Vec::new();
        generate(self.shell, &mut super::Arguments::command(), "slapproxy", &mut script);
        Ok(data(&script)?)
    }
}
