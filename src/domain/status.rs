//! Reports of nodes and the status records kept of them.

use super::ids::SoftwareRelease;
use super::state::RequestedState;
use super::timestamp::Timestamp;

/// How many characters of an error log the status of an instance repeats.
const ERROR_TAIL: usize = 80;

/// Something that a node, or somebody, tells about a computer, a software installation or an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// A computer asked what to do.
    Access(String),
    /// Somebody wants everything on a computer to be processed again.
    ComputerBang(String),
    /// A software release is being built.
    BuildingSoftwareRelease(SoftwareRelease),
    /// A software release is built.
    AvailableSoftwareRelease(SoftwareRelease),
    /// A software release failed to build; with the log.
    SoftwareReleaseError(SoftwareRelease, String),
    /// An instance is being deployed.
    BuildingComputerPartition,
    /// An instance is deployed.
    AvailableComputerPartition,
    /// An instance runs.
    StartedComputerPartition,
    /// An instance is stopped.
    StoppedComputerPartition,
    /// An instance failed; with the log.
    SoftwareInstanceError(String),
    /// Somebody wants the tree of an instance to be processed again.
    SoftwareInstanceBang(String),
}

impl Report {
    /// Whether it says that an instance is what it is to be.
    #[must_use]
    pub fn fulfils(&self, state: RequestedState) -> bool {
        match self {
            Self::StartedComputerPartition => state == RequestedState::Started,
            Self::StoppedComputerPartition => state == RequestedState::Stopped,
            _ => false,
        }
    }

    /// The text of the status record, as the production master words it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Access(computer) => format!("#access {computer}"),
            Self::ComputerBang(message) if message.is_empty() => "#error bang".into(),
            Self::ComputerBang(message) => format!("#error bang: {message}"),
            Self::BuildingSoftwareRelease(url) => format!("#building software release {url}"),
            Self::AvailableSoftwareRelease(url) => format!("#access software release {url} available"),
            Self::SoftwareReleaseError(url, _) => format!("#error while installing {url}"),
            Self::BuildingComputerPartition => "#building Instance is being deployed".into(),
            Self::AvailableComputerPartition => "#access Instance available".into(),
            Self::StartedComputerPartition => "#access Instance correctly started".into(),
            Self::StoppedComputerPartition => "#access Instance correctly stopped".into(),
            // The spelling is the production master's: clients compare it.
            Self::SoftwareInstanceError(log) => format!("#error while instanciating: {}", tail(log, ERROR_TAIL)),
            Self::SoftwareInstanceBang(message) => format!("#error bang called: {message}"),
        }
    }

    /// The reported state; `None` keeps the previous one.
    #[must_use]
    pub const fn state(&self) -> Option<&'static str> {
        match self {
            Self::BuildingSoftwareRelease(_) => Some("building"),
            Self::AvailableSoftwareRelease(_) => Some("available"),
            Self::StartedComputerPartition => Some("started"),
            Self::StoppedComputerPartition => Some("stopped"),
            _ => None,
        }
    }

    /// The name of the event: the call of the classic API that makes this report.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Access(_) => "getFullComputerInformation",
            Self::ComputerBang(_) => "computerBang",
            Self::BuildingSoftwareRelease(_) => "buildingSoftwareRelease",
            Self::AvailableSoftwareRelease(_) => "availableSoftwareRelease",
            Self::SoftwareReleaseError(..) => "softwareReleaseError",
            Self::BuildingComputerPartition => "buildingComputerPartition",
            Self::AvailableComputerPartition => "availableComputerPartition",
            Self::StartedComputerPartition => "startedComputerPartition",
            Self::StoppedComputerPartition => "stoppedComputerPartition",
            Self::SoftwareInstanceError(_) => "softwareInstanceError",
            Self::SoftwareInstanceBang(_) => "softwareInstanceBang",
        }
    }

    /// What the event keeps: the message or the log, whole; else the text of the status.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::ComputerBang(text)
            | Self::SoftwareInstanceBang(text)
            | Self::SoftwareReleaseError(_, text)
            | Self::SoftwareInstanceError(text)
                if !text.is_empty() =>
            {
                text.clone()
            }
            report => report.text(),
        }
    }
}

/// The latest report about something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Who reported: a computer, an instance, or `user`.
    pub user: String,
    /// The report, its first word being `#access`, `#error` or `#building`.
    pub text: String,
    /// The last reported state; empty when none was.
    pub state: String,
    /// When it was reported.
    pub created_at: Timestamp,
    /// Since when the first word of the text has been the same.
    pub since: Timestamp,
}

impl Status {
    /// Whether it says that somebody wants the instance to be processed again, and so nothing of its processing.
    #[must_use]
    pub fn is_bang(&self) -> bool {
        self.text.starts_with("#error bang called: ")
    }

    /// The record after a new report.
    #[must_use]
    pub fn after(previous: Option<&Self>, report: &Report, user: &str, now: Timestamp) -> Self {
        let text = report.text();
        let first_word = |text: &str| text.split(' ').next().map(ToOwned::to_owned);
        let same = previous.filter(|previous| first_word(&previous.text) == first_word(&text));
        Self {
            user: user.into(),
            state: report.state().map_or_else(|| previous.map_or_else(String::new, |p| p.state.clone()), Into::into),
            created_at: now,
            since: same.map_or(now, |previous| previous.since),
            text,
        }
    }
}

/// What a status record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A computer.
    ComputeNode,
    /// A software installation.
    SoftwareInstallation,
    /// A software instance, or a free partition.
    SoftwareInstance,
    /// A shared instance.
    SharedInstance,
}

impl Subject {
    /// The type's name on the wire.
    #[must_use]
    pub const fn portal_type(self) -> &'static str {
        match self {
            Self::ComputeNode => "Compute Node",
            Self::SoftwareInstallation => "Software Installation",
            Self::SoftwareInstance => "Software Instance",
            Self::SharedInstance => "Slave Instance",
        }
    }
}

/// An answer to a status call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusRecord {
    /// What it is about.
    pub subject: Subject,
    /// The reference of what it is about; `None` for a free partition.
    pub reference: Option<String>,
    /// The latest report; `None` when there is no data.
    pub status: Option<Status>,
}

fn tail(text: &str, characters: usize) -> &str {
    match text.char_indices().rev().nth(characters - 1) {
        Some((start, _)) => &text[start..],
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_follows_the_first_word_and_an_empty_state_keeps_the_previous_one() {
        let started = Status::after(None, &Report::StartedComputerPartition, "COMP-1", Timestamp(1));
        let again = Status::after(Some(&started), &Report::StartedComputerPartition, "COMP-1", Timestamp(2));
        assert_eq!((again.created_at, again.since), (Timestamp(2), Timestamp(1)));
        let error = Report::SoftwareInstanceError(format!("{}é", "x".repeat(100)));
        let failed = Status::after(Some(&again), &error, "COMP-1", Timestamp(3));
        assert_eq!(
            failed,
            Status {
                user: "COMP-1".into(),
                text: format!("#error while instanciating: {}é", "x".repeat(79)),
                state: "started".into(),
                created_at: Timestamp(3),
                since: Timestamp(3),
            }
        );
    }
}
