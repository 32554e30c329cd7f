//! The integration tests: one program, each test with its own server and database, on port 0.

mod access;
mod app;
mod calls;
mod client;
mod conformance;
mod defects;
mod events;
mod example;
mod hateoas;
mod http_proxy;
mod json_rpc;
mod layering;
mod legacy;
mod multimaster;
mod openapi;
mod panel;
mod placement;
mod program;
mod replay;
mod request;
mod shacache;
mod slap_tool;
