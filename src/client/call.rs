//! What a call sends.

use std::fmt;

/// What a call sends, as far as the caller decides it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: &'static str,
    /// The whole URL, with its query.
    pub url: String,
    /// Who is asking: the value of the `Authorization` header of a partition.
    pub authorization: Option<String>,
    /// The media type of the body.
    pub content_type: Option<&'static str>,
    /// The body, UTF-8; empty without a media type.
    pub body: String,
}

impl Call {
    /// A reading call.
    pub(super) fn get(url: String) -> Self {
        Self { method: "GET", url, authorization: None, content_type: None, body: String::new() }
    }

    /// A removing call.
    pub(super) fn delete(url: String) -> Self {
        Self { method: "DELETE", ..Self::get(url) }
    }

    /// A writing call.
    pub(super) fn post(url: String, content_type: &'static str, body: String) -> Self {
        Self { method: "POST", url, authorization: None, content_type: Some(content_type), body }
    }

    /// A call that puts something under a name.
    pub(super) fn put(url: String, content_type: &'static str, body: String) -> Self {
        Self { method: "PUT", ..Self::post(url, content_type, body) }
    }

    /// The same call in the name of a partition.
    pub(super) fn by(self, identity: Option<&Identity>) -> Self {
        Self { authorization: identity.map(ToString::to_string), ..self }
    }
}

/// The call as HTTP writes it, without the headers that say nothing about it.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.method, self.url)?;
        for (name, value) in [("Authorization", self.authorization.as_deref()), ("Content-Type", self.content_type)] {
            if let Some(value) = value {
                writeln!(f, "{name}: {value}")?;
            }
        }
        if self.content_type.is_some() {
            write!(f, "\n{}\n", self.body)?;
        }
        Ok(())
    }
}

/// The partition in whose name a call is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) computer: String,
    pub(super) partition: String,
}

/// The value of the header.
impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { computer, partition } = self;
        write!(f, "X-SlapPartition computer_id={computer}, computer_partition_id={partition}")
    }
}
