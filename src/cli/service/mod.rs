//! `slapproxy service`

mod bang;
mod info;
mod list;
mod moved;
mod rename;
mod state;
mod tree;

use clap::Subcommand;

use super::exit::Exit;
use super::master::Connection;
use crate::client::{Error, RequestedState};
use crate::wire::json_rpc::{GetInstanceTree, Instance};

/// The services that one requested: roots of instance trees.
#[derive(Debug, Subcommand)]
pub enum Service {
    /// List the services with their software releases
    List(list::List),
    /// Tell all about a service
    Info(info::Info),
    /// Show everything in the tree of a service
    Tree(tree::Tree),
    /// Give a service a new title
    Rename(rename::Rename),
    /// Make the node process the whole tree of a service again
    Bang(bang::Bang),
    /// Give a service another place
    Move(moved::Move),
    /// Stop a service
    Stop(state::State),
    /// Start a service
    Start(state::State),
    /// Destroy a service with its data
    Destroy(state::State),
}

impl Service {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List(list) => list.run(),
            Self::Info(info) => info.run(),
            Self::Tree(tree) => tree.run(),
            Self::Rename(rename) => rename.run(),
            Self::Bang(bang) => bang.run(),
            Self::Move(moved) => moved.run(),
            Self::Stop(state) => state.run(RequestedState::Stopped),
            Self::Start(state) => state.run(RequestedState::Started),
            Self::Destroy(state) => state.run(RequestedState::Destroyed),
        }
    }
}

/// The root of a tree.
async fn root(master: &Connection, title: &str) -> anyhow::Result<Instance> {
    let found = master.lookup().json_rpc().get_instance_tree(&GetInstanceTree { title: title.to_owned() }).await;
    found.map_err(|error| explain(error, title))
}

/// The end of a command about a service, if it is because the service is not there.
fn explain(error: Error, title: &str) -> anyhow::Error {
    if error.is_not_found() {
        let hint = "hint: `slapproxy service list` shows those that do";
        return Exit::not_there(format!("Instance {title} does not exist.\n{hint}"));
    }
    error.into()
}
