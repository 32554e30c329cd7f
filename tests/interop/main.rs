//! The real SlapOS agent, client library and command line (the Python package slapos.core) against this master, and this
//! client library against the Python proxy.
//!
//! The tests are the Python modules beside this file; `run.py` tells how to run one by hand. They need python3, and a
//! package index on the first run. Set `SLAPPROXY_SKIP_INTEROP=1` to leave them out.

#[path = "../it/app.rs"]
#[expect(dead_code, reason = "other tests need the rest")]
mod app;
mod client;
#[path = "../it/client/json_rpc_walk.rs"]
mod json_rpc_walk;
#[path = "../it/client/walk.rs"]
mod walk;

use std::path::Path;
use std::process::Command;

const SKIP: &str = "SLAPPROXY_SKIP_INTEROP";

/// The command that runs `run.py`, or nothing when these tests are left out.
#[expect(clippy::print_stdout, reason = "the test harness shows it with --nocapture")]
fn runner() -> Option<Command> {
    if std::env::var(SKIP).is_ok_and(|value| value == "1") {
        println!("skipped, because {SKIP} is set");
        return None;
    }
    let mut command = Command::new("python3");
    command
        .arg(root().join("tests/interop/run.py"))
        .env("SLAPPROXY_BIN", env!("CARGO_BIN_EXE_slapproxy"))
        .env("SLAPPROXY_INTEROP_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("interop"));
    Some(command)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a command, shows what it printed if the test fails, and returns its standard output.
#[expect(clippy::print_stdout, reason = "the test harness shows it when a test fails or with --nocapture")]
fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| {
        panic!("cannot run python3, which these tests need: {error}; hint: {SKIP}=1 skips them")
    });
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    print!("{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}", output.status);
    text
}

fn run(module: &str) {
    if let Some(mut runner) = runner() {
        output(runner.arg(module));
    }
}

/// The interpreter of the environment; `None` when these tests are left out.
fn python() -> Option<String> {
    let made = output(&mut runner()?);
    made.lines().last().map(ToOwned::to_owned)
}

#[test]
fn the_golden_files_are_what_the_real_library_writes() {
    let Some(python) = python() else { return };
    output(Command::new(python).arg("-B").arg(root().join("fixtures/wire/check.py")));
}

#[test]
fn the_old_databases_are_what_their_script_makes() {
    let Some(mut runner) = runner() else { return };
    let made = output(&mut runner);
    let python = made.lines().last().unwrap_or_default();
    output(Command::new(python).arg("-B").arg(root().join("fixtures/legacy/make.py")));
}

#[test]
fn clients_see_old_databases_as_before_and_other_programs_read_them() {
    run("test_migration");
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
fn the_agent_and_the_client_prove_who_they_are() {
    run("test_certificates");
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
fn the_command_line_and_the_client_library_list_and_show() {
    run("test_information");
}

#[test]
fn requests_are_forwarded_to_and_from_the_python_proxy() {
    run("test_multimaster");
}

#[test]
fn the_command_line_works() {
    run("test_cli");
}

#[test]
fn the_same_words_do_the_same_as_for_the_command_line_of_python() {
    run("test_words");
}

#[test]
fn a_request_waits_for_the_agent() {
    run("test_waiting");
}

#[test]
fn the_client_of_content_caches_uses_this_one() {
    run("test_shacache");
}

#[test]
fn the_package_for_tests_in_python_runs_masters_for_them() {
    run("test_testing");
}

#[test]
fn standalone_slapos_accepts_this_master_as_its_proxy() {
    run("test_standalone");
}
