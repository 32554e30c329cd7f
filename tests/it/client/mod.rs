//! The client library against this master, and against servers that do what no master should.

mod walk;

use slapproxy::config::Overrides;

use crate::app::{TestApp, description};

#[test]
fn every_method_does_what_it_says() {
    let products = vec![walk::PRODUCT.to_owned()];
    let app = TestApp::with(Overrides { software_products: products, ..Overrides::default() });
    let lines = walk::walk(&app.url, &description(walk::COMPUTER, 4));
    let lines: Vec<String> = lines.iter().map(|(method, answer)| format!("{method}: {answer}")).collect();
    insta::assert_snapshot!("walk", lines.join("\n"));
}
