//! `slapproxy user` and `slapproxy ca`, https, and what is said about a server that everybody can drive.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use reqwest::{Certificate, Identity};

use super::{Home, Server, failed, noted, printed};
use crate::app::{Answer, answer, http_client};

/// Gets a path of a server that is verified by a certificate, showing a pair if there is one.
fn get(url: &str, authority: &str, pair: Option<[String; 2]>) -> Answer {
    let client = http_client().tls_certs_only(Certificate::from_pem_bundle(authority.as_bytes()).unwrap());
    let client = match pair {
        None => client,
        Some(pair) => client.identity(Identity::from_pem(pair.join("\n").as_bytes()).unwrap()),
    };
    answer(client.build().unwrap().get(url))
}

fn secured(home: &Home, arguments: &[&str]) -> Server {
    home.start(&[&["--tls", "--require-certificate"], arguments].concat())
}

fn pair(home: &Home, name: &str) -> [String; 2] {
    ["key", "crt"].map(|end| fs::read_to_string(home.path(&format!("{name}.{end}"))).unwrap())
}

#[test]
fn people_are_added_listed_and_removed_while_the_server_runs_and_while_it_does_not() {
    let home = Home::new();
    let added = "./alice.key and ./alice.crt prove that it is alice\n";
    for running in [false, true] {
        let server = running.then(|| secured(&home, &[]));
        assert_eq!(home.run(&["user", "add", "alice"]), noted(added), "{running}");
        assert_eq!(fs::metadata(home.path("alice.key")).unwrap().permissions().mode() & 0o777, 0o600);
        let there = "error: ./alice.key is there already\nhint: remove it, or choose another --directory\n";
        assert_eq!(home.run(&["user", "renew", "alice"]), failed(1, there));
        let taken = home.run(&["user", "add", "alice", "--token"]);
        assert_eq!(taken, failed(1, "error: name: there is a person \"alice\" already\n"), "{running}");
        let secret = home.run(&["user", "renew", "alice", "--token", "--lifetime", "60"]);
        assert_eq!((secret.code, secret.stdout.trim_end().len()), (Some(0), 32));
        let list = home.run(&["user", "list"]);
        assert!(list.stdout.starts_with("people\n  name   certificate until\n  alice  "), "{}", list.stdout);
        if let Some(server) = server {
            let authority = home.run(&["ca", "export"]).stdout;
            let run_id = format!("{}/getRunId", server.url);
            assert_eq!(get(&run_id, &authority, Some(pair(&home, "alice"))).status, 200);
            assert_eq!(get(&run_id, &authority, None).status, 401);
        }
        assert_eq!(home.run(&["user", "remove", "alice"]), noted("alice is removed\n"), "{running}");
        let unknown = "error: name: there is no person \"alice\"; known: none\n";
        assert_eq!(home.run(&["user", "remove", "alice"]), failed(1, unknown), "{running}");
        assert_eq!(home.run(&["user", "list", "--format", "json"]), printed("[]\n"));
        for end in ["key", "crt"] {
            fs::remove_file(home.path(&format!("alice.{end}"))).unwrap();
        }
    }
}

#[test]
fn the_owner_of_the_database_needs_no_certificate() {
    let home = Home::new();
    let _server = secured(&home, &[]);
    assert_eq!(home.run(&["computer", "format", "--partitions", "1"]), noted("local_computer has 1 partitions\n"));
    assert_eq!(home.run(&["request", "mine", "/sr", "--no-validate"]).code, Some(0));
    assert_eq!(home.run(&["format", "-o", "computer.xml", "--partitions", "2"]).code, Some(0));
    assert_eq!(home.run(&["import", "computer.xml"]).code, Some(0));
    assert_eq!(home.run(&["wait"]).code, Some(0));
    assert_eq!(home.run(&["status"]).code, Some(0));
}

