//! `slapproxy replay`

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::exit::Exit;
use super::master::{Connection, MasterArguments};
use super::output::{OutputFormat, piece};
use super::settings::path;
use crate::wire::decoded::{arguments, shortened};
use crate::wire::record::RecordedExchange;

/// How much of an argument names a request, in characters.
const SHOWN: usize = 40;

/// The arguments that name a request.
const NAMING: [&str; 6] =
    ["partition_reference", "title", "computer_id", "computer_guid", "computer_partition_id", "instance_guid"];

/// Send recorded requests to a master again, and compare its answers.
#[derive(Debug, Args)]
pub struct Replay {
    /// The file that `slapproxy start --record` wrote
    #[arg(value_name = "FILE", value_parser = path())]
    file: PathBuf,
    #[command(flatten)]
    master: MasterArguments,
}

impl Replay {
    /// Prints what was answered differently; that something was is a failure.
    pub fn run(self) -> anyhow::Result<()> {
        let reading = || format!("cannot read the record {}", self.file.display());
        let file = BufReader::new(File::open(&self.file).with_context(reading)?);
        let mut exchanges = Vec::new();
        for (index, line) in file.lines().enumerate() {
            let read = RecordedExchange::read(&line.with_context(reading)?);
            exchanges.push(
                read.with_context(|| format!("{}:{}: this is no recorded request", self.file.display(), index + 1))?,
            );
        }
        self.master.call(async |connection| replay(connection, &exchanges).await)
    }
}

async fn replay(connection: &Connection, exchanges: &[RecordedExchange]) -> anyhow::Result<()> {
    let slap = connection.master();
    let host = connection.url.split_once("://").map_or(connection.url.as_str(), |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or_default();
    let mut different = 0;
    for (index, exchange) in exchanges.iter().enumerate() {
        let (status, answer) = slap.send_again(exchange).await?;
        let differences = exchange.differences(host, status, &answer);
        if differences.is_empty() {
            continue;
        }
        different += 1;
        let name = name(exchange);
        let told = match connection.format() {
            OutputFormat::Text => {
                let lines = differences.join("\n  ");
                format!("{}. {name}\n  {lines}\n", index + 1)
            }
            OutputFormat::Json => {
                format!("{}\n", json!({ "number": index + 1, "request": name, "differences": differences }))
            }
        };
        piece(told.as_bytes())?;
    }
    let all = exchanges.len();
    if different == 0 {
        let told = format!("{all} requests are answered as recorded");
        connection.note(&told);
        return Ok(());
    }
    Err(Exit::failed(format!("{different} of {all} requests are answered differently")))
}

/// A request in a few words.
fn name(exchange: &RecordedExchange) -> String {
    let query = exchange.target.split_once('?').map_or("", |(_, query)| query);
    let arguments = arguments(query, exchange.body.as_bytes());
    let mut name = format!("{} {}", exchange.method, exchange.path());
    for key in NAMING {
        if let Some(value) = arguments.get(key) {
            let value = shortened(value.clone(), SHOWN);
            name = format!("{name} {key}={}", value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned));
        }
    }
    name
}
