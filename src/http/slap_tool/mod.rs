//! The classic API ("slap tool"): form fields in, marshalled XML or plain text out. Handlers carry the names of their
//! paths in snake case.

mod answer;
mod argument;
mod computer;
mod error;
mod instance;
mod request;
mod software;
mod status;

use actix_web::guard::{Any, Get, Guard, Head, Options, Post};
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, Resource, Route, web};

pub use answer::{Answer, text};
pub use argument::Form;
pub use computer::read_description;

use super::error::method_not_allowed;

/// Mounts the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(read("/getFullComputerInformation").to(computer::get_full_computer_information))
        .service(read("/getComputerInformation").to(computer::get_full_computer_information))
        .service(read("/getHateoasUrl").to(computer::get_hateoas_url))
        .service(read("/registerComputerPartition").to(instance::register_computer_partition))
        .service(read("/getComputerPartitionCertificate").to(instance::get_computer_partition_certificate))
        .service(read("/getHostingSubscriptionIpList").to(instance::get_hosting_subscription_ip_list))
        .service(
            read("/getSoftwareReleaseListFromSoftwareProduct")
                .to(software::get_software_release_list_from_software_product),
        )
        .service(read("/getComputerStatus").to(status::get_computer_status))
        .service(read("/getComputerPartitionStatus").to(status::get_computer_partition_status))
        .service(read("/getSoftwareInstallationStatus").to(status::get_software_installation_status))
        .service(write("/loadComputerConfigurationFromXML").to(computer::load_computer_configuration_from_xml))
        .service(write("/computerBang").to(computer::computer_bang))
        .service(write("/useComputer").to(computer::use_computer))
        .service(write("/requestComputer").to(computer::request_computer))
        .service(write("/generateComputerCertificate").to(computer::generate_computer_certificate))
        .service(write("/revokeComputerCertificate").to(computer::revoke_computer_certificate))
        .service(write("/supplySupply").to(software::supply_supply))
        .service(write("/buildingSoftwareRelease").to(software::building_software_release))
        .service(write("/availableSoftwareRelease").to(software::available_software_release))
        .service(write("/softwareReleaseError").to(software::software_release_error))
        .service(write("/destroyedSoftwareRelease").to(software::destroyed_software_release))
        .service(write("/requestComputerPartition").to(request::request_computer_partition))
        .service(write("/buildingComputerPartition").to(status::building_computer_partition))
        .service(write("/availableComputerPartition").to(status::available_computer_partition))
        .service(write("/startedComputerPartition").to(status::started_computer_partition))
        .service(write("/stoppedComputerPartition").to(status::stopped_computer_partition))
        .service(write("/softwareInstanceError").to(status::software_instance_error))
        .service(write("/destroyedComputerPartition").to(instance::destroyed_computer_partition))
        .service(write("/softwareInstanceBang").to(instance::software_instance_bang))
        .service(write("/softwareInstanceRename").to(instance::software_instance_rename))
        .service(write("/setComputerPartitionConnectionXml").to(instance::set_computer_partition_connection_xml))
        .service(
            write("/updateComputerPartitionRelatedInstanceList")
                .to(instance::update_computer_partition_related_instance_list),
        );
}

/// A path and the methods that it takes.
pub struct Path {
    template: &'static str,
    methods: &'static str,
    guard: fn() -> Box<dyn Guard>,
}

/// A path that reads: `GET`, and so `HEAD`.
pub fn read(path: &'static str) -> Path {
    Path { template: path, methods: "GET, HEAD, OPTIONS", guard: || Box::new(Any(Get()).or(Head())) }
}

/// A path that writes: `POST`.
pub fn write(path: &'static str) -> Path {
    Path { template: path, methods: "POST, OPTIONS", guard: || Box::new(Post()) }
}

impl Path {
    /// Gives the path its handler; `OPTIONS` names the methods, other methods are refused.
    pub fn to<F, Args>(self, handler: F) -> Resource
    where
        F: actix_web::Handler<Args>,
        Args: actix_web::FromRequest + 'static,
        F::Output: actix_web::Responder + 'static,
    {
        let Self { template, methods, guard } = self;
        let options = move || async move {
            let mut response = HttpResponse::Ok().finish();
            response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
            response
        };
        let other = move |request: HttpRequest| async move { method_not_allowed(&request, methods) };
        web::resource(template)
            .route(Route::new().guard(Dynamic(guard())).to(handler))
            .route(Route::new().guard(Options()).to(options))
            .default_service(web::to(other))
    }
}

/// A guard behind a pointer.
struct Dynamic(Box<dyn Guard>);

impl Guard for Dynamic {
    fn check(&self, context: &actix_web::guard::GuardContext<'_>) -> bool {
        self.0.check(context)
    }
}
