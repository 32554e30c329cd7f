//! The report of a computer, made of those of its partitions.

use httpdate::fmt_http_date;

use super::{Arrow, Journal, Movement, Transaction};
use crate::domain::parameters::float_text;
use crate::domain::timestamp::Timestamp;
use crate::wire::xml::{escape_attribute, escape_text};

impl Journal {
    /// What a node reports of its computer: the movements of its partitions, up to a time (UTC).
    #[must_use]
    pub fn of_node(computer: &str, stop: Timestamp, movements: Vec<Movement>) -> Self {
        let none = || Some(String::new());
        Self {
            transactions: vec![Transaction {
                kind: "Sale Packing List".into(),
                title: Some("Resource consumptions".into()),
                start_date: String::new(),
                stop_date: date(stop),
                reference: computer.into(),
                currency: String::new(),
                payment_mode: String::new(),
                categories: vec![String::new()],
                arrows: vec![Arrow { kind: "Administration".into(), source: none(), destination: none() }],
                movements,
            }],
        }
    }

    /// The document; [`check`](super::check) gives the same journal back.
    #[must_use]
    pub fn write(&self) -> String {
        let mut out = String::from("<?xml version='1.0' encoding='utf-8'?>\n<journal>");
        for transaction in &self.transactions {
            write_transaction(transaction, &mut out);
        }
        out + "</journal>\n"
    }
}

/// A time as the node writes it: `2026-01-01 at 00:00:00`.
fn date(time: Timestamp) -> String {
    // Sun, 06 Nov 1994 08:49:37 GMT
    let text = fmt_http_date(time.to_system_time());
    let mut parts = text.split(' ').skip(1);
    let mut part = || parts.next().unwrap_or_default();
    let (day, month, year, clock) = (part(), part(), part(), part());
    let month = "JanFebMarAprMayJunJulAugSepOctNovDec".find(month).map_or(0, |at| at / 3 + 1);
    format!("{year}-{month:02}-{day} at {clock}")
}

fn write_transaction(transaction: &Transaction, out: &mut String) {
    open_typed("transaction", &transaction.kind, out);
    write_optional("title", transaction.title.as_deref(), out);
    for (name, text) in [
        ("start_date", &transaction.start_date),
        ("stop_date", &transaction.stop_date),
        ("reference", &transaction.reference),
        ("currency", &transaction.currency),
        ("payment_mode", &transaction.payment_mode),
    ] {
        write_text(name, text, out);
    }
    transaction.categories.iter().for_each(|category| write_text("category", category, out));
    for arrow in &transaction.arrows {
        open_typed("arrow", &arrow.kind, out);
        write_optional("source", arrow.source.as_deref(), out);
        write_optional("destination", arrow.destination.as_deref(), out);
        out.push_str("</arrow>");
    }
    for movement in &transaction.movements {
        out.push_str("<movement>");
        write_text("resource", &movement.resource, out);
        write_optional("title", movement.title.as_deref(), out);
        write_optional("reference", movement.reference.as_deref(), out);
        write_text("quantity", &number(movement.quantity), out);
        write_text("price", &number(movement.price), out);
        write_text("VAT", &movement.vat, out);
        movement.categories.iter().for_each(|category| write_text("category", category, out));
        out.push_str("</movement>");
    }
    out.push_str("</transaction>");
}

/// A float as XML Schema writes it.
fn number(float: f64) -> String {
    match float_text(float).as_str() {
        "inf" => "INF".into(),
        "-inf" => "-INF".into(),
        "nan" => "NaN".into(),
        text => text.to_owned(),
    }
}

fn open_typed(name: &str, kind: &str, out: &mut String) {
    out.extend(["<", name, " type=\""]);
    escape_attribute(kind, out);
    out.push_str("\">");
}

fn write_optional(name: &str, text: Option<&str>, out: &mut String) {
    if let Some(text) = text {
        write_text(name, text, out);
    }
}

fn write_text(name: &str, text: &str, out: &mut String) {
    out.extend(["<", name, ">"]);
    escape_text(text, out);
    out.extend(["</", name, ">"]);
}
