//! The server: thin handlers that decode, call the [`Master`](crate::master::Master), and encode.

mod cache;
mod clock;
mod control;
mod docs;
mod error;
mod events;
mod extract;
mod failure;
mod faults;
mod file;
mod fixtures;
mod forwarding;
mod guard;
mod hateoas;
mod http_proxy;
mod identity;
mod journal;
mod json_rpc;
mod panel;
mod people;
mod route;
mod server;
mod shacache;
mod slap_tool;
mod software_document;
mod state;
mod tls;

pub use server::{Application, Preparation, StartError, Stopper, block_on};
