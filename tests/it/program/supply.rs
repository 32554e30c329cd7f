//! `slapproxy supply`, `remove` and `software list`

use serde_json::json;

use super::{Home, failed, noted, printed};

#[test]
fn a_release_is_supplied_and_removed_in_any_order_of_words() {
    let home = Home::new();
    let _server = home.formatted(1);
    assert_eq!(home.run(&["supply", "/sr", "local_computer"]), noted("/sr: local_computer will install it\n"));
    let words = ["remove", "--call-timeout", "5", "/sr", "--format=text", "local_computer"];
    assert_eq!(home.run(&words), noted("/sr: local_computer will remove it\n"));
    assert_eq!(
        home.show(&["--software"])["software"],
        json!([{"computer": "local_computer", "software_release": "/sr", "requested_state": "destroyed", "status": null}])
    );
}

#[test]
fn what_was_supplied_is_listed_with_the_latest_report_and_failures_come_first() {
    let home = Home::new();
    let server = home.formatted(1);
    assert_eq!(home.run(&["software", "list"]), printed("software: none\n"));
    for release in ["/good", "/bad"] {
        home.run(&["supply", release, "local_computer"]);
    }
    home.run(&["remove", "/good", "local_computer"]);
    server.post("/availableSoftwareRelease", &[("computer_id", "local_computer"), ("url", "/good")]);
    server.post(
        "/softwareReleaseError",
        &[("computer_id", "local_computer"), ("url", "/bad"), ("error_log", "no compiler")],
    );
    assert_eq!(
        home.run(&["software", "list"]),
        printed(
            "software\n  \
             computer        software release  requested  last report\n  \
             local_computer  /bad              available  error: while installing /bad\n  \
             local_computer  /good             destroyed  ok: software release /good available\n"
        )
    );
    assert_eq!(
        home.json(&["software", "list", "local_computer"]),
        json!([
            {"computer": "local_computer", "software-url": "/bad", "requested-state": "available",
             "reported-state": null, "report": "#error while installing /bad"},
            {"computer": "local_computer", "software-url": "/good", "requested-state": "destroyed",
             "reported-state": "available", "report": "#access software release /good available"},
        ])
    );
    let unknown = "Computer nope does not exist.\nhint: `slapproxy computer list` shows those that do\n";
    assert_eq!(home.run(&["software", "list", "nope"]), failed(2, unknown));
}

#[test]
fn a_product_stands_for_its_best_release() {
    let home = Home::new();
    let _server = home.start(&["--software-product-list", "kvm https://sr.example/kvm/software.cfg"]);
    assert_eq!(
        home.json(&["supply", "product.kvm", "local_computer"]),
        json!({"computer": "local_computer", "software-url": "https://sr.example/kvm/software.cfg",
               "requested-state": "available"})
    );
    assert_eq!(
        home.run(&["remove", "product.kvm", "local_computer"]),
        noted("https://sr.example/kvm/software.cfg: local_computer will remove it\n")
    );
    assert_eq!(
        home.run(&["supply", "product.nope", "local_computer"]),
        failed(
            1,
            "error: product.nope: the master knows no software release of the product \"nope\"\n\
             hint: products are lines `NAME URL` of software_product_list in the configuration of the server\n"
        )
    );
}

#[test]
fn an_unknown_computer_is_an_error_that_says_which_are_known() {
    let home = Home::new();
    let _server = home.formatted(1);
    assert_eq!(
        home.run(&["supply", "/sr", "nope"]),
        failed(1, "error: computer_id: there is no computer \"nope\"; known: local_computer\n")
    );
}
