//! The subcommands of the program, one file each.

mod api;
mod ca;
mod completions;
mod computer;
mod demo;
mod dump;
mod events;
mod exit;
mod explain;
mod export;
mod fields;
mod format;
mod forwarded;
mod import;
mod journal;
mod local;
mod logging;
mod man;
mod master;
mod output;
mod parameters;
mod promote;
mod ready_file;
mod release;
mod replay;
mod request;
mod reset;
mod schema;
mod seed;
mod service;
mod settings;
mod shacache;
mod shim;
mod show;
mod snapshot;
mod software;
mod start;
mod status;
mod supply;
mod target;
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
    /// Show the protocol with nothing else: a master in memory, and an agent that only reports
    Demo(demo::Demo),
    /// Show how everything is, errors first
    Status(status::Status),
    /// Say that a computer is to have a software release
    Supply(supply::Supply),
    /// Say that a computer is not to have a software release any more
    Remove(supply::Supply),
    /// Request an instance: create it, change it, or see how it is
    Request(Box<request::Request>),
    /// Services: list, info, tree, rename, bang, move, stop, start, destroy
    #[command(subcommand)]
    Service(service::Service),
    /// Computers: list, info, bang, format, set, close, open, certificate
    #[command(subcommand)]
    Computer(computer::Computer),
    /// Software releases on computers: list
    #[command(subcommand)]
    Software(software::Software),
    /// Take over computer descriptions of slapformat: their partitions exist afterwards
    Import(import::Import),
    /// Write a computer description, for machines without slapformat
    Format(format::Format),
    /// Show what a database holds, also while the master runs
    Show(show::Show),
    /// Make everything as seeds say: computers, releases, instances, what they published and reported
    Seed(seed::Seed),
    /// Write what a master holds as a seed
    Dump(dump::Dump),
    /// Bring a running server back to what it held when it started
    Reset(reset::Reset),
    /// States of the database to come back to: save, load, list, diff
    Snapshot(snapshot::Snapshot),
    /// JSON Schemas of what this program reads: seed
    #[command(subcommand)]
    Schema(schema::Schema),
    /// The content cache: status, update, export, import
    #[command(subcommand)]
    Shacache(shacache::Shacache),
    /// Write a command `slapos` whose `slapos proxy …` is this program
    Shim(shim::Shim),
    /// Manage people and what they prove by who they are
    User(user::User),
    /// Look at the certificate authority
    Ca(ca::Ca),
    /// Explain why instances are where they are and as they are, and why requests were refused
    Explain(explain::Explain),
    /// Show what happened, latest last, and follow what happens
    Events(events::Events),
    /// Supply and request on another master what is supplied and requested here
    Promote(promote::Promote),
    /// Show the latest requests with their answers, and follow them
    Journal(journal::Journal),
    /// Send recorded requests to a master again, and compare its answers
    Replay(replay::Replay),
    /// Write what a database holds as one of the Python proxy, also while the master runs
    Export(export::Export),
    /// Wait until a master answers
    Wait(wait::Wait),
    /// Write the completions of a shell
    Completions(completions::Completions),
    /// Write the man pages
    Man(man::Man),
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

/// Parses the command line and runs it. Failures are told on standard error. Wrong usage and configuration exit with
/// status 2, and so does what is not ready yet or asked about and not there; other failures with 1.
#[must_use]
pub fn main() -> ExitCode {
    let Arguments { log, command } = Arguments::parse();
    let result = match command {
        Command::Start(start) | Command::Proxy(Proxy::Start(start)) => start.run(&log),
        Command::Demo(demo) => demo.run(&log),
        Command::Status(status) => status.run(),
        Command::Supply(supply) => supply.supply(),
        Command::Remove(supply) => supply.remove(),
        Command::Request(request) => request.run(),
        Command::Service(service) => service.run(),
        Command::Computer(computer) => computer.run(),
        Command::Software(software) => software.run(),
        Command::Import(import) => import.run(&log),
        Command::Format(format) => format.run(),
        Command::Show(show) | Command::Proxy(Proxy::Show(show)) => show.run(),
        Command::Seed(seed) => seed.run(&log),
        Command::Dump(dump) => dump.run(),
        Command::Reset(reset) => reset.run(),
        Command::Snapshot(snapshot) => snapshot.run(&log),
        Command::Schema(schema) => schema.run(),
        Command::Shacache(shacache) => shacache.run(),
        Command::Shim(shim) => shim.run(),
        Command::User(user) => user.run(&log),
        Command::Ca(ca) => ca.run(),
        Command::Explain(explain) => explain.run(),
        Command::Events(events) => events.run(),
        Command::Promote(promote) => promote.run(),
        Command::Journal(journal) => journal.run(),
        Command::Replay(replay) => replay.run(),
        Command::Export(export) => export.run(),
        Command::Wait(wait) => wait.run(),
        Command::Completions(completions) => completions.run(),
        Command::Man(man) => man.run(),
    };
    let Err(error) = result else { return ExitCode::SUCCESS };
    let (status, text) = exit::told(&error);
    output::note(&text);
    ExitCode::from(status)
}
