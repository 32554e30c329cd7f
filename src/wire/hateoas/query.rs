//! What a search asks: exact texts, as the Python client sends them.

use std::fmt;

use thiserror::Error;

use crate::domain::error::Refusal;
use crate::wire::form::Fields;

const TREES: &str = "portal_type:\"Instance Tree\" AND validation_state:validated";
const MEMBERS: &str = "portal_type:(\"Software Instance\", \"Slave Instance\") AND validation_state:validated AND default_specialise_title:=";
const COMPUTERS: &str = "portal_type:\"Compute Node\" AND validation_state:validated";
const INSTALLATIONS: &str = "portal_type:\"Software Installation\" AND validation_state:validated";

const TITLE: &str = "title";
const REFERENCE: &str = "reference";
const COMPUTER: &str = "default_aggregate_reference";

/// A mode or a query that means nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("Unhandled {what}: {value}; expected {expected}")]
pub struct Unhandled {
    /// `mode` or `query`.
    pub what: &'static str,
    /// What was sent.
    pub value: String,
    /// What would have been understood.
    pub expected: String,
}

impl Unhandled {
    /// An unknown mode.
    #[must_use]
    pub fn mode(value: &str) -> Self {
        Self { what: "mode", value: value.into(), expected: "search or traverse".into() }
    }

    /// An unknown query.
    #[must_use]
    pub fn query(value: &str) -> Self {
        let expected = format!(
            "{TREES}, the same AND {TITLE}:=\"NAME\", {MEMBERS}\"NAME\", {COMPUTERS}, the same AND {REFERENCE}:=\"NAME\" \
             or AND {TITLE}:=\"NAME\", {INSTALLATIONS}, or the same AND {COMPUTER}:=\"NAME\""
        );
        Self { what: "query", value: value.into(), expected }
    }

    /// A relative URL that leads to no document.
    #[must_use]
    pub fn relative_url(value: &str) -> Self {
        let expected = "a relative_url of a search: /hateoas/partitions/…, /hateoas/shared/…, /hateoas/computers/… or \
                        /hateoas/software_installations/…";
        Self { what: "relative_url", value: value.into(), expected: expected.into() }
    }
}

/// A name in a query. There is no escaping: a name with a quote in it may be meant, or several names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// A name.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text between the first and the last quote; `None` when it is empty, which means any name.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|text| !text.is_empty())
    }

    /// Whether it is a name only if something has exactly this name.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        self.0.contains('"')
    }
}

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    /// The root instances, or those of a title.
    InstanceTrees(Option<Name>),
    /// The members of the tree of a title.
    TreeMembers(Name),
    /// The computers, or the one of a reference.
    Computers(Option<Name>),
    /// The computers of a title.
    ComputersTitled(Name),
    /// The software installations, or those of a computer.
    Installations(Option<Name>),
}

impl Search {
    /// Reads a query.
    ///
    /// # Errors
    /// [`Unhandled`] for any other text.
    pub fn parse(query: &str) -> Result<Self, Unhandled> {
        let quoted = |text: &str| {
            let name = text.strip_prefix('"')?.strip_suffix('"')?;
            Some(Name::new(name))
        };
        let named = |start: &str, key: &str| {
            quoted(query.strip_prefix(start)?.strip_prefix(" AND ")?.strip_prefix(key)?.strip_prefix(":=")?)
        };
        let found = match query {
            TREES => Some(Self::InstanceTrees(None)),
            COMPUTERS => Some(Self::Computers(None)),
            INSTALLATIONS => Some(Self::Installations(None)),
            _ => None,
        };
        found
            .or_else(|| named(TREES, TITLE).map(|name| Self::InstanceTrees(Some(name))))
            .or_else(|| query.strip_prefix(MEMBERS).and_then(quoted).map(Self::TreeMembers))
            .or_else(|| named(COMPUTERS, REFERENCE).map(|name| Self::Computers(Some(name))))
            .or_else(|| named(COMPUTERS, TITLE).map(Self::ComputersTitled))
            .or_else(|| named(INSTALLATIONS, COMPUTER).map(|name| Self::Installations(Some(name))))
            .ok_or_else(|| Unhandled::query(query))
    }

    /// The name that is searched for, if one is.
    #[must_use]
    pub fn name(&self) -> Option<&Name> {
        match self {
            Self::InstanceTrees(name) | Self::Computers(name) | Self::Installations(name) => name.as_ref(),
            Self::TreeMembers(name) | Self::ComputersTitled(name) => Some(name),
        }
    }
}

impl fmt::Display for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (start, key) = match self {
            Self::InstanceTrees(_) => (TREES, TITLE),
            Self::TreeMembers(Name(name)) => return write!(f, "{MEMBERS}\"{name}\""),
            Self::Computers(_) => (COMPUTERS, REFERENCE),
            Self::ComputersTitled(_) => (COMPUTERS, TITLE),
            Self::Installations(_) => (INSTALLATIONS, COMPUTER),
        };
        match self.name() {
            Some(Name(name)) => write!(f, "{start} AND {key}:=\"{name}\""),
            None => f.write_str(start),
        }
    }
}

/// The query of a search, and how many results are wanted. `select_list` is accepted: every row has all columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arguments {
    /// The text of the search.
    pub query: String,
    /// The most results; `None` for all.
    pub limit: Option<u32>,
}

impl TryFrom<&Fields> for Arguments {
    type Error = Refusal;

    fn try_from(fields: &Fields) -> Result<Self, Refusal> {
        let query = fields.required("query")?.to_owned();
        let number =
            |text: &str| text.parse().map_err(|_| Refusal::invalid("limit", text, "the largest number of results"));
        let limit = fields.get("limit").filter(|limit| !limit.is_empty()).map(number).transpose()?;
        Ok(Self { query, limit })
    }
}
