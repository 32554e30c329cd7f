//! Instances in lists for people, without their parameters: ten thousand cost little more than ten.

use rusqlite::types::Value as Sql;
use rusqlite::{Row, params_from_iter};

use super::computer::readable;
use super::instance::title;
use super::refusal::refusals;
use super::software::software_release;
use super::status::status;
use super::{Error, ReadTx};
use crate::domain::ids::Title;
use crate::domain::instance::InstanceId;
use crate::domain::overview::{Colour, Health, InstanceQuery, InstanceSummary, RefusedTitle};
use crate::domain::service::InstanceName;
use crate::domain::state::RequestedState;

/// The columns of an instance in `instance i`: its root, requester and host, its place, its report, and what hangs on it.
const SELECT: &str = "SELECT i.id, i.title, r.title AS root, i.shared, i.software_release, i.software_type, \
     i.requested_state, q.title AS requester, qr.title AS requester_root, h.title AS host, c.reference AS computer, \
     p.reference AS partition, s.user, s.text, s.state, s.created_at, s.since, \
     ifnull(l.shared, 0) AS serves, \
     (SELECT count(*) FROM instance x WHERE x.requester_id = i.id AND x.shared = 0) AS requested, \
     (SELECT count(*) FROM instance x WHERE x.requester_id = i.id AND x.shared = 1) AS requested_shared \
     FROM instance i LEFT JOIN instance r ON r.id = i.root_id LEFT JOIN instance q ON q.id = i.requester_id \
     LEFT JOIN instance qr ON qr.id = q.root_id LEFT JOIN instance h ON h.id = i.host_id \
     LEFT JOIN partition p ON p.instance_id = ifnull(i.host_id, i.id) LEFT JOIN computer c ON c.id = p.computer_id \
     LEFT JOIN status s ON s.instance_id = i.id LEFT JOIN instance_load l ON l.instance_id = i.id";

fn summary(row: &Row<'_>) -> Result<InstanceSummary, Error> {
    let state: String = row.get("requested_state")?;
    let text = |column: &str| row.get::<_, Option<String>>(column);
    let requester = text("requester")?;
    let reported = text("text")?.is_some();
    Ok(InstanceSummary {
        id: InstanceId(row.get("id")?),
        name: InstanceName { title: row.get("title")?, root: text("root")? },
        shared: row.get("shared")?,
        software_release: software_release(row)?,
        software_type: row.get("software_type")?,
        state: RequestedState::parse("requested_state", &state)
            .map_err(|refusal| super::computer::damaged("requested_state", &state, &refusal))?,
        requester: match requester {
            Some(title) => Some(InstanceName { title, root: text("requester_root")? }),
            None => None,
        },
        host: text("host")?.and_then(|host| Title::parse("host", &host).ok()),
        place: text("computer")?.zip(text("partition")?),
        status: if reported { Some(status(row)?) } else { None },
        serves: count(row, "serves")?,
        requested: count(row, "requested")?,
        requested_shared: count(row, "requested_shared")?,
    })
}

fn count(row: &Row<'_>, column: &str) -> Result<usize, Error> {
    Ok(usize::try_from(row.get::<_, i64>(column)?).unwrap_or_default())
}

/// What the latest report of a health begins with.
fn condition(colour: Colour) -> &'static str {
    match colour {
        Colour::Red => "s.text LIKE '#error%'",
        Colour::Orange => "s.text LIKE '#building%'",
        Colour::Green => "s.text LIKE '#access%'",
        Colour::None => "s.text IS NULL",
    }
}

/// The conditions of a query and their values.
fn conditions(query: &InstanceQuery) -> (String, Vec<Sql>) {
    let InstanceQuery { tree, host, requester, text, shared, colour, .. } = query;
    let mut wanted = vec!["1"];
    let mut values = Vec::new();
    let mut add = |condition: &'static str, value: Option<Sql>| {
        wanted.extend(value.is_some().then_some(condition));
        values.extend(value);
    };
    add("ifnull(i.root_id, i.id) = ?", tree.map(|id| id.0.into()));
    add("i.shared = 1 AND i.host_id = ?", host.map(|id| id.0.into()));
    add("i.requester_id = ?", requester.map(|id| id.0.into()));
    add("instr(lower(i.title), lower(?)) > 0", text.clone().map(Sql::from));
    add("i.shared = ?", shared.map(|shared| i64::from(shared).into()));
    wanted.extend(colour.map(condition));
    (wanted.join(" AND "), values)
}

