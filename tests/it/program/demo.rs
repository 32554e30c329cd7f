//! `slapproxy demo`

use serde_json::{Value, json};

use super::{Home, Server, eventually, failed, noted};

/// A demonstration that does not make anybody wait.
fn demo(home: &Home, arguments: &[&str]) -> Server {
    Server::greeted(home.command(&[&["demo", "--pace", "0.02"], arguments].concat()))
}

/// What `status` tells of the services: title and health.
fn services(home: &Home, server: &Server) -> Vec<(String, String)> {
    let status = home.json(&["status", "--master-url", &server.url]);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let services = status["services"].as_array().unwrap();
    services.iter().map(|service| (text(&service["title"]), text(&service["status"]))).collect()
}

fn is(home: &Home, server: &Server, title: &str, status: &str) -> bool {
    services(home, server).contains(&(title.to_owned(), status.to_owned()))
}

#[test]
fn services_are_built_started_and_published_and_one_fails_and_recovers_in_turn() {
    let home = Home::new();
    let mut server = demo(&home, &[]);
    for line in [
        "https://sr.example/shop/software.cfg: building",
        "local_computer slappart0 shop: building",
        "https://sr.example/shop/software.cfg: available",
        "local_computer slappart2 wiki: error",
        "local_computer slappart3 frontend: available, http://10.0.0.5:8080/, https://wiki-frontend.example/ for wiki-frontend",
        "local_computer slappart0 shop: started",
        "local_computer slappart2 wiki: started",
        "local_computer slappart2 wiki: error",
    ] {
        server.line_with(line);
    }
    assert!(is(&home, &server, "shop", "ok"));

    let on = ["--no-validate", "--wait", "--timeout", "20", "--master-url", &server.url];
    let request = |more: &[&str]| home.run(&[&["request", "mine", "/sr"], &on[..], more].concat());
    let started = request(&[]);
    let stdout = "mine: started on local_computer slappart4\nconnection parameters\n  url  http://10.0.0.6:8080/\n";
    assert_eq!((started.code, started.stdout.as_str()), (Some(0), stdout), "{}", started.stderr);
    let stopped = request(&["--state", "stopped"]);
    assert!(stopped.stdout.starts_with("mine: stopped on local_computer slappart4\n"), "{stopped:?}");
    assert_eq!(request(&["--state", "destroyed"]).code, Some(0));
    eventually("its end", || !services(&home, &server).iter().any(|(title, _)| title == "mine"));
    assert_eq!(server.stop("INT").code, Some(0));
    assert!(!home.path("data").exists());
}

#[test]
fn it_starts_with_any_seed_and_fails_where_it_is_told_to() {
    let home = Home::new();
    let seed = "computers: [{reference: local_computer, partitions: 2, software: [\
                {software_release: /broken/software.cfg}]}]\n\
                instances: [{title: lost, software_release: /sr, parameters: {simulate: error}}]\n";
    let seed = home.write("seed.yaml", seed);
    let mut server = demo(&home, &["--seed", &seed]);
    server.line_with("local_computer /broken/software.cfg: error");
    server.line_with("local_computer slappart0 lost: error");
    eventually("the error", || is(&home, &server, "lost", "error"));
    let status = home.json(&["status", "--master-url", &server.url]);
    let report = "#error while installing /broken/software.cfg";
    assert_eq!(status["software"][0]["report"], json!(report));
    // A release that is removed is gone after the next step.
    let removed = home.run(&["remove", "/broken/software.cfg", "local_computer", "--master-url", &server.url]);
    assert_eq!(removed, noted("/broken/software.cfg: local_computer will remove it\n"));
    server.line_with("local_computer /broken/software.cfg: destroyed");

    let nothing = failed(1, "error: nothing is seeded:\nnone.yaml: No such file or directory (os error 2)\n");
    assert_eq!(home.run(&["demo", "--seed", "none.yaml"]), nothing);
}
