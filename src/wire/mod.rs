//! Bytes to typed documents and back, both directions side by side, for server and client. No input or output.

pub mod change;
pub mod clock;
pub mod control;
pub mod decoded;
pub mod event_stream;
pub mod fault;
pub mod form;
pub mod hateoas;
pub mod journal;
pub mod json;
pub mod json_rpc;
pub mod openapi;
pub mod ordered;
pub mod parameter_file;
pub mod percent;
pub mod person;
pub mod record;
pub mod seed;
pub mod shacache;
pub mod slapformat;
pub mod software_schema;
pub mod status;
pub mod tioxml;
pub mod xml;
