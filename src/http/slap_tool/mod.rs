//! The classic API ("slap tool"): form fields in, marshalled XML or plain text out. Handlers carry the names of their
//! paths in snake case.

mod about;
mod answer;
mod argument;
mod computer;
mod error;
mod instance;
mod person;
mod request;
mod software;
mod status;

use actix_web::{HttpResponse, ResponseError, web};

pub use answer::{Answer, text};
pub use argument::{Form, Query};
pub use computer::read_description;
pub use error::Error;

use super::route::{read, write};
use crate::domain::access::Callers::{Everybody, Nodes, NodesAndInstances, People, PeopleAndNodes};
use crate::http::failure::Failure;

/// Mounts the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(read("/getFullComputerInformation", PeopleAndNodes).to(computer::get_full_computer_information))
        .service(read("/getComputerInformation", PeopleAndNodes).to(computer::get_full_computer_information))
        .service(read("/getHateoasUrl", Everybody).to(computer::get_hateoas_url))
        .service(read("/registerComputerPartition", Everybody).to(instance::register_computer_partition))
        .service(
            read("/getComputerPartitionCertificate", NodesAndInstances)
                .to(instance::get_computer_partition_certificate),
        )
        .service(read("/getHostingSubscriptionIpList", Everybody).to(instance::get_hosting_subscription_ip_list))
        .service(
            read("/getSoftwareReleaseListFromSoftwareProduct", Everybody)
                .to(software::get_software_release_list_from_software_product),
        )
        .service(read("/getComputerStatus", PeopleAndNodes).to(status::get_computer_status))
        .service(read("/getComputerPartitionStatus", Everybody).to(status::get_computer_partition_status))
        .service(read("/getSoftwareInstallationStatus", PeopleAndNodes).to(status::get_software_installation_status))
        .service(
            write("/loadComputerConfigurationFromXML", PeopleAndNodes)
                .to(computer::load_computer_configuration_from_xml),
        )
        .service(write("/computerBang", PeopleAndNodes).to(computer::computer_bang))
        .service(write("/useComputer", Nodes).to(computer::use_computer))
        .service(write("/requestComputer", People).to(computer::request_computer))
        .service(write("/generateComputerCertificate", PeopleAndNodes).to(computer::generate_computer_certificate))
        .service(write("/revokeComputerCertificate", PeopleAndNodes).to(computer::revoke_computer_certificate))
        .service(write("/Person_getCertificate", People).to(person::person_get_certificate))
        .service(write("/Person_requestComputer", People).to(person::person_request_computer))
        .service(write("/supplySupply", People).to(software::supply_supply))
        .service(write("/buildingSoftwareRelease", Nodes).to(software::building_software_release))
        .service(write("/availableSoftwareRelease", Nodes).to(software::available_software_release))
        .service(write("/softwareReleaseError", Nodes).to(software::software_release_error))
        .service(write("/destroyedSoftwareRelease", Nodes).to(software::destroyed_software_release))
        .service(write("/requestComputerPartition", Everybody).to(request::request_computer_partition))
        .service(write("/buildingComputerPartition", NodesAndInstances).to(status::building_computer_partition))
        .service(write("/availableComputerPartition", NodesAndInstances).to(status::available_computer_partition))
        .service(write("/startedComputerPartition", NodesAndInstances).to(status::started_computer_partition))
        .service(write("/stoppedComputerPartition", NodesAndInstances).to(status::stopped_computer_partition))
        .service(write("/softwareInstanceError", NodesAndInstances).to(status::software_instance_error))
        .service(write("/destroyedComputerPartition", Nodes).to(instance::destroyed_computer_partition))
        .service(write("/softwareInstanceBang", Everybody).to(instance::software_instance_bang))
        .service(write("/softwareInstanceRename", Everybody).to(instance::software_instance_rename))
        .service(
            write("/setComputerPartitionConnectionXml", NodesAndInstances)
                .to(instance::set_computer_partition_connection_xml),
        )
        .service(
            write("/updateComputerPartitionRelatedInstanceList", NodesAndInstances)
                .to(instance::update_computer_partition_related_instance_list),
        );
}

/// The answer to a caller for whom a call is not.
pub fn refused(failure: Failure) -> HttpResponse {
    Error::from(failure).error_response()
}
