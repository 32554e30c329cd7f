//! The views against the writers of the wire, for any value that can be stored.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rusqlite::Connection;

use super::*;
use crate::domain::ids::{Reference, SoftwareRelease, Title};
use crate::domain::parameters::{Integer, Value, is_xml_char};
use crate::domain::state::RequestedState;
use crate::domain::timestamp::Timestamp;
use crate::storage::NewInstance;
use crate::storage::clock::Clock;
use crate::storage::db::ReadTx;
use crate::storage::open::SCHEMA;
use crate::wire::xml::{dumps, loads};

fn text() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "&",
        "<",
        ">",
        "\"",
        "'",
        "\\",
        "é",
        "💥",
        "\r\n",
        "\t",
        "<list id=\"i3\"",
        "]]>",
        "i3",
        "[",
        "%",
        "",
    ]);
    let any = "\\PC{0,4}".prop_filter("what XML cannot carry is never stored", |text| text.chars().all(is_xml_char));
    prop::collection::vec(prop_oneof![odd.prop_map(str::to_owned), any], 0..6).prop_map(|parts| parts.concat())
}

fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        "-?[0-9]{1,40}".prop_map(|digits| Value::Integer(Integer::parse(&digits).unwrap())),
        prop::num::f64::NORMAL.prop_map(Value::Float),
        text().prop_map(Value::Text),
    ];
    scalar.prop_recursive(4, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::btree_map(text(), inner, 0..4).prop_map(Value::Map),
        ]
    })
}

fn parameters() -> impl Strategy<Value = Parameters> {
    prop::collection::btree_map(text(), value(), 0..5).prop_map(|map| Parameters::new("p", map).unwrap())
}

fn wish(parameters: Parameters) -> Wish {
    Wish {
        software_release: SoftwareRelease::parse("r", "/sr").unwrap(),
        software_type: "default".into(),
        state: RequestedState::Started,
        parameters,
        sla: Parameters::default(),
    }
}

/// A database with one host in one partition.
struct Stored {
    connection: Connection,
    clock: Clock,
}

impl Stored {
    fn with_host(parameters: &Parameters) -> Self {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        make_views(&mut connection, CompatSchema::V18).unwrap();
        let clock = Clock::resume(&connection).unwrap();
        let stored = Self { connection, clock };
        let tx = stored.tx();
        let reference = |text: &str| Reference::parse("r", text).unwrap();
        let computer = tx.insert_computer(&reference("c"), None).unwrap();
        let partition = tx.insert_partition(computer, &reference("p")).unwrap();
        let host = tx.insert_instance(&new("host", wish(parameters.clone()), None), Timestamp(1)).unwrap();
        assert!(tx.occupy(partition, host).unwrap());
        stored
    }

    fn tx(&self) -> WriteTx<'_> {
        WriteTx::new(ReadTx::new(&self.connection), &self.clock)
    }

    fn share(&self, number: usize, parameters: &Parameters) {
        let sharing = Sharing {
            host: InstanceId(1),
            reference: format!("_{number}é"),
            computer: crate::domain::instance::ComputerId(1),
        };
        let new = new(&number.to_string(), wish(parameters.clone()), Some(sharing));
        self.tx().insert_instance(&new, Timestamp(1)).unwrap();
    }

    fn column(&self, sql: &str) -> Option<String> {
        self.connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }
}

fn new(title: &str, wish: Wish, sharing: Option<Sharing>) -> NewInstance {
    NewInstance { title: Title::parse("t", title).unwrap(), root: None, requester: None, wish, sharing }
}

fn written(shared: &[Parameters]) -> String {
    let shared: Vec<_> = (0..)
        .zip(shared)
        .map(|(number, parameters)| SharedInstance {
            reference: format!("_{number}é"),
            software_type: "default".into(),
            parameters: parameters.clone(),
        })
        .collect();
    String::from_utf8(dumps(&objects::shared_list(&shared)).unwrap()).unwrap()
}

