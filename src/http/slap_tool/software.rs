//! Software releases.

use super::answer::{Answer, marshalled, text};
use super::argument::{App, Form, Query};
use crate::domain::status::Report;
use crate::master::Speaker;
use crate::master::software::ProductQuery;
use crate::wire::form::{Product, ReportRelease, Supply};
use crate::wire::xml::objects;

/// `POST /supplySupply`
pub async fn supply_supply(app: App, form: Form<Supply>) -> Answer {
    let Form(Supply { computer, url, state }, speaker) = form;
    let answer = format!("Supplied '{url}' to be {state}");
    app.master.supply_supply(computer, url, state, speaker).await?;
    Ok(text(answer))
}

/// `POST /buildingSoftwareRelease`
pub async fn building_software_release(app: App, form: Form<ReportRelease>) -> Answer {
    let Form(arguments, speaker) = form;
    report(&app, arguments, speaker, |arguments| Report::BuildingSoftwareRelease(arguments.url)).await
}

/// `POST /availableSoftwareRelease`
pub async fn available_software_release(app: App, form: Form<ReportRelease>) -> Answer {
    let Form(arguments, speaker) = form;
    report(&app, arguments, speaker, |arguments| Report::AvailableSoftwareRelease(arguments.url)).await
}

/// `POST /softwareReleaseError`
pub async fn software_release_error(app: App, form: Form<ReportRelease>) -> Answer {
    let Form(arguments, speaker) = form;
    report(&app, arguments, speaker, |arguments| Report::SoftwareReleaseError(arguments.url, arguments.error_log)).await
}

async fn report(app: &App, arguments: ReportRelease, speaker: Speaker, report: fn(ReportRelease) -> Report) -> Answer {
    let (computer, url) = (arguments.computer.clone(), arguments.url.clone());
    app.master.report_software_release(computer, url, report(arguments), speaker).await?;
    Ok(text("Ignored"))
}

/// `POST /destroyedSoftwareRelease`
pub async fn destroyed_software_release(app: App, form: Form<ReportRelease>) -> Answer {
    let Form(ReportRelease { computer, url, .. }, speaker) = form;
    app.master.destroyed_software_release(computer, url, speaker).await?;
    Ok(text("OK"))
}

/// `GET /getSoftwareReleaseListFromSoftwareProduct`
pub async fn get_software_release_list_from_software_product(app: App, query: Query<Product>) -> Answer {
    let query = match query.0 {
        Product::Reference(reference) => ProductQuery::Product(reference),
        Product::Release(url) => ProductQuery::Release(url),
    };
    marshalled(&objects::texts(&app.master.get_software_release_list_from_software_product(&query)?))
}
