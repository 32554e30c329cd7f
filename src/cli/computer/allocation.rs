//! `slapproxy computer set`, `close` and `open`

use clap::Args;
use serde_json::json;

use super::explain;
use crate::cli::exit::Exit;
use crate::cli::master::MasterArguments;
use crate::wire::json_rpc::PutComputeNodeAllocation;

/// Say what may go to a computer, or into some of its partitions.
#[derive(Debug, Args)]
pub struct Set {
    #[command(flatten)]
    place: Place,
    /// What the partitions are made for: virtio, slave, full or limited
    #[arg(long, value_name = "TYPE", value_parser = ["virtio", "slave", "full", "limited"])]
    partition_type: Option<String>,
    /// A port that the partitions provide; may be repeated, and replaces all before
    #[arg(long, value_name = "PORT", conflicts_with = "no_ports")]
    port: Vec<u16>,
    /// The partitions provide no port
    #[arg(long)]
    no_ports: bool,
    /// The network of the computer; empty for none
    #[arg(long, value_name = "NETWORK")]
    network: Option<String>,
    #[command(flatten)]
    master: MasterArguments,
}

/// Close a computer, or some of its partitions, for what is new.
#[derive(Debug, Args)]
pub struct Close {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    master: MasterArguments,
}

/// A computer or partitions of it.
#[derive(Debug, Args)]
struct Place {
    /// The reference of the computer
    #[arg(value_name = "COMPUTER")]
    computer: String,
    /// The partitions; without any, it is about the whole computer
    #[arg(value_name = "PARTITION")]
    partitions: Vec<String>,
}

impl Set {
    /// Changes it.
    pub fn run(self) -> anyhow::Result<()> {
        let Self { place, partition_type, port, no_ports, network, master } = self;
        let port_list = (no_ports || !port.is_empty()).then_some(port);
        if partition_type.is_none() && port_list.is_none() && network.is_none() {
            let expected = "expected --partition-type, --port, --no-ports or --network";
            return Err(Exit::usage(format!("nothing is said about {}; {expected}", place.computer)));
        }
        let change = PutComputeNodeAllocation { partition_type, port_list, network_guid: network, ..place.about() };
        send(&master, &place, &change, "is changed")
    }
}

impl Close {
    /// Closes or opens it.
    pub fn run(self, closed: bool) -> anyhow::Result<()> {
        let change = PutComputeNodeAllocation { closed: Some(closed), ..self.place.about() };
        let done = if closed { "takes nothing new" } else { "is open for what is new" };
        send(&self.master, &self.place, &change, done)
    }
}

impl Place {
    fn about(&self) -> PutComputeNodeAllocation {
        PutComputeNodeAllocation {
            computer_guid: self.computer.clone(),
            compute_partition_id_list: self.partitions.clone(),
            ..PutComputeNodeAllocation::default()
        }
    }
}

fn send(master: &MasterArguments, place: &Place, change: &PutComputeNodeAllocation, done: &str) -> anyhow::Result<()> {
    master.call(async |master| {
        let changed = master.master().json_rpc().put_compute_node_allocation(change).await;
        changed.map_err(|error| match place.partitions.as_slice() {
            [] => explain(error, &place.computer),
            _ => error.into(),
        })?;
        let what = match place.partitions.as_slice() {
            [] => place.computer.clone(),
            partitions => format!("{} of {}", partitions.join(", "), place.computer),
        };
        let document = json!({
            "computer": place.computer, "partitions": place.partitions, "closed": change.closed,
            "partition-type": change.partition_type, "ports": change.port_list, "network": change.network_guid,
        });
        master.done(&document, &format!("{what} {done}"))
    })
}
