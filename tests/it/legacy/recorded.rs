//! What the migration of the Python proxy itself made of old rows, against ours.

use std::collections::BTreeMap;

use rstest::rstest;
use serde_json::Value as Json;

use super::*;

/// Rows by table, without the version.
type Tables = BTreeMap<String, Vec<BTreeMap<String, Json>>>;

fn tables(json: &Json) -> Tables {
    let table = |(name, rows): (&String, &Json)| {
        let rows = rows.as_array().unwrap().iter().map(|row| {
            let row = row.as_object().unwrap().iter();
            row.map(|(column, value)| (column.clone(), value.clone())).collect()
        });
        (name.trim_end_matches(|digit: char| digit.is_ascii_digit()).to_owned(), rows.collect())
    };
    json.as_object().unwrap().iter().map(table).collect()
}

fn write(db: &Connection, version: u64, tables: &Tables) {
    for (name, rows) in tables {
        let Some(first) = rows.first() else { continue };
        let columns: Vec<&str> = first.keys().map(String::as_str).collect();
        let kinds =
            columns.iter().map(|column| format!("{column} {}", if *column == "timestamp" { "REAL" } else { "TEXT" }));
        db.execute_batch(&format!("CREATE TABLE {name}{version} ({})", kinds.collect::<Vec<_>>().join(", "))).unwrap();
        let places = vec!["?"; columns.len()].join(", ");
        for row in rows {
            let values = row.values().map(|value| match value {
                Json::Null => Value::Null,
                Json::Number(number) => Value::Real(number.as_f64().unwrap()),
                other => Value::Text(other.as_str().unwrap().to_owned()),
            });
            let insert = format!("INSERT INTO {name}{version} VALUES ({places})");
            db.execute(&insert, rusqlite::params_from_iter(values)).unwrap();
        }
    }
}

fn read(db: &Connection, wanted: &Tables) -> Tables {
    let table = |name: &String| {
        let mut statement = db.prepare(&format!("SELECT * FROM {name}18")).unwrap();
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let rows = statement.query_map([], |row| {
            let mut values = BTreeMap::new();
            for (index, column) in columns.iter().enumerate().filter(|(_, column)| *column != "rowid") {
                let value = match row.get(index)? {
                    Value::Null => Json::Null,
                    Value::Real(number) => number.into(),
                    Value::Text(text) => text.into(),
                    other => panic!("{other:?}"),
                };
                values.insert(column.clone(), value);
            }
            Ok(values)
        });
        (name.clone(), rows.unwrap().collect::<Result<_, _>>().unwrap())
    };
    wanted.keys().map(table).collect()
}

/// What ours makes of the rows that the Python proxy made: requesters are known, shared instances of children are named
/// by their root, and what had no timestamp has one.
fn corrected(mut tables: Tables, version: u64) -> Tables {
    let requesters = if version < 17 { ["slappart0", "slappart1"] } else { ["slappart0", "slappart0"] };
    let mut children = requesters.into_iter();
    for row in tables.get_mut("partition").unwrap() {
        let requester = match (row["slap_state"].as_str(), row["requested_by"].as_str()) {
            (Some("free"), _) => "",
            (_, Some("")) => "user",
            _ => children.next().unwrap(),
        };
        row.insert("requester_id".into(), requester.into());
        row.insert("timestamp".into(), Json::Null);
    }
    for row in tables.get_mut("slave").unwrap() {
        row.insert("requester_id".into(), "slappart0".into());
    }
    let text = serde_json::to_string(&tables).unwrap().replace("slappart0_mysh", "root_mysh");
    serde_json::from_str(&text).unwrap()
}

#[rstest]
fn ours_makes_of_old_rows_what_the_python_proxy_made(#[values(10, 11, 12, 13, 14, 15, 16, 17)] version: u64) {
    let path = fixture(&format!("recorded/migration-{version}-to-18.json"));
    let recorded: Json = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    assert_eq!(recorded["configured_computer_id"], COMPUTER);
    assert_eq!(recorded["configured_local_software_release_root"], ROOT);
    let directory = tempfile::tempdir().unwrap();
    let db = Connection::open(directory.path().join("proxy.db")).unwrap();
    write(&db, version, &tables(&recorded["before"]));
    db.close().unwrap();
    let app = TestApp::start(overrides(), directory);
    let expected = tables(&recorded["after"]);
    let mut made = read(&app.sqlite(), &expected);
    for (old, new) in expected["partition"].iter().zip(made.get_mut("partition").unwrap()) {
        // A host whose list changed is processed again.
        let kept = old["timestamp"] == new["timestamp"];
        assert!(kept || old["timestamp"].is_null() || !new["slave_instance_list"].is_null(), "{old:?} {new:?}");
        new.insert("timestamp".into(), Json::Null);
    }
    assert_eq!(made, corrected(expected, version));
}
