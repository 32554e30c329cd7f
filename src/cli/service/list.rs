//! `slapproxy service list`

use clap::Args;

use crate::cli::master::{MasterArguments, Style};
use crate::cli::output::{data, table};
use crate::wire::ordered::Document;

/// List the services.
#[derive(Debug, Args)]
#[command(infer_long_args = true)]
pub struct List {
    #[command(flatten)]
    master: MasterArguments,
}

impl List {
    /// Prints titles and releases.
    pub fn run(self) -> anyhow::Result<()> {
        self.master.call(async |master| {
            master.lookup().hateoas().await?;
            let services = master.master().get_open_order_dict().await?;
            let releases = services.into_iter().map(|(title, row)| (title, row.url_string));
            let text = match master.style() {
                Style::Text => {
                    let rows = releases.map(|(title, release)| vec![Some(title), release]);
                    table("services", &["title", "software release"], rows.collect())
                }
                Style::Json | Style::Slapos => {
                    let entry = |(title, release): (String, Option<String>)| {
                        (title, release.map_or(Document::Null, |release| release.as_str().into()))
                    };
                    format!("{}\n", Document::Map(releases.map(entry).collect()))
                }
            };
            Ok(data(text.as_bytes())?)
        })
    }
}
