//! Configurations that are refused, and what is said about them.

use super::*;

/// Every fault of `fixtures/config/faults.cfg`, line by line.
const FAULTS: &str = r#"fixtures/config/faults.cfg:1: text before the first section; expected a line such as [slapproxy] above it
fixtures/config/faults.cfg:3: [slapproxy] host: "localhost:5000" is not a host; expected a name or an IP address without a port, such as 127.0.0.1, ::1 or localhost
fixtures/config/faults.cfg:4: [slapproxy] port: "70000" is not a port; expected a whole number from 0 (any free port) to 65535
fixtures/config/faults.cfg:5: [slapproxy] port: this key was already set on line 4; expected only one of the two lines
fixtures/config/faults.cfg:6: [slapproxy] database_uri: ":memory:" keeps nothing on disk; expected the path of a file, which is created if it does not exist
fixtures/config/faults.cfg:8: [slapproxy] computer_id: "software_root = /opt/slapgrid" continues the value; expected a single line, and no blanks before a key
fixtures/config/faults.cfg:12: [slapproxy] software_product_list: "erp5" has 1 word; expected two, NAME URL
fixtures/config/faults.cfg:13: [slapproxy] software_product_list: "slaprunner = https://sr.example/slaprunner/software.cfg" has 3 words; expected two, NAME URL
fixtures/config/faults.cfg:14: [slapproxy]: "no delimiter here" has neither "=" nor ":"; expected key = value, or blanks before a line that continues a value
fixtures/config/faults.cfg:15: [slapproxy] local_software_release_root: "~bob/releases" names the home directory of another user; expected ~/ for one's own, or the whole path
fixtures/config/faults.cfg:16: [slapproxy] public_directory_path: %(bse)s is not known; expected the name of a key of [slapproxy] or [DEFAULT], perhaps %(base)s
fixtures/config/faults.cfg:17: [slapproxy] shacache_content_directory: shacache_metadata_directory is not set beside it; expected both directories, or none
fixtures/config/faults.cfg:18: [slapproxy] timestamp_format: "hours" is not a timestamp format; expected seconds or microseconds
fixtures/config/faults.cfg:19: [slapproxy] allow_host: "https://proxy.example" is not a host; expected a name or an IP address without scheme and path, such as proxy.example
fixtures/config/faults.cfg:21: [slapproxy] trusted_proxy: "haproxy" is not an IP address; expected one such as 192.0.2.7 or 2001:db8::7
fixtures/config/faults.cfg:22: [slapproxy] form_limit: "64 apples" is not a size; expected a whole number of bytes from 1 on, or of units of 1024 with k, M or G (KiB, MiB, GiB) behind it, such as 64M
fixtures/config/faults.cfg:23: [slapproxy] client_timeout: "-1" is not a time span; expected a number of seconds, at least 0.001, such as 30 or 2.5
fixtures/config/faults.cfg:24: [slapproxy] log_file: "%.log" is not a reference; expected %(key)s for the value of another key, or %% for a percent sign
fixtures/config/faults.cfg:25: [slapproxy] allow-origin: this key was already set on line 20, as allow_origin; expected only one of the two lines
fixtures/config/faults.cfg:27: [multimaster/]: the URL is missing; expected a name such as [multimaster/https://slap.example/]
fixtures/config/faults.cfg:28: [multimaster/] computer: computer is set without partition; expected both, to make requests in the name of that partition, or none
fixtures/config/faults.cfg:32: [multimaster/https://slap.example/] key: "%(unfinished" is not a reference; expected %(key)s for the value of another key, or %% for a percent sign
fixtures/config/faults.cfg:36: [slapproxy]: this section already began on line 2; expected one section with all its keys"#;

#[test]
fn every_fault_of_a_file_is_reported_at_once() {
    assert_eq!(load_file("fixtures/config/faults.cfg"), Err(FAULTS.to_owned()));
}

#[test]
fn faults_of_options_come_before_those_of_the_file() {
    let overrides = Overrides {
        cfg: Some(PathBuf::from("~bob/slapos.cfg")),
        database: Some(PathBuf::from("/")),
        software_products: texts(&["kvm", "a http://a/"]),
        trusted_proxies: texts(&["::1, haproxy", "::2 nginx"]),
        client_timeout: Some("soon".to_owned()),
        ..Overrides::default()
    };
    let expected = "\
--cfg: \"~bob/slapos.cfg\" names the home directory of another user; expected ~/ for one's own, or the whole path
--database-uri: \"/\" is a directory; expected the path of a file, such as \"/proxy.db\"
--software-product-list: \"kvm\" has 1 word; expected two, NAME URL
--trusted-proxy: \"haproxy\" is not an IP address; expected one such as 192.0.2.7 or 2001:db8::7
--trusted-proxy: \"nginx\" is not an IP address; expected one such as 192.0.2.7 or 2001:db8::7
--client-timeout: \"soon\" is not a time span; expected a number of seconds, at least 0.001, such as 30 or 2.5";
    let faults = Config::load(overrides, &environment()).unwrap_err();
    assert_eq!(faults.to_string(), expected);

    let overrides = Overrides { port: Some("abc".to_owned()), ..Overrides::default() };
    assert_eq!(
        load_with("[slapproxy]\nport = 1x\nhost = a b\n", overrides),
        Err("--port: \"abc\" is not a port; expected a whole number from 0 (any free port) to 65535\n\
             x.cfg:3: [slapproxy] host: \"a b\" is not a host; expected a name or an IP address without a port, \
             such as 127.0.0.1, ::1 or localhost"
            .to_owned())
    );
}

#[test]
fn hosts_of_the_http_proxy_are_names_or_addresses() {
    for wrong in ["*:80", "*.example", "http://h", "h/x", "u@h", "h:99999", "h:", "[::1", "::1]"] {
        assert_eq!(
            load(&format!("[slapproxy]\nhttp_proxy_allow = {wrong}\n")),
            Err(format!(
                "x.cfg:2: [slapproxy] http_proxy_allow: {wrong:?} is not a host; expected host, host:port, \
                 [address]:port, or * for every host"
            ))
        );
    }
}

#[test]
fn keys_of_https_that_do_not_go_together_are_faults() {
    for (file, fault) in [
        (
            "tls = perhaps",
            "2: [slapproxy] tls: \"perhaps\" is neither true nor false; expected true, yes, on, 1, false, no, off or 0",
        ),
        ("tls_key = a", "2: [slapproxy] tls_key: tls_certificate is not set beside it; expected both files, or none"),
        (
            "tls_certificate = a",
            "2: [slapproxy] tls_certificate: tls_key is not set beside it; expected both files, or none",
        ),
        (
            "require_certificate = on",
            "2: [slapproxy] require_certificate: tls is not set beside it; without it nobody can show a certificate",
        ),
        ("http_port = 80", "2: [slapproxy] http_port: tls is not set beside it; without it, port is for plain HTTP"),
        (
            "tls = 1\nno_certificates = 1",
            "2: [slapproxy] tls: no_certificates is set beside it; expected tls_certificate and tls_key too",
        ),
        (
            "tls_key = a\ntls_certificate = b\nno_certificates = 1\nrequire_certificate = 1",
            "5: [slapproxy] require_certificate: no_certificates is set beside it; expected only one of the two",
        ),
    ] {
        assert_eq!(load(&format!("[slapproxy]\n{file}\n")), Err(format!("x.cfg:{fault}")), "{file}");
    }
}

#[test]
fn a_value_of_a_remote_master_has_one_line() {
    assert_eq!(
        load("[slapos]\n[multimaster/http://a/]\ncomputer = COMP-1\n  partition = p\npartition = p\n"),
        Err("x.cfg:4: [multimaster/http://a/] computer: \"partition = p\" continues the value; \
             expected a single line, and no blanks before a key"
            .to_owned())
    );
    assert_eq!(
        load("[slapos]\n[multimaster/http://a/]\npartition = p\n"),
        Err("x.cfg:3: [multimaster/http://a/] partition: partition is set without computer; \
             expected both, to make requests in the name of that partition, or none"
            .to_owned())
    );
}

#[test]
fn a_file_in_another_encoding_is_refused_with_its_line() {
    assert_eq!(
        load_file("fixtures/config/latin-1.cfg"),
        Err("fixtures/config/latin-1.cfg:3: byte 11 of this line (0xE9) is not UTF-8; expected a text file in UTF-8\n\
         fixtures/config/latin-1.cfg:4: [slapproxy] port: \"1x\" is not a port; expected a whole number from 0 \
         (any free port) to 65535"
            .to_owned())
    );
    let nul = "x.cfg: holds NUL bytes, so it is not a text file; expected a configuration file in UTF-8";
    assert_eq!(load("SQLite format 3\0"), Err(nul.to_owned()));
}

#[test]
fn a_file_that_cannot_be_read_is_refused_with_the_reason() {
    assert_eq!(
        load_file("fixtures/config/missing.cfg"),
        Err("fixtures/config/missing.cfg: cannot be read: No such file or directory (os error 2); \
             expected a configuration file"
            .to_owned())
    );
    assert_eq!(
        load_file("fixtures/config"),
        Err("fixtures/config: cannot be read: Is a directory (os error 21); expected a configuration file".to_owned())
    );
    assert_eq!(
        load_file("~/missing.cfg"),
        Err("/home/me/missing.cfg: cannot be read: No such file or directory (os error 2); \
             expected a configuration file"
            .to_owned())
    );
    assert_eq!(load_file(""), Ok(defaults()));
}

#[test]
fn without_a_home_directory_the_database_must_be_said() {
    let faults = Config::load(Overrides::default(), &Environment::default()).unwrap_err();
    assert_eq!(
        faults.to_string(),
        "--database-uri: not set, and there is no home directory for the default; expected the path of a file"
    );
    let overrides = Overrides { database: Some(PathBuf::from(":memory:")), ..Overrides::default() };
    let faults = Config::load(overrides, &Environment::default()).unwrap_err();
    assert_eq!(
        faults.to_string(),
        "--database-uri: \":memory:\" keeps nothing on disk; \
         expected the path of a file, which is created if it does not exist"
    );
}

#[test]
fn both_spellings_of_a_key_must_agree() {
    let good = "[slapproxy]\ncomputer-id = a\ncomputer_id = a\n";
    let expected = Config { computer_id: "a".to_owned(), ..defaults() };
    assert_eq!(load(good), Ok(expected));
    assert_eq!(
        load("[slapproxy]\ncomputer-id = a\ncomputer_id = b\n"),
        Err("x.cfg:3: [slapproxy] computer_id: this key was already set on line 2, as computer-id; \
             expected only one of the two lines"
            .to_owned())
    );
}

#[test]
fn one_cache_directory_is_not_enough() {
    for (there, absent) in [("content", "metadata"), ("metadata", "content")] {
        assert_eq!(
            load(&format!("[slapproxy]\nshacache-{there}-directory = x\n")),
            Err(format!(
                "x.cfg:2: [slapproxy] shacache-{there}-directory: shacache_{absent}_directory is not set beside it; \
                 expected both directories, or none"
            ))
        );
    }
    let overrides = Overrides { shacache_content_directory: Some(PathBuf::from("x")), ..Overrides::default() };
    assert_eq!(
        load_with("[slapproxy]\nshacache_metadata_directory = ~bob", overrides),
        Err("x.cfg:2: [slapproxy] shacache_metadata_directory: \"~bob\" names the home directory of another user; \
             expected ~/ for one's own, or the whole path"
            .to_owned())
    );
}
