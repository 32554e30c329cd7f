//! `slapproxy start`

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use super::{Home, Server, eventually, failed, files};
use crate::app::Answer;

const VERSION: &str = env!("CARGO_PKG_VERSION");

const HINT: &str = "hint: README.md lists every key of the configuration with its meaning and default\n";

#[test]
fn without_options_everything_is_in_the_data_directory_of_the_user() {
    let home = Home::new();
    let server = home.start(&[]);
    let url = server.url.clone();
    assert_eq!(server.get("/-/ready"), Answer::text(&server.ready(&home.name("data/slapproxy/proxy.db"))));
    assert_eq!(server.titles("local_computer"), []);
    for name in ["proxy.db", "proxy.db-wal", "proxy.db-shm", "proxy.db.lock"] {
        let metadata = fs::metadata(home.path(&format!("data/slapproxy/{name}"))).unwrap();
        assert_eq!((name, format!("{:o}", metadata.permissions().mode() & 0o777)), (name, "600".into()));
    }
    let mut stopped = server.stop("TERM");
    stopped.stderr = super::without_times(&stopped.stderr);
    let stderr = format!(
        "slapproxy {VERSION}: a SlapOS master for one machine\n\
         Running on {url}/ (Press CTRL+C to quit)\n\
         \x20 database    {}\n\
         \x20 computer    local_computer: 0 partitions, 0 free\n\
         \x20 hint: give it partitions with `slapproxy format | slapproxy import -`, or with slapformat\n\
         \x20 agent and client: master_url = {url}/\n\
         [INFO ] stopping\n",
        home.name("data/slapproxy/proxy.db")
    );
    assert_eq!(stopped, super::noted(stderr));
}

#[test]
fn a_configuration_file_of_node_and_proxy_is_understood() {
    let home = Home::new();
    let cfg = home.write(
        "slapos.cfg",
        format!(
            "[slapos]\ncomputer_id = COMP-7\nmaster_url = http://127.0.0.1:5000/\nsoftware_root = /opt/slapgrid\n\
             [slapproxy]\nhost = 127.0.0.1\nport = 0\ndatabase_uri = {}\nsoftware_product_list =\n  kvm http://kvm/\n",
            home.name("var/own.db")
        ),
    );
    for arguments in [["start", "--cfg", &cfg, "--verbose"].as_slice(), &["proxy", "start", "--cfg", &cfg, "--verbose"]]
    {
        let server = Server::greeted(home.command(arguments));
        assert_eq!(server.get("/-/ready"), Answer::text(&server.ready(&home.name("var/own.db"))));
        assert_eq!(server.titles("COMP-7"), []);
        let products = server.get("/getSoftwareReleaseListFromSoftwareProduct?software_product_reference=kvm");
        assert_eq!(products.value().as_list().unwrap().len(), 1);
        let stopped = server.stop("TERM");
        let log = super::without_times(&stopped.stderr);
        let log: Vec<_> = log.lines().skip_while(|line| !line.contains("master_url")).skip(1).collect();
        assert_eq!(
            log,
            [
                "[DEBUG] GET /-/ready 200",
                "[DEBUG] GET /getFullComputerInformation 200",
                "[DEBUG] GET /getSoftwareReleaseListFromSoftwareProduct 200",
                "[INFO ] stopping"
            ]
        );
        assert_eq!(stopped.code, Some(0));
    }
    assert!(!home.path("data").exists());
}

#[test]
fn options_win_over_the_configuration_file() {
    let home = Home::new();
    let cfg = home.write("slapos.cfg", "[slapproxy]\nport = 1\ncomputer_id = other\ndatabase_uri = /nonexistent/x\n");
    let server = home.start(&["--cfg", &cfg, "-u", "mine.db", "--computer-id", "mine"]);
    assert_eq!(server.get("/-/ready"), Answer::text(&server.ready(&home.name("mine.db"))));
    assert_eq!(server.titles("mine"), []);
}

#[test]
fn e7_the_ready_file_is_there_while_the_server_listens() {
    let home = Home::new();
    let file = home.write("ready.json", "left by another");
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port().to_string();
    let refused = home.run(&["start", "--port", &port, "--ready-file", &file]);
    let stderr = format!(
        "error: cannot listen on 127.0.0.1 port {port}: Address already in use (os error 98)\n\
         hint: choose another port with --port; 0 is any free one\n"
    );
    assert_eq!(refused, failed(1, stderr));
    assert!(!home.path("ready.json").exists());

    let mut command = home.command(&["start", "--port", "0", "--quiet", "--ready-file", &file]);
    command.arg("--database-uri").arg(home.path("own.db"));
    let mut server = Server::spawned(command);
    eventually("the ready file", || home.path("ready.json").exists());
    let text = fs::read_to_string(&file).unwrap();
    let ready: serde_json::Value = serde_json::from_str(&text).unwrap();
    server.url = ready["url"].as_str().unwrap().trim_end_matches('/').to_owned();
    assert_eq!(text, server.ready(&home.name("own.db")));
    assert_eq!(server.get("/-/ready"), Answer::text(&text));
    assert_eq!(server.stop("TERM"), super::noted(""));
    assert_eq!(files(&home.path("")), ["data", "own.db"]);
}

