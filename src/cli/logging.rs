//! The log: on standard error or in a file, as text or JSON.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{ArgAction, Args, ValueEnum};
use env_logger::{Builder, Env, Target};
use log::LevelFilter;

/// Options of every command.
#[derive(Debug, Args)]
pub struct LogArguments {
    /// Log every request
    #[arg(short, long, global = true, action = ArgAction::Count, env = "SLAPPROXY_VERBOSE")]
    pub verbose: u8,
    /// Log warnings and errors only, and do not greet
    #[arg(short, long, global = true, env = "SLAPPROXY_QUIET")]
    pub quiet: bool,
    /// How the log is written
    #[arg(long, global = true, value_enum, default_value = "text", env = "SLAPPROXY_LOG_FORMAT")]
    pub log_format: LogFormat,
    /// Write the log to this file instead of standard error
    #[arg(long, global = true, value_name = "FILE", env = "SLAPPROXY_LOG_FILE")]
    pub log_file: Option<PathBuf>,
    /// Accepted as the `slapos` command spells it
    #[arg(long, global = true, hide = true, alias = "nolog-color", alias = "log-color")]
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

impl LogArguments {
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
