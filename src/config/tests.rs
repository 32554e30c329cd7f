//! The whole way from a file, options and an environment to a configuration or its faults.

use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

mod faults;

fn environment() -> Environment {
    Environment { home: Some(PathBuf::from("/home/me")), data_home: None }
}

/// The configuration when nobody says anything.
fn defaults() -> Config {
    Config {
        host: "127.0.0.1".to_owned(),
        port: 5000,
        keeping: Keeping::Disk,
        database: PathBuf::from("/home/me/.local/share/slapproxy/proxy.db"),
        computer_id: "local_computer".to_owned(),
        software_products: Vec::new(),
        local_software_release_root: PathBuf::from("/"),
        public_directory: None,
        multimaster: Vec::new(),
        forward_timeout: Duration::from_secs(30),
        http_proxy_allow: Vec::new(),
        http_proxy_timeout: Duration::from_secs(60),
        shacache: None,
        allocation: Allocation::Default,
        compat_schema: CompatSchema::V18,
        timestamp_format: TimestampFormat::Seconds,
        allow_hosts: Vec::new(),
        allow_origins: Vec::new(),
        trusted_proxies: vec!["127.0.0.1".parse().unwrap(), "::1".parse().unwrap()],
        form_limit: 67_108_864,
        client_timeout: Duration::from_secs(30),
        tls: None,
        require_certificate: false,
        certificates: true,
        control: false,
        faults: Vec::new(),
        journal: 1000,
        record: None,
        like_master: LikeMaster::default(),
        log_file: None,
        warnings: Vec::new(),
    }
}

fn load_file(file: &str) -> Result<Config, String> {
    let overrides = Overrides { cfg: Some(PathBuf::from(file)), ..Overrides::default() };
    Config::load(overrides, &environment()).map_err(|faults| faults.to_string())
}

/// Loads a text as a file with some overrides; the name of the file is `x.cfg` in every message.
fn load_with(text: &str, overrides: Overrides) -> Result<Config, String> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("slapproxy-config-{}-{}.cfg", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let file = std::env::temp_dir().join(name);
    fs::write(&file, text).unwrap();
    let overrides = Overrides { cfg: Some(file.clone()), ..overrides };
    let loaded = Config::load(overrides, &environment());
    fs::remove_file(&file).unwrap();
    let short = |text: &str| text.replace(file.to_str().unwrap(), "x.cfg");
    loaded
        .map(|config| Config { warnings: config.warnings.iter().map(|text| short(text)).collect(), ..config })
        .map_err(|faults| short(&faults.to_string()))
}

fn load(text: &str) -> Result<Config, String> {
    load_with(text, Overrides::default())
}

fn product(name: &str, url: &str) -> SoftwareProduct {
    SoftwareProduct { name: name.to_owned(), url: url.to_owned() }
}

fn remote(url: &str) -> RemoteMaster {
    RemoteMaster {
        url: url.to_owned(),
        software_release_list: Vec::new(),
        key: None,
        cert: None,
        ca: None,
        computer: None,
        partition: None,
    }
}

