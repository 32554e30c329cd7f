//! Consumption reports (TioXML), as `useComputer` and `slapos.post.v0.compute_node_usage` receive them.
//!
//! A node makes the report of its computer from those of its partitions ([`read_consumption`], [`Journal::of_node`]).
//!
//! The order of elements is fixed, no other element or attribute is allowed, and nothing is in a namespace.

mod write;

use thiserror::Error;

use super::xml::{Document, ReadError, Tag, Token, is_blank, shown, trimmed};
use crate::domain::consumption::{self, Consumption};

/// Elements inside each other: `journal`, `transaction`, `movement`, and the texts in it.
const DEPTH: usize = 4;

/// A valid report.
#[derive(Debug, Clone, PartialEq)]
pub struct Journal {
    /// One or more transactions.
    pub transactions: Vec<Transaction>,
}

impl Journal {
    /// The reference of the whole report: that of its first transaction, which may be empty.
    #[must_use]
    pub fn source_reference(&self) -> &str {
        self.transactions.first().map_or("", |first| &first.reference)
    }

    /// Everything that was consumed, with the dates of its transaction.
    #[must_use]
    pub fn movements(&self) -> Vec<consumption::Movement> {
        let of = |transaction: &Transaction, movement: &Movement| consumption::Movement {
            resource: movement.resource.clone(),
            title: movement.title.clone(),
            reference: movement.reference.clone(),
            quantity: movement.quantity,
            price: movement.price,
            start_date: transaction.start_date.clone(),
            stop_date: transaction.stop_date.clone(),
        };
        let transactions = self.transactions.iter();
        transactions.flat_map(|own| own.movements.iter().map(move |movement| of(own, movement))).collect()
    }
}

/// What was consumed by whom. Texts may be empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Transaction {
    /// The attribute `type`, `Sale Packing List` from the node.
    pub kind: String,
    /// The title, `Resource consumptions` from the node.
    pub title: Option<String>,
    /// When it started.
    pub start_date: String,
    /// When it stopped, `2026-01-01 at 00:00:00` from the node.
    pub stop_date: String,
    /// The reference of the report, the computer's reference from the node.
    pub reference: String,
    /// The currency.
    pub currency: String,
    /// The payment mode.
    pub payment_mode: String,
    /// Its categories.
    pub categories: Vec<String>,
    /// One or more arrows.
    pub arrows: Vec<Arrow>,
    /// One or more movements.
    pub movements: Vec<Movement>,
}

/// From whom to whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrow {
    /// The attribute `type`, `Administration` from the node.
    pub kind: String,
    /// Who provides.
    pub source: Option<String>,
    /// Who consumes.
    pub destination: Option<String>,
}

/// One quantity of one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Movement {
    /// The resource, such as `CPU Consumption`.
    pub resource: String,
    /// The title.
    pub title: Option<String>,
    /// What consumed it: the partition's reference from the node.
    pub reference: Option<String>,
    /// How much, also infinite or not a number.
    pub quantity: f64,
    /// At which price.
    pub price: f64,
    /// The tax (element `VAT`).
    pub vat: String,
    /// Its categories.
    pub categories: Vec<String>,
}

/// Why a report is not valid: the element and the rule, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct TioXmlError(#[from] ReadError);

/// Checks a report and gives what is kept of it.
///
/// # Errors
/// As [`check`].
pub fn consumption(document: &str) -> Result<Consumption, TioXmlError> {
    let journal = check(document)?;
    let source_reference = journal.source_reference().to_owned();
    Ok(Consumption { source_reference, document: document.to_owned(), movements: journal.movements() })
}

/// Checks a report and gives what it says.
///
/// # Errors
/// [`TioXmlError`] for anything that breaks a rule of the format, or is no well-formed XML.
pub fn check(text: &str) -> Result<Journal, TioXmlError> {
    let mut parser = Parser { document: Document::new(text.as_bytes(), DEPTH)?, next: None };
    parser.advance()?;
    Ok(parser.journal()?)
}

/// Reads what a partition reports: one or more movements.
///
/// # Errors
/// [`TioXmlError`] for anything that breaks a rule of the format, or is no well-formed XML.
pub fn read_consumption(text: &str) -> Result<Vec<Movement>, TioXmlError> {
    let mut parser = Parser { document: Document::new(text.as_bytes(), DEPTH)?, next: None };
    parser.advance()?;
    Ok(parser.consumption()?)
}

struct Parser<'a> {
    document: Document<'a>,
    /// The next child of the element that is being read; none at its end.
    next: Option<Tag<'a>>,
}

impl<'a> Parser<'a> {
    fn journal(&mut self) -> Result<Journal, ReadError> {
        let Some(tag) = self.take("journal") else { return Err(self.wrong("document", "<journal>")) };
        self.enter_plain(&tag)?;
        let transactions = self.some("journal", "transaction", Self::transaction)?;
        self.leave("journal")?;
        Ok(Journal { transactions })
    }

    fn consumption(&mut self) -> Result<Vec<Movement>, ReadError> {
        let Some(tag) = self.take("consumption") else { return Err(self.wrong("document", "<consumption>")) };
        self.enter_plain(&tag)?;
        let movements = self.some("consumption", "movement", Self::movement)?;
        self.leave("consumption")?;
        Ok(movements)
    }

    fn transaction(&mut self, tag: &Tag<'a>) -> Result<Transaction, ReadError> {
        let name = "transaction";
        let transaction = Transaction {
            kind: self.enter_typed(tag)?,
            title: self.optional_text("title")?,
            start_date: self.text(name, "start_date")?,
            stop_date: self.text(name, "stop_date")?,
            reference: self.text(name, "reference")?,
            currency: self.text(name, "currency")?,
            payment_mode: self.text(name, "payment_mode")?,
            categories: self.texts("category")?,
            arrows: self.some(name, "arrow", Self::arrow)?,
            movements: self.some(name, "movement", Self::movement)?,
        };
        self.leave(name)?;
        Ok(transaction)
    }

