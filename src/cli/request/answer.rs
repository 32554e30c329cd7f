//! What a request was answered.

use serde_json::json;

use super::Order;
use crate::cli::fields;
use crate::cli::master::Connection;
use crate::cli::output::{OutputFormat, data};
use crate::client::ComputerPartition;
use crate::wire::json::unwrapped;
use crate::wire::software_schema::Sharing;

/// Prints the state, the place and what was published.
pub async fn print(master: &Connection, order: &Order, instance: &ComputerPartition) -> anyhow::Result<()> {
    let state = instance.get_state().await?;
    let connection = unwrapped(instance.get_connection_parameter_dict().await?);
    let (computer, partition) = (instance.get_computer_id()?, instance.get_id()?);
    let text = match master.format() {
        OutputFormat::Json => {
            let document = json!({
                "title": order.title,
                "software-url": order.release,
                "shared": order.sharing == Sharing::Shared,
                "requested-state": state.as_str(),
                "computer": computer,
                "partition": partition,
                "connection-parameters": fields::of_parameters(&connection),
            });
            format!("{document:#}\n")
        }
        OutputFormat::Text => {
            let place = format!("{}: {state} on {computer} {partition}\n", order.title);
            place + &fields::parameters("connection parameters", &connection, "none yet")
        }
    };
    Ok(data(text.as_bytes())?)
}
