use super::*;

#[test]
fn hosts_are_names_and_addresses_without_a_port() {
    for (text, expected) in [
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "localhost"),
        ("0.0.0.0", "0.0.0.0"),
        ("::1", "::1"),
        ("[::1]", "::1"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1%eth0"),
    ] {
        assert_eq!(host(text), Ok(expected.to_owned()));
    }
    for text in ["localhost:5000", "[::1]:5000", "[::1", "[localhost]", "[]", "http://localhost", "a b", "a/b"] {
        assert_eq!(
            host(text),
            Err(format!(
                "{text:?} is not a host; expected a name or an IP address without a port, \
                 such as 127.0.0.1, ::1 or localhost"
            ))
        );
    }
}

#[test]
fn ports_are_numbers_of_sixteen_bits() {
    assert_eq!(["0", "5000", "65535"].map(port), [Ok(0), Ok(5000), Ok(65535)]);
    for text in ["abc", "70000", "65536", "-1", "80.0", "5 000"] {
        assert_eq!(
            port(text),
            Err(format!("{text:?} is not a port; expected a whole number from 0 (any free port) to 65535"))
        );
    }
}

#[test]
fn a_tilde_is_the_home_directory() {
    let home = Some(Path::new("/home/me"));
    for (text, expected) in [
        ("~", "/home/me"),
        ("~/", "/home/me"),
        ("~/a/b", "/home/me/a/b"),
        ("~//a", "/home/me/a"),
        ("a/~/b", "a/~/b"),
        ("./a", "./a"),
        ("/a", "/a"),
    ] {
        assert_eq!(path(text, home), Ok(PathBuf::from(expected)));
    }
    assert_eq!(path("/a", None), Ok(PathBuf::from("/a")));
    assert_eq!(
        path("~bob/a", home),
        Err("\"~bob/a\" names the home directory of another user; expected ~/ for one's own, or the whole path"
            .to_owned())
    );
    assert_eq!(
        path("~/a", None),
        Err("the home directory in \"~/a\" is not known; expected HOME to be set, or the whole path".to_owned())
    );
}

#[test]
fn databases_are_files() {
    let home = Some(Path::new("/home/me"));
    for (text, expected) in [
        ("proxy.db", "proxy.db"),
        ("/nowhere/at/all/proxy.db", "/nowhere/at/all/proxy.db"),
        ("~/proxy.db", "/home/me/proxy.db"),
        ("sqlite:///proxy.db", "proxy.db"),
        ("sqlite:////srv/proxy.db", "/srv/proxy.db"),
        ("a:b.db", "a:b.db"),
    ] {
        assert_eq!(database(text, home), Ok(PathBuf::from(expected)));
    }
    for text in [":memory:", "sqlite:///:memory:", "sqlite:///", "sqlite://"] {
        assert_eq!(
            database(text, home),
            Err(format!(
                "{text:?} keeps nothing on disk; expected the path of a file, which is created if it does not exist"
            ))
        );
    }
    for text in [
        "postgresql://localhost/x",
        "file:/srv/proxy.db",
        "file:///srv/proxy.db",
        "sqlite:proxy.db",
        "sqlite+pysqlite:///proxy.db",
        "SQLite:///proxy.db",
    ] {
        assert_eq!(
            database(text, home),
            Err(format!("{text:?} is a URL; expected the path of a file, such as /srv/slapos/proxy.db"))
        );
    }
    for (text, expected) in [("fixtures", "fixtures/proxy.db"), ("new/", "new/proxy.db"), ("/", "/proxy.db")] {
        assert_eq!(
            database(text, home),
            Err(format!("{text:?} is a directory; expected the path of a file, such as {expected:?}"))
        );
    }
}

