//! The real SlapOS agent, client library and command line (the Python package slapos.core) against this master.
//!
//! The tests are the Python modules beside this file; `run.py` tells how to run one by hand. They need python3, and a
//! package index on the first run. Set `SLAPPROXY_SKIP_INTEROP=1` to leave them out.

use std::path::Path;
use std::process::Command;

const SKIP: &str = "SLAPPROXY_SKIP_INTEROP";

#[expect(clippy::print_stdout, reason = "the test harness shows it when a test fails or with --nocapture")]
fn run(module: &str) {
    if std::env::var(SKIP).is_ok_and(|value| value == "1") {
        println!("skipped, because {SKIP} is set");
        return;
    }
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop");
    let output = Command::new("python3")
        .arg(directory.join("run.py"))
        .arg(module)
        .env("SLAPPROXY_BIN", env!("CARGO_BIN_EXE_slapproxy"))
        .env("SLAPPROXY_INTEROP_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("interop"))
        .output()
        .unwrap_or_else(|error| {
            panic!("cannot run python3, which these tests need: {error}; hint: {SKIP}=1 skips them")
        });
    print!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{module}: {}", output.status);
}

#[test]
fn the_agent_deploys_instances() {
    run("test_agent");
}

#[test]
fn the_agent_deploys_and_removes_a_whole_tree() {
    run("test_agent_tree");
}

#[test]
fn the_client_library_manages_computers() {
    run("test_client_computer");
}

#[test]
fn the_client_library_reports_renames_and_destroys() {
    run("test_client_instance");
}

#[test]
fn the_client_library_requests_instances() {
    run("test_client_request");
}

#[test]
fn the_client_library_requests_shared_instances() {
    run("test_client_shared");
}

#[test]
fn the_command_line_works() {
    run("test_cli");
}

#[test]
fn standalone_slapos_accepts_this_master_as_its_proxy() {
    run("test_standalone");
}
