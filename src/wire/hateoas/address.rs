//! The addresses of documents: `relative_url` in rows, and the paths behind it.

use std::fmt;

use crate::domain::service::InstanceName;
use crate::wire::percent::{decode, encode};

const INSTANCES: &str = "/hateoas/partitions/";
const SHARED: &str = "/hateoas/shared/";
const COMPUTERS: &str = "/hateoas/computers/";
const INSTALLATIONS: &str = "/hateoas/software_installations/";

/// The address of a document. Names are percent-encoded, their slashes too; an instance that is no root is
/// `<title of the root>/<title>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A software instance.
    Instance(InstanceName),
    /// A shared instance.
    Shared(InstanceName),
    /// A computer, by its reference.
    Computer(String),
    /// A software installation, by the reference of its computer and its URL.
    Installation(String, String),
}

impl Address {
    /// Reads a path. A slash that is not encoded and separates no two names belongs to the name.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let whole = |rest: &str| text(rest).filter(|name| !name.is_empty());
        let instance = |rest: &str| match rest.split_once('/') {
            Some((root, title)) if !title.contains('/') && !root.is_empty() && !title.is_empty() => {
                Some(InstanceName { root: Some(text(root)?), title: text(title)? })
            }
            _ => Some(InstanceName { root: None, title: whole(rest)? }),
        };
        if let Some(rest) = path.strip_prefix(INSTANCES) {
            instance(rest).map(Self::Instance)
        } else if let Some(rest) = path.strip_prefix(SHARED) {
            instance(rest).map(Self::Shared)
        } else if let Some(rest) = path.strip_prefix(COMPUTERS) {
            whole(rest).map(Self::Computer)
        } else {
            let (computer, url) = path.strip_prefix(INSTALLATIONS)?.split_once('/')?;
            Some(Self::Installation(whole(computer)?, whole(url)?))
        }
    }

    /// What else the path may mean: a title with a slash that was not encoded, rather than a root and a title.
    #[must_use]
    pub fn as_one_title(self) -> Option<Self> {
        let joined =
            |name: InstanceName| Some(InstanceName { root: None, title: format!("{}/{}", name.root?, name.title) });
        match self {
            Self::Instance(name) => joined(name).map(Self::Instance),
            Self::Shared(name) => joined(name).map(Self::Shared),
            Self::Computer(_) | Self::Installation(..) => None,
        }
    }
}

fn text(encoded: &str) -> Option<String> {
    String::from_utf8(decode(encoded.as_bytes())).ok()
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |f: &mut fmt::Formatter<'_>, family: &str, name: &InstanceName| match &name.root {
            Some(root) => write!(f, "{family}{}/{}", encode(root), encode(&name.title)),
            None => write!(f, "{family}{}", encode(&name.title)),
        };
        match self {
            Self::Instance(name) => named(f, INSTANCES, name),
            Self::Shared(name) => named(f, SHARED, name),
            Self::Computer(reference) => write!(f, "{COMPUTERS}{}", encode(reference)),
            Self::Installation(computer, url) => write!(f, "{INSTALLATIONS}{}/{}", encode(computer), encode(url)),
        }
    }
}