    fn arrow(&mut self, tag: &Tag<'a>) -> Result<Arrow, ReadError> {
        let arrow = Arrow {
            kind: self.enter_typed(tag)?,
            source: self.optional_text("source")?,
            destination: self.optional_text("destination")?,
        };
        self.leave("arrow")?;
        Ok(arrow)
    }

    fn movement(&mut self, tag: &Tag<'a>) -> Result<Movement, ReadError> {
        let name = "movement";
        self.enter_plain(tag)?;
        let movement = Movement {
            resource: self.text(name, "resource")?,
            title: self.optional_text("title")?,
            reference: self.optional_text("reference")?,
            quantity: self.float(name, "quantity")?,
            price: self.float(name, "price")?,
            vat: self.text(name, "VAT")?,
            categories: self.texts("category")?,
        };
        self.leave(name)?;
        Ok(movement)
    }

    /// Moves to the next child of the element that is being read.
    fn advance(&mut self) -> Result<(), ReadError> {
        loop {
            match self.document.next()? {
                Token::Start(tag) => {
                    self.next = Some(tag);
                    return Ok(());
                }
                Token::End | Token::Eof => {
                    self.next = None;
                    return Ok(());
                }
                Token::Text(text) if is_blank(&text) => {}
                Token::Text(text) => {
                    let message = format!("text between elements: {:?}; expected elements only", shown(&text));
                    return Err(self.document.error(message));
                }
            }
        }
    }

    fn take(&mut self, name: &str) -> Option<Tag<'a>> {
        self.next.take_if(|tag| tag.name == name && tag.namespace.is_none())
    }

    /// Goes inside an element that has no attribute.
    fn enter_plain(&mut self, tag: &Tag<'a>) -> Result<(), ReadError> {
        self.allow_attributes(tag, &[])?;
        self.advance()
    }

    /// Goes inside an element that has the attribute `type`, and gives it.
    fn enter_typed(&mut self, tag: &Tag<'a>) -> Result<String, ReadError> {
        self.allow_attributes(tag, &["type"])?;
        let Some(kind) = tag.attribute("type") else {
            return Err(self.document.error(format!("<{}>: the attribute type is missing", tag.name)));
        };
        self.advance()?;
        Ok(kind.to_owned())
    }

    /// Goes past the end of an element all of whose children were read.
    fn leave(&mut self, name: &str) -> Result<(), ReadError> {
        if self.next.is_some() {
            return Err(self.wrong(name, "its end"));
        }
        self.advance()
    }

    /// One or more children of that name.
    fn some<T>(
        &mut self,
        parent: &str,
        name: &str,
        read: fn(&mut Self, &Tag<'a>) -> Result<T, ReadError>,
    ) -> Result<Vec<T>, ReadError> {
        let mut children = Vec::new();
        while let Some(tag) = self.take(name) {
            children.push(read(self, &tag)?);
        }
        if children.is_empty() { Err(self.wrong(parent, &format!("<{name}>"))) } else { Ok(children) }
    }

    fn text(&mut self, parent: &str, name: &str) -> Result<String, ReadError> {
        self.optional_text(name)?.ok_or_else(|| self.wrong(parent, &format!("<{name}>")))
    }

    fn texts(&mut self, name: &str) -> Result<Vec<String>, ReadError> {
        let mut texts = Vec::new();
        while let Some(text) = self.optional_text(name)? {
            texts.push(text);
        }
        Ok(texts)
    }

    fn optional_text(&mut self, name: &str) -> Result<Option<String>, ReadError> {
        let Some(tag) = self.take(name) else { return Ok(None) };
        self.allow_attributes(&tag, &[])?;
        let text = self.document.text(name)?.into_owned();
        self.advance()?;
        Ok(Some(text))
    }

    fn float(&mut self, parent: &str, name: &str) -> Result<f64, ReadError> {
        let Some(tag) = self.take(name) else { return Err(self.wrong(parent, &format!("<{name}>"))) };
        self.allow_attributes(&tag, &[])?;
        let text = self.document.text(name)?;
        let Some(float) = parse_float(trimmed(&text)) else {
            return Err(self.document.error(format!("<{name}>: {:?} is no number such as 1.5", shown(&text))));
        };
        self.advance()?;
        Ok(float)
    }

    fn allow_attributes(&self, tag: &Tag<'a>, allowed: &[&str]) -> Result<(), ReadError> {
        match tag.attributes.iter().find(|(name, _)| !allowed.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, _)) => {
                Err(self.document.error(format!("<{}>: the attribute {:?} is not allowed", tag.name, shown(name))))
            }
        }
    }

    fn wrong(&self, parent: &str, expected: &str) -> ReadError {
        let found = match &self.next {
            None => "its end".into(),
            Some(Tag { name, namespace: Some(_), .. }) => format!("<{}> in a namespace", shown(name)),
            Some(Tag { name, .. }) => format!("<{}>", shown(name)),
        };
        self.document.error(format!("<{parent}>: found {found}, expected {expected}"))
    }
}

/// A float as XML Schema writes it, without white space around.
fn parse_float(text: &str) -> Option<f64> {
    match text {
        "INF" => Some(f64::INFINITY),
        "-INF" => Some(f64::NEG_INFINITY),
        "NaN" => Some(f64::NAN),
        // Rust reads the same decimals, and names of its own, which have other letters.
        text if text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')) => {
            text.parse().ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
