//! The tour of README.md, as it stands there: every command is run, and says what the page shows of it.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// What the page writes for what differs from machine to machine.
const HOME: &str = "/home/you";
const SOURCES: &str = "/home/you/slapproxy";
const URL: &str = "http://127.0.0.1:5000/";
const PID: &str = "4711";

/// A command of the page, and what the page shows of its output.
#[derive(Debug)]
struct Step {
    command: String,
    output: String,
}

/// The steps in the indented lines of a section.
fn steps(page: &str, heading: &str) -> Vec<Step> {
    let (_, section) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let mut steps: Vec<Step> = Vec::new();
    for line in section.lines().filter_map(|line| line.strip_prefix("    ")) {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push(Step { command: command.into(), output: String::new() }),
            (None, Some(step)) => step.output = format!("{}{line}\n", step.output),
            (None, None) => panic!("an output without command: {line}"),
        }
    }
    // The blank lines of a page are not indented.
    steps
}

struct Traveller {
    home: TempDir,
    server: Option<Child>,
}

impl Traveller {
    fn shell(&self, command: &str) -> Command {
        let sources = env!("CARGO_MANIFEST_DIR");
        let programs = Path::new(env!("CARGO_BIN_EXE_slapproxy")).parent().unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).current_dir(sources).env_clear().stdin(Stdio::null());
        let path = format!("{}:/usr/bin:/bin", programs.display());
        shell.envs([("PATH", path.as_str()), ("HOME", self.home.path().to_str().unwrap()), ("SLAPPROXY_PORT", "0")]);
        shell
    }

    /// Runs a command to its end; its status, and all that it said as the page would write it.
    fn run(&self, command: &str) -> (Option<i32>, String) {
        let output = self.shell(&format!("({command}) 2>&1")).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let text = text.replace(env!("CARGO_MANIFEST_DIR"), SOURCES).replace(self.home.path().to_str().unwrap(), HOME);
        (output.status.code(), text)
    }
}

impl Drop for Traveller {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            let _ended = server.kill();
            let _status = server.wait();
        }
    }
}

/// The words of the lines that have some: columns are as wide as what stands in them.
fn lines(text: &str) -> Vec<String> {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    text.lines().map(words).filter(|line| !line.is_empty()).collect()
}

#[test]
fn the_tour_of_the_page_goes_as_the_page_says() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let steps = steps(&page, "Tour");
    let mut traveller = Traveller { home: tempfile::tempdir().unwrap(), server: None };
    let mut url = String::new();
    for Step { command, output } in &steps {
        if let Some(command) = command.strip_suffix(" &") {
            let mut shell = traveller.shell(&format!("exec {command}"));
            traveller.server = Some(shell.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
            continue;
        }
        let (status, said) = traveller.run(command);
        if let Some(found) = said.lines().find(|line| line.starts_with("http://")) {
            url = found.to_owned();
        }
        let pid = traveller.server.as_ref().map_or_else(String::new, |server| server.id().to_string());
        let said = if url.is_empty() { said } else { said.replace(&url, URL) };
        let said = said.replace(&format!("pid       {pid}"), &format!("pid       {PID}"));
        let expected = i32::from(output.starts_with("error:"));
        assert_eq!(status, Some(expected), "{command}: {said}");
        if !output.is_empty() {
            assert_eq!(lines(&said), lines(output), "{command}");
        }
    }
    for word in ["start", "computer format", "supply", "request", "status", "events", "service destroy"] {
        let is_there = |step: &Step| step.command.starts_with(&format!("slapproxy {word}"));
        assert!(steps.iter().any(is_there), "{word} is not in the tour");
    }
    let mut server = traveller.server.take().unwrap();
    let end = traveller.shell(&format!("kill {}", server.id())).status().unwrap();
    assert!(end.success() && server.wait().unwrap().success());
}

#[test]
fn the_test_of_the_page_is_one_of_these() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, section) = page.split_once("**Test with it**").unwrap();
    let indented = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") };
    let example: String = include_str!("../example.rs").lines().map(indented).collect();
    assert!(section.contains(&format!(":\n\n{example}\nIn Python,")), "{section}");
}
