//! `slapproxy format`

use std::fs;

use serde_json::json;

use super::{Home, failed, noted};

const FORMAT: [&str; 9] =
    ["format", "--partitions", "3", "--ipv4", "10.0.0.0/24", "--ipv6", "2001:db8::/48", "--computer-id", "COMP-1"];

fn partition(index: usize) -> String {
    let first = 4 + 5 * index;
    let [addresses, ipv4, ipv6, range] = [1, 2, 3, 4].map(|n| first + n);
    format!(
        "<dictionary id=\"i{first}\"><string>address_list</string><list id=\"i{addresses}\">\
         <dictionary id=\"i{ipv4}\"><string>addr</string><string>10.0.0.{}</string>\
         <string>netmask</string><string>255.255.255.255</string></dictionary>\
         <dictionary id=\"i{ipv6}\"><string>addr</string><string>2001:db8::{}</string>\
         <string>netmask</string><string>ffff:ffff:ffff::</string></dictionary></list>\
         <string>ipv6_range</string><dictionary id=\"i{range}\">\
         <string>addr</string><string>2001:db8:0:400{}::</string>\
         <string>netmask</string><string>ffff:ffff:ffff:ffff::</string>\
         <string>network</string><string>2001:db8:0:400{}::/64</string><string>prefixlen</string><int>64</int></dictionary>\
         <string>path</string><string>/srv/slapgrid/slappart{index}</string>\
         <string>reference</string><string>slappart{index}</string></dictionary>",
        index + 2,
        index + 2,
        index + 1,
        index + 1
    )
}

fn document() -> String {
    format!(
        "<marshal><dictionary id=\"i2\"><string>address</string><string>2001:db8::1</string>\
         <string>instance_root</string><string>/srv/slapgrid</string>\
         <string>netmask</string><string>ffff:ffff:ffff::</string>\
         <string>partition_list</string><list id=\"i3\">{}</list>\
         <string>reference</string><string>COMP-1</string>\
         <string>slapos_version</string><string>slapproxy {}</string></dictionary></marshal>\n",
        [0, 1, 2].map(partition).concat(),
        env!("CARGO_PKG_VERSION")
    )
}

#[test]
fn a_description_is_written_as_slapformat_posts_it() {
    let home = Home::new();
    assert_eq!(home.run(&FORMAT), super::printed(document()));
    let to_file = home.run(&[FORMAT.as_slice(), &["--output", "computer.xml"]].concat());
    assert_eq!(to_file, noted("computer.xml: 3 partitions of COMP-1\n"));
    assert_eq!(fs::read_to_string(home.path("computer.xml")).unwrap(), document());
    let environment = [
        ("SLAPPROXY_PARTITIONS", "3"),
        ("SLAPPROXY_IPV4", "10.0.0.0/24"),
        ("SLAPPROXY_IPV6", "2001:db8::/48"),
        ("SLAPPROXY_COMPUTER_ID", "COMP-1"),
        ("SLAPPROXY_PARTITION_BASE_NAME", "slappart"),
        ("SLAPPROXY_INSTANCE_ROOT", "/srv/slapgrid"),
        ("SLAPPROXY_OUTPUT", "other.xml"),
    ];
    let to_other = home.run_with(&["format"], &environment, "");
    assert_eq!(to_other, noted("other.xml: 3 partitions of COMP-1\n"));
    assert_eq!(fs::read_to_string(home.path("other.xml")).unwrap(), document());
}

#[test]
fn what_is_written_can_be_imported() {
    let home = Home::new();
    let imported = home.run_with(&["import", "-"], &[], &home.run(&FORMAT).stdout);
    assert_eq!(imported, noted("COMP-1: 3 partitions added, 0 kept, 0 removed\n"));
    let shown = home.show(&["--computers", "--network"]);
    let details =
        json!({"instance_root": "/srv/slapgrid", "slapos_version": format!("slapproxy {}", env!("CARGO_PKG_VERSION"))});
    let address = |address: String, netmask: &str, partition: &str| json!({"interface": partition, "address": address, "netmask": netmask, "gateway": null, "network": null});
    let network = [0, 1, 2].map(|n| {
        let partition = format!("slappart{n}");
        let ipv4 = address(format!("10.0.0.{}", n + 2), "255.255.255.255", &partition);
        let ipv6 = address(format!("2001:db8::{}", n + 2), "ffff:ffff:ffff::", &partition);
        json!({"computer": "COMP-1", "partition": partition, "addresses": [ipv4, ipv6]})
    });
    let expected = json!({
        "computers": [
            {"reference": "local_computer", "title": null, "address": null, "netmask": null, "description": {}},
            {
                "reference": "COMP-1", "title": null, "address": "2001:db8::1", "netmask": "ffff:ffff:ffff::",
                "description": details,
            },
        ],
        "network": network,
    });
    assert_eq!(shown, expected);
}

