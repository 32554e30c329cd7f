use super::*;
use crate::domain::ids::SoftwareRelease;
use crate::domain::parameters::Integer;
use crate::domain::state::RequestedState;

/// Stands for a reader of JSON: these texts hold structures.
fn read(text: &str) -> Option<Value> {
    let port = |port: i64| map([("port", Value::Integer(Integer::from(port)))]);
    match text {
        r#"{"port": 1}"# | r#"{"port":1}"# => Some(port(1)),
        r#"{"port": 2}"# => Some(port(2)),
        r#"{"db": {"user": "u", "password": "p"}}"# => {
            Some(map([("db", map([("user", "u".into()), ("password", "p".into())]))]))
        }
        r#"[{"password": "p"}]"# => Some(Value::List(vec![map([("password", "p".into())])])),
        _ => None,
    }
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn parameters<const N: usize>(entries: [(&str, Value); N]) -> Parameters {
    let map = entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    Parameters::new("p", map).unwrap()
}

fn told<const N: usize, const M: usize>(before: [(&str, Value); N], after: [(&str, Value); M]) -> Vec<String> {
    let found = of_parameters("parameter", &parameters(before), &parameters(after), read);
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn every_part_of_a_wish_is_compared() {
    let wish = |release: &str, software_type: &str, state, n: &str, computer: &str| Wish {
        software_release: SoftwareRelease::parse("software_release", release).unwrap(),
        software_type: software_type.into(),
        state,
        parameters: parameters([("n", n.into())]),
        sla: parameters([("computer_guid", computer.into())]),
    };
    let before = wish("/a", "default", RequestedState::Started, "1", "x");
    let after = wish("/b", "other", RequestedState::Stopped, "2", "y");
    let found: Vec<String> = of_wishes(&before, &after, read).iter().map(ToString::to_string).collect();
    let expected = [
        "software_release: /a → /b",
        "software_type: default → other",
        "state: started → stopped",
        "parameter n: \"1\" → \"2\"",
        "sla computer_guid: \"x\" → \"y\"",
    ];
    assert_eq!(found, expected);
    assert_eq!(of_wishes(&before, &before, read), []);
}

#[test]
fn parameters_are_added_removed_and_changed_with_their_types() {
    let integer = || Value::Integer(Integer::from(1));
    let before = [("gone", "x".into()), ("kept", "k".into()), ("typed", "1".into()), ("two\nlines", "a\nb".into())];
    let after = [("kept", "k".into()), ("new", Value::Bool(true)), ("typed", integer())];
    let expected = [
        "parameter gone removed: \"x\"",
        "parameter new added: True",
        "parameter two\nlines removed: \"a\\nb\"",
        "parameter typed: \"1\" → 1",
    ];
    assert_eq!(told(before, after), expected);
}

#[test]
fn structures_are_compared_name_by_name() {
    let old = || [("_", r#"{"port": 1}"#.into())];
    assert_eq!(told(old(), [("_", r#"{"port": 2}"#.into())]), ["parameter _.port: 1 → 2"]);
    assert_eq!(told([], old()), ["parameter _.port added: 1"]);
    assert_eq!(told(old(), []), ["parameter _.port removed: 1"]);
    let respelled = told(old(), [("_", r#"{"port":1}"#.into())]);
    assert_eq!(respelled, ["parameter _: written differently, with the same content"]);
    assert_eq!(told(old(), [("_", "no".into())]), [r#"parameter _: "{\"port\": 1}" → "no""#]);
    let deep = map([("a", map([("b", "x".into())]))]);
    assert_eq!(told([("m", deep)], [("m", map([("a", map([]))]))]), ["parameter m.a.b removed: \"x\""]);
}

#[test]
fn what_may_be_secret_is_only_said_to_have_changed() {
    for name in ["password", "DB_PASSWD", "apiKey", "ssh-key", "authorized-keys", "access_token", "mySecretThing"] {
        let found = told([(name, "old".into())], [(name, "new".into())]);
        assert_eq!(found, [format!("parameter {name} changed (not shown)")]);
    }
    let structure = r#"{"db": {"user": "u", "password": "p"}}"#;
    assert_eq!(
        told([], [("_", structure.into())]),
        ["parameter _.db.password added: (not shown)", "parameter _.db.user added: \"u\""]
    );
    let list = r#"[{"password": "p"}]"#;
    assert_eq!(told([], [("l", list.into())]), [r#"parameter l added: "[{\"password\": \"(not shown)\"}]""#]);
    assert_eq!(told([("_", structure.into())], [("_", "x".into())]).len(), 1);
    assert!(!told([("_", structure.into())], [("_", "x".into())])[0].contains("\"p\\\""));
    for text in ["-----BEGIN PRIVATE KEY-----", "postgres://me:pw@host/db"] {
        assert_eq!(told([], [("x", text.into())]), ["parameter x added: \"(not shown)\""]);
    }
    assert_eq!(told([], [("x", "http://host:80/a@b:c".into())]), ["parameter x added: \"http://host:80/a@b:c\""]);
}

#[test]
fn long_values_and_many_differences_are_shortened() {
    let found = told([], [("x", "é".repeat(100).as_str().into())]);
    assert_eq!(found, [format!("parameter x added: \"{}…\"", "é".repeat(80))]);
    let many = (0..60).map(|n| (format!("k{n:02}"), Value::Null)).collect();
    let many = Parameters::new("p", many).unwrap();
    let found = of_parameters("parameter", &Parameters::default(), &many, read);
    assert_eq!((found.len(), found[50].to_string()), (51, "and 10 more".into()));
    assert_eq!(
        outline(&parameters([("a", "1".into()), ("token", "t".into())]), read),
        [("a".to_owned(), "\"1\"".to_owned()), ("token".to_owned(), "(not shown)".to_owned())]
    );
}