#[test]
fn the_authority_shows_what_it_gave_out_and_what_is_revoked() {
    let home = Home::new();
    let missing = format!("error: there is no database {}; `slapproxy start` makes it\n", home.database().display());
    assert_eq!(home.run(&["ca", "export"]), failed(1, missing));
    let server = home.formatted(1);
    assert!(home.run(&["ca", "show"]).stdout.ends_with("\n\ncertificates: none\n"));
    assert_eq!(home.run(&["computer", "certificate", "local_computer", "-o", "."]).code, Some(0));
    assert_eq!(home.run(&["computer", "certificate", "local_computer", "--revoke"]).code, Some(0));
    drop(server);
    let shown: serde_json::Value = serde_json::from_str(&home.run(&["ca", "show", "--format", "json"]).stdout).unwrap();
    let certificate = &shown["certificates"][0];
    assert_eq!(
        (certificate["name"].as_str(), certificate["state"].as_str()),
        (Some("local_computer"), Some("revoked"))
    );
    assert_eq!(home.run(&["ca", "crl", "-o", "crl.pem"]), noted("crl.pem is written\n"));
    let crl = fs::read(home.path("crl.pem")).unwrap();
    let (_, pem) = x509_parser::pem::parse_x509_pem(&crl).unwrap();
    let (_, list) = x509_parser::parse_x509_crl(&pem.contents).unwrap();
    let revoked: Vec<String> =
        list.iter_revoked_certificates().map(x509_parser::prelude::RevokedCertificate::raw_serial_as_string).collect();
    assert_eq!(revoked, [with_colons(certificate["serial"].as_str().unwrap())]);
    let refused = home.run_with(
        &["ca", "export"],
        &[("SLAPOS_CONFIGURATION", &home.write("x.cfg", "[slapproxy]\nno_certificates = 1\n"))],
        "",
    );
    assert_eq!(refused, failed(1, "error: no_certificates is set: there is no certificate authority\n"));
}

fn with_colons(serial: &str) -> String {
    let bytes: Vec<&str> = (0..serial.len()).step_by(2).map(|at| &serial[at..at + 2]).collect();
    bytes.join(":")
}

#[test]
fn https_is_served_with_a_given_certificate_and_plain_http_beside_it() {
    let home = Home::new();
    // Any authority may sign the server; here it is one of another database.
    let own = slapproxy::pki::LocalAuthority::beside(&home.path("other.db"));
    let now = slapproxy::domain::timestamp::Timestamp::from_system_time(std::time::SystemTime::now());
    let given = own.server(&["127.0.0.1".into()], now).unwrap();
    let files = [home.write("server.crt", &given.certificate), home.write("server.key", &given.key)];
    let server = home.start(&[
        "--tls-certificate",
        &files[0],
        "--tls-key",
        &files[1],
        "--http-port",
        "0",
        "--ready-file",
        "ready",
    ]);
    assert!(server.url.starts_with("https://"), "{}", server.url);
    let answered = get(&format!("{}/getHateoasUrl", server.url), &own.certificate().unwrap(), None);
    assert_eq!(answered, Answer::text(&format!("{}/hateoas/", server.url)));
    let ready: serde_json::Value = serde_json::from_str(&fs::read_to_string(home.path("ready")).unwrap()).unwrap();
    let plain = ready["http_url"].as_str().unwrap();
    let answered = answer(http_client().build().unwrap().get(format!("{plain}getHateoasUrl")));
    assert_eq!(answered, Answer::text(&format!("{plain}hateoas/")));
    let missing =
        home.run(&["start", "--port", "0", "-u", "x.db", "--tls-certificate", "none.crt", "--tls-key", &files[1]]);
    assert_eq!(
        missing,
        failed(1, "error: cannot serve https: cannot read none.crt: No such file or directory (os error 2)\n")
    );
}

#[test]
fn a_server_that_everybody_can_drive_says_so_in_one_line() {
    let home = Home::new();
    let warned = |arguments: &[&str]| {
        let server = home.start(arguments);
        let said = server.stop("TERM").stderr;
        said.lines().filter(|line| line.contains("can drive this master")).count()
    };
    assert_eq!(warned(&[]), 0);
    assert_eq!(warned(&["--host", "localhost"]), 0);
    assert_eq!(warned(&["--host", "0.0.0.0"]), 1);
    assert_eq!(warned(&["--host", "0.0.0.0", "--tls"]), 1);
    assert_eq!(warned(&["--host", "0.0.0.0", "--tls", "--require-certificate"]), 0);
}