impl ReadTx<'_> {
    /// A page of instances.
    ///
    /// # Errors
    /// When the database fails.
    pub fn instance_summaries(&self, query: &InstanceQuery) -> Result<Vec<InstanceSummary>, Error> {
        let (wanted, mut values) = conditions(query);
        values.extend([query.after.map_or(0, |after| after.0).into(), i64::from(query.limit).into()]);
        let sql = format!("{SELECT} WHERE {wanted} AND i.id > ? ORDER BY i.id LIMIT ?");
        let rows = self.rows(&sql, params_from_iter(values), |row| Ok(summary(row)))?;
        Ok(readable("an instance", rows))
    }

    /// How many instances a query finds on all its pages.
    ///
    /// # Errors
    /// When the database fails.
    pub fn count_instances(&self, query: &InstanceQuery) -> Result<usize, Error> {
        let (wanted, values) = conditions(query);
        let sql = format!(
            "SELECT count(*) AS found FROM instance i LEFT JOIN status s ON s.instance_id = i.id WHERE {wanted}"
        );
        Ok(self.row(&sql, params_from_iter(values), |row| count(row, "found"))?.unwrap_or_default())
    }

    /// The instances about which a failure was reported last, the latest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn failed_instances(&self, limit: u32) -> Result<Vec<InstanceSummary>, Error> {
        let sql = format!("{SELECT} WHERE {} ORDER BY s.created_at DESC, i.id LIMIT ?1", condition(Colour::Red));
        Ok(readable("an instance", self.rows(&sql, [limit], |row| Ok(summary(row)))?))
    }

    /// The software instances of all computers, in the order of their first request.
    ///
    /// # Errors
    /// When the database fails.
    pub fn software_instance_summaries(&self) -> Result<Vec<InstanceSummary>, Error> {
        let rows = self.rows(&format!("{SELECT} WHERE i.shared = 0 ORDER BY i.id"), [], |row| Ok(summary(row)))?;
        Ok(readable("an instance", rows))
    }

    /// How many instances of each tree there are, by the latest reports about them; the trees by their roots.
    ///
    /// # Errors
    /// When the database fails.
    pub fn healths(&self) -> Result<Vec<(InstanceId, Health)>, Error> {
        let sql = "SELECT ifnull(i.root_id, i.id) AS tree, count(*) AS everything, sum(i.shared) AS shared, \
                   count(*) FILTER (WHERE s.text LIKE '#error%') AS failed, \
                   count(*) FILTER (WHERE s.text LIKE '#building%') AS building, \
                   count(*) FILTER (WHERE s.text IS NULL) AS silent \
                   FROM instance i LEFT JOIN status s ON s.instance_id = i.id GROUP BY tree";
        self.rows(sql, [], |row| {
            let health = Health {
                all: count(row, "everything")?,
                shared: count(row, "shared")?,
                failed: count(row, "failed")?,
                building: count(row, "building")?,
                silent: count(row, "silent")?,
            };
            Ok((InstanceId(row.get("tree")?), health))
        })
    }

    /// How many shared instances are roots.
    ///
    /// # Errors
    /// When the database fails.
    pub fn count_shared_roots(&self) -> Result<usize, Error> {
        let sql = "SELECT count(*) AS found FROM instance WHERE shared = 1 AND root_id IS NULL";
        Ok(self.row(sql, [], |row| count(row, "found"))?.unwrap_or_default())
    }

    /// The requests that found no place, the latest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn refused_overview(&self, limit: u32) -> Result<Vec<RefusedTitle>, Error> {
        let sql = "SELECT title, shared, software_release, user, reason, at, last_at, count FROM refusal \
                   ORDER BY last_at DESC LIMIT ?1";
        let read = |row: &Row<'_>| {
            Ok(RefusedTitle {
                title: title(row, "title")?,
                shared: row.get("shared")?,
                software_release: software_release(row)?,
                refusals: refusals(row)?,
            })
        };
        Ok(readable("a refused request", self.rows(sql, [limit], |row| Ok(read(row)))?))
    }
}
