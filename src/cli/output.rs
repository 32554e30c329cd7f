//! Everything the program prints: data on standard output, notes on standard error.

use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;
use comfy_table::Table;
use comfy_table::presets;

use crate::domain::timestamp::Timestamp;

/// How data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// Tables for people.
    Text,
    /// JSON for programs.
    Json,
}

/// Writes data. A reader that closed its end has seen enough.
pub fn data(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// A point in time, in UTC.
pub fn date(timestamp: Timestamp) -> String {
    httpdate::fmt_http_date(timestamp.to_system_time())
}

/// Writes a line for people.
pub fn note(line: &str) {
    // Nobody can be told that standard error is closed.
    let _closed = writeln!(io::stderr().lock(), "{line}");
}

/// What an error says, with its causes; those that it quotes itself are not repeated.
pub fn reason(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) && !cause.contains(&text) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// Overwrites a line about the progress of long work, if a person watches.
pub fn progress(line: &str) {
    let mut error = io::stderr().lock();
    if error.is_terminal() {
        let _closed = write!(error, "\r\x1b[K{line}").and_then(|()| error.flush());
    }
}

/// A table with a title and a heading; missing values are dashes.
pub fn table(title: &str, heading: &[&str], rows: Vec<Vec<Option<String>>>) -> String {
    if rows.is_empty() {
        return format!("{title}: none\n");
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(heading.to_vec());
    for row in rows {
        table.add_row(row.into_iter().map(|cell| cell.unwrap_or_else(|| "-".into())));
    }
    let lines = table.lines().map(|line| format!(" {}\n", line.trim_end()));
    format!("{title}\n{}", lines.collect::<String>())
}
