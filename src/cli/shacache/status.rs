//! `slapproxy shacache status`

use clap::Args;

use crate::cli::master::MasterArguments;
use crate::cli::output::{OutputFormat, data, table};
use crate::wire::shacache::{Statistics, StoreStatistics};

/// Show how much is in the cache, and what was asked of it since the server started.
#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    master: MasterArguments,
}

impl Status {
    /// Prints it.
    pub fn run(self) -> anyhow::Result<()> {
        self.master.call(async |master| {
            let statistics = master.master().shacache().statistics().await?;
            let text = match master.format() {
                OutputFormat::Json => format!("{:#}\n", serde_json::to_value(&statistics)?),
                OutputFormat::Text => page(&statistics),
            };
            Ok(data(text.as_bytes())?)
        })
    }
}

fn page(statistics: &Statistics) -> String {
    let row = |name: &str, store: &StoreStatistics| {
        let StoreStatistics { count, bytes, hits, misses, upstream_fetches, failures } = store;
        let numbers = [count, bytes, hits, misses, upstream_fetches, failures].map(|number| Some(number.to_string()));
        [Some(name.to_owned())].into_iter().chain(numbers).collect()
    };
    let rows = vec![row("content", &statistics.content), row("directory", &statistics.directory)];
    let heading = ["store", "count", "bytes", "hits", "misses", "upstream fetches", "failures"];
    table("content cache", &heading, rows)
}
