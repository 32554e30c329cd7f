//! The right behaviour for each known defect of the Python proxy; the names of the tests begin with the defect's.

mod answers;
mod bad_input;
mod concurrency;
mod databases;
mod destroying;
mod fields;
mod poison;
mod renaming;
mod reports;
mod safety;
mod services;
mod shared;
mod slow_clients;
