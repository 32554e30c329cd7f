//! Every option has an environment variable.

use std::fs;

use slapproxy::wire::xml::Value;

use super::{Home, Server, failed};
use crate::app::Answer;

#[test]
fn the_help_of_every_command_names_a_variable_for_each_option() {
    let home = Home::new();
    for command in [
        "start",
        "import",
        "format",
        "show",
        "explain",
        "events",
        "wait",
        "status",
        "supply",
        "remove",
        "request",
        "service list",
        "service info",
        "service tree",
        "service rename",
        "service bang",
        "service stop",
        "computer list",
        "computer info",
        "computer bang",
        "computer format",
        "computer certificate",
        "software list",
    ] {
        let words: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let help = home.run(&words);
        assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
        let (_, options) = help.stdout.split_once("Options:\n").unwrap();
        let mut without = Vec::new();
        let mut current = None;
        for line in options.lines().map(str::trim_start) {
            if let (true, Some((_, option))) = (line.starts_with('-'), line.split_once("--")) {
                without.extend(current.replace(option));
            } else if line.starts_with("[env: SLAPPROXY_") || line.starts_with("[env: SLAPOS_C") {
                current = None;
            }
        }
        without.extend(current);
        without.sort_unstable();
        // What is shown, requested and told is chosen for one call.
        let expected = match command {
            "show" => [
                "computers",
                "events",
                "forwarded",
                "help",
                "instances",
                "network",
                "params",
                "partitions",
                "shared",
                "software",
                "usage",
            ]
            .as_slice(),
            "events" => &["computer <REFERENCE>", "follow", "help", "instance <TITLE>", "limit <NUMBER>"],
            "request" => {
                let parameters = ["parameters <KEY=VALUE>...", "parameters-file <FILE>"];
                let chosen = ["force-serialisation <SERIALISATION>", "help", "node <KEY=VALUE>..."];
                &[
                    &chosen[..],
                    &parameters,
                    &["serialisation <SERIALISATION>", "shared", "state <STATE>", "type <TYPE>"],
                ]
                .concat()
            }
            "service info" => &["help", "news"],
            "service bang" | "computer bang" => &["help", "message <MESSAGE>"],
            "computer format" => &["file <COMPUTER.xml>", "help"],
            "computer certificate" => &["help", "revoke"],
            _ => &["help"],
        };
        assert_eq!(without, expected, "{command}");
    }
}

#[test]
fn the_server_takes_its_settings_from_the_environment() {
    let home = Home::new();
    let computer = home.name("computer.xml");
    assert_eq!(home.run(&["format", "--partitions", "1", "-o", &computer, "--computer-id", "COMP-9"]).code, Some(0));
    let mut command = home.command(&["start"]);
    command.envs([
        ("SLAPPROXY_DATABASE_URI", home.name("own.db").as_str()),
        ("SLAPPROXY_COMPUTER_ID", "COMP-9"),
        ("SLAPPROXY_HOST", "localhost"),
        ("SLAPPROXY_PORT", "0"),
        ("SLAPPROXY_ALLOW_HOST", "one.example two.example"),
        ("SLAPPROXY_ALLOW_ORIGIN", "https://one.example,https://two.example"),
        ("SLAPPROXY_TRUSTED_PROXY", "192.0.2.1"),
        ("SLAPPROXY_FORM_LIMIT", "1k"),
        ("SLAPPROXY_CLIENT_TIMEOUT", "0.2"),
        ("SLAPPROXY_COMPAT_SCHEMA", "17"),
        ("SLAPPROXY_TIMESTAMP_FORMAT", "microseconds"),
        ("SLAPPROXY_SOFTWARE_PRODUCT_LIST", "kvm http://kvm/\nerp5 http://erp5/"),
        ("SLAPPROXY_LOCAL_SOFTWARE_RELEASE_ROOT", "/sr"),
        ("SLAPPROXY_PUBLIC_DIRECTORY_PATH", "none"),
        ("SLAPPROXY_IMPORT", &computer),
        ("SLAPPROXY_READY_FILE", &home.name("ready.json")),
        ("SLAPPROXY_LOG_FILE", &home.name("proxy.log")),
        ("SLAPPROXY_VERBOSE", "1"),
        ("SLAPPROXY_QUIET", "0"),
        ("SLAPPROXY_LOG_FORMAT", "text"),
    ]);
    let server = Server::greeted(command);
    assert!(server.url.starts_with("http://localhost:"), "{}", server.url);
    assert_eq!(fs::read_to_string(home.path("ready.json")).unwrap(), server.ready(&home.name("own.db")));
    assert_eq!(server.titles("COMP-9"), [("slappart0".into(), None)]);

    let hosts = ["one.example", "two.example", "three.example"];
    assert_eq!(hosts.map(|host| server.get_with("/getRunId", &[("Host", host)]).status), [200, 200, 403]);
    let origins = ["https://one.example", "https://two.example", "https://three.example"];
    assert_eq!(origins.map(|site| server.get_with("/getRunId", &[("Origin", site)]).status), [200, 200, 403]);
    // 127.0.0.1 is trusted only by default.
    let prefix = server.get_with("/", &[("X-Forwarded-Prefix", "/prefix")]);
    assert_eq!(prefix, Answer { status: 302, body: String::new() });
    let product = |name| {
        let path = format!("/getSoftwareReleaseListFromSoftwareProduct?software_product_reference={name}");
        server.get(&path).value().as_list().unwrap().len()
    };
    assert_eq!(["kvm", "erp5", "other"].map(product), [1, 1, 0]);
    assert_eq!(server.post("/supplySupply", &[("url", &"x".repeat(2000))]).status, 413);
    // A client that sends half a request is told so after the time it has.
    let answer = super::rest_of(server.connect(), b"POST /supplySupply HTTP/1.1\r\nHost: localhost\r\n");
    assert_eq!(answer.lines().next(), Some("HTTP/1.1 408 Request Timeout"));
    let instance = server.request("web").value();
    let timestamp = instance.get("_parameter_dict").and_then(|parameters| parameters.get("timestamp"));
    let Some(Value::Int(microseconds)) = timestamp else { panic!("{timestamp:?}") };
    assert_eq!(microseconds.to_string().len(), 16);

    let log = super::without_times(&fs::read_to_string(home.path("proxy.log")).unwrap());
    let first: Vec<_> = log.lines().take(3).collect();
    let public = "[WARN ] --public-directory-path: none is not a directory, so /panel/public/ has nothing to serve";
    let root = "[INFO ] the local software root was / and is /sr; local releases stay where they are, since one is \
                inside the other";
    assert_eq!(first, [public, root, "[DEBUG] GET /getFullComputerInformation 200"]);
}

