//! Consumption reports, and what was judged of their movements.

use std::collections::HashMap;

use rusqlite::{Row, params};

use super::computer::{damaged, readable, reference};
use super::{Error, ReadTx, WriteTx};
use crate::domain::consumption::{Consumption, ConsumptionQuery, ConsumptionReport, Item, JudgedMovement, Movement};
use crate::domain::instance::ComputerId;
use crate::domain::service::InstanceName;
use crate::domain::timestamp::Timestamp;
use crate::wire::tioxml;

/// What was judged of a movement.
type Verdict = (Option<Item>, Option<String>);

fn report(row: &Row<'_>) -> Result<ConsumptionReport, Error> {
    let document: String = row.get("document")?;
    let journal = tioxml::check(&document).map_err(|error| damaged("document", &document, &error))?;
    let unjudged = |movement: Movement| JudgedMovement {
        movement,
        item: None,
        fault: Some("it arrived before movements were judged".into()),
    };
    Ok(ConsumptionReport {
        id: row.get("id")?,
        number: row.get("number")?,
        computer: reference(row, "computer")?,
        source_reference: row.get("source_reference")?,
        user: row.get("user")?,
        received_at: Timestamp(row.get("received_at")?),
        movements: journal.movements().into_iter().map(unjudged).collect(),
    })
}

fn verdict(row: &Row<'_>) -> Result<(i64, Verdict), Error> {
    let item: Option<String> = row.get("item")?;
    let item = match item.as_deref() {
        None => None,
        Some("computer") => Some(Item::Computer),
        Some(_) => Some(Item::Instance(InstanceName { title: row.get("title")?, root: row.get("root_title")? })),
    };
    Ok((row.get("position")?, (item, row.get("fault")?)))
}

impl ReadTx<'_> {
    /// Consumption reports, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn consumption_reports(self, query: &ConsumptionQuery) -> Result<Vec<ConsumptionReport>, Error> {
        let ConsumptionQuery { computer, instance, after, limit } = query;
        let sql = "SELECT r.id, r.number, c.reference AS computer, r.source_reference, r.user, r.received_at, r.document \
                   FROM consumption r JOIN computer c ON c.id = r.computer_id \
                   WHERE (?1 IS NULL OR c.reference = ?1) AND (?2 IS NULL OR r.id < ?2) AND (?3 IS NULL OR EXISTS \
                   (SELECT 1 FROM movement m WHERE m.consumption_id = r.id AND m.title = ?3)) ORDER BY r.id DESC LIMIT ?4";
        let rows = self.rows(sql, params![computer, after, instance, limit], |row| Ok(report(row)))?;
        let mut reports = readable("a consumption report", rows);
        for report in &mut reports {
            let sql = "SELECT position, item, title, root_title, fault FROM movement WHERE consumption_id = ?1";
            let mut verdicts: HashMap<i64, Verdict> = self.rows(sql, [report.id], verdict)?.into_iter().collect();
            for (position, movement) in (0..).zip(&mut report.movements) {
                if let Some((item, fault)) = verdicts.remove(&position) {
                    (movement.item, movement.fault) = (item, fault);
                }
            }
            let wanted = |movement: &JudgedMovement| match (instance, &movement.item) {
                (None, _) => true,
                (Some(title), Some(Item::Instance(name))) => name.title == *title,
                (Some(_), _) => false,
            };
            report.movements.retain(wanted);
        }
        Ok(reports)
    }
}

impl WriteTx<'_> {
    /// Stores a consumption report and what was judged of it, and returns its number among those of the computer and
    /// source reference.
    ///
    /// # Errors
    /// When the database fails.
    pub fn insert_consumption(
        &self,
        computer: ComputerId,
        consumption: &Consumption,
        judged: &[JudgedMovement],
        user: &str,
        now: Timestamp,
    ) -> Result<i64, Error> {
        let Consumption { source_reference, document, .. } = consumption;
        let number = self
            .row(
                "SELECT ifnull(max(number), 0) + 1 FROM consumption WHERE computer_id = ?1 AND source_reference = ?2",
                params![computer.0, source_reference],
                |row| Ok(row.get(0)?),
            )?
            .unwrap_or(1);
        let id = self.insert(
            "INSERT INTO consumption (computer_id, source_reference, number, document, user, received_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![computer.0, source_reference, number, document, user, now.0],
        )?;
        for (position, movement) in (0_i64..).zip(judged) {
            let (item, name) = match &movement.item {
                None => (None, None),
                Some(Item::Computer) => (Some("computer"), None),
                Some(Item::Instance(name)) => (Some("instance"), Some(name)),
            };
            let (title, root) = (name.map(|name| &name.title), name.and_then(|name| name.root.as_ref()));
            self.execute(
                "INSERT INTO movement (consumption_id, position, item, title, root_title, fault) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![id, position, item, title, root, movement.fault],
            )?;
        }
        Ok(number)
    }
}