#[test]
fn without_options_ten_partitions_share_the_loopback_addresses() {
    let home = Home::new();
    let imported = home.run_with(&["import", "-"], &[], &home.run(&["format"]).stdout);
    assert_eq!(imported, noted("local_computer: 10 partitions added, 0 kept, 0 removed\n"));
    let shown = home.run(&["show", "--network"]);
    let line = |n| format!("  local_computer  slappart{n}  127.0.0.1 on slappart{n}, ::1 on slappart{n}\n");
    let lines: String = (0..10).map(line).collect();
    assert_eq!(shown, super::printed(format!("network\n  computer        partition  addresses\n{lines}")));
}

#[test]
fn one_of_the_address_families_may_be_left_out() {
    let home = Home::new();
    let addresses = |arguments: &[&str]| {
        let format = ["format", "--partitions", "1", "--computer-id", "C"];
        let document = home.run(&[format.as_slice(), arguments].concat()).stdout;
        assert_eq!(home.run_with(&["import", "-", "-u", "x.db"], &[], &document).code, Some(0));
        home.run(&["show", "--network", "-u", "x.db"]).stdout.lines().last().unwrap().trim().to_owned()
    };
    assert_eq!(addresses(&["--ipv6", ""]), "C         slappart0  127.0.0.1 on slappart0");
    assert_eq!(addresses(&["--ipv4="]), "C         slappart0  ::1 on slappart0");
    assert_eq!(addresses(&["--ipv6=", "--ipv4", "10.1.2.3/8"]), "C         slappart0  10.0.0.2 on slappart0");
}

#[test]
fn networks_that_cannot_be_are_refused() {
    let home = Home::new();
    let expected = "an address, or a network such as 10.0.0.0/16 or 2001:db8::/48";
    for (arguments, fault) in [
        (&["--ipv4", "10.0.0"][..], format!("--ipv4: \"10.0.0\" is not accepted; expected {expected}")),
        (&["--ipv4", "10.0.0.0/33"], format!("--ipv4: \"10.0.0.0/33\" is not accepted; expected {expected}")),
        (&["--ipv6", "2001:db8::/x"], format!("--ipv6: \"2001:db8::/x\" is not accepted; expected {expected}")),
        (&["--ipv6", "10.0.0.1"], "--ipv6: \"10.0.0.1\" is not accepted; expected an IPv6 address".into()),
        (&["--ipv4", "::1"], "--ipv4: \"::1\" is not accepted; expected an IPv4 address".into()),
        (
            &["--ipv4", "10.0.0.0/30", "--partitions", "3"],
            "--ipv4: \"10.0.0.0/30\" is not accepted; expected a network with room for 3 partitions".into(),
        ),
        (&["--ipv4", "", "--ipv6", ""], "--ipv4 and --ipv6 are both empty: partitions need an address".into()),
        (
            &["--computer-id", "a,b"],
            "--computer-id: \"a,b\" is not accepted; expected a reference such as \"slappart0\": not empty, no comma, \
             no control character, no blank at its ends"
                .into(),
        ),
        (
            &["--partition-base-name", "a/b"],
            "--partition-base-name: \"a/b\" is not accepted; expected a reference without slash".into(),
        ),
    ] {
        let arguments = [&["format", "-o", "computer.xml"], arguments].concat();
        assert_eq!(home.run(&arguments), failed(1, format!("error: {fault}\n")));
    }
    assert!(!home.path("computer.xml").exists());
    let refused = home.run(&["format", "-o", "none/computer.xml"]);
    assert_eq!(refused, failed(1, "error: cannot write none/computer.xml: No such file or directory (os error 2)\n"));
}