const LIST: &str = "SELECT slave_instance_list FROM partition18";

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_view_composes_the_list_that_the_wire_writes(shared in prop::collection::vec(parameters(), 1..4)) {
        let stored = Stored::with_host(&Parameters::default());
        for (number, parameters) in shared.iter().enumerate() {
            stored.share(number, parameters);
        }
        let list = stored.column(LIST).unwrap();
        prop_assert_eq!(&list, &written(&shared));
        prop_assert!(loads(list.as_bytes()).is_ok());
    }

    #[test]
    fn the_views_show_the_documents_that_the_wire_writes(own in parameters(), published in parameters()) {
        let stored = Stored::with_host(&own);
        stored.share(0, &own);
        prop_assert_eq!(stored.column("SELECT xml FROM partition18"), Some(write_parameters(&own)));
        prop_assert_eq!(stored.column("SELECT connection_xml FROM partition18"), None);
        stored.tx().set_connection(InstanceId(1), &published).unwrap();
        stored.tx().set_connection(InstanceId(2), &published).unwrap();
        let expected = Some(write_parameters(&published));
        prop_assert_eq!(stored.column("SELECT connection_xml FROM partition18"), expected.clone());
        prop_assert_eq!(stored.column("SELECT connection_xml FROM slave18"), expected);
    }

    #[test]
    fn the_view_shows_the_timestamp_that_the_wire_writes(seconds in 0.0..4e9_f64, moved in 0..2_i64) {
        let stored = Stored::with_host(&Parameters::default());
        let timestamp = Timestamp(Timestamp::from_seconds(seconds).0 + moved);
        let update = "UPDATE instance SET timestamp = ?1, imported_seconds = ?2";
        stored.connection.execute(update, params![timestamp.0, seconds]).unwrap();
        let shown: f64 =
            stored.connection.query_row("SELECT timestamp FROM partition18", [], |row| row.get(0)).unwrap();
        let text = timestamp.to_seconds_text_of(Some(seconds));
        prop_assert_eq!(crate::domain::parameters::float_text(shown), text);
    }
}

#[test]
fn a_host_has_no_list_until_its_first_shared_instance_and_an_empty_one_after_the_last() {
    let stored = Stored::with_host(&Parameters::default());
    assert_eq!(stored.column(LIST), None);
    stored.share(0, &Parameters::default());
    assert_eq!(stored.column(LIST), Some(written(&[Parameters::default()])));
    stored.tx().delete_instance(InstanceId(2)).unwrap();
    assert_eq!(stored.column(LIST), Some(r#"<marshal><list id="i2"/></marshal>"#.into()));
}

#[test]
fn a_change_of_a_shared_instance_writes_its_own_piece_only() {
    let stored = Stored::with_host(&Parameters::default());
    let long = BTreeMap::from([("k".to_owned(), Value::Text("x".repeat(10_000)))]);
    for number in 0..200 {
        stored.share(number, &Parameters::new("p", long.clone()).unwrap());
    }
    let before = stored.connection.total_changes();
    let mut one = stored.tx().instance(InstanceId(100)).unwrap().unwrap();
    one.wish.parameters = Parameters::default();
    stored.tx().save_instance(&one).unwrap();
    // The instance and its piece.
    assert_eq!(stored.connection.total_changes() - before, 2);
    assert!(stored.column(LIST).unwrap().contains("_98&#233;"));
}

#[test]
fn the_views_follow_the_schema_and_spare_what_others_made() {
    let stored = Stored::with_host(&Parameters::default());
    let mut connection = stored.connection;
    let named = |connection: &Connection| -> Vec<String> {
        let mut names = connection
            .prepare("SELECT type || ' ' || name FROM sqlite_schema WHERE name GLOB '*1[78]' ORDER BY name")
            .unwrap();
        names.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    connection.execute_batch("CREATE TABLE slave17 (note TEXT)").unwrap();
    make_views(&mut connection, CompatSchema::V17).unwrap();
    let expected = [
        "view computer17",
        "view config17",
        "view forwarded_partition_request17",
        "view partition17",
        "view partition_network17",
        "table slave17",
        "view software17",
    ];
    assert_eq!(named(&connection), expected);
    let columns: String = connection
        .query_row("SELECT group_concat(name) FROM pragma_table_info('partition17')", [], |row| row.get(0))
        .unwrap();
    assert_eq!(
        columns,
        "reference,computer_reference,slap_state,software_release,xml,connection_xml,slave_instance_list,\
         software_type,partition_reference,requested_by,requested_state,timestamp"
    );
    let changes = connection.total_changes();
    make_views(&mut connection, CompatSchema::V17).unwrap();
    assert_eq!(connection.total_changes(), changes);
}
