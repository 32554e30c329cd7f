//! The built program, driven from outside.

mod clock;
mod computer;
mod crash;
mod demo;
mod environment;
mod ephemeral;
mod events;
mod explain;
mod faults;
mod format;
mod import;
mod import_smaller;
mod journal;
mod like_master;
mod log;
mod manual;
mod master;
mod multimaster;
mod parameters;
mod people;
mod placement;
mod promote;
mod reader;
mod refusal;
mod replay;
mod request;
mod schema;
mod seed;
mod service;
mod show;
mod snapshot;
mod start;
mod status;
mod stop;
mod supply;
mod tour;
mod wait;
mod waiting;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use slapproxy::wire::form;
use tempfile::TempDir;

use crate::app::{Answer, answer, http_client};

/// How long an event may take that takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a program that ended left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// The end of a program that went well and had nothing to say on standard error.
pub fn printed(stdout: impl Into<String>) -> Finished {
    Finished { code: Some(0), stdout: stdout.into(), stderr: String::new() }
}

/// The end of a program that went well and said something to people only.
pub fn noted(stderr: impl Into<String>) -> Finished {
    Finished { code: Some(0), stdout: String::new(), stderr: stderr.into() }
}

/// The end of a program that failed.
pub fn failed(code: i32, stderr: impl Into<String>) -> Finished {
    Finished { code: Some(code), stdout: String::new(), stderr: stderr.into() }
}

/// A user with an empty home directory, in which the programs run.
pub struct Home {
    directory: TempDir,
}

impl Home {
    pub fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// A file in the home directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The same as text.
    pub fn name(&self, name: &str) -> String {
        self.path(name).into_os_string().into_string().unwrap()
    }

    /// The default database.
    pub fn database(&self) -> PathBuf {
        self.path("data/slapproxy/proxy.db")
    }

    /// Writes a file and returns its path.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), content).unwrap();
        self.name(name)
    }

    fn environment(&self) -> [(&'static str, PathBuf); 2] {
        [("HOME", self.path("")), ("XDG_DATA_HOME", self.path("data"))]
    }

    /// The program with arguments, not run yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_slapproxy"));
        command.args(arguments).env_clear().envs(self.environment()).current_dir(self.directory.path());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Finished {
        self.run_with(arguments, &[], "")
    }

    /// Runs the program to its end, with an environment and an input.
    pub fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)], input: &str) -> Finished {
        let mut command = assert_cmd::Command::from_std(self.command(arguments));
        let output = command.envs(environment.iter().copied()).write_stdin(input).timeout(PATIENCE).output().unwrap();
        Finished {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs `show --format json` with selections and returns what it printed.
    pub fn show(&self, selections: &[&str]) -> serde_json::Value {
        let finished = self.run(&[&["show", "--format", "json"], selections].concat());
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
        serde_json::from_str(&finished.stdout).unwrap()
    }

    /// Runs the program to its end, which must be a good one, and reads the JSON that it printed.
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let finished = self.run(&[arguments, &["--format", "json"]].concat());
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        serde_json::from_str(&finished.stdout).unwrap()
    }

    /// Starts a server whose default computer has partitions.
    pub fn formatted(&self, partitions: usize) -> Server {
        let server = self.start(&[]);
        let count = partitions.to_string();
        let said = format!("local_computer has {count} partitions\n");
        assert_eq!(self.run(&["computer", "format", "--partitions", &count]), noted(said));
        server
    }

    /// Starts a server on any free port and waits until it greets.
    pub fn start(&self, arguments: &[&str]) -> Server {
        Server::greeted(self.command(&[&["start", "--port", "0"], arguments].concat()))
    }
}

/// A running server. It is killed when it is dropped.
pub struct Server {
    pub url: String,
    pub child: Child,
    http: reqwest::blocking::Client,
    lines: Receiver<String>,
    said: Vec<String>,
}

impl Server {
    /// Starts a server and waits until it greets.
    pub fn greeted(command: Command) -> Self {
        let mut server = Self::spawned(command);
        let line = server.line_with("Running on http");
        let (_, rest) = line.split_once("Running on ").unwrap();
        server.url = rest.split_once("/ ").unwrap().0.into();
        server.line_with("master_url = ");
        server
    }

    /// Starts a server, which is nowhere yet.
    pub fn spawned(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let http = http_client().redirect(reqwest::redirect::Policy::none());
        Self { url: String::new(), child, http: http.build().unwrap(), lines, said: Vec::new() }
    }

