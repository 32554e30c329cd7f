//! Instances, software and shared: what one is, and what a repeated request changes about it.

use super::ids::{Reference, SoftwareRelease, Title};
use super::parameters::Parameters;
use super::state::RequestedState;
use super::timestamp::Timestamp;
use super::tree::effective_state;

/// The software type of an instance whose requester names none.
pub const DEFAULT_SOFTWARE_TYPE: &str = "default";

/// The stable id of a computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ComputerId(pub i64);

/// The stable id of a partition; allocation goes in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartitionId(pub i64);

/// The stable id of a software installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstallationId(pub i64);

/// The stable id of an instance: renaming does not change it, and it is never given again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceId(pub i64);

/// A software instance or a shared one.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// The stable id.
    pub id: InstanceId,
    /// The title.
    pub title: Title,
    /// The root of its tree; `None` for a root.
    pub root: Option<InstanceId>,
    /// The title of the root of its tree (its own for a root).
    pub root_title: Title,
    /// The instance that requested it; `None` for a person.
    pub requester: Option<InstanceId>,
    /// What is asked for it.
    pub wish: Wish,
    /// What it published; `None` until it first did.
    pub connection: Option<Parameters>,
    /// The change marker that makes its node process it.
    pub timestamp: Timestamp,
    /// The float seconds of `timestamp` that the Python proxy gave; void once it moved.
    pub imported_seconds: Option<f64>,
    /// How it is served, if it is a shared one.
    pub sharing: Option<Sharing>,
}

/// How a shared instance is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sharing {
    /// The instance that serves it.
    pub host: InstanceId,
    /// The name that its host knows it by: `<root title>_<title>`, unique on the host.
    pub reference: String,
    /// The computer it lives on.
    pub computer: ComputerId,
}

/// What a requester declares about an instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// The software release.
    pub software_release: SoftwareRelease,
    /// The software type.
    pub software_type: String,
    /// The requested state.
    pub state: RequestedState,
    /// The instance parameters.
    pub parameters: Parameters,
    /// Where it wants to be (the filter of the request).
    pub sla: Parameters,
}

/// What a repeated request changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing at all.
    None,
    /// Something to store that its node need not know (requester, SLA, the type of a value).
    Quiet,
    /// Something that its node must process.
    Visible,
}

impl Instance {
    /// Takes over a new wish and requester, and tells what that changed.
    pub fn update(&mut self, wish: Wish, requester: Option<InstanceId>) -> Change {
        let visible = self.wish.software_release != wish.software_release
            || self.wish.software_type != wish.software_type
            || self.wish.state != wish.state
            || !self.wish.parameters.same_texts(&wish.parameters);
        // Hosts see the values of their shared instances with their types.
        let typed = self.sharing.is_some() && self.wish.parameters != wish.parameters;
        let quiet = self.wish != wish || self.requester != requester;
        self.wish = wish;
        self.requester = requester;
        match (visible || typed, quiet) {
            (true, _) => Change::Visible,
            (false, true) => Change::Quiet,
            (false, false) => Change::None,
        }
    }

    /// The change marker as text of float seconds.
    #[must_use]
    pub fn timestamp_seconds(&self) -> String {
        self.timestamp.to_seconds_text_of(self.imported_seconds)
    }

    /// The identifier of a software instance in the classic API, or the reference of a shared one.
    #[must_use]
    pub fn guid(&self, computer: &Reference, partition: &Reference) -> String {
        match &self.sharing {
            Some(sharing) => sharing.reference.clone(),
            None => format!("{computer}-{partition}"),
        }
    }

    /// The name of a shared instance for its host, unless another one of that host has it: `<root title>_<title>`.
    #[must_use]
    pub fn natural_reference(&self) -> String {
        natural_reference(if self.is_root() { "" } else { &self.root_title }, &self.title)
    }

    /// Whether it was requested by a person.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.root.is_none()
    }
}