#[test]
fn a_second_server_on_a_database_is_refused_and_disturbs_nothing() {
    let home = Home::new();
    let file = home.name("ready.json");
    let server = home.start(&["--ready-file", &file]);
    let link = home.path("link.db");
    std::os::unix::fs::symlink(home.database(), &link).unwrap();
    for database in [home.database(), link] {
        let database = database.to_str().unwrap();
        let refused = home.run(&["start", "--port", "0", "--ready-file", &file, "-u", database]);
        let stderr = format!(
            "error: the database {database} is in use by the server at {}/ (pid {}); stop it first, or choose another \
             file with --database-uri\n",
            server.url,
            server.child.id()
        );
        assert_eq!(refused, failed(1, stderr));
    }
    let ready = server.ready(&home.name("data/slapproxy/proxy.db"));
    assert_eq!(fs::read_to_string(&file).unwrap(), ready);
    assert_eq!(server.get("/-/ready"), Answer::text(&ready));
}

#[test]
fn of_servers_that_start_at_once_on_a_new_database_one_serves() {
    let home = Home::new();
    let mut servers = [(); 4].map(|()| Server::spawned(home.command(&["start", "--port", "0"])));
    let first = servers.each_mut().map(|server| server.line_with(""));
    let greeting = format!("slapproxy {VERSION}: a SlapOS master for one machine");
    assert_eq!(first.iter().filter(|line| **line == greeting).count(), 1, "{first:#?}");
    let refusal = format!("error: the database {} is in use by ", home.database().display());
    assert_eq!(first.iter().filter(|line| line.starts_with(&refusal)).count(), 3, "{first:#?}");
    for (mut server, _) in servers.into_iter().zip(&first).filter(|(_, line)| line.starts_with(&refusal)) {
        assert_eq!(server.end().code, Some(1));
    }
}

#[test]
fn e3_every_fault_of_the_configuration_is_told_at_once() {
    let home = Home::new();
    home.write(
        "slapos.cfg",
        "[slapos]\nport = 70000\ncomputer_id = a,b\n[slapproxy]\nhost = localhost:5000\nform_limit = 64 apples\n\
         software_product_list =\n  kvm http://kvm/\n  erp5\n",
    );
    let refused = home.run(&["start", "--cfg", "slapos.cfg", "--client-timeout", "soon", "--port", "-1"]);
    let stderr = format!(
        r#"--port: "-1" is not a port; expected a whole number from 0 (any free port) to 65535
--client-timeout: "soon" is not a time span; expected a number of seconds, at least 0.001, such as 30 or 2.5
slapos.cfg:3: [slapos] computer_id: "a,b" is not a reference; expected one without comma and control characters, such as COMP-1234
slapos.cfg:5: [slapproxy] host: "localhost:5000" is not a host; expected a name or an IP address without a port, such as 127.0.0.1, ::1 or localhost
slapos.cfg:6: [slapproxy] form_limit: "64 apples" is not a size; expected a whole number of bytes from 1 on, or of units of 1024 with k, M or G (KiB, MiB, GiB) behind it, such as 64M
slapos.cfg:9: [slapproxy] software_product_list: "erp5" has 1 word; expected two, NAME URL
{HINT}"#
    );
    assert_eq!(refused, failed(2, stderr));

    let missing = "none.cfg: cannot be read: No such file or directory (os error 2); expected a configuration file\n";
    assert_eq!(home.run(&["start", "--cfg", "none.cfg"]), failed(2, format!("{missing}{HINT}")));
    assert!(!home.path("data").exists());
}

#[test]
fn what_is_odd_is_logged_and_no_hindrance() {
    let home = Home::new();
    let cfg = home.write(
        "slapos.cfg",
        "[slapproxy]\npublic_directory_path = none\nsoftware_product_lst = x\n\
         [multimaster/http://remote.example/]\nsoftware_release_list =\n",
    );
    let stopped = home.start(&["--cfg", &cfg]).stop("INT");
    let stderr = super::without_times(&stopped.stderr);
    let warnings: Vec<_> = stderr.lines().filter(|line| line.starts_with("[WARN ]")).collect();
    let expected = [
        format!(
            "[WARN ] {cfg}:2: [slapproxy] public_directory_path: none is not a directory, so /panel/public/ has nothing to serve"
        ),
        format!(
            "[WARN ] {cfg}:3: [slapproxy] software_product_lst: this key is not known and is ignored; perhaps software_product_list is meant"
        ),
    ];
    assert_eq!((stopped.code, warnings), (Some(0), expected.iter().map(String::as_str).collect()));
}

#[test]
fn a_directory_or_log_file_that_cannot_be_made_is_named() {
    let home = Home::new();
    home.write("file", "");
    let refused = home.run(&["start", "--port", "0", "-u", "file/proxy.db"]);
    let stderr = "error: cannot open the database file/proxy.db.lock: File exists (os error 17)\n";
    assert_eq!(refused, failed(1, stderr));
    let refused = home.run(&["start", "--port", "0", "--log-file", "none/x.log"]);
    let stderr = "error: cannot open the log file none/x.log: No such file or directory (os error 2)\n";
    assert_eq!(refused, failed(1, stderr));
    assert!(!home.path("data").exists());
}
