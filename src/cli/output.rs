//! Everything the program prints: data on standard output, notes on standard error.

use std::env;
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
    unless_closed(piece(bytes))
}

/// Writes a piece of data that more may follow; fails once the reader has closed its end.
pub fn piece(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush())
}

/// The end of writing: that the reader closed its end is no failure.
pub fn unless_closed(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// The same of a command that writes piece by piece.
pub fn until_closed(result: anyhow::Result<()>) -> anyhow::Result<()> {
    match result.map_err(anyhow::Error::downcast::<io::Error>) {
        Ok(()) => Ok(()),
        Err(Ok(closed)) => Ok(unless_closed(Err(closed))?),
        Err(Err(error)) => Err(error),
    }
}

/// A point in time, in UTC.
pub fn date(timestamp: Timestamp) -> String {
    httpdate::fmt_http_date(timestamp.to_system_time())
}

/// Where data goes that is too much to be held.
pub fn data_stream() -> impl Write {
    io::BufWriter::new(io::stdout().lock())
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

/// What a master says of something that nobody reported about.
pub const SILENCE: &str = "#error no data found";

/// How something is, which a terminal shows by a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// It failed.
    Bad,
    /// It is under way.
    Busy,
    /// Nobody said how it is.
    Unknown,
    /// It is well.
    Good,
}

impl Tone {
    /// What a report tells by its first word.
    pub fn of(report: &str) -> Self {
        match report.split_whitespace().next() {
            _ if report.starts_with(SILENCE) => Self::Unknown,
            Some("#error") => Self::Bad,
            Some("#building") => Self::Busy,
            Some("#access") => Self::Good,
            _ => Self::Unknown,
        }
    }

    fn paint(self, text: &str) -> String {
        let colour = match self {
            Self::Bad => "31",
            Self::Busy => "33",
            Self::Good => "32",
            Self::Unknown => return text.to_owned(),
        };
        format!("\x1b[{colour}m{text}\x1b[0m")
    }
}

/// Whether data has colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colours {
    On,
    Off,
}

impl Colours {
    /// On a terminal, unless the user wants none.
    fn of_output() -> Self {
        let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let able = env::var_os("TERM").is_none_or(|term| term != "dumb") && io::stdout().is_terminal();
        if able && !unwanted { Self::On } else { Self::Off }
    }
}

/// A table with a title and a heading; missing values are dashes.
pub fn table(title: &str, heading: &[&str], rows: Vec<Vec<Option<String>>>) -> String {
    let plain = rows
        .into_iter()
        .map(|row| (row.into_iter().map(|cell| cell.unwrap_or_else(|| "-".into())).collect(), Tone::Unknown));
    toned_table(title, heading, plain.collect())
}

/// A table whose rows end with a report, which has a tone.
pub fn toned_table(title: &str, heading: &[&str], rows: Vec<(Vec<String>, Tone)>) -> String {
    if rows.is_empty() {
        return format!("{title}: none\n");
    }
    format!("{title}\n{}", layout(heading, rows, Colours::of_output()))
}

/// A table without title, of things below each other: each has the place of the one above it, if there is one.
pub fn tree_table(heading: &[&str], parents: &[Option<usize>], mut rows: Vec<(Vec<String>, Tone)>) -> String {
    let mut order = Vec::new();
    let roots: Vec<usize> = (0..rows.len()).filter(|index| parents.get(*index).copied().flatten().is_none()).collect();
    for root in roots {
        descend(root, parents, "", "", &mut order);
    }
    let ordered = order.into_iter().map(|(index, branch)| {
        let (mut cells, tone) = std::mem::replace(&mut rows[index], (Vec::new(), Tone::Unknown));
        if let Some(first) = cells.first_mut() {
            first.insert_str(0, &branch);
        }
        (cells, tone)
    });
    layout(heading, ordered.collect(), Colours::of_output())
}

/// Lists a place and those below it, each with the branch that leads to it.
fn descend(place: usize, parents: &[Option<usize>], branch: &str, below: &str, order: &mut Vec<(usize, String)>) {
    if order.iter().any(|(known, _)| *known == place) {
        return;
    }
    order.push((place, branch.to_owned()));
    let children: Vec<usize> = (0..parents.len()).filter(|child| parents[*child] == Some(place)).collect();
    for child in &children {
        let (branch, next) = if Some(child) == children.last() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        descend(*child, parents, &format!("{below}{branch}"), &format!("{below}{next}"), order);
    }
}

fn layout(heading: &[&str], rows: Vec<(Vec<String>, Tone)>, colours: Colours) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(heading.to_vec());
    let mut ends = vec![(String::new(), Tone::Unknown)];
    for (cells, tone) in rows {
        let cells: Vec<String> = cells.into_iter().map(|cell| cell.replace(['\n', '\r'], " ")).collect();
        ends.push((cells.last().map(|cell| cell.trim_end().to_owned()).unwrap_or_default(), tone));
        table.add_row(cells);
    }
    let line = |(line, (end, tone)): (String, (String, Tone))| match line.trim_end().strip_suffix(end.as_str()) {
        Some(start) if colours == Colours::On && !end.is_empty() => format!(" {start}{}\n", tone.paint(&end)),
        _ => format!(" {}\n", line.trim_end()),
    };
    table.lines().zip(ends).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_have_the_colour_of_what_they_say_and_nothing_else_has_one() {
        let rows = || {
            ["#error no disk", "#building", "#access", "#error no data found for t", ""]
                .map(|report| (vec!["t".to_owned(), format!("{report}\n")], Tone::of(report)))
                .to_vec()
        };
        assert_eq!(
            layout(&["title", "report"], rows(), Colours::On),
            "  title  report\n  t      \x1b[31m#error no disk\x1b[0m\n  t      \x1b[33m#building\x1b[0m\n  \
             t      \x1b[32m#access\x1b[0m\n  t      #error no data found for t\n  t\n"
        );
        let plain = layout(&["title", "report"], rows(), Colours::Off);
        assert!(!plain.contains('\x1b') && plain.lines().count() == 6, "{plain}");
    }

    #[test]
    fn a_tree_is_drawn_below_its_roots_whatever_refers_to_what() {
        let row = |title: &str| (vec![title.to_owned()], Tone::Unknown);
        let rows = |titles: &[&str]| titles.iter().copied().map(row).collect::<Vec<_>>();
        let parents = [None, Some(0), Some(1), Some(0), None];
        assert_eq!(
            tree_table(&["title"], &parents, rows(&["a", "b", "c", "d", "e"])),
            "  title\n  a\n  ├─ b\n  │  └─ c\n  └─ d\n  e\n"
        );
        // Two that refer to each other are below nothing.
        assert_eq!(tree_table(&["title"], &[None, Some(2), Some(1)], rows(&["a", "b", "c"])), "  title\n  a\n");
    }
}
