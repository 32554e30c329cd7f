//! What a web page, a stranger or a large body must not be able to do.

use reqwest::blocking::{RequestBuilder, multipart};
use slapproxy::config::Overrides;
use slapproxy::wire::form;

use crate::app::{Answer, TestApp, answer};
use crate::calls::LOCAL;

const SUPPLY: [(&str, &str); 3] =
    [("url", "http://evil.example/software.cfg"), ("computer_id", LOCAL), ("state", "available")];

/// A supply as a web page would send it.
fn supply(app: &TestApp) -> RequestBuilder {
    let request = app.http.post(format!("{}/supplySupply", app.url));
    request.header("Content-Type", "application/x-www-form-urlencoded").body(form::encode(&SUPPLY))
}

fn location(app: &TestApp, headers: &[(&str, &str)]) -> String {
    let mut request = app.http.get(format!("{}/", app.url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().unwrap();
    assert_eq!(response.status(), 302);
    response.headers()["Location"].to_str().unwrap().into()
}

#[test]
fn d1_a_page_under_a_foreign_name_is_refused() {
    let app = TestApp::formatted(1);
    let refusal =
        "Host: \"evil.example\" is not a name of this server; allow it with --allow-host evil.example".to_owned();
    assert_eq!(answer(supply(&app).header("Host", "evil.example")).refusal(), (403, refusal.clone()));
    for path in ["/getFullComputerInformation?computer_id=local_computer", "/", "/getRunId", "/nope"] {
        let read = app.http.get(format!("{}{path}", app.url)).header("Host", "evil.example");
        assert_eq!(answer(read).refusal(), (403, refusal.clone()));
    }
    assert_eq!(app.supplied(LOCAL), Vec::<String>::new());
    for host in ["localhost", "localhost:80", "127.0.0.1", "[::1]:5000", "LOCALHOST"] {
        assert_eq!(answer(supply(&app).header("Host", host)).status, 200, "{host}");
    }
}

#[test]
fn d1_another_site_is_refused() {
    let app = TestApp::formatted(1);
    for origin in ["http://evil.example", "null", "https://localhost", "http://127.0.0.1"] {
        let refusal =
            format!("Origin: {origin:?} is another site than this server; allow it with --allow-origin {origin}");
        assert_eq!(answer(supply(&app).header("Origin", origin)).refusal(), (403, refusal));
    }
    for site in ["cross-site", "same-site"] {
        let refusal = format!("Sec-Fetch-Site: {site:?} says that another site sends this");
        assert_eq!(answer(supply(&app).header("Sec-Fetch-Site", site)).refusal(), (403, refusal.clone()));
        let navigation = supply(&app).header("Sec-Fetch-Site", site).header("Sec-Fetch-Mode", "navigate");
        assert_eq!(answer(navigation).refusal(), (403, refusal.clone()));
        let reading = app.http.get(format!("{}/getRunId", app.url)).header("Sec-Fetch-Site", site);
        assert_eq!(answer(reading).refusal(), (403, refusal));
    }
    assert_eq!(app.supplied(LOCAL), Vec::<String>::new());
}

#[test]
fn d1_the_server_itself_and_programs_are_served() {
    let app = TestApp::formatted(1);
    let supplied = Answer::text("Supplied 'http://evil.example/software.cfg' to be available");
    assert_eq!(answer(supply(&app)), supplied);
    assert_eq!(answer(supply(&app).header("Origin", &app.url)), supplied);
    assert_eq!(answer(supply(&app).header("Sec-Fetch-Site", "same-origin")), supplied);
    assert_eq!(answer(supply(&app).header("Sec-Fetch-Site", "none")), supplied);
    let link = app.http.get(format!("{}/getRunId", app.url));
    let link = link.header("Sec-Fetch-Site", "cross-site").header("Sec-Fetch-Mode", "navigate");
    assert_eq!(answer(link), app.get("/getRunId"));
}

#[test]
fn d1_further_names_and_sites_can_be_allowed() {
    let overrides = Overrides {
        allow_hosts: vec!["proxy.example".into()],
        allow_origins: vec!["https://theia.example".into()],
        ..Overrides::default()
    };
    let app = TestApp::with(overrides);
    let supplied = Answer::text("Supplied 'http://evil.example/software.cfg' to be available");
    let theia = supply(&app).header("Host", "proxy.example:443").header("Origin", "https://theia.example");
    assert_eq!(answer(theia), supplied);
    assert_eq!(answer(supply(&app).header("Host", "evil.example")).status, 403);
    assert_eq!(answer(supply(&app).header("Origin", "http://theia.example")).status, 403);
}

#[test]
fn d5_a_form_over_the_limit_is_refused() {
    let app = TestApp::with(Overrides { form_limit: Some("1000".into()), ..Overrides::default() });
    let body = |size: usize| {
        let fields = form::encode(&SUPPLY);
        format!("{fields}&padding={}", "x".repeat(size - fields.len() - "&padding=".len()))
    };
    let send = |size: usize| {
        let request = app.http.post(format!("{}/supplySupply", app.url));
        answer(request.header("Content-Type", "application/x-www-form-urlencoded").body(body(size)))
    };
    let refusal = (413, "the body is larger than 1000 bytes; the limit is set by form_limit".to_owned());
    for size in [1001, 3_000_000] {
        assert_eq!(send(size).refusal(), refusal, "{size}");
    }
    assert_eq!(app.supplied(LOCAL), Vec::<String>::new());
    assert_eq!(send(1000), Answer::text("Supplied 'http://evil.example/software.cfg' to be available"));
}

#[test]
fn d5_a_multipart_form_over_the_limit_is_refused_however_it_is_cut() {
    let app = TestApp::with(Overrides { form_limit: Some("2000".into()), ..Overrides::default() });
    let fields = || SUPPLY.iter().fold(multipart::Form::new(), |form, (name, value)| form.text(*name, *value));
    let send = |form: multipart::Form| answer(app.http.post(format!("{}/supplySupply", app.url)).multipart(form));
    let refusal = (413, "the body is larger than 2000 bytes; the limit is set by form_limit".to_owned());
    assert_eq!(send(fields().text("padding", "x".repeat(2000))).refusal(), refusal);
    assert_eq!(send((0..4).fold(fields(), |form, n| form.text(format!("p{n}"), "x".repeat(500)))).refusal(), refusal);
    // Parts that hold nothing are bytes too.
    assert_eq!(send((0..100).fold(fields(), |form, n| form.text(format!("p{n}"), ""))).refusal(), refusal);
    assert_eq!(app.supplied(LOCAL), Vec::<String>::new());
    let supplied = Answer::text("Supplied 'http://evil.example/software.cfg' to be available");
    assert_eq!(send(fields().text("padding", "x".repeat(500))), supplied);
}

#[test]
fn d7_forwarded_headers_of_strangers_are_not_believed() {
    let app = TestApp::with(Overrides { trusted_proxies: vec!["192.0.2.7".into()], ..Overrides::default() });
    let forged = [
        ("X-Forwarded-Prefix", "/forged"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-For", "192.0.2.7"),
        ("Forwarded", "for=192.0.2.7;host=evil.example;proto=https"),
    ];
    assert_eq!(location(&app, &forged), "/panel/");
    let mut request = app.http.get(format!("{}/getHateoasUrl", app.url));
    for (name, value) in forged {
        request = request.header(name, value);
    }
    assert_eq!(answer(request), Answer::text(&format!("{}/hateoas/", app.url)));
}

#[test]
fn d7_no_prefix_leads_to_another_site() {
    let app = TestApp::empty();
    assert_eq!(location(&app, &[("X-Forwarded-Prefix", "/slapproxy")]), "/slapproxy/panel/");
    assert_eq!(location(&app, &[("X-Forwarded-Prefix", "/slapproxy/")]), "/slapproxy/panel/");
    assert_eq!(location(&app, &[("X-Forwarded-Prefix", "/outer, /inner")]), "/inner/panel/");
    for prefix in ["//evil.example", "/\\evil.example", "http://evil.example", "evil.example", "/\t/evil.example", "/"]
    {
        assert_eq!(location(&app, &[("X-Forwarded-Prefix", prefix)]), "/panel/", "{prefix}");
    }
    let url = app.http.get(format!("{}/getHateoasUrl", app.url));
    let url = url.header("X-Forwarded-Prefix", "/p").header("X-Forwarded-Proto", "https").header("Host", "localhost");
    assert_eq!(answer(url), Answer::text("https://localhost/p/hateoas/"));
}