#[test]
fn flags_are_set_by_any_word_for_yes() {
    let home = Home::new();
    for (variable, value) in [("SLAPPROXY_QUIET", "1"), ("SLAPPROXY_QUIET", "true"), ("SLAPPROXY_QUIET", "yes")] {
        let mut command = home.command(&["start", "--port", "0", "--ready-file", "ready.json"]);
        let server = Server::spawned({
            command.env(variable, value);
            command
        });
        super::eventually("the ready file", || home.path("ready.json").exists());
        assert_eq!(server.stop("TERM"), super::noted(""), "{variable}={value}");
    }
    for value in ["true", "1", "on"] {
        let mut command = home.command(&["start", "--port", "0"]);
        command.env("SLAPPROXY_VERBOSE", value).env("SLAPPROXY_QUIET", "no");
        let server = Server::greeted(command);
        assert_eq!(server.get("/getRunId").status, 200);
        let stderr = super::without_times(&server.stop("TERM").stderr);
        assert_eq!(stderr.lines().nth(6), Some("[DEBUG] GET /getRunId 200"), "SLAPPROXY_VERBOSE={value}");
    }
}

#[test]
fn variables_with_faults_are_named_by_their_options() {
    let home = Home::new();
    let environment = [
        ("SLAPOS_CONFIGURATION", "none.cfg"),
        ("SLAPPROXY_DATABASE_URI", ":memory:"),
        ("SLAPPROXY_COMPUTER_ID", "a,b"),
        ("SLAPPROXY_HOST", "a b"),
        ("SLAPPROXY_PORT", "x"),
        ("SLAPPROXY_ALLOW_HOST", "http://a"),
        ("SLAPPROXY_ALLOW_ORIGIN", "a"),
        ("SLAPPROXY_TRUSTED_PROXY", "haproxy"),
        ("SLAPPROXY_FORM_LIMIT", "0"),
        ("SLAPPROXY_CLIENT_TIMEOUT", "0"),
        ("SLAPPROXY_COMPAT_SCHEMA", "16"),
        ("SLAPPROXY_TIMESTAMP_FORMAT", "hours"),
        ("SLAPPROXY_SOFTWARE_PRODUCT_LIST", "kvm"),
        ("SLAPPROXY_LOCAL_SOFTWARE_RELEASE_ROOT", "~bob"),
        ("SLAPPROXY_PUBLIC_DIRECTORY_PATH", "~bob"),
        ("SLAPPROXY_LOG_FILE", "~bob"),
    ];
    let refused = home.run_with(&["start"], &environment, "");
    let mut options: Vec<_> = refused.stderr.lines().map(|line| line.split_once(": ").unwrap().0).collect();
    options.sort_unstable();
    let mut expected: Vec<String> = environment[1..]
        .iter()
        .map(|(variable, _)| {
            format!("--{}", variable.trim_start_matches("SLAPPROXY_").to_lowercase().replace('_', "-"))
        })
        .chain(["hint".into(), "none.cfg".into()])
        .collect();
    expected.sort_unstable();
    assert_eq!((refused.code, options), (Some(2), expected.iter().map(String::as_str).collect()));
}

#[test]
fn an_empty_variable_says_nothing_and_an_unknown_word_is_refused() {
    let home = Home::new();
    let environment = [("SLAPPROXY_COMPUTER_ID", ""), ("SLAPOS_CONFIGURATION", ""), ("SLAPPROXY_DATABASE_URI", "")];
    let missing = format!(
        "error: there is no database {}; `slapproxy start` makes it, and --database-uri or --cfg names another one\n",
        home.database().display()
    );
    assert_eq!(home.run_with(&["show"], &environment, ""), failed(1, missing));
    let refused = home.run_with(&["start"], &[("SLAPPROXY_LOG_FORMAT", "xml")], "");
    let stderr = "error: invalid value 'xml' for '--log-format <LOG_FORMAT>'\n  [possible values: text, json]\n\n\
                  For more information, try '--help'.\n";
    assert_eq!(refused, failed(2, stderr));
}
