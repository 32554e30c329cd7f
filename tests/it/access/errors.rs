//! The failures of the protocol's interface are told apart on both APIs.

use slapproxy::client::ErrorKind;
use slapproxy::client::blocking::Slap;
use slapproxy::wire::form::ComputerArguments;
use slapproxy::wire::json_rpc::GetComputeNodeStatus;

use super::{Pair, instance, secured};
use crate::app::TestApp;
use crate::calls::LOCAL;

/// What the classic API and the JSON-RPC API make of the question how a computer is.
fn kinds(slap: &Slap, computer: &str) -> [Option<ErrorKind>; 2] {
    let classic = ComputerArguments { computer: computer.into() };
    let json_rpc = GetComputeNodeStatus { computer_guid: computer.into() };
    let classic = slap.wait(slap.as_async().slap_tool().get_computer_status(&classic));
    let json_rpc = slap.call(&json_rpc);
    [classic.err().map(|error| error.kind()), json_rpc.err().map(|error| error.kind())]
}

fn connection(app: &TestApp, pair: Option<Pair>) -> Slap {
    let builder = Slap::builder(&app.url);
    let builder = if app.url.starts_with("https") { builder.ca_pem(app.authority()) } else { builder };
    let builder = match pair {
        None => builder,
        Some(Pair { key, certificate }) => builder.certificate_pem(key, certificate),
    };
    builder.build_blocking().unwrap()
}

#[test]
fn each_kind_of_failure_is_known_by_its_status() {
    let open = TestApp::empty();
    let slap = connection(&open, None);
    assert_eq!(kinds(&slap, LOCAL), [None; 2]);
    assert_eq!(kinds(&slap, "nope"), [Some(ErrorKind::NotFound); 2]);
    assert_eq!(kinds(&slap, "None"), [Some(ErrorKind::InvalidRequest), Some(ErrorKind::NotFound)]);
    open.sqlite().execute_batch("ALTER TABLE computer RENAME TO elsewhere").unwrap();
    assert_eq!(kinds(&slap, LOCAL), [Some(ErrorKind::Server); 2]);
    drop(open);
    assert_eq!(kinds(&slap, LOCAL), [Some(ErrorKind::Connection); 2]);

    let closed = secured();
    assert_eq!(kinds(&connection(&closed, None), LOCAL), [Some(ErrorKind::Unauthorized); 2]);
    let instance = connection(&closed, Some(instance(&closed, "slappart0")));
    assert_eq!(kinds(&instance, LOCAL), [Some(ErrorKind::Unauthorized); 2]);
    let unverified = Slap::builder(&closed.url).build_blocking().unwrap();
    assert_eq!(kinds(&unverified, LOCAL), [Some(ErrorKind::Connection); 2]);
}