fn texts(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

#[test]
fn nothing_said_means_the_defaults() {
    let loaded = Config::load(Overrides::default(), &environment());
    assert_eq!(loaded, Ok(defaults()));
    let warning = "x.cfg: neither a section [slapproxy] nor [slapos] is here; every setting takes its default";
    assert_eq!(load(""), Ok(Config { warnings: texts(&[warning]), ..defaults() }));
}

#[test]
fn the_example_holds_every_setting() {
    let path = |text: &str| Some(PathBuf::from(text));
    let expected = Config {
        host: "127.0.0.1".to_owned(),
        port: 5000,
        keeping: Keeping::Disk,
        database: PathBuf::from("/srv/slapos/var/proxy.db"),
        computer_id: "local_computer".to_owned(),
        software_products: vec![
            product("kvm", "https://sr.example/1.0/kvm-next/software%20release.cfg"),
            product("erp5", "https://sr.example/1.0/erp5/software.cfg"),
        ],
        local_software_release_root: PathBuf::from("/"),
        public_directory: path("/srv/slapos/does-not-exist-yet"),
        multimaster: vec![
            RemoteMaster {
                software_release_list: texts(&[
                    "https://sr.example/1.0/frontend/software.cfg",
                    "/some/local/path/software.cfg",
                ]),
                key: path("/home/me/.slapos/person.key"),
                cert: path("/home/me/.slapos/person.crt"),
                ca: path("/home/me/.slapos/master-ca.crt"),
                ..remote("https://slap.example/")
            },
            RemoteMaster {
                software_release_list: texts(&["https://sr.example/1.0/cdn/software.cfg"]),
                computer: Some("COMP-12".to_owned()),
                partition: Some("slappart3".to_owned()),
                ..remote("http://[2001:db8::5]:5000")
            },
        ],
        forward_timeout: Duration::from_secs(20),
        http_proxy_allow: texts(&["backend.example", "[2001:db8::9]:8443"]),
        http_proxy_timeout: Duration::from_millis(45_500),
        shacache: Some(Shacache {
            content_directory: PathBuf::from("/srv/slapos/shacache/content"),
            metadata_directory: PathBuf::from("/srv/slapos/shacache/metadata"),
            upstream_cache_url: Some("https://shacache.example".to_owned()),
            upstream_dir_url: Some("https://shadir.example".to_owned()),
        }),
        allocation: Allocation::Any,
        compat_schema: CompatSchema::V18,
        timestamp_format: TimestampFormat::Seconds,
        allow_hosts: texts(&["proxy.example", "proxy.internal"]),
        allow_origins: texts(&["https://theia.example", "http://127.0.0.1:4000"]),
        trusted_proxies: ["127.0.0.1", "::1", "2001:db8::7"].map(|text| text.parse().unwrap()).to_vec(),
        form_limit: 134_217_728,
        client_timeout: Duration::from_millis(12_500),
        tls: Some(Tls {
            files: Some((PathBuf::from("/home/me/.slapos/server.crt"), PathBuf::from("/home/me/.slapos/server.key"))),
            http_port: Some(5001),
        }),
        require_certificate: true,
        certificates: true,
        control: true,
        faults: vec!["endpoint=requestComputerPartition count=2 status=503".parse().unwrap()],
        journal: 100,
        record: path("/home/me/requests.jsonl"),
        like_master: LikeMaster {
            strict: true,
            deterministic: true,
            async_allocation: Some(AllocationDelay::After(Duration::from_secs(2))),
        },
        log_file: path("/home/me/slapproxy.log"),
        warnings: texts(&["fixtures/config/slapos.cfg:51: [slapproxy] public_directory_path: \
             /srv/slapos/does-not-exist-yet is not a directory, so /panel/public/ has nothing to serve"]),
    };
    assert_eq!(load_file("fixtures/config/slapos.cfg"), Ok(expected));
}

#[test]
fn the_first_value_that_is_not_empty_wins() {
    let text =
        "[other]\nport = 1\n[slapproxy]\nport =\nhost = first\ncomputer_id = a\n[slapos]\nport = 7\nhost = second\n";
    let overrides = Overrides {
        computer_id: Some("given".to_owned()),
        host: Some(String::new()),
        port: Some("  ".to_owned()),
        database: Some(PathBuf::new()),
        ..Overrides::default()
    };
    assert_eq!(
        load_with(text, overrides),
        Ok(Config { host: "first".to_owned(), port: 7, computer_id: "given".to_owned(), ..defaults() })
    );
}

#[test]
fn every_section_inherits_the_defaults() {
    let text = "[DEFAULT]\nport = 7\ncomputer = COMP-1\n[slapos]\npartition = x\n[slapproxy]\nport = 8\n\
                [multimaster/http://a/]\npartition = p\n";
    assert_eq!(
        load(text),
        Ok(Config {
            port: 7,
            keeping: Keeping::Disk,
            multimaster: vec![RemoteMaster {
                computer: Some("COMP-1".to_owned()),
                partition: Some("p".to_owned()),
                ..remote("http://a/")
            }],
            ..defaults()
        })
    );
}

#[test]
fn overrides_replace_every_value_of_the_file() {
    let path = |text: &str| Some(PathBuf::from(text));
    let text = |text: &str| Some(text.to_owned());
    let overrides = Overrides {
        cfg: None,
        host: text("[::1]"),
        port: text("0"),
        ephemeral: text("no"),
        database: path("sqlite:///~/given.db"),
        computer_id: text("COMP-7"),
        software_products: texts(&["a http://a/", "b http://b/\na http://c/"]),
        local_software_release_root: path("~"),
        public_directory: path("fixtures"),
        multimaster: vec![remote("http://given/")],
        forward_timeout: text("1"),
        http_proxy_allow: texts(&["*", "a:1,b"]),
        http_proxy_timeout: text("2"),
        shacache_content_directory: path("content"),
        shacache_metadata_directory: path("metadata"),
        shacache_upstream_cache_url: text("http://cache/"),
        shacache_upstream_dir_url: text("http://dir/"),
        compat_schema: text("17"),
        allocation: text("any"),
        timestamp_format: text("microseconds"),
        allow_hosts: texts(&["a,b", "c d\ne"]),
        allow_origins: texts(&["http://a,http://b"]),
        trusted_proxies: texts(&["192.0.2.7"]),
        form_limit: text("1k"),
        client_timeout: text("0.5"),
        tls: text("true"),
        tls_certificate: path("given.crt"),
        tls_key: path("given.key"),
        http_port: text("0"),
        require_certificate: text("no"),
        no_certificates: text("yes"),
        control: text("no"),
        faults: texts(&["drop=answer", "latency=1s"]),
        journal: text("0"),
        record: path("given.jsonl"),
        strict: text("no"),
        deterministic: text("no"),
        async_allocation: text("3polls"),
        log_file: path("given.log"),
    };
    let expected = Config {
        host: "::1".to_owned(),
        port: 0,
        keeping: Keeping::Disk,
        database: PathBuf::from("/home/me/given.db"),
        computer_id: "COMP-7".to_owned(),
        software_products: vec![product("a", "http://c/"), product("b", "http://b/")],
        local_software_release_root: PathBuf::from("/home/me/"),
        public_directory: path("fixtures"),
        multimaster: vec![remote("http://given/")],
        forward_timeout: Duration::from_secs(1),
        http_proxy_allow: texts(&["*", "a:1", "b"]),
        http_proxy_timeout: Duration::from_secs(2),
        shacache: Some(Shacache {
            content_directory: PathBuf::from("content"),
            metadata_directory: PathBuf::from("metadata"),
            upstream_cache_url: text("http://cache/"),
            upstream_dir_url: text("http://dir/"),
        }),
        allocation: Allocation::Any,
        compat_schema: CompatSchema::V17,
        timestamp_format: TimestampFormat::Microseconds,
        allow_hosts: texts(&["a", "b", "c", "d", "e"]),
        allow_origins: texts(&["http://a", "http://b"]),
        trusted_proxies: vec!["192.0.2.7".parse().unwrap()],
        form_limit: 1024,
        client_timeout: Duration::from_millis(500),
        tls: Some(Tls { files: Some((PathBuf::from("given.crt"), PathBuf::from("given.key"))), http_port: Some(0) }),
        require_certificate: false,
        certificates: false,
        control: false,
        faults: vec!["drop=answer".parse().unwrap(), "latency=1s".parse().unwrap()],
        journal: 0,
        record: path("given.jsonl"),
        like_master: LikeMaster {
            strict: false,
            deterministic: false,
            async_allocation: Some(AllocationDelay::Polls(3)),
        },
        log_file: path("given.log"),
        warnings: Vec::new(),
    };
    let example = fs::read_to_string("fixtures/config/slapos.cfg").unwrap();
    assert_eq!(load_with(&example, overrides), Ok(expected));
}

#[test]
fn a_path_of_an_option_may_hold_any_bytes() {
    let raw = PathBuf::from(std::ffi::OsString::from_vec(b"/srv/caf\xe9.db".to_vec()));
    let overrides = Overrides { database: Some(raw.clone()), ..Overrides::default() };
    assert_eq!(Config::load(overrides, &environment()), Ok(Config { database: raw, ..defaults() }));
}

#[test]
fn only_values_that_are_read_are_interpolated() {
    let text = "[slapproxy]\nport = 1%\nsoftware_root = %(nowhere)s\n[unrelated]\nx = 100%\n";
    let overrides = Overrides { port: Some("8".to_owned()), ..Overrides::default() };
    assert_eq!(load_with(text, overrides), Ok(Config { port: 8, ..defaults() }));
    assert_eq!(
        load(text),
        Err("x.cfg:2: [slapproxy] port: \"%\" is not a reference; \
             expected %(key)s for the value of another key, or %% for a percent sign"
            .to_owned())
    );
}

#[test]
fn keys_that_look_misspelt_are_warned_of() {
    let text = "[slapos]\nprot = 1\n[slapproxy]\nprot = 1\nallow_hosts = x\ndatabase-uri = a.db\n\
                shacache_signing_key_path = x\nsoftware_root = x\n";
    assert_eq!(
        load(text),
        Ok(Config {
            database: PathBuf::from("a.db"),
            warnings: texts(&[
                "x.cfg:4: [slapproxy] prot: this key is not known and is ignored; perhaps port is meant",
                "x.cfg:5: [slapproxy] allow_hosts: this key is not known and is ignored; perhaps allow_host is meant",
            ]),
            ..defaults()
        })
    );
}

#[test]
fn upstream_caches_that_cannot_work_are_warned_of() {
    assert_eq!(
        load("[slapproxy]\nshacache_upstream_cache_url = http://cache/\n"),
        Ok(Config {
            warnings: texts(&["x.cfg:2: [slapproxy] shacache_upstream_cache_url: ignored, \
                 since shacache_content_directory and shacache_metadata_directory are not set",]),
            ..defaults()
        })
    );
    assert_eq!(
        load(
            "[slapproxy]\nshacache_content_directory = a\nshacache_metadata_directory = b\n\
             shacache_upstream_dir_url = dir.example\n"
        ),
        Ok(Config {
            shacache: Some(Shacache {
                content_directory: PathBuf::from("a"),
                metadata_directory: PathBuf::from("b"),
                upstream_cache_url: None,
                upstream_dir_url: Some("dir.example".to_owned()),
            }),
            warnings: texts(&[
                "x.cfg:4: [slapproxy] shacache_upstream_dir_url: \"dir.example\" is not an http:// or https:// URL, \
                 so nothing can be fetched there",
            ]),
            ..defaults()
        })
    );
}

#[test]
fn remote_masters_that_cannot_work_are_warned_of() {
    let text = "[slapos]\n[multimaster/https://a]\n[multimaster/https://b]\nkey = b.key\n[multimaster/https://c]\n\
                CERT = c.crt\nsoftware-release-list =\n\n[multimaster/ftp://d]\n";
    let path = |text: &str| Some(PathBuf::from(text));
    assert_eq!(
        load(text),
        Ok(Config {
            multimaster: vec![
                remote("https://a"),
                RemoteMaster { key: path("b.key"), ..remote("https://b") },
                RemoteMaster { cert: path("c.crt"), ..remote("https://c") },
                remote("ftp://d"),
            ],
            warnings: texts(&[
                "x.cfg:2: [multimaster/https://a]: key and cert not set, so nothing can be forwarded to this https URL",
                "x.cfg:3: [multimaster/https://b]: cert not set, so nothing can be forwarded to this https URL",
                "x.cfg:5: [multimaster/https://c]: key not set, so nothing can be forwarded to this https URL",
                "x.cfg:9: [multimaster/ftp://d]: this is not an http:// or https:// URL, \
                 so nothing can be forwarded there",
            ]),
            ..defaults()
        })
    );
}
