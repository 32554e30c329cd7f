//! What foreign readers see: the tables of the Python proxy, as views that need nothing but SQLite.
//!
//! Their XML cannot be written by SQL, so `instance_xml` keeps it beside each instance. The list of the shared instances
//! of a host is put together by the view from one piece each: a change of one writes only its own.

use rusqlite::{Connection, OptionalExtension, params};

use super::instance::instance;
use super::{Error, WriteTx};
use crate::domain::compat::CompatSchema;
use crate::domain::instance::{Instance, InstanceId, SharedInstance, Sharing, Wish};
use crate::domain::parameters::{Parameters, write_json_text};
use crate::wire::xml::{fragments, objects, write_parameters};

/// A table of the Python proxy.
pub(super) struct Table {
    /// Its name, without the version.
    pub(super) name: &'static str,
    /// Its columns and what they hold, of version 18.
    columns: &'static [(&'static str, &'static str)],
    /// Where that comes from, and in which order.
    from: &'static str,
}

/// The columns that only one of the schemas has.
const ONLY_18: &str = "requester_id";
const ONLY_17: &str = "asked_by";

/// The tables of the Python proxy, in the words of ours.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "software",
        columns: &[
            ("url", "s.software_release"),
            ("computer_reference", "c.reference"),
            ("requested_state", "s.requested_state"),
        ],
        from: "software_installation s JOIN computer c ON c.id = s.computer_id ORDER BY s.position",
    },
    Table {
        name: "computer",
        columns: &[("reference", "c.reference"), ("address", "c.address"), ("netmask", "c.netmask")],
        from: "computer c WHERE c.formatted_at IS NOT NULL ORDER BY c.id",
    },
    Table {
        name: "partition",
        columns: &[
            ("reference", "p.reference"),
            ("computer_reference", "c.reference"),
            ("slap_state", "CASE WHEN i.id IS NULL THEN 'free' ELSE 'busy' END"),
            ("software_release", "i.software_release"),
            ("xml", "x.parameters"),
            ("connection_xml", "x.connection"),
            ("slave_instance_list", SHARED_LIST),
            ("software_type", "i.software_type"),
            ("partition_reference", "i.title"),
            ("requested_by", "ifnull(r.title, '')"),
            (
                ONLY_18,
                "CASE WHEN i.id IS NULL THEN '' WHEN i.requester_id IS NULL THEN 'user' ELSE ifnull(q.reference, '') END",
            ),
            ("requested_state", "ifnull(i.requested_state, 'started')"),
            ("timestamp", SECONDS),
        ],
        from: "partition p JOIN computer c ON c.id = p.computer_id LEFT JOIN instance i ON i.id = p.instance_id \
               LEFT JOIN instance_xml x ON x.instance_id = i.id LEFT JOIN instance r ON r.id = i.root_id \
               LEFT JOIN partition q ON q.instance_id = i.requester_id ORDER BY p.id",
    },
    Table {
        name: "slave",
        columns: &[
            ("reference", "i.shared_reference"),
            ("computer_reference", "c.reference"),
            ("connection_xml", "x.connection"),
            ("hosted_by", "p.reference"),
            (ONLY_17, "ifnull(r.title, '')"),
            (ONLY_18, "CASE WHEN i.requester_id IS NULL THEN 'user' ELSE ifnull(q.reference, '') END"),
        ],
        from: "instance i JOIN computer c ON c.id = i.host_computer_id \
               JOIN partition p ON p.instance_id = i.host_id LEFT JOIN instance_xml x ON x.instance_id = i.id \
               LEFT JOIN instance r ON r.id = i.root_id LEFT JOIN partition q ON q.instance_id = i.requester_id \
               WHERE i.shared = 1 ORDER BY i.id",
    },
    Table {
        name: "partition_network",
        columns: &[
            ("partition_reference", "p.reference"),
            ("computer_reference", "c.reference"),
            ("reference", "a.interface"),
            ("address", "a.address"),
            ("netmask", "a.netmask"),
        ],
        from: "partition p JOIN computer c ON c.id = p.computer_id JOIN partition_address a ON a.partition_id = p.id \
               WHERE a.gateway IS NULL ORDER BY p.id, a.position",
    },
    Table {
        name: "forwarded_partition_request",
        // Readers compare the row numbers, which a view does not have by itself.
        columns: &[("partition_reference", "f.partition_reference"), ("master_url", "f.master_url"), (ROWID, "f.id")],
        from: "forwarded_request f ORDER BY f.id",
    },
    Table {
        name: "config",
        columns: &[("name", "s.name"), ("value", "s.value")],
        from: "setting s WHERE s.name = 'local_software_release_root'",
    },
];