#[test]
fn sizes_have_units_of_1024() {
    for (text, expected) in [
        ("1", 1),
        ("65536", 65_536),
        ("64k", 64 << 10),
        ("64K", 64 << 10),
        ("64KiB", 64 << 10),
        ("64M", 64 << 20),
        ("64 MiB", 64 << 20),
        ("2G", 2 << 30),
        ("2gib", 2 << 30),
    ] {
        assert_eq!(size(text), Ok(expected));
    }
    for text in ["0", "0M", "-1", "M", "1.5M", "64MB", "64 apples", "99999999999999999999", "99999999999999999G"] {
        assert_eq!(
            size(text),
            Err(format!(
                "{text:?} is not a size; expected a whole number of bytes from 1 on, \
                 or of units of 1024 with k, M or G (KiB, MiB, GiB) behind it, such as 64M"
            ))
        );
    }
}

#[test]
fn time_spans_are_positive_seconds() {
    for (text, expected) in [("30", 30_000), ("2.5", 2500), (".001", 1), ("1e3", 1_000_000)] {
        assert_eq!(seconds(text), Ok(Duration::from_millis(expected)));
    }
    for text in ["0", "-1", "0.0001", "inf", "nan", "1e300", "30s", "soon"] {
        assert_eq!(
            seconds(text),
            Err(format!(
                "{text:?} is not a time span; expected a number of seconds, at least 0.001, such as 30 or 2.5"
            ))
        );
    }
}

#[test]
fn timestamps_have_two_formats() {
    assert_eq!(timestamp_format("seconds"), Ok(TimestampFormat::Seconds));
    assert_eq!(timestamp_format("Microseconds"), Ok(TimestampFormat::Microseconds));
    assert_eq!(
        timestamp_format("hours"),
        Err("\"hours\" is not a timestamp format; expected seconds or microseconds".to_owned())
    );
}

#[test]
fn products_are_two_words() {
    let expected = SoftwareProduct { name: "kvm".to_owned(), url: "https://sr.example/kvm".to_owned() };
    for text in ["kvm https://sr.example/kvm", "kvm \t  https://sr.example/kvm"] {
        assert_eq!(software_product(text), Ok(expected.clone()));
    }
    assert_eq!(software_product("kvm"), Err("\"kvm\" has 1 word; expected two, NAME URL".to_owned()));
    assert_eq!(
        software_product("kvm = https://sr.example/kvm"),
        Err("\"kvm = https://sr.example/kvm\" has 3 words; expected two, NAME URL".to_owned())
    );
}

#[test]
fn allowed_hosts_are_names() {
    for text in ["proxy.example", "*", "2001:db8::7", "proxy.example:5000"] {
        assert_eq!(allow_host(text), Ok(text.to_owned()));
    }
    assert_eq!(
        allow_host("https://proxy.example"),
        Err("\"https://proxy.example\" is not a host; expected a name or an IP address without scheme and path, \
             such as proxy.example"
            .to_owned())
    );
}

#[test]
fn allowed_origins_have_a_scheme_and_no_path() {
    for text in ["https://theia.example", "http://[::1]:4000", "*", "null"] {
        assert_eq!(allow_origin(text), Ok(text.to_owned()));
    }
    for text in ["theia.example", "https://theia.example/", "https://", "://x"] {
        assert_eq!(
            allow_origin(text),
            Err(format!(
                "{text:?} is not an origin; expected scheme://host or scheme://host:port without a path, \
                 such as https://theia.example"
            ))
        );
    }
}

#[test]
fn proxies_are_addresses() {
    assert_eq!(address("2001:db8::7"), Ok("2001:db8::7".parse().unwrap()));
    assert_eq!(
        address("haproxy"),
        Err("\"haproxy\" is not an IP address; expected one such as 192.0.2.7 or 2001:db8::7".to_owned())
    );
}

#[test]
fn the_database_can_be_shown_as_two_versions() {
    assert_eq!((compat_schema("17"), compat_schema("18")), (Ok(CompatSchema::V17), Ok(CompatSchema::V18)));
    for text in ["16", "19", "018", "v18", "+18"] {
        assert_eq!(compat_schema(text), Err(format!("{text:?} is not a schema that can be shown; expected 17 or 18")));
    }
}
