//! How commands find their master, and what `--api` shows.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;

use serde_json::json;

use super::{Home, failed, printed};

const LIST: [&str; 2] = ["computer", "list"];
const FOUND: &str = "List of Computers:\nlocal_computer local_computer\n";

fn closed() -> String {
    format!("http://{}/", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap())
}

#[test]
fn the_master_is_that_of_an_option_a_variable_a_file_or_the_running_server() {
    let home = Home::new();
    let other = home.name("other.db");
    let server = home.start(&["--database-uri", &other, "--ready-file", &home.name("ready.json")]);
    let ready = home.name("ready.json");
    let config = home.write("client.cfg", format!("[slapos]\nmaster_url = {}\n", server.url));
    let lost = format!(
        "error: there is no master: no server uses the database {}\n\
         hint: start one with `slapproxy start`, or name another with --master-url URL or --cfg FILE\n",
        home.database().display()
    );
    assert_eq!(home.run(&LIST), failed(1, lost));
    for (option, value) in
        [("--master-url", &server.url), ("--ready-file", &ready), ("--database-uri", &other), ("--cfg", &config)]
    {
        assert_eq!(home.run(&[&LIST[..], &[option, value]].concat()), printed(FOUND), "{option}");
    }
    for (variable, value) in [
        ("SLAPPROXY_MASTER_URL", &server.url),
        ("SLAPPROXY_READY_FILE", &ready),
        ("SLAPPROXY_DATABASE_URI", &other),
        ("SLAPOS_CLIENT_CONFIGURATION", &config),
    ] {
        assert_eq!(home.run_with(&LIST, &[(variable, value)], ""), printed(FOUND), "{variable}");
    }
    home.write(".slapos/slapos-client.cfg", format!("[slapos]\nmaster_url = {}\n", server.url));
    assert_eq!(home.run(&LIST), printed(FOUND));
}

#[test]
fn the_command_line_wins_over_the_file_and_the_file_over_the_running_server() {
    let home = Home::new();
    let server = home.start(&[]);
    let nowhere = closed();
    let config = home.write("client.cfg", format!("[slapos]\nmaster_url = {nowhere}\n"));
    let unreachable = failed(
        1,
        format!(
            "error: cannot reach {nowhere}getHateoasUrl: Connection refused (os error 111)\n\
             hint: `slapproxy start` starts a master, --master-url names another one\n"
        ),
    );
    assert_eq!(home.run(&LIST), printed(FOUND));
    assert_eq!(home.run(&[&LIST[..], &["--cfg", &config]].concat()), unreachable);
    let both = [&LIST[..], &["--cfg", &config, "--master-url", &server.url]].concat();
    assert_eq!(home.run(&both), printed(FOUND));
}

#[test]
fn a_configuration_that_cannot_be_used_is_told_with_its_place() {
    let home = Home::new();
    let config = home.write("client.cfg", "[slapos]\nkey_file = ~you/key\n");
    assert_eq!(
        home.run(&[&LIST[..], &["--cfg", &config]].concat()),
        failed(
            1,
            format!(
                "error: {config}:1: [slapos] master_url: the master is not set; expected master_url = URL in the section \
                 [slapos]\n{config}:2: [slapos] key_file: \"~you/key\" names the home directory of another user; expected \
                 ~/ for one's own, or the whole path\n"
            )
        )
    );
    let missing = home.run(&[&LIST[..], &["--cfg", "nope.cfg"]].concat());
    assert_eq!(
        missing,
        failed(
            1,
            "error: nope.cfg: cannot be read: No such file or directory (os error 2); expected a configuration file\n"
        )
    );
    let half = home.run(&[&LIST[..], &["--master-url", "https://localhost/", "--key-file", "key"]].concat());
    assert_eq!(half, failed(1, "error: there is a key file without certificate file; expected both, or none\n"));
}

#[test]
fn the_console_section_gives_other_defaults() {
    let home = Home::new();
    let server = home.formatted(1);
    let text = format!("[slapos]\nmaster_url = {}\n[slapconsole]\ntype = big\nstate = stopped\n", server.url);
    home.write(".slapos/slapos-client.cfg", text);
    assert_eq!(home.run(&["request", "t", "/sr", "--no-validate"]).code, Some(0));
    let instance = home.show(&["--instances"])["instances"][0].clone();
    assert_eq!((&instance["software_type"], &instance["requested_state"]), (&json!("big"), &json!("stopped")));
    assert_eq!(
        home.run(&["request", "t", "/sr", "--no-validate", "--type", "small", "--state", "started"]).code,
        Some(0)
    );
    let instance = home.show(&["--instances"])["instances"][0].clone();
    assert_eq!((&instance["software_type"], &instance["requested_state"]), (&json!("small"), &json!("started")));
}

