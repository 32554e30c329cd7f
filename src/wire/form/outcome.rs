//! What the texts of `destroyedComputerPartition` and `softwareInstanceRename` say: they tell refusals with status 200,
//! which agents rely on.

/// How such a text of a waiting partition begins; the titles of its children follow.
const WAITING: &str = "Not destroying yet because this partition has child partitions: ";

/// How such a text about an unknown partition begins.
const UNKNOWN: &str = "Unknown partition ";

/// The texts of success: of this server, of the Python proxy, and of the production master.
const DONE: [&str; 4] = ["OK", "done", "None", ""];

/// What such a text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It is done later, when the children are gone.
    Waiting(String),
    /// The partition is not known.
    Unknown(String),
    /// It was not done.
    Refused(String),
}

/// The text of a partition that waits for its children.
#[must_use]
pub fn waiting(titles: &[String]) -> String {
    format!("{WAITING}{}", titles.join(", "))
}

/// The text about a partition that is not known.
#[must_use]
pub fn unknown_partition(computer: &str, partition: &str) -> String {
    format!("{UNKNOWN}'{partition}' on '{computer}'")
}

/// Reads what such a text says.
#[must_use]
pub fn read_outcome(text: &str) -> Outcome {
    if DONE.contains(&text) {
        Outcome::Done
    } else if text.starts_with(WAITING) {
        Outcome::Waiting(text.to_owned())
    } else if text.starts_with(UNKNOWN) {
        Outcome::Unknown(text.to_owned())
    } else {
        Outcome::Refused(text.to_owned())
    }
}
