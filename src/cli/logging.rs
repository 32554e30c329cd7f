//! The log: on standard error or in a file, as text or JSON.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::builder::{FalseyValueParser, TypedValueParser};
use clap::{ArgAction, Args, ValueEnum};
use env_logger::{Builder, Env, Target};
use log::LevelFilter;

use super::output::note;
use super::settings::path;
use crate::config::Config;

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Log")]
pub struct LogArguments {
    /// Log every request
    #[arg(short, long, global = true, action = ArgAction::Count, value_parser = count, env = "SLAPPROXY_VERBOSE")]
    pub verbose: u8,
    /// Log warnings and errors only, and do not greet
    #[arg(short, long, global = true, value_parser = FalseyValueParser::new(), env = "SLAPPROXY_QUIET")]
    pub quiet: bool,
    /// How the log is written
    #[arg(long, global = true, value_enum, default_value = "text", env = "SLAPPROXY_LOG_FORMAT")]
    pub log_format: LogFormat,
    /// Write the log to this file instead of standard error
    #[arg(
        long,
        global = true,
        aliases = ["logfile", "log_file"],
        value_name = "FILE",
        value_parser = path(),
        env = "SLAPPROXY_LOG_FILE"
    )]
    pub log_file: Option<PathBuf>,
    /// Accepted as the `slapos` command spells it
    #[arg(
        long,
        global = true,
        hide = true,
        overrides_with = "debug",
        aliases = ["nolog-color", "log-color", "log-time"]
    )]
    pub debug: bool,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One line for people.
    Text,
    /// One JSON object on a line.
    Json,
}

/// What an environment variable says of a flag that may be repeated: how often, or just that it is set.
fn count(text: &str) -> Result<u8, clap::Error> {
    let set = || FalseyValueParser::new().parse_ref(&clap::Command::new(""), None, text.as_ref()).map(u8::from);
    text.parse().or_else(|_| set())
}

impl LogArguments {
    /// How the server greets, if at all: in the log, when every line on standard error is to be JSON.
    pub fn greeting(&self, config: &Config) -> Option<fn(&str)> {
        match (self.quiet, self.log_format, &config.log_file) {
            (true, ..) => None,
            (false, LogFormat::Json, None) => Some(|line| log::info!("{}", line.trim_start())),
            (false, ..) => Some(note),
        }
    }

    /// Starts logging; the environment variable `RUST_LOG` refines the level.
    pub fn start(&self, file: Option<&Path>) -> anyhow::Result<()> {
        let level = match (self.quiet, self.verbose) {
            (true, _) => LevelFilter::Warn,
            (false, 0) => LevelFilter::Info,
            (false, 1) => LevelFilter::Debug,
            (false, _) => LevelFilter::Trace,
        };
        let mut builder = Builder::new();
        // The libraries below are of interest only when everything is asked for.
        builder.filter_level(LevelFilter::Warn).filter_module("slapproxy", level);
        if level == LevelFilter::Trace {
            builder.filter_level(level);
        }
        builder.parse_env(Env::default());
        if let Some(path) = file {
            let opened = OpenOptions::new().create(true).append(true).open(path);
            let file = opened.with_context(|| format!("cannot open the log file {}", path.display()))?;
            builder.target(Target::Pipe(Box::new(file)));
        }
        if self.log_format == LogFormat::Json {
            builder.format(|out, record| {
                let line = serde_json::json!({
                    "time": out.timestamp_millis().to_string(),
                    "level": record.level().as_str(),
                    "message": record.args().to_string(),
                });
                writeln!(out, "{line}")
            });
        } else {
            builder.format_target(false).format_timestamp_secs();
        }
        builder.try_init().context("the log is started twice")
    }
}
