//! `slapproxy service stop`, `start` and `destroy`

use clap::Args;

use super::root;
use crate::cli::master::MasterArguments;
use crate::cli::output::{OutputFormat, data};
use crate::client::RequestedState;
use crate::domain::ids::{SoftwareRelease, Title};
use crate::wire::json_rpc::PostSoftwareInstance;

/// Request another state of a service, and nothing else.
#[derive(Debug, Args)]
pub struct State {
    /// The titles of the services
    #[arg(value_name = "TITLE", required = true)]
    references: Vec<String>,
    #[command(flatten)]
    master: MasterArguments,
}

impl State {
    /// Requests the state of all services, or of none when one is unknown.
    pub fn run(self, state: RequestedState) -> anyhow::Result<()> {
        self.master.call(async |master| {
            let mut roots = Vec::new();
            for title in &self.references {
                roots.push(root(master, title).await?);
            }
            let mut documents = Vec::new();
            for root in roots {
                // What travels with their types comes back with their types: only the state differs.
                let request = PostSoftwareInstance {
                    title: Title::parse("title", &root.title)?,
                    software_release_uri: SoftwareRelease::parse("software_release_uri", &root.software_release_uri)?,
                    software_type: root.software_type,
                    parameters: root.parameters,
                    state,
                    shared: root.shared,
                    sla_parameters: root.sla_parameters,
                };
                master.master().json_rpc().post_software_instance(&request).await?;
                master.note(&format!("{}: {state} is requested", root.title));
                documents.push(serde_json::json!({"title": root.title, "requested-state": state.as_str()}));
            }
            if master.format() == OutputFormat::Json {
                data(format!("{:#}\n", serde_json::Value::from(documents)).as_bytes())?;
            }
            Ok(())
        })
    }
}
