//! `slapproxy wait`

use std::net::TcpListener;
use std::time::{Duration, Instant};

use super::{Finished, Home, Server, eventually, failed};

const READY: &str = "the master is ready\n";

#[test]
fn it_waits_for_the_server_of_a_database_that_comes_later() {
    let home = Home::new();
    let waiting = home.command(&["wait"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let server = home.start(&[]);
    let output = waiting.wait_with_output().unwrap();
    let url = format!("{}/\n", server.url);
    assert_eq!((output.status.code(), String::from_utf8(output.stdout).unwrap()), (Some(0), url.clone()));

    let found = Finished { code: Some(0), stdout: url, stderr: READY.into() };
    assert_eq!(home.run(&["wait", "--timeout", "5"]), found);
    assert_eq!(home.run(&["wait", "--master-url", &server.url]), found);
    let environment = [("SLAPPROXY_MASTER_URL", server.url.as_str()), ("SLAPPROXY_TIMEOUT", "5")];
    assert_eq!(home.run_with(&["wait"], &environment, ""), found);
}

#[test]
fn it_waits_for_a_ready_file_that_comes_later() {
    let home = Home::new();
    let waiting =
        home.command(&["wait", "--ready-file", "r.json"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let server = Server::greeted(home.command(&["start", "--ephemeral", "--ready-file", "r.json"]));
    let output = waiting.wait_with_output().unwrap();
    let url = format!("{}/\n", server.url);
    assert_eq!((output.status.code(), String::from_utf8(output.stdout).unwrap()), (Some(0), url));
    server.stop("TERM");
    let nobody = "error: the master is not ready after 0 s: the ready file r.json does not say where a server is: No such file or \
                  directory (os error 2)\n";
    assert_eq!(home.run(&["wait", "--timeout", "0", "--ready-file", "r.json"]), failed(1, nobody));
}

#[test]
fn it_gives_up_after_the_time_out_and_says_why() {
    let home = Home::new();
    let database = home.database();
    let nobody =
        format!("error: the master is not ready after 0.05 s: no server uses the database {}\n", database.display());
    assert_eq!(home.run(&["wait", "--timeout", "0.05"]), failed(1, nobody));
    assert!(!home.path("data").exists());

    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{closed}/base/");
    let refused = format!(
        "error: the master is not ready after 0 s: cannot reach {url}-/ready: Connection refused (os error 111)\n"
    );
    assert_eq!(home.run(&["wait", "--timeout", "0", "--master-url", &url]), failed(1, refused));
}

#[test]
fn a_master_that_does_not_answer_holds_it_no_longer_than_the_time_out() {
    let home = Home::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let start = Instant::now();
    let gave_up = home.run(&["wait", "--timeout", "0.2", "--master-url", &url]);
    let stderr =
        format!("error: the master is not ready after 0.2 s: cannot reach {url}-/ready: operation timed out\n");
    assert_eq!(gave_up, failed(1, stderr));
    assert!(start.elapsed() < Duration::from_millis(1500), "{:?}", start.elapsed());
}

#[test]
fn wrong_arguments_are_refused_at_once() {
    let home = Home::new();
    let usage = |value| {
        format!(
            "error: invalid value '{value}' for '--timeout <SECONDS>': expected a number of seconds, such as 30 or 2.5\n\n\
             For more information, try '--help'.\n"
        )
    };
    for value in ["soon", "-1", "nan", "1e300"] {
        assert_eq!(home.run(&["wait", &format!("--timeout={value}")]), failed(2, usage(value)));
    }
    let refused = home.run(&["wait", "--master-url", "localhost"]);
    assert_eq!(refused, failed(1, "error: cannot reach localhost/: relative URL without a base\n"));
}

#[test]
fn a_server_that_was_killed_is_not_waited_upon_as_if_it_ran() {
    let home = Home::new();
    let mut server: Server = home.start(&[]);
    server.child.kill().unwrap();
    server.end();
    assert!(home.path("data/slapproxy/proxy.db.lock").exists());
    let stderr = format!(
        "error: the master is not ready after 0 s: no server uses the database {}\n",
        home.database().display()
    );
    assert_eq!(home.run(&["wait", "--timeout", "0"]), failed(1, stderr));
    let again = home.start(&[]);
    eventually("the new server", || home.run(&["wait", "--timeout", "1"]).stdout == format!("{}/\n", again.url));
}
