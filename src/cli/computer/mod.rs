//! `slapproxy computer`

mod allocation;
mod bang;
mod certificate;
mod format;
mod info;
mod list;

use clap::Subcommand;

use super::exit::Exit;
use crate::client::Error;

/// The computers that services run on.
#[derive(Debug, Subcommand)]
pub enum Computer {
    /// List the computers
    List(list::List),
    /// Tell about a computer
    Info(info::Info),
    /// Make a computer process all its instances again
    Bang(bang::Bang),
    /// Give a computer its partitions
    Format(format::Format),
    /// Say what may go to a computer: partition type, ports, network
    Set(allocation::Set),
    /// Let nothing new go to a computer, or into some of its partitions
    Close(allocation::Close),
    /// Let new instances go there again
    Open(allocation::Close),
    /// Get a new certificate for a computer, or revoke the one it has
    Certificate(certificate::Certificate),
}

impl Computer {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List(list) => list.run(),
            Self::Info(info) => info.run(),
            Self::Bang(bang) => bang.run(),
            Self::Format(format) => format.run(),
            Self::Set(set) => set.run(),
            Self::Close(close) => close.run(true),
            Self::Open(open) => open.run(false),
            Self::Certificate(certificate) => certificate.run(),
        }
    }
}

/// The end of a command about a computer, if it is because the computer is not there.
pub(super) fn explain(error: Error, reference: &str) -> anyhow::Error {
    if error.is_not_found() {
        let hint = "hint: `slapproxy computer list` shows those that do";
        return Exit::not_there(format!("Computer {reference} does not exist.\n{hint}"));
    }
    error.into()
}
