//! The panel in a browser: headless Chromium, driven by playwright-core, clicks through every action on a real server.
//!
//! The tests are the modules `test_*.mjs` beside this file. They need Node.js 20 with npm and a Chromium (Debian's package, or
//! the program that `CHROMIUM` names), and a registry on the first run; pictures of all pages are left in
//! `target/panel/screenshots`. Set `SLAPPROXY_SKIP_PANEL=1` to leave them out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const SKIP: &str = "SLAPPROXY_SKIP_PANEL";

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/panel")
}

/// The directory with the packages that `package-lock.json` names, which are installed when they are not those.
fn packages() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("panel");
        fs::create_dir_all(&directory).unwrap();
        let lock = fs::read(sources().join("package-lock.json")).unwrap();
        let stamp = directory.join("installed.json");
        if fs::read(&stamp).ok().as_ref() != Some(&lock) {
            for file in ["package.json", "package-lock.json"] {
                fs::copy(sources().join(file), directory.join(file)).unwrap();
            }
            output(
                Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&directory),
            );
            fs::write(stamp, lock).unwrap();
        }
        directory
    })
}

/// Runs a command, and shows what it printed if the test fails.
#[expect(clippy::print_stdout, reason = "the test harness shows it when a test fails or with --nocapture")]
fn output(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| {
        let program = command.get_program().display();
        panic!("cannot run {program}, which these tests need: {error}; hint: {SKIP}=1 skips them")
    });
    print!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}", output.status);
}

#[expect(clippy::print_stdout, reason = "the test harness shows it with --nocapture")]
fn run(module: &str) {
    if std::env::var(SKIP).is_ok_and(|value| value == "1") {
        println!("skipped, because {SKIP} is set");
        return;
    }
    let directory = packages();
    output(
        Command::new("node")
            .args(["--test", "--test-reporter=spec"])
            .arg(sources().join(format!("{module}.mjs")))
            .env("SLAPPROXY_BIN", env!("CARGO_BIN_EXE_slapproxy"))
            .env("SLAPPROXY_PANEL_DIR", directory),
    );
}

#[test]
fn every_page_looks_well() {
    run("test_looks");
}

#[test]
fn the_overview_moves_by_itself_and_keeps_what_the_reader_does() {
    run("test_overview");
}

#[test]
fn people_look_after_instances() {
    run("test_instance");
}

#[test]
fn people_request_and_edit_by_form() {
    run("test_request");
}

#[test]
fn people_look_after_computers() {
    run("test_computers");
}

#[test]
fn events_are_filtered_and_followed() {
    run("test_events");
}

#[test]
fn the_panel_is_quick_and_works_behind_a_reverse_proxy() {
    run("test_serving");
}

#[test]
fn what_is_from_others_is_what_its_list_says() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/panel/vendor.py");
    output(Command::new("python3").arg("-B").arg(script).arg("--check"));
}