/// The name of a shared instance for its host, by the title of its root (empty for a root) and its own.
#[must_use]
pub fn natural_reference(root_title: &str, title: &str) -> String {
    format!("{root_title}_{title}")
}

/// A request as it arrives, before the tree has had its say.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The title.
    pub title: Title,
    /// The software release.
    pub software_release: SoftwareRelease,
    /// The software type; empty when unspecified.
    pub software_type: String,
    /// The requested state; `None` keeps the stored one.
    pub state: Option<RequestedState>,
    /// Whether a shared instance is wanted.
    pub shared: bool,
    /// The instance parameters.
    pub parameters: Parameters,
    /// Where it wants to be.
    pub sla: Parameters,
}

impl Request {
    /// What is asked of the instance, in a tree whose root is to be `root`, where it was to be `stored` so far.
    #[must_use]
    pub fn wish(&self, root: Option<RequestedState>, stored: Option<RequestedState>) -> Wish {
        Wish {
            software_release: self.software_release.clone(),
            software_type: match self.software_type.as_str() {
                "" => DEFAULT_SOFTWARE_TYPE.into(),
                software_type => software_type.into(),
            },
            state: effective_state(self.state, root, stored),
            parameters: self.parameters.clone(),
            sla: self.sla.clone(),
        }
    }

    /// Whether it asks for destruction, which is nothing to be created for, whatever the tree makes of it.
    #[must_use]
    pub fn is_destruction(&self) -> bool {
        self.state == Some(RequestedState::Destroyed)
    }

    /// A non-empty text of the SLA.
    #[must_use]
    pub fn sla_text(&self, key: &str) -> Option<String> {
        self.sla.text(key).filter(|text| !text.is_empty())
    }
}

/// A shared instance as its host sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedInstance {
    /// The name that its host knows it by.
    pub reference: String,
    /// The software type that was requested.
    pub software_type: String,
    /// The parameters, with their types.
    pub parameters: Parameters,
}

/// Keys of a shared instance's entry that its parameters must not use.
pub const RESERVED_SHARED_KEYS: [&str; 3] = ["slave_title", "slave_reference", "slap_software_type"];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::parameters::{Integer, Value};

    fn parameters(value: Value) -> Parameters {
        Parameters::new("p", BTreeMap::from([("n".to_owned(), value)])).unwrap()
    }

    fn wish() -> Wish {
        Wish {
            software_release: SoftwareRelease::parse("software_release", "/sr").unwrap(),
            software_type: "default".into(),
            state: RequestedState::Started,
            parameters: parameters("1".into()),
            sla: Parameters::default(),
        }
    }

    fn instance(sharing: Option<Sharing>) -> Instance {
        let title = Title::parse("title", "t").unwrap();
        Instance {
            id: InstanceId(1),
            title: title.clone(),
            root: None,
            root_title: title,
            requester: None,
            wish: wish(),
            connection: None,
            timestamp: Timestamp(1),
            imported_seconds: None,
            sharing,
        }
    }

    #[test]
    fn a_change_is_visible_when_the_classic_api_shows_it() {
        let integer = Wish { parameters: parameters(Value::Integer(Integer::from(1))), ..wish() };
        let stopped = Wish { state: RequestedState::Stopped, ..wish() };
        let placed = Wish { sla: parameters("x".into()), ..wish() };
        for (new, requester, expected) in [
            (wish(), None, Change::None),
            (wish(), Some(InstanceId(2)), Change::Quiet),
            (integer.clone(), None, Change::Quiet),
            (placed, None, Change::Quiet),
            (stopped, None, Change::Visible),
            (Wish { software_type: "other".into(), ..wish() }, None, Change::Visible),
            (Wish { parameters: parameters("2".into()), ..wish() }, None, Change::Visible),
        ] {
            assert_eq!(instance(None).update(new.clone(), requester), expected, "{new:?}");
        }
        let sharing = Sharing { host: InstanceId(3), reference: "_t".into(), computer: ComputerId(1) };
        assert_eq!(instance(Some(sharing)).update(integer, None), Change::Visible);
    }
}
