//! The integration tests: one program, each test with its own server and database, on port 0.

mod app;
mod conformance;
mod calls;
mod defects;
mod layering;
mod program;
mod replay;
mod replay_additions;
mod replay_compare;
mod replay_deviations;
mod replay_http;
mod replay_own;
mod request;
mod slap_tool;
