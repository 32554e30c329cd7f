//! The part of `slapproxy show` about consumption.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::output::{date, table};
use crate::domain::consumption::{Item, JudgedMovement};
use crate::storage::Snapshot;
use crate::wire::json_rpc::ConsumptionEntry;

/// The reports as the JSON-RPC API lists them.
pub fn json(snapshot: &Snapshot) -> Value {
    snapshot.consumption.iter().map(|report| json!(ConsumptionEntry::from(report.clone()))).collect()
}

/// The reports, and what each instance used.
pub fn text(snapshot: &Snapshot) -> String {
    let mut rows = Vec::new();
    let mut sums: BTreeMap<(String, String), (f64, u64)> = BTreeMap::new();
    for report in &snapshot.consumption {
        for judged in &report.movements {
            let JudgedMovement { movement, item, fault } = judged;
            let who = item.as_ref().map(|item| match item {
                Item::Computer => report.computer.to_string(),
                Item::Instance(name) => name.to_string(),
            });
            if let (Some(who), None) = (&who, fault) {
                let (sum, count) = sums.entry((who.clone(), movement.resource.clone())).or_default();
                (*sum, *count) = (*sum + movement.quantity, *count + 1);
            }
            rows.push(vec![
                Some(format!("{} {:?} {}", report.computer, report.source_reference, report.number)),
                Some(date(report.received_at)),
                Some(report.user.clone()),
                who,
                movement.reference.clone(),
                Some(movement.resource.clone()),
                movement.title.clone(),
                Some(movement.quantity.to_string()),
                Some(movement.price.to_string()),
                said(&movement.start_date),
                said(&movement.stop_date),
                fault.clone(),
            ]);
        }
    }
    let heading = [
        "report",
        "when",
        "from",
        "used by",
        "reference",
        "resource",
        "title",
        "quantity",
        "price",
        "since",
        "until",
        "does not count",
    ];
    let sums = sums.into_iter().map(|((who, resource), (sum, count))| {
        vec![Some(who), Some(resource), Some(sum.to_string()), Some(count.to_string())]
    });
    let sums: Vec<_> = sums.collect();
    let reports = table("usage", &heading, rows);
    if sums.is_empty() {
        return reports;
    }
    format!("{reports}\n{}", table("usage in all", &["used by", "resource", "quantity", "movements"], sums))
}

fn said(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