    /// Waits for a line on standard error that holds a text.
    pub fn line_with(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    self.said.push(line.clone());
                    if line.contains(text) {
                        return line;
                    }
                }
                Err(error) => panic!("no {text:?} in {:#?}: {error}", self.said),
            }
        }
    }

    pub fn port(&self) -> u16 {
        self.url.rsplit_once(':').unwrap().1.parse().unwrap()
    }

    /// What the ready file, `GET /-/ready` and the lock say.
    pub fn ready(&self, database: &str) -> String {
        format!(r#"{{"url":"{}/","pid":{},"database":"{database}"}}"#, self.url, self.child.id())
    }

    pub fn get(&self, path: &str) -> Answer {
        answer(self.http.get(format!("{}{path}", self.url)))
    }

    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = self.http.get(format!("{}{path}", self.url));
        answer(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)))
    }

    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        post(&self.http, &format!("{}{path}", self.url), fields).unwrap()
    }

    /// Sends nothing, with headers.
    pub fn post_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = self.http.post(format!("{}{path}", self.url));
        answer(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)))
    }

    /// Requests a root instance of `/sr`.
    pub fn request(&self, title: &str) -> Answer {
        let fields = [("software_release", "/sr"), ("software_type", "default"), ("partition_reference", title)];
        self.post("/requestComputerPartition", &fields)
    }

    /// The titles in the partitions of a computer, as its node sees them.
    pub fn titles(&self, computer: &str) -> Vec<(String, Option<String>)> {
        let query = form::encode(&[("computer_id", computer)]);
        let computer = self.get(&format!("/getFullComputerInformation?{query}")).value();
        let partitions =
            computer.get("_computer_partition_list").and_then(slapproxy::wire::xml::Value::as_list).unwrap();
        let title = |partition: &slapproxy::wire::xml::Value| {
            let parameters = partition.get("_parameter_dict")?;
            Some(parameters.get("instance_title")?.as_str()?.to_owned())
        };
        partitions.iter().map(|partition| (crate::app::text(partition, "_partition_id"), title(partition))).collect()
    }

    /// A connection to it that says what the test wants.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port())).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends `TERM` or `INT`.
    pub fn signal(&self, signal: &str) {
        let kill = format!("kill -{signal} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits until it ends; everything it said, and its exit code.
    pub fn end(&mut self) -> Finished {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => self.said.push(line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it does not end: {:#?}", self.said),
            }
        }
        let mut stderr = self.said.join("\n");
        if !stderr.is_empty() {
            stderr.push('\n');
        }
        Finished { code: self.child.wait().unwrap().code(), stdout: String::new(), stderr }
    }

    /// Sends a signal and waits for the end.
    pub fn stop(mut self, signal: &str) -> Finished {
        self.signal(signal);
        self.end()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

/// Sends form fields; an error when the server goes away.
pub fn post(http: &reqwest::blocking::Client, url: &str, fields: &[(&str, &str)]) -> reqwest::Result<Answer> {
    let request = http.post(url).header("Content-Type", "application/x-www-form-urlencoded").body(form::encode(fields));
    let response = request.send()?;
    Ok(Answer { status: response.status().as_u16(), body: response.text()? })
}

/// Waits until a condition holds.
pub fn eventually(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "{what} does not happen");
        thread::sleep(Duration::from_millis(2));
    }
}

/// Sends bytes and reads what comes until the other side closes.
pub fn rest_of(mut stream: TcpStream, bytes: &[u8]) -> String {
    stream.write_all(bytes).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// The titles of the instances in a copy of the database file alone; `None` when it cannot be read.
pub fn titles_in_copy(database: &Path) -> Option<Vec<String>> {
    let directory = tempfile::tempdir().unwrap();
    let copy = directory.path().join("copy.db");
    fs::copy(database, &copy).unwrap();
    let connection = rusqlite::Connection::open(copy).ok()?;
    let mut statement = connection.prepare("SELECT title FROM instance ORDER BY id").ok()?;
    statement.query_map([], |row| row.get(0)).ok()?.collect::<Result<_, _>>().ok()
}

/// The names of the files in a directory, sorted.
pub fn files(directory: &Path) -> Vec<String> {
    let names = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

/// A file of the samples of slapformat.
pub fn sample(name: &str) -> String {
    format!("{}/fixtures/wire/slapformat/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The value of a log line without its time.
pub fn without_times(text: &str) -> String {
    let line = |line: &str| match line.split_once("Z ") {
        Some((time, rest)) if time.starts_with("[2") => format!("[{rest}\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}
