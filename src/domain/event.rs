//! Events: who did what, when, to what.

use super::timestamp::Timestamp;

/// An event as it is recorded. Subjects are kept as text, so that events outlive what they speak of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewEvent {
    /// Who: a computer, an instance, or `user`.
    pub user: String,
    /// What: the call of the protocol, or what followed from it (`allocated`, `removed`).
    pub kind: &'static str,
    /// The computer it is about.
    pub computer: Option<String>,
    /// The partition it is about.
    pub partition: Option<String>,
    /// The title of the instance it is about.
    pub instance: Option<String>,
    /// The software release it is about.
    pub software_release: Option<String>,
    /// The message, log or state.
    pub text: String,
}

/// An event as it is kept. An event repeated without another in between is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When it first happened.
    pub at: Timestamp,
    /// When it last happened.
    pub last_at: Timestamp,
    /// How often it happened.
    pub count: i64,
    /// Who: a computer, an instance, or `user`.
    pub user: String,
    /// What.
    pub kind: String,
    /// The computer it is about.
    pub computer: Option<String>,
    /// The partition it is about.
    pub partition: Option<String>,
    /// The title of the instance it is about.
    pub instance: Option<String>,
    /// The software release it is about.
    pub software_release: Option<String>,
    /// The message, log or state.
    pub text: String,
}
