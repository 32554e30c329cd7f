//! Who may do what, once callers prove who they are.

use std::fmt;

use super::error::Refusal;
use super::ids::Reference;
use super::instance::InstanceId;

/// Who sends a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Caller {
    /// Somebody who proves nothing, and of whom nothing is demanded: what he says of himself is believed.
    #[default]
    Unknown,
    /// Whoever owns the database, and can do everything.
    Operator,
    /// A person.
    Person(String),
    /// A computer.
    Computer(Reference),
    /// An instance, by its stable id, and its classic identifier, which events show.
    Instance(InstanceId, String),
}

impl Caller {
    /// The name under which events and status records know the caller; `None` when he did not prove one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Unknown | Self::Operator => None,
            Self::Person(name) | Self::Instance(_, name) => Some(name),
            Self::Computer(reference) => Some(reference),
        }
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("an unknown caller"),
            Self::Operator => f.write_str("the owner of the database"),
            Self::Person(name) => write!(f, "the person {name}"),
            Self::Computer(reference) => write!(f, "the computer {reference}"),
            Self::Instance(_, guid) => write!(f, "the instance {guid}"),
        }
    }
}

/// Who may make a call at all. The owner of the database may make any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callers {
    /// The owner of the database only, who proves it.
    Operator,
    /// People: what is ordered, and what looks over everything.
    People,
    /// The computer that the call is about: what only its node can know.
    Nodes,
    /// People, and the computer that the call is about.
    PeopleAndNodes,
    /// People and all computers: what fills the content cache.
    PeopleAndComputers,
    /// The instance that the call is about, and its computer.
    NodesAndInstances,
    /// Everybody who proves who he is: people, and those that the call is about.
    Everybody,
}

impl Callers {
    /// Lets a caller make the call, or says for whom it is.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`]
    pub fn admit(self, caller: &Caller) -> Result<(), Refusal> {
        let [people, nodes, instances] = match self {
            Self::Operator => [false, false, false],
            Self::People => [true, false, false],
            Self::Nodes => [false, true, false],
            Self::PeopleAndNodes | Self::PeopleAndComputers => [true, true, false],
            Self::NodesAndInstances => [false, true, true],
            Self::Everybody => [true, true, true],
        };
        let admitted = match caller {
            Caller::Unknown => self != Self::Operator,
            Caller::Operator => true,
            Caller::Person(_) => people,
            Caller::Computer(_) => nodes,
            Caller::Instance(..) => instances,
        };
        if admitted {
            return Ok(());
        }
        Err(Refusal::forbidden(caller, format!("cannot make this call, which is for {self}")))
    }
}

impl fmt::Display for Callers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Operator => "the owner of the database",
            Self::People => "people",
            Self::Nodes => "the computer that it is about",
            Self::PeopleAndNodes => "people and the computer that it is about",
            Self::PeopleAndComputers => "people and computers",
            Self::NodesAndInstances => "the instance that it is about and its computer",
            Self::Everybody => "people, computers and instances",
        })
    }
}

/// What a call is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Nothing that belongs to one computer.
    Nothing,
    /// A computer.
    Computer(String),
    /// A partition of a computer and what is in it.
    Partition(String, String),
    /// An instance, by any identifier.
    Instance(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Computer(computer) => write!(f, "the computer {computer}"),
            Self::Partition(computer, partition) => write!(f, "the partition {partition} of {computer}"),
            Self::Instance(guid) => write!(f, "the instance {guid}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_says_for_whom_it_is() {
        let computer = Caller::Computer(Reference::parse("computer_id", "COMP-1").unwrap());
        assert_eq!(Callers::PeopleAndNodes.admit(&computer), Ok(()));
        assert_eq!(
            Callers::People.admit(&computer).unwrap_err().to_string(),
            "the computer COMP-1 cannot make this call, which is for people"
        );
        let instance = Caller::Instance(InstanceId(1), "COMP-1-slappart0".into());
        assert_eq!(
            Callers::Nodes.admit(&instance).unwrap_err().to_string(),
            "the instance COMP-1-slappart0 cannot make this call, which is for the computer that it is about"
        );
        for callers in [Callers::People, Callers::Nodes, Callers::NodesAndInstances] {
            assert_eq!((callers.admit(&Caller::Unknown), callers.admit(&Caller::Operator)), (Ok(()), Ok(())));
        }
        assert_eq!(
            Callers::Operator.admit(&Caller::Unknown).unwrap_err().to_string(),
            "an unknown caller cannot make this call, which is for the owner of the database"
        );
    }
}
