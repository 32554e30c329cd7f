//! slapproxy is a complete SlapOS master for one machine: the slap protocol over one SQLite file.
//!
//! The rooms, each knowing only those named after the arrow:
//!
//! * [`domain`] → nothing: what a master decides; pure values and functions.
//! * [`wire`] → domain: bytes to typed documents and back, for server and client.
//! * [`storage`] → domain, wire: SQLite, and all SQL text.
//! * [`master`] → domain, storage: the use cases, one transaction each.
//! * [`config`] → domain: `slapos.cfg`, command line and environment, one checked [`config::Config`].
//! * [`pki`] → domain: the local certificate authority.
//! * [`client`] → domain, wire: calls to a master over HTTP.
//! * [`federation`] → domain, config, client: forwarding requests to other masters.
//! * [`shacache`] → wire, client: the content cache; files on disk, and another cache upstream.
//! * [`fixtures`] → domain, wire, master: seed documents and snapshots, run through the master.
//! * [`simulation`] → wire, client: an agent that only reports, for demonstrations.
//! * [`http`] → all above: the server, thin handlers around [`master::Master`].
//! * [`testing`] → all above: a master in memory for tests, also those of other crates.
//! * [`cli`] → all above: the subcommands of the program.
//!
//! A program that carries a master builds an [`http::Application`].

pub mod cli;
pub mod client;
pub mod config;
pub mod domain;
pub mod federation;
pub mod fixtures;
pub mod http;
pub mod master;
pub mod pki;
pub mod shacache;
pub mod simulation;
pub mod storage;
#[cfg(feature = "blocking")]
pub mod testing;
pub mod wire;
