//! Why a master refuses what it is asked.

use std::fmt;

use thiserror::Error;

use super::access::Caller;

/// How much of an offending value a message repeats, in characters.
const SHOWN: usize = 120;

/// A request that a master refuses, with all that a person needs to correct it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// A value that cannot be accepted whatever the state of the master.
    #[error("{field}: {value} is not accepted; expected {expected}")]
    Invalid {
        /// The field of the protocol that holds the value.
        field: String,
        /// The value, quoted and shortened.
        value: String,
        /// What would have been accepted.
        expected: String,
    },
    /// A field that is not there.
    #[error("{field}: the field is missing; given: {}", super::allocation::known(.given))]
    Missing {
        /// The field of the protocol.
        field: String,
        /// The fields that are there.
        given: Vec<String>,
    },
    /// Something that is not there.
    #[error("{field}: there is no {what} {value:?}; known: {}", super::allocation::known(.known))]
    Unknown {
        /// The field of the protocol that names it.
        field: String,
        /// What kind of thing it is.
        what: &'static str,
        /// Its name.
        value: String,
        /// The names that are known instead.
        known: Vec<String>,
    },
    /// An identifier that no instance has or had.
    #[error("No software instance {guid} found.")]
    UnknownInstance {
        /// The identifier.
        guid: String,
    },
    /// A title that no root has.
    #[error("No instance tree {title} found.")]
    UnknownTree {
        /// The title.
        title: String,
    },
    /// The partition of an authorization header is not there.
    #[error("No partition matching the authorization header: ({computer} / {partition}); {reason}")]
    UnknownSpeaker {
        /// The computer that the header names.
        computer: String,
        /// The partition that the header names, or `None`.
        partition: String,
        /// What is missing.
        reason: String,
    },
    /// The partition that requests in form fields holds nothing that could request.
    #[error("computer_partition_id: the partition {partition:?} of {computer:?} cannot request: {reason}")]
    UnknownRequester {
        /// The computer.
        computer: String,
        /// The partition.
        partition: String,
        /// What is missing.
        reason: String,
    },
    /// A partition that holds no instance.
    #[error("computer_partition_id: the partition {partition:?} of {computer:?} is free")]
    Free {
        /// The computer.
        computer: String,
        /// The partition.
        partition: String,
    },
    /// No place for a new instance.
    #[error("No free computer partition found for: {title} ({reason})")]
    NoFreePartition {
        /// The title that was requested.
        title: String,
        /// What the candidates are like.
        reason: String,
    },
    /// No host for a shared instance.
    #[error("No partition corresponding to slave request: {criteria} ({reason})")]
    NoHost {
        /// The criteria, in list notation.
        criteria: String,
        /// What the candidates are like.
        reason: String,
    },
    /// An instance that has no place yet, or none any more.
    #[error("{title:?} is not ready: {reason}")]
    NotReady {
        /// The title that was requested.
        title: String,
        /// Why.
        reason: String,
    },
    /// Another kind of instance has the title.
    #[error("partition_reference: the title {title:?} is taken in this tree by {present}")]
    OtherKind {
        /// The title that was requested.
        title: String,
        /// What has it.
        present: &'static str,
    },
    /// A person asks for something else under the title of a tree.
    #[error("{field}: the tree {title:?} has {present:?}, which a person cannot change to {wanted:?}")]
    FixedTree {
        /// The field of the protocol.
        field: &'static str,
        /// The title of the tree.
        title: String,
        /// What it has.
        present: String,
        /// What is asked for.
        wanted: String,
    },
    /// The end of something that was not to be destroyed.
    #[error("Reported state is destroyed but requested state is not destroyed: {software_release} on {computer}")]
    DestructionNotRequested {
        /// The release.
        software_release: String,
        /// The computer.
        computer: String,
    },
    /// Destruction of something that does not exist.
    #[error("partition_reference: there is no instance {title:?} to destroy")]
    NothingToDestroy {
        /// The title that was requested.
        title: String,
    },
    /// An instance without a place, which is destroyed at once.
    #[error("partition_reference: the instance {title:?} had no partition any more; it is destroyed")]
    DestroyedUnplaced {
        /// The title that was requested.
        title: String,
    },
    /// A remote master that this one does not forward to.
    #[error("External SlapOS Master URL {url} is not listed in multimaster list.")]
    UnlistedMaster {
        /// The URL that was asked for.
        url: String,
    },
    /// A remote master behind https, to which this one could not say who it is.
    #[error("External master {url} configuration did not specify key or certificate.")]
    RemoteWithoutKey {
        /// The URL of the master.
        url: String,
    },
    /// A remote master has not got what was forwarded to it.
    #[error("{url} says: {message}")]
    RemoteNotFound {
        /// The URL of the master.
        url: String,
        /// What it says.
        message: String,
    },
    /// A remote master has no place yet for what was forwarded to it.
    #[error("Resource not ready")]
    RemoteNotReady,
    /// A remote master takes what was forwarded to it for wrong.
    #[error("{url} says: {message}")]
    RemoteInvalid {
        /// The URL of the master.
        url: String,
        /// What it says.
        message: String,
    },
    /// A request that came back here through other masters.
    #[error(
        "the request came from here through other masters and would go to {url} again; their configurations hand the \
         software release to each other"
    )]
    ForwardLoop {
        /// The URL of the master that it would go to.
        url: String,
    },
    /// An instance that cannot be moved.
    #[error("{title:?} is not moved: {reason}")]
    NotMoved {
        /// Its title.
        title: String,
        /// Why.
        reason: String,
    },
    /// A title that another instance of the tree has already.
    #[error("new_name: the title {title:?} is already taken in {tree}")]
    TitleTaken {
        /// The title.
        title: String,
        /// Where: the tree, or the roots.
        tree: String,
    },
    /// A software product of which no release is known.
    #[error("software_release_url: no software product has the release {url:?}; known releases: {}", super::allocation::known(.known))]
    UnknownProductRelease {
        /// The release.
        url: String,
        /// The releases that belong to a product.
        known: Vec<String>,
    },
    /// Certificates are not handed out.
    #[error("Certificate authority not configured")]
    NoCertificateAuthority,
    /// A computer has a certificate, which is to be revoked before it gets another one.
    #[error("Certificate still active.")]
    CertificateActive,
    /// A computer has no certificate to revoke.
    #[error("No certificate")]
    NoCertificate,
    /// A shared instance is served by another instance, whose certificate it is.
    #[error("instance_guid: {guid:?} is a shared instance, which has no certificate of its own; its host has")]
    SharedCertificate {
        /// The identifier.
        guid: String,
    },
    /// No requests are kept to be looked at.
    #[error("no requests are kept: the server was started with --journal 0")]
    NoJournal,
    /// A person who is there already.
    #[error("name: there is a person {name:?} already")]
    PersonTaken {
        /// The name.
        name: String,
    },
    /// A part of a seed that cannot be so.
    #[error("{field}: {reason}")]
    Seed {
        /// The place in the seed: `instances[0].partition`.
        field: String,
        /// Why it cannot be so.
        reason: String,
    },
    /// A seed with faults.
    #[error("{faults}")]
    Seeds {
        /// All of them, a line each.
        faults: String,
    },
    /// A snapshot that is not there.
    #[error("path: there is no snapshot {path}")]
    NoSnapshot {
        /// Its file.
        path: String,
    },
    /// The server did not remember what it held when it started.
    #[error("this server cannot be reset: it was not started with --control")]
    NoReset,
    /// Nobody proves who he is, or what proves it is not accepted any more.
    #[error("{reason}")]
    Unauthenticated {
        /// What is missing, and how to get it.
        reason: String,
    },
    /// A caller who proves who he is, and may not do what he asks.
    #[error("{reason}")]
    Forbidden {
        /// Who may not do what.
        reason: String,
    },
}

