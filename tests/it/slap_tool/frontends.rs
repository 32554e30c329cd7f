//! Well-known frontends, which are answered without a host.

use slapproxy::wire::form;
use slapproxy::wire::xml::Value;

use crate::app::{TestApp, answer, dictionary, request, text};
use crate::calls::{connection, map};

/// The release of HTTP frontends.
pub const HTTP: &str = "http://git.erp5.org/gitweb/slapos.git/blob_plain/HEAD:/software/apache-frontend/software.cfg";
/// The release of consoles.
pub const KVM: &str =
    "http://git.erp5.org/gitweb/slapos.git/blob_plain/refs/tags/slapos-0.92:/software/kvm/software.cfg";

/// A request for the HTTP frontend of a URL, as a reverse proxy forwards it.
fn behind_https(app: &TestApp, url: &str, headers: &[(&str, &str)]) -> Value {
    let parameters = dictionary(&[("url", url)]);
    let fields = [
        ("software_release", HTTP),
        ("partition_reference", "f"),
        ("shared_xml", "<marshal><bool>1</bool></marshal>"),
        ("partition_parameter_xml", &parameters),
    ];
    let mut request = app.http.post(format!("{}/requestComputerPartition", app.url)).body(form::encode(&fields));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    answer(request.header("Content-Type", "application/x-www-form-urlencoded")).value()
}

#[test]
fn an_http_frontend_leads_straight_to_its_url() {
    let app = TestApp::formatted(1);
    for software_type in ["", "default", "RootSoftwareInstance"] {
        let frontend = request("f").release(HTTP).software_type(software_type).shared();
        let found = frontend.parameters(&[("url", "http://[::1]:8080/x?y=z")]).value(&app);
        assert_eq!(found.as_object().unwrap().class.name(), "ComputerPartition");
        assert_eq!(text(&found, "_partition_id"), "Fake frontend for http://[::1]:8080/x?y=z");
        assert_eq!(["_computer_id", "slap_computer_id"].map(|key| text(&found, key)), ["", ""]);
        let entries = [("secure_access", "http://[::1]:8080/x?y=z"), ("domain", "[::1]:8080")];
        assert_eq!(connection(&found), map(&entries));
    }
    assert_eq!(app.listing(crate::calls::LOCAL), ["slappart0 free"]);
}

#[test]
fn an_http_frontend_behind_https_leads_through_the_http_proxy() {
    let app = TestApp::empty();
    let https = [("X-Forwarded-Proto", "https"), ("Host", "localhost:4443")];
    let found = behind_https(&app, "http://[::1]:8080/x?y=z", &https);
    let entries = [
        ("secure_access", "https://localhost:4443/http_proxy/http/%5B::1%5D:8080/x?y=z"),
        ("domain", "localhost:4443"),
    ];
    assert_eq!(connection(&found), map(&entries));
    let prefixed = [&https[..], &[("X-Forwarded-Prefix", "/slapproxy")]].concat();
    let found = behind_https(&app, "https://erp5.example", &prefixed);
    let entries = [
        ("secure_access", "https://localhost:4443/slapproxy/http_proxy/https/erp5.example/"),
        ("domain", "localhost:4443"),
    ];
    assert_eq!(connection(&found), map(&entries));
}

#[test]
fn a_console_frontend_leads_straight_to_its_host() {
    let app = TestApp::empty();
    let frontend = request("f").release(KVM).software_type("frontend").shared();
    let found = frontend.clone().parameters(&[("host", "2001:db8::1"), ("port", "6080")]).value(&app);
    assert_eq!(text(&found, "_partition_id"), "Fake KVM VNC frontend for https://[2001:db8::1]:6080/");
    let entries =
        [("url", "https://[2001:db8::1]:6080/"), ("domainname", "[2001:db8::1]"), ("port", "6080"), ("path", "/")];
    assert_eq!(connection(&found), map(&entries));
    let found = frontend.parameters(&[("host", "vm.example"), ("port", "443")]).value(&app);
    assert_eq!(connection(&found)["url"], "https://vm.example:443/");
}

#[test]
fn what_is_no_well_known_frontend_needs_a_host() {
    let app = TestApp::formatted(1);
    let url = [("url", "http://x/")];
    for frontend in [
        request("f").release(HTTP).shared(),
        request("f").release(HTTP).shared().parameters(&[("url", "")]),
        request("f").release(HTTP).software_type("other").shared().parameters(&url),
        request("f").release("/other").shared().parameters(&url),
        request("f").release(KVM).software_type("frontend").shared().parameters(&[("host", "h")]),
        request("f").release(KVM).shared().parameters(&[("host", "h"), ("port", "1")]),
    ] {
        let (status, refusal) = frontend.send(&app).refusal();
        assert_eq!(status, 404);
        assert!(refusal.starts_with("No partition corresponding to slave request: ["), "{refusal}");
    }
    // Without sharing it is a software release like any other.
    assert_eq!(request("f").release(HTTP).parameters(&url).place(&app), "slappart0");
}
