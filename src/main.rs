//! The program `slapproxy`.

use std::process::ExitCode;

fn main() -> ExitCode {
    slapproxy::cli::main()
}
