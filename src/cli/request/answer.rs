//! How a requested instance is.

use serde_json::json;

use super::Order;
use crate::cli::fields::{of_parameters, parameters, said};
use crate::cli::master::Connection;
use crate::cli::output::{OutputFormat, data};
use crate::client::{ComputerPartition, RequestedState};
use crate::domain::parameters::Parameters;
use crate::wire::json::unwrapped;
use crate::wire::json_rpc::Instance;
use crate::wire::software_schema::Sharing;

/// How an instance is.
pub struct Answer {
    state: RequestedState,
    /// The computer and the partition.
    place: Option<(String, String)>,
    connection: Parameters,
}

impl Answer {
    /// What the request was answered. What a master answers at once without an instance, as to requests of some shared
    /// ones, is nowhere and has the state that was asked for.
    pub async fn of_request(order: &Order, instance: &ComputerPartition) -> anyhow::Result<Self> {
        let place = instance.get_computer_id().ok().filter(|computer| !computer.is_empty()).zip(instance.get_id().ok());
        let state = match &place {
            Some(_) => instance.get_state().await?,
            None => order.state.unwrap_or(RequestedState::Started),
        };
        Ok(Self { state, place, connection: unwrapped(instance.get_connection_parameter_dict().await?) })
    }

    /// What is known once the node did its work; there is no instance any more when it was destroyed.
    pub fn of_instance(instance: Option<Box<Instance>>) -> Self {
        let Some(instance) = instance else {
            return Self { state: RequestedState::Destroyed, place: None, connection: Parameters::default() };
        };
        let place = said(&instance.computer_guid).zip(said(&instance.compute_partition_id));
        Self {
            state: instance.state,
            place: place.map(|(computer, partition)| (computer.to_owned(), partition.to_owned())),
            connection: unwrapped(instance.connection_parameters),
        }
    }

    /// Whether there is no instance, or it has no place.
    pub fn is_nowhere(&self) -> bool {
        self.place.is_none()
    }

    /// Prints it.
    pub fn print(&self, master: &Connection, order: &Order) -> anyhow::Result<()> {
        let Self { state, place, connection } = self;
        let text = match (master.format(), place) {
            (OutputFormat::Json, _) => {
                let document = json!({
                    "title": order.title,
                    "software-url": order.release,
                    "shared": order.sharing == Sharing::Shared,
                    "requested-state": state.as_str(),
                    "computer": place.as_ref().map(|(computer, _)| computer),
                    "partition": place.as_ref().map(|(_, partition)| partition),
                    "connection-parameters": of_parameters(connection),
                });
                format!("{document:#}\n")
            }
            (OutputFormat::Text, None) if connection.is_empty() => format!("{}: {state}\n", order.title),
            (OutputFormat::Text, place) => {
                let place = place.as_ref().map(|(computer, partition)| format!(" on {computer} {partition}"));
                let first = format!("{}: {state}{}\n", order.title, place.unwrap_or_default());
                first + &parameters("connection parameters", connection, "none yet")
            }
        };
        Ok(data(text.as_bytes())?)
    }
}