/// The column of a view that stands for the row number of a table.
const ROWID: &str = "rowid";

/// Tells the views of this program from those of others.
const MADE_HERE: &str = "/* slapproxy */";

/// The timestamp in seconds, with the rule of [`Timestamp::to_seconds_text_of`](crate::domain::timestamp::Timestamp).
const SECONDS: &str = "CASE WHEN CAST(round(i.imported_seconds * 1e6) AS INTEGER) = i.timestamp \
                       THEN i.imported_seconds ELSE i.timestamp / 1e6 END";

/// The marshalled list of shared instances: `entry` holds texts between which numbers go, counted through the list.
const SHARED_LIST: &str = "CASE WHEN x.hosts THEN (\
SELECT CASE WHEN count(*) = 0 THEN '<marshal><list id=\"i2\"/></marshal>' \
ELSE '<marshal><list id=\"i2\">' || group_concat(entry, '') || '</list></marshal>' END FROM (\
SELECT (SELECT group_concat(f.value || CASE WHEN f.key < s.numbers THEN s.first + f.key ELSE '' END, '') \
FROM json_each(s.entry) f) AS entry FROM (\
SELECT sx.entry, json_array_length(sx.entry) - 1 AS numbers, 3 + ifnull(sum(json_array_length(sx.entry) - 1) \
OVER (ORDER BY si.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS first \
FROM instance si JOIN instance_xml sx ON sx.instance_id = si.id \
WHERE si.host_id = i.id AND si.shared = 1 AND sx.entry IS NOT NULL ORDER BY si.id) s)) END";

impl Table {
    /// The columns of a schema, and what they hold.
    fn shown(&self, schema: CompatSchema) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
        let hidden = match schema {
            CompatSchema::V17 => ONLY_18,
            CompatSchema::V18 => ONLY_17,
        };
        self.columns.iter().filter(move |(name, _)| *name != hidden)
    }

    /// The names of what the query gives.
    pub(super) fn names(&self, schema: CompatSchema) -> Vec<&'static str> {
        self.shown(schema).map(|(name, _)| *name).collect()
    }

    /// The columns of a table of a schema, where the number of a row is none.
    pub(super) fn columns(&self, schema: CompatSchema) -> Vec<&'static str> {
        self.names(schema).into_iter().filter(|name| *name != ROWID).collect()
    }

    /// The query for all of it.
    pub(super) fn select(&self, schema: CompatSchema) -> String {
        let columns: Vec<String> = self.shown(schema).map(|(name, value)| format!("{value} AS {name}")).collect();
        format!("SELECT {} FROM {}", columns.join(", "), self.from)
    }

    fn view(&self, schema: CompatSchema) -> (String, String) {
        let name = format!("{}{}", self.name, schema.number());
        let sql = format!("CREATE VIEW {name} AS {MADE_HERE} {}", self.select(schema));
        (name, sql)
    }
}

