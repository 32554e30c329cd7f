//! Reports about instances, and status records.

use super::answer::{Answer, marshalled, text};
use super::argument::{App, Form, Query};
use crate::domain::status::{Report, StatusRecord};
use crate::master::Speaker;
use crate::wire::form::{ComputerArguments, Installation, PartitionArguments, ReportInstance};
use crate::wire::status::StatusDocument;
use crate::wire::xml::objects;

/// `POST /buildingComputerPartition`
pub async fn building_computer_partition(app: App, form: Form<PartitionArguments>) -> Answer {
    report(&app, form.0, Report::BuildingComputerPartition, form.1).await
}

/// `POST /availableComputerPartition`
pub async fn available_computer_partition(app: App, form: Form<PartitionArguments>) -> Answer {
    report(&app, form.0, Report::AvailableComputerPartition, form.1).await
}

/// `POST /startedComputerPartition`
pub async fn started_computer_partition(app: App, form: Form<PartitionArguments>) -> Answer {
    report(&app, form.0, Report::StartedComputerPartition, form.1).await
}

/// `POST /stoppedComputerPartition`
pub async fn stopped_computer_partition(app: App, form: Form<PartitionArguments>) -> Answer {
    report(&app, form.0, Report::StoppedComputerPartition, form.1).await
}

/// `POST /softwareInstanceError`
pub async fn software_instance_error(app: App, form: Form<ReportInstance>) -> Answer {
    let Form(ReportInstance { about, error_log }, speaker) = form;
    report(&app, about, Report::SoftwareInstanceError(error_log), speaker).await
}

async fn report(app: &App, about: PartitionArguments, report: Report, speaker: Speaker) -> Answer {
    app.master.report_computer_partition(about.into(), report, speaker).await?;
    Ok(text("Ignored"))
}

/// `GET /getComputerStatus`
pub async fn get_computer_status(app: App, query: Query<ComputerArguments>) -> Answer {
    record(&app, &app.master.get_computer_status(query.0.computer).await?)
}

/// `GET /getComputerPartitionStatus`
pub async fn get_computer_partition_status(app: App, query: Query<PartitionArguments>) -> Answer {
    let PartitionArguments { computer, partition, .. } = query.0;
    record(&app, &app.master.get_computer_partition_status(computer, partition).await?)
}

/// `GET /getSoftwareInstallationStatus`
pub async fn get_software_installation_status(app: App, query: Query<Installation>) -> Answer {
    let Installation { computer, url } = query.0;
    record(&app, &app.master.get_software_installation_status(computer, url).await?)
}

fn record(app: &App, record: &StatusRecord) -> Answer {
    marshalled(&objects::status(&StatusDocument::new(record, app.master.now())))
}
