//! What a SlapOS master decides: pure values and functions, without HTTP, SQL, XML, JSON, clock, disk or thread.

pub mod access;
pub mod address;
pub mod addressing;
pub mod allocation;
pub mod certificate;
pub mod compat;
pub mod computer;
pub mod consumption;
pub mod description;
pub mod difference;
pub mod error;
pub mod event;
pub mod explanation;
pub mod frontend;
pub mod ids;
pub mod instance;
pub mod parameters;
pub mod partition;
pub mod placement;
pub mod rebase;
pub mod service;
pub mod software;
pub mod state;
pub mod status;
pub mod timestamp;
pub mod tree;
