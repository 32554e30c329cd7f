//! The integration tests: one program, each test with its own server and database, on port 0.

mod app;
mod layering;
mod request;