#[test]
fn behind_https_a_person_shows_a_certificate_or_a_token_and_the_owner_of_the_database_nothing() {
    let home = Home::new();
    let ready = home.name("ready.json");
    let _server = home.start(&["--tls", "--require-certificate", "--ready-file", &ready]);
    assert_eq!(home.run(&LIST), printed(FOUND));
    assert_eq!(home.run(&[&LIST[..], &["--ready-file", &ready]].concat()), printed(FOUND));
    home.run(&["user", "add", "me"]);
    home.run(&["ca", "export", "-o", "ca.crt", "-u", home.database().to_str().unwrap()]);
    let ready: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&ready).unwrap()).unwrap();
    let url = ready["url"].as_str().unwrap();
    let run = |words: &[&str]| home.run(&[&LIST[..], &["--master-url", url], words].concat());
    let me = ["--key-file", "me.key", "--cert-file", "me.crt"];
    assert_eq!(run(&[&me[..], &["--ca-file", "ca.crt"]].concat()), printed(FOUND));
    let token = home.run(&["user", "renew", "me", "--token"]).stdout;
    assert_eq!(run(&["--ca-file", "ca.crt", "--access-token", token.trim()]), printed(FOUND));
    let slapos = format!("[slapos]\nmaster_url = {url}\nmaster_ca_file = {}\n", home.name("ca.crt"));
    let files = format!("key_file = {}\ncert_file = {}\n", home.name("me.key"), home.name("me.crt"));
    for text in [format!("{slapos}{files}"), format!("{slapos}[slapconsole]\n{files}")] {
        home.write("client.cfg", text);
        assert_eq!(home.run(&[&LIST[..], &["--cfg", "client.cfg"]].concat()), printed(FOUND));
    }
    let wait = [&["wait", "--timeout", "5", "--master-url", url, "--ca-file", "ca.crt"], &me[..]].concat();
    assert_eq!(home.run(&wait).stdout, format!("{url}\n"));
    // Nobody vouches for the master, or nobody knows who calls.
    let stranger = run(&me);
    assert_eq!((stranger.code, stranger.stdout.as_str()), (Some(1), ""));
    assert!(stranger.stderr.starts_with(&format!("error: cannot reach {url}")), "{}", stranger.stderr);
    let nobody = run(&["--ca-file", "ca.crt"]);
    assert_eq!((nobody.code, nobody.stdout.as_str()), (Some(1), ""));
}

#[test]
fn api_shows_what_would_be_sent_and_sends_nothing() {
    let home = Home::new();
    let nowhere = closed();
    let run = |words: &[&str]| home.run(&[words, &["--api", "--master-url", &nowhere]].concat());
    assert_eq!(
        run(&["supply", "/sr x", "local_computer"]),
        printed(format!(
            "POST {nowhere}supplySupply\nContent-Type: application/x-www-form-urlencoded\n\n\
             url         = /sr x\ncomputer_id = local_computer\nstate       = available\n"
        ))
    );
    assert_eq!(
        run(&["request", "t", "/sr", "--no-validate", "--parameters", "a=ö", "--state", "stopped", "--slave"]),
        printed(format!(
            "POST {nowhere}requestComputerPartition\nContent-Type: application/x-www-form-urlencoded\n\n\
             software_release        = /sr\nsoftware_type           = default\npartition_reference     = t\n\
             shared_xml              = true\n\
             partition_parameter_xml = {{\n                            \"a\": \"ö\"\n                          }}\n\
             filter_xml              = {{}}\nstate                   = stopped\n"
        ))
    );
    let json = run(&["computer", "bang", "c", "-m", "why", "--format", "json"]);
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&json.stdout).unwrap(),
        json!({
            "method": "POST", "url": format!("{nowhere}computerBang"), "query": null,
            "headers": {"Content-Type": "application/x-www-form-urlencoded"},
            "body": {"computer_id": "c", "message": "why"},
        })
    );
}

#[test]
fn api_looks_up_what_it_must_and_shows_the_rest() {
    let home = Home::new();
    let server = home.formatted(1);
    home.run(&["request", "t", "/sr", "--no-validate"]);
    let url = &server.url;
    assert_eq!(
        home.run(&["computer", "list", "--api"]),
        printed(format!(
            "GET {url}/hateoas/?mode=search&query=portal_type%3A%22Compute%20Node%22%20AND%20validation_state%3Avalidated\
             &select_list=title,reference\n\n\
             mode        = search\nquery       = portal_type:\"Compute Node\" AND validation_state:validated\n\
             select_list = title,reference\n"
        ))
    );
    let document = "{\n  \"instance_guid\": \"t______0\",\n  \"message\": \"why\"\n}\n";
    assert_eq!(
        home.run(&["service", "bang", "t", "-m", "why", "--api"]),
        printed(format!(
            "POST {url}/slapos.put.v0.software_instance_bang\nContent-Type: application/json\n\n{document}"
        ))
    );
    let events = home.show(&["--events"])["events"].clone();
    assert!(events.as_array().unwrap().iter().all(|event| event["kind"] != "softwareInstanceBang"), "{events}");
}

#[test]
fn what_is_not_ready_yet_has_the_status_of_the_python_client() {
    let home = Home::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = BufReader::new(stream.try_clone().unwrap());
            let mut length = 0;
            for line in request.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()) {
                if let Some((_, value)) = line.to_lowercase().split_once("content-length: ") {
                    length = value.parse().unwrap();
                }
            }
            // Whoever closes before all was read takes the answer back.
            request.read_exact(&mut vec![0; length]).unwrap();
            let answer = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
            let _gone = stream.write_all(answer.as_bytes());
        }
    });
    let run = |words: &[&str]| home.run(&[words, &["--master-url", &url]].concat());
    assert_eq!(
        run(&["request", "t", "/sr", "--no-validate"]),
        failed(
            2,
            "t: requested; the master has no place for it yet\n\
             hint: run the command again in a while, or with --wait\n"
        )
    );
    let supply = run(&["supply", "/sr", "local_computer"]);
    assert_eq!(supply, failed(2, format!("{url}supplySupply: not ready yet: Request Timeout\n")));
}
