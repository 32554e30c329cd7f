//! The server: thin handlers that decode, call the [`Master`](crate::master::Master), and encode.

mod cache;
mod control;
mod docs;
mod error;
mod extract;
mod failure;
mod guard;
mod hateoas;
mod json_rpc;
mod server;
mod slap_tool;
mod state;

pub use server::{Application, StartError, Stopper, block_on};