/// What kind of refusal it is, for the statuses of the APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The call itself is wrong.
    WrongCall,
    /// It asks for what is not there or cannot be had.
    NotThere,
    /// Nobody knows who calls.
    Unauthenticated,
    /// The caller may not do this.
    Forbidden,
    /// It is accepted, and there is nothing yet.
    NotReady,
}

impl Refusal {
    /// What kind of refusal it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Invalid { .. }
            | Self::Missing { .. }
            | Self::Seed { .. }
            | Self::Seeds { .. }
            | Self::UnknownSpeaker { .. }
            | Self::RemoteInvalid { .. }
            | Self::ForwardLoop { .. }
            | Self::UnknownRequester { .. } => Kind::WrongCall,
            Self::Unknown { .. }
            | Self::UnknownInstance { .. }
            | Self::UnknownTree { .. }
            | Self::Free { .. }
            | Self::NoFreePartition { .. }
            | Self::NoHost { .. }
            | Self::NothingToDestroy { .. }
            | Self::OtherKind { .. }
            | Self::FixedTree { .. }
            | Self::DestructionNotRequested { .. }
            | Self::DestroyedUnplaced { .. }
            | Self::UnlistedMaster { .. }
            | Self::RemoteWithoutKey { .. }
            | Self::RemoteNotFound { .. }
            | Self::NotMoved { .. }
            | Self::TitleTaken { .. }
            | Self::UnknownProductRelease { .. }
            | Self::NoCertificateAuthority
            | Self::CertificateActive
            | Self::NoCertificate
            | Self::NoReset
            | Self::NoSnapshot { .. }
            | Self::NoJournal
            | Self::SharedCertificate { .. }
            | Self::PersonTaken { .. } => Kind::NotThere,
            Self::Unauthenticated { .. } => Kind::Unauthenticated,
            Self::Forbidden { .. } => Kind::Forbidden,
            Self::NotReady { .. } | Self::RemoteNotReady => Kind::NotReady,
        }
    }

    /// A caller may not do something.
    #[must_use]
    pub fn forbidden(caller: &Caller, what: impl fmt::Display) -> Self {
        Self::Forbidden { reason: format!("{caller} {what}") }
    }

    /// An invalid value, quoted and shortened for the message.
    #[must_use]
    pub fn invalid(field: &str, value: &str, expected: impl Into<String>) -> Self {
        let mut shown: String = value.chars().take(SHOWN).collect();
        if shown.len() < value.len() {
            shown.push('…');
        }
        Self::Invalid { field: field.into(), value: format!("{shown:?}"), expected: expected.into() }
    }
}
