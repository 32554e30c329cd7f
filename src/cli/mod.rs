//! The subcommands of the program, one file each.

mod ca;
mod events;
mod explain;
mod format;
mod import;
mod local;
mod logging;
mod output;
mod ready_file;
mod settings;
mod show;
mod start;
mod usage;
mod user;
mod wait;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use logging::LogArguments;

/// A complete SlapOS master for one machine.
#[derive(Debug, Parser)]
#[command(name = "slapproxy", version, about, max_term_width = 120)]
struct Arguments {
    #[command(flatten)]
    log: LogArguments,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the master
    Start(Box<start::Start>),
    /// Take over computer descriptions of slapformat: their partitions exist afterwards
    Import(import::Import),
    /// Write a computer description, for machines without slapformat
    Format(format::Format),
    /// Show what a database holds, also while the master runs
    Show(show::Show),
    /// Manage people and what they prove by who they are
    User(user::User),
    /// Look at the certificate authority
    Ca(ca::Ca),
    /// Explain why instances are where they are and as they are, and why requests were refused
    Explain(explain::Explain),
    /// Show what happened, latest last, and follow what happens
    Events(events::Events),
    /// Wait until a master answers
    Wait(wait::Wait),
    /// The same commands as `slapos proxy …` spells them
    #[command(subcommand, hide = true)]
    Proxy(Proxy),
}

#[derive(Debug, Subcommand)]
enum Proxy {
    /// Start the master
    Start(Box<start::Start>),
    /// Show what a database holds, also while the master runs
    Show(show::Show),
}

/// Parses the command line and runs it. Failures are told on standard error; wrong usage and configuration, and an unknown
/// title to explain, exit with status 2, other failures with 1.
#[must_use]
pub fn main() -> ExitCode {
    let Arguments { log, command } = Arguments::parse();
    let result = match command {
        Command::Start(start) | Command::Proxy(Proxy::Start(start)) => start.run(&log),
        Command::Import(import) => import.run(&log),
        Command::Format(format) => format.run(),
        Command::Show(show) | Command::Proxy(Proxy::Show(show)) => show.run(),
        Command::User(user) => user.run(&log),
        Command::Ca(ca) => ca.run(),
        Command::Explain(explain) => explain.run(),
        Command::Events(events) => events.run(),
        Command::Wait(wait) => wait.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<settings::Misconfigured>() || error.is::<explain::Unknown>() => {
            output::note(&error.to_string());
            ExitCode::from(2)
        }
        Err(error) => {
            output::note(&format!("error: {}", output::reason(&error)));
            ExitCode::FAILURE
        }
    }
}
