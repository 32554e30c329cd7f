//! The rules of the classic API.

mod addresses;
mod computers;
mod destroying;
pub mod frontends;
mod http;
mod shared;
mod software;
mod states;
mod status;
mod waking;
