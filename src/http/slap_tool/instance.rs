//! Instances in their partitions.

use actix_web::HttpRequest;

use super::answer::{Answer, marshalled, text};
use super::argument::{App, Form, Query};
use super::error::Error;
use crate::domain::error::Refusal;
use crate::http::identity::speaker;
use crate::master::{self, Destroyed, Target};
use crate::wire::form::{
    InstanceBang, PartitionArguments, Publish, Register, Rename, Titles, unknown_partition, waiting,
};
use crate::wire::xml::objects;

/// `GET /registerComputerPartition`
pub async fn register_computer_partition(app: App, query: Query<Register>) -> Answer {
    let Register { computer, partition } = query.0;
    let information = app.master.register_computer_partition(computer, partition).await.map_err(in_own_words)?;
    marshalled(&objects::computer_partition(&information, app.timestamp_format))
}

/// Names the fields of `registerComputerPartition`, which alone are called otherwise.
fn in_own_words(error: master::Error) -> master::Error {
    match error {
        master::Error::Refused(Refusal::Unknown { field, what, value, known }) => {
            let field = match field.as_str() {
                "computer_id" => "computer_reference".into(),
                "computer_partition_id" => "computer_partition_reference".into(),
                _ => field,
            };
            Refusal::Unknown { field, what, value, known }.into()
        }
        other => other,
    }
}

/// `GET /getComputerPartitionCertificate`: without an authority, a pair of empty texts.
pub async fn get_computer_partition_certificate(
    app: App,
    http: HttpRequest,
    query: Query<PartitionArguments>,
) -> Answer {
    let PartitionArguments { computer, partition, .. } = query.0;
    let target = Target::Partition { computer, partition, shared_reference: None };
    let speaker = speaker(&app, &http, None)?;
    let pair = app.master.get_computer_partition_certificate(target, speaker).await?;
    marshalled(&objects::certificate(&pair.unwrap_or_default()))
}

/// `GET /getHostingSubscriptionIpList`
pub async fn get_hosting_subscription_ip_list(app: App, query: Query<PartitionArguments>) -> Answer {
    let PartitionArguments { computer, partition, .. } = query.0;
    marshalled(&objects::hosting_ip_list(&app.master.get_hosting_subscription_ip_list(computer, partition).await?))
}

/// `POST /destroyedComputerPartition`: unknown and refused are told with status 200, which agents rely on.
pub async fn destroyed_computer_partition(app: App, form: Form<PartitionArguments>) -> Answer {
    let Form(PartitionArguments { computer, partition, .. }, speaker) = form;
    let unknown = unknown_partition(&computer, &partition);
    let target = Target::Partition { computer, partition, shared_reference: None };
    match app.master.destroyed_computer_partition(target, speaker).await {
        Ok(Destroyed::Freed) => Ok(text("OK")),
        Ok(Destroyed::Refused(titles)) => Ok(text(waiting(&titles))),
        Err(master::Error::Refused(Refusal::Unknown { .. })) => Ok(text(unknown)),
        Err(error) => Err(error.into()),
    }
}

/// `POST /softwareInstanceBang`
pub async fn software_instance_bang(app: App, form: Form<InstanceBang>) -> Answer {
    let Form(InstanceBang { about, message }, speaker) = form;
    let PartitionArguments { computer, partition, .. } = about;
    let target = Target::Partition { computer, partition, shared_reference: None };
    app.master.software_instance_bang(target, message, speaker).await?;
    Ok(text("OK"))
}

/// `POST /softwareInstanceRename`: unknown and refused are told with status 200, which agents rely on.
pub async fn software_instance_rename(app: App, form: Form<Rename>) -> Answer {
    let Form(Rename { about, new_name }, speaker) = form;
    let unknown = unknown_partition(&about.computer, &about.partition);
    match app.master.software_instance_rename(about.into(), new_name, speaker).await {
        Ok(_) => Ok(text("done")),
        Err(master::Error::Refused(Refusal::Unknown { field, .. })) if field != "slave_reference" => Ok(text(unknown)),
        Err(master::Error::Refused(refusal)) => Ok(text(refusal.to_string())),
        Err(error) => Err(Error::from(error)),
    }
}

/// `POST /setComputerPartitionConnectionXml`
pub async fn set_computer_partition_connection_xml(app: App, form: Form<Publish>) -> Answer {
    let Form(Publish { about, connection }, speaker) = form;
    app.master.set_computer_partition_connection_xml(about.into(), connection, speaker).await?;
    Ok(text("done"))
}

/// `POST /updateComputerPartitionRelatedInstanceList`
pub async fn update_computer_partition_related_instance_list(app: App, form: Form<Titles>) -> Answer {
    let Form(Titles { about, titles }, _) = form;
    app.master.update_computer_partition_related_instance_list(about.computer, about.partition, titles).await?;
    Ok(text(""))
}
