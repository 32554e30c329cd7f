use super::*;
use crate::domain::service::InstanceName;

fn name(root: Option<&str>, title: &str) -> InstanceName {
    InstanceName { root: root.map(Into::into), title: title.into() }
}

#[test]
fn addresses_of_any_names_read_back() {
    for (address, path) in [
        (Address::Instance(name(None, "a/b")), "/hateoas/partitions/a%2Fb"),
        (Address::Instance(name(Some("ro/ot"), "50% é")), "/hateoas/partitions/ro%2Fot/50%25%20%C3%A9"),
        (Address::Shared(name(None, "quo\"te___")), "/hateoas/shared/quo%22te___"),
        (Address::Shared(name(Some("r"), "s")), "/hateoas/shared/r/s"),
        (Address::Computer("COMP-1".into()), "/hateoas/computers/COMP-1"),
        (
            Address::Installation("COMP-1".into(), "https://a/b".into()),
            "/hateoas/software_installations/COMP-1/https%3A%2F%2Fa%2Fb",
        ),
    ] {
        assert_eq!(address.to_string(), path);
        assert_eq!(Address::parse(path), Some(address));
    }
}

#[test]
fn slashes_that_are_not_encoded_are_taken_as_well_as_possible() {
    let of_tree = Address::parse("/hateoas/partitions/a/b").unwrap();
    assert_eq!(of_tree, Address::Instance(name(Some("a"), "b")));
    assert_eq!(of_tree.as_one_title(), Some(Address::Instance(name(None, "a/b"))));
    assert_eq!(Address::parse("/hateoas/shared/a/b/c"), Some(Address::Shared(name(None, "a/b/c"))));
    assert_eq!(
        Address::parse("/hateoas/software_installations/c/https://a/b"),
        Some(Address::Installation("c".into(), "https://a/b".into()))
    );
    for other in
        ["/hateoas/partitions/", "/hateoas/computers/%ff", "/hateoas/other/x", "/", "//evil.example/hateoas/shared/x"]
    {
        assert_eq!(Address::parse(other), None, "{other}");
    }
}

#[test]
fn searches_read_back() {
    for (search, text) in [
        (Search::InstanceTrees(None), r#"portal_type:"Instance Tree" AND validation_state:validated"#),
        (
            Search::InstanceTrees(Some(Name::new("quo\"te"))),
            r#"portal_type:"Instance Tree" AND validation_state:validated AND title:="quo"te""#,
        ),
        (
            Search::TreeMembers(Name::new("t")),
            r#"portal_type:("Software Instance", "Slave Instance") AND validation_state:validated AND default_specialise_title:="t""#,
        ),
        (Search::Computers(None), r#"portal_type:"Compute Node" AND validation_state:validated"#),
        (
            Search::Computers(Some(Name::new("c"))),
            r#"portal_type:"Compute Node" AND validation_state:validated AND reference:="c""#,
        ),
        (
            Search::ComputersTitled(Name::new("c")),
            r#"portal_type:"Compute Node" AND validation_state:validated AND title:="c""#,
        ),
        (Search::Installations(None), r#"portal_type:"Software Installation" AND validation_state:validated"#),
        (
            Search::Installations(Some(Name::new("c"))),
            r#"portal_type:"Software Installation" AND validation_state:validated AND default_aggregate_reference:="c""#,
        ),
    ] {
        assert_eq!(search.to_string(), text);
        assert_eq!(Search::parse(text), Ok(search));
    }
}

#[test]
fn other_queries_are_refused() {
    let trees = r#"portal_type:"Instance Tree" AND validation_state:validated"#;
    for bad in [
        "",
        "foo",
        &format!("{trees} AND title:=a"),
        &format!("{trees} AND title:=\""),
        &format!("{trees} AND title:=\"a"),
        &format!("{trees} AND reference:=\"a\""),
        &format!("{trees} "),
    ] {
        assert_eq!(Search::parse(bad), Err(Unhandled::query(bad)));
    }
    let doubtful = Search::parse(&format!("{trees} AND title:=\"a\" OR \"b\"")).unwrap();
    assert!(doubtful.name().unwrap().is_doubtful());
}