/// Makes the views of a schema, and removes those of the other one: all or none. What else bears such a name stays.
pub(super) fn make_views(connection: &mut Connection, schema: CompatSchema) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    let mut changed = false;
    for offered in [CompatSchema::V17, CompatSchema::V18] {
        for (name, sql) in TABLES.iter().map(|table| table.view(offered)) {
            let find = "SELECT type, sql FROM sqlite_schema WHERE name = ?1";
            let found: Option<(String, Option<String>)> =
                transaction.query_row(find, [&name], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            let wanted = offered == schema;
            match found {
                Some((kind, text)) if !text.as_ref().is_some_and(|text| text.contains(MADE_HERE)) => {
                    if wanted {
                        log::warn!("a {kind} of the database hides {name} from foreign readers");
                    }
                }
                Some((_, present)) if wanted && present.as_ref() == Some(&sql) => {}
                found => {
                    if found.is_some() {
                        transaction.execute_batch(&format!("DROP VIEW {name}"))?;
                    }
                    if wanted {
                        transaction.execute_batch(&sql)?;
                    }
                    changed |= found.is_some() || wanted;
                }
            }
        }
    }
    if changed { transaction.commit() } else { Ok(()) }
}

/// The place of a shared instance in the list of its host; nothing when the format cannot carry it.
fn entry(wish: &Wish, sharing: &Sharing) -> Option<String> {
    let shared = SharedInstance {
        reference: sharing.reference.clone(),
        software_type: wish.software_type.clone(),
        parameters: wish.parameters.clone(),
    };
    let parts = fragments(&objects::shared_entry(&shared)).map_err(|error| {
        log::error!("foreign readers do not see the shared instance {}: {error}", sharing.reference);
    });
    let mut json = String::from("[");
    for (index, part) in parts.ok()?.iter().enumerate() {
        json.push_str(if index == 0 { "" } else { "," });
        write_json_text(part, &mut json);
    }
    json.push(']');
    Some(json)
}

impl WriteTx<'_> {
    /// Keeps what foreign readers see of an instance.
    pub(super) fn show(
        &self,
        id: InstanceId,
        wish: &Wish,
        connection: Option<&Parameters>,
        sharing: Option<&Sharing>,
    ) -> Result<(), Error> {
        let parameters = sharing.is_none().then(|| write_parameters(&wish.parameters));
        self.execute(
            "INSERT INTO instance_xml (instance_id, parameters, connection, entry) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (instance_id) DO UPDATE SET parameters = excluded.parameters, \
             connection = excluded.connection, entry = excluded.entry",
            params![
                id.0,
                parameters,
                connection.map(write_parameters),
                sharing.and_then(|sharing| entry(wish, sharing))
            ],
        )?;
        if let Some(sharing) = sharing {
            self.remember_host(sharing.host)?;
        }
        Ok(())
    }

    /// Remembers that an instance has had a list of shared ones.
    pub(super) fn remember_host(&self, host: InstanceId) -> Result<(), Error> {
        self.execute("UPDATE instance_xml SET hosts = 1 WHERE instance_id = ?1 AND hosts = 0", [host.0])?;
        Ok(())
    }

    /// Keeps what foreign readers see of a publication.
    pub(super) fn show_connection(&self, id: InstanceId, connection: &Parameters) -> Result<(), Error> {
        let sql = "UPDATE instance_xml SET connection = ?2 WHERE instance_id = ?1";
        self.execute(sql, params![id.0, write_parameters(connection)])?;
        Ok(())
    }

    /// Keeps what foreign readers see of all instances that were stored without it.
    pub(super) fn show_all(&self) -> Result<(), Error> {
        let sql = "SELECT i.*, r.title AS root_title FROM instance i LEFT JOIN instance r ON r.id = i.root_id \
                   WHERE i.id NOT IN (SELECT instance_id FROM instance_xml) ORDER BY i.shared, i.id";
        let instances: Vec<Result<Instance, Error>> = self.rows(sql, [], |row| Ok(instance(row)))?;
        for instance in super::computer::readable("an instance", instances) {
            self.show(instance.id, &instance.wish, instance.connection.as_ref(), instance.sharing.as_ref())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
