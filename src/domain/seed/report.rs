//! Reports of seeds, and the reports that a stored status comes from.

use crate::domain::ids::SoftwareRelease;
use crate::domain::status::{Report, Status};
use crate::domain::timestamp::Timestamp;

/// A report, and who made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidReport {
    /// What was said.
    pub report: Report,
    /// Who said it; `None` is the computer that it happened on.
    pub by: Option<String>,
}

impl SaidReport {
    /// The status that follows from reports, the latest last, on a computer; `None` when there is none. Its times mean
    /// nothing.
    #[must_use]
    pub fn status(reports: &[Self], computer: &str) -> Option<Status> {
        reports.iter().fold(None, |before, said| {
            Some(Status::after(before.as_ref(), &said.report, said.user(computer), Timestamp(0)))
        })
    }

    /// Who said it.
    #[must_use]
    pub fn user<'a>(&'a self, computer: &'a str) -> &'a str {
        self.by.as_deref().unwrap_or(computer)
    }
}

/// The reports that lead to the status of a computer.
#[must_use]
pub fn said_of_computer(status: &Status, computer: &str) -> Vec<SaidReport> {
    let report = match status.text.as_str() {
        "#error bang" => Report::ComputerBang(String::new()),
        text => match (text.strip_prefix("#error bang: "), text.strip_prefix("#access ")) {
            (Some(message), _) => Report::ComputerBang(message.into()),
            (_, Some(computer)) => Report::Access(computer.into()),
            _ => return Vec::new(),
        },
    };
    said(status, vec![report], computer)
}

/// The reports that lead to the status of a release on a computer. The log of a failure is not part of it.
#[must_use]
pub fn said_of_installation(status: &Status, software_release: &SoftwareRelease, computer: &str) -> Vec<SaidReport> {
    let url = || software_release.clone();
    let known = [
        Report::BuildingSoftwareRelease(url()),
        Report::AvailableSoftwareRelease(url()),
        Report::SoftwareReleaseError(url(), String::new()),
    ];
    let Some(latest) = known.iter().find(|report| report.text() == status.text) else { return Vec::new() };
    said(status, with_state(status, latest, &known), computer)
}

/// The reports that lead to the status of an instance, of which the log of a failure is only the end.
#[must_use]
pub fn said_of_instance(status: &Status, computer: &str) -> Vec<SaidReport> {
    let known = [
        Report::BuildingComputerPartition,
        Report::AvailableComputerPartition,
        Report::StartedComputerPartition,
        Report::StoppedComputerPartition,
    ];
    let error = status.text.strip_prefix("#error while instanciating: ").map(ToOwned::to_owned);
    let bang = status.text.strip_prefix("#error bang called: ").map(ToOwned::to_owned);
    let told = error.map(Report::SoftwareInstanceError).or(bang.map(Report::SoftwareInstanceBang));
    let latest = told.or_else(|| known.iter().find(|report| report.text() == status.text).cloned());
    let Some(latest) = latest else { return Vec::new() };
    said(status, with_state(status, &latest, &known), computer)
}

/// The latest report, behind the one that the state is of.
fn with_state(status: &Status, latest: &Report, known: &[Report]) -> Vec<Report> {
    let before = match latest.state() {
        Some(_) => None,
        None => known.iter().find(|report| report.state() == Some(&*status.state)),
    };
    before.into_iter().chain([latest]).cloned().collect()
}

fn said(status: &Status, reports: Vec<Report>, computer: &str) -> Vec<SaidReport> {
    let by = Some(status.user.clone()).filter(|user| user != computer);
    reports.into_iter().map(|report| SaidReport { report, by: by.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(reports: &[Report]) -> Status {
        let said: Vec<_> = reports.iter().map(|report| SaidReport { report: report.clone(), by: None }).collect();
        SaidReport::status(&said, "COMP-1").unwrap()
    }

    #[test]
    fn the_reports_of_a_status_lead_to_it_again() {
        let url = SoftwareRelease::parse("url", "/sr").unwrap();
        let error = || Report::SoftwareInstanceError("no disk".into());
        for reports in [
            vec![Report::StartedComputerPartition],
            vec![Report::StartedComputerPartition, error()],
            vec![Report::StoppedComputerPartition, Report::AvailableComputerPartition],
            vec![error()],
            vec![Report::StartedComputerPartition, Report::SoftwareInstanceBang(String::new())],
        ] {
            let status = status(&reports);
            let said = said_of_instance(&status, "COMP-1");
            assert_eq!(said.iter().map(|said| said.report.clone()).collect::<Vec<_>>(), reports);
            assert_eq!(SaidReport::status(&said, "COMP-1"), Some(status));
        }
        for reports in [
            vec![Report::AvailableSoftwareRelease(url.clone())],
            vec![
                Report::BuildingSoftwareRelease(url.clone()),
                Report::SoftwareReleaseError(url.clone(), String::new()),
            ],
        ] {
            let said = said_of_installation(&status(&reports), &url, "COMP-1");
            assert_eq!(said.into_iter().map(|said| said.report).collect::<Vec<_>>(), reports);
        }
        for report in [Report::Access("COMP-1".into()), Report::ComputerBang("why".into())] {
            let said = said_of_computer(&status(std::slice::from_ref(&report)), "COMP-1");
            assert_eq!(said, [SaidReport { report, by: None }]);
        }
    }
}
