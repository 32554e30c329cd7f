//! The classic API, call by call.

use reqwest::Response;

use super::call::{Call, Identity};
use super::error::Error;
use super::events::EventStream;
use super::transport::{Api, Transport};
use crate::wire::clock::ClockEntry;
use crate::wire::control::{
    FormatReport, Ready, SeedReport, SnapshotEntry, read_format_reports, read_ready, read_seed_report,
};
use crate::wire::fault::FaultReport;
use crate::wire::form::{
    self, ClockArguments, ComputerArguments, ComputerBang, FaultArguments, Follow, Format, Import, Installation,
    InstanceBang, JournalArguments, PartitionArguments, PersonArguments, PersonRequestComputer, Product, Publish,
    Register, Rename, ReportInstance, ReportRelease, RequestArguments, RequestComputer, SeedArguments,
    SnapshotArguments, SnapshotName, Supply, Titles, ToFields, TokenArguments, Use,
};
use crate::wire::journal::JournalEntry;
use crate::wire::json_rpc::Certificate;
use crate::wire::person::{CertificateDocument, PersonEntry, Token, from_json};
use crate::wire::status::StatusDocument;
use crate::wire::xml::objects::{
    Answered, Computer, SoftwareInstance, read_answered, read_certificate, read_computer, read_hosting_ip_list,
    read_partition, read_requested, read_status, read_texts,
};

/// The media type of forms.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// The calls of the classic API, each under its own name in snake case, without any convenience: see
/// [`Slap`](super::Slap) and its objects for that. Texts are answered as they come; they mean nothing unless said.
#[derive(Debug, Clone)]
pub struct SlapTool<'a> {
    pub(super) transport: &'a Transport,
    pub(super) identity: Option<Identity>,
}

/// Every call fails with the [`Error`] that [`ErrorKind`](super::ErrorKind) tells about.
#[expect(clippy::missing_errors_doc, reason = "all calls fail alike, as said above")]
impl SlapTool<'_> {
    /// `GET /getFullComputerInformation`
    pub async fn get_full_computer_information(&self, arguments: &ComputerArguments) -> Result<Computer, Error> {
        self.get("getFullComputerInformation", arguments, read_computer).await
    }

    /// `GET /getComputerInformation`, the old name of [`Self::get_full_computer_information`].
    pub async fn get_computer_information(&self, arguments: &ComputerArguments) -> Result<Computer, Error> {
        self.get("getComputerInformation", arguments, read_computer).await
    }

    /// `GET /getHateoasUrl`
    pub async fn get_hateoas_url(&self) -> Result<String, Error> {
        self.get("getHateoasUrl", &(), read_text).await
    }

    /// `GET /registerComputerPartition`
    pub async fn register_computer_partition(&self, arguments: &Register) -> Result<SoftwareInstance, Error> {
        self.get("registerComputerPartition", arguments, read_partition).await
    }

    /// `GET /getComputerPartitionCertificate`
    pub async fn get_computer_partition_certificate(&self, about: &PartitionArguments) -> Result<Certificate, Error> {
        self.get("getComputerPartitionCertificate", about, read_certificate).await
    }

    /// `GET /getHostingSubscriptionIpList`
    pub async fn get_hosting_subscription_ip_list(
        &self,
        about: &PartitionArguments,
    ) -> Result<Vec<[String; 2]>, Error> {
        self.get("getHostingSubscriptionIpList", about, read_hosting_ip_list).await
    }

    /// `GET /getSoftwareReleaseListFromSoftwareProduct`
    pub async fn get_software_release_list_from_software_product(
        &self,
        product: &Product,
    ) -> Result<Vec<String>, Error> {
        self.get("getSoftwareReleaseListFromSoftwareProduct", product, read_texts).await
    }

    /// `GET /getComputerStatus`
    pub async fn get_computer_status(&self, arguments: &ComputerArguments) -> Result<StatusDocument, Error> {
        self.get("getComputerStatus", arguments, read_status).await
    }

    /// `GET /getComputerPartitionStatus`
    pub async fn get_computer_partition_status(&self, about: &PartitionArguments) -> Result<StatusDocument, Error> {
        self.get("getComputerPartitionStatus", about, read_status).await
    }

    /// `GET /getSoftwareInstallationStatus`
    pub async fn get_software_installation_status(&self, about: &Installation) -> Result<StatusDocument, Error> {
        self.get("getSoftwareInstallationStatus", about, read_status).await
    }

    /// `POST /loadComputerConfigurationFromXML`
    pub async fn load_computer_configuration_from_xml(&self, arguments: &Format) -> Result<String, Error> {
        self.post("loadComputerConfigurationFromXML", arguments, read_text).await
    }

    /// `POST /computerBang`
    pub async fn computer_bang(&self, arguments: &ComputerBang) -> Result<String, Error> {
        self.post("computerBang", arguments, read_text).await
    }

    /// `POST /useComputer`
    pub async fn use_computer(&self, arguments: &Use) -> Result<String, Error> {
        self.post("useComputer", arguments, read_text).await
    }

    /// `POST /requestComputer`
    pub async fn request_computer(&self, arguments: &RequestComputer) -> Result<Computer, Error> {
        self.post("requestComputer", arguments, read_computer).await
    }

    /// `POST /generateComputerCertificate`
    pub async fn generate_computer_certificate(&self, arguments: &ComputerArguments) -> Result<Certificate, Error> {
        self.post("generateComputerCertificate", arguments, read_certificate).await
    }

    /// `POST /revokeComputerCertificate`
    pub async fn revoke_computer_certificate(&self, arguments: &ComputerArguments) -> Result<String, Error> {
        self.post("revokeComputerCertificate", arguments, read_text).await
    }

    /// `POST /supplySupply`
    pub async fn supply_supply(&self, arguments: &Supply) -> Result<String, Error> {
        self.post("supplySupply", arguments, read_text).await
    }

    /// `POST /buildingSoftwareRelease`
    pub async fn building_software_release(&self, arguments: &ReportRelease) -> Result<String, Error> {
        self.post("buildingSoftwareRelease", arguments, read_text).await
    }

    /// `POST /availableSoftwareRelease`
    pub async fn available_software_release(&self, arguments: &ReportRelease) -> Result<String, Error> {
        self.post("availableSoftwareRelease", arguments, read_text).await
    }

    /// `POST /softwareReleaseError`
    pub async fn software_release_error(&self, arguments: &ReportRelease) -> Result<String, Error> {
        self.post("softwareReleaseError", arguments, read_text).await
    }

    /// `POST /destroyedSoftwareRelease`
    pub async fn destroyed_software_release(&self, arguments: &ReportRelease) -> Result<String, Error> {
        self.post("destroyedSoftwareRelease", arguments, read_text).await
    }

    /// `POST /requestComputerPartition`
    pub async fn request_computer_partition(&self, arguments: &RequestArguments) -> Result<SoftwareInstance, Error> {
        self.post("requestComputerPartition", arguments, read_requested).await
    }

    /// `POST /requestComputerPartition`, for a master that passes the answer on.
    pub async fn forward_computer_partition(&self, arguments: &RequestArguments) -> Result<Answered, Error> {
        self.post("requestComputerPartition", arguments, read_answered).await
    }

    /// `POST /buildingComputerPartition`
    pub async fn building_computer_partition(&self, about: &PartitionArguments) -> Result<String, Error> {
        self.post("buildingComputerPartition", about, read_text).await
    }

    /// `POST /availableComputerPartition`
    pub async fn available_computer_partition(&self, about: &PartitionArguments) -> Result<String, Error> {
        self.post("availableComputerPartition", about, read_text).await
    }

    /// `POST /startedComputerPartition`
    pub async fn started_computer_partition(&self, about: &PartitionArguments) -> Result<String, Error> {
        self.post("startedComputerPartition", about, read_text).await
    }

    /// `POST /stoppedComputerPartition`
    pub async fn stopped_computer_partition(&self, about: &PartitionArguments) -> Result<String, Error> {
        self.post("stoppedComputerPartition", about, read_text).await
    }

    /// `POST /softwareInstanceError`
    pub async fn software_instance_error(&self, arguments: &ReportInstance) -> Result<String, Error> {
        self.post("softwareInstanceError", arguments, read_text).await
    }

    /// `POST /destroyedComputerPartition`: what the text says is read by [`read_outcome`](form::read_outcome).
    pub async fn destroyed_computer_partition(&self, about: &PartitionArguments) -> Result<String, Error> {
        self.post("destroyedComputerPartition", about, read_text).await
    }

    /// `POST /softwareInstanceBang`
    pub async fn software_instance_bang(&self, arguments: &InstanceBang) -> Result<String, Error> {
        self.post("softwareInstanceBang", arguments, read_text).await
    }

    /// `POST /softwareInstanceRename`: what the text says is read by [`read_outcome`](form::read_outcome).
    pub async fn software_instance_rename(&self, arguments: &Rename) -> Result<String, Error> {
        self.post("softwareInstanceRename", arguments, read_text).await
    }

    /// `POST /setComputerPartitionConnectionXml`
    pub async fn set_computer_partition_connection_xml(&self, arguments: &Publish) -> Result<String, Error> {
        self.post("setComputerPartitionConnectionXml", arguments, read_text).await
    }

    /// `POST /updateComputerPartitionRelatedInstanceList`
    pub async fn update_computer_partition_related_instance_list(&self, arguments: &Titles) -> Result<String, Error> {
        self.post("updateComputerPartitionRelatedInstanceList", arguments, read_text).await
    }

    /// `GET /getRunId`: a random text that is new at each start of the server.
    pub async fn get_run_id(&self) -> Result<String, Error> {
        self.get("getRunId", &(), read_text).await
    }

    /// `GET /-/ready`
    pub async fn ready(&self) -> Result<Ready, Error> {
        self.get("-/ready", &(), |body| read_ready(&String::from_utf8_lossy(body))).await
    }

    /// `GET /-/events`, which has no end.
    pub async fn events(&self, arguments: &Follow) -> Result<EventStream, Error> {
        self.open("-/events", arguments, |response, url| EventStream::new(response, url, arguments.after)).await
    }

    /// `POST /-/import`
    pub async fn import(&self, arguments: &Import) -> Result<Vec<FormatReport>, Error> {
        self.post("-/import", arguments, |body| read_format_reports(&String::from_utf8_lossy(body))).await
    }

    /// `POST /-/import/preview`
    pub async fn import_preview(&self, arguments: &Import) -> Result<Vec<FormatReport>, Error> {
        self.post("-/import/preview", arguments, |body| read_format_reports(&String::from_utf8_lossy(body))).await
    }

    /// `POST /-/seed`
    pub async fn seed(&self, arguments: &SeedArguments) -> Result<SeedReport, Error> {
        self.post("-/seed", arguments, read_seed_report).await
    }

    /// `GET /-/dump`
    pub async fn dump(&self) -> Result<String, Error> {
        self.get("-/dump", &(), read_document).await
    }

    /// `GET /-/snapshot`
    pub async fn snapshot(&self) -> Result<Vec<SnapshotEntry>, Error> {
        self.get("-/snapshot", &(), from_json).await
    }

    /// `POST /-/snapshot/keep`
    pub async fn snapshot_keep(&self, arguments: &SnapshotName) -> Result<String, Error> {
        self.post("-/snapshot/keep", arguments, read_text).await
    }

    /// `POST /-/snapshot/restore`
    pub async fn snapshot_restore(&self, arguments: &SnapshotName) -> Result<String, Error> {
        self.post("-/snapshot/restore", arguments, read_text).await
    }

    /// `GET /-/snapshot/dump`
    pub async fn snapshot_dump(&self, arguments: &SnapshotName) -> Result<String, Error> {
        self.get("-/snapshot/dump", arguments, read_document).await
    }

    /// `POST /-/snapshot/load`
    pub async fn snapshot_load(&self, arguments: &SnapshotArguments) -> Result<String, Error> {
        self.post("-/snapshot/load", arguments, read_text).await
    }

    /// `POST /-/reset`
    pub async fn reset(&self) -> Result<String, Error> {
        self.post("-/reset", &(), read_text).await
    }

    /// `GET /-/journal`
    pub async fn journal(&self, arguments: &JournalArguments) -> Result<Vec<JournalEntry>, Error> {
        self.get("-/journal", arguments, from_json).await
    }

    /// `GET /-/clock`
    pub async fn clock(&self) -> Result<ClockEntry, Error> {
        self.get("-/clock", &(), from_json).await
    }

    /// `POST /-/clock`
    pub async fn change_clock(&self, arguments: &ClockArguments) -> Result<ClockEntry, Error> {
        self.post("-/clock", arguments, from_json).await
    }

    /// `GET /-/faults`: the rules by which requests fail on purpose.
    pub async fn faults(&self) -> Result<Vec<FaultReport>, Error> {
        self.get("-/faults", &(), from_json).await
    }

    /// `POST /-/faults`
    pub async fn add_faults(&self, arguments: &FaultArguments) -> Result<Vec<FaultReport>, Error> {
        self.post("-/faults", arguments, from_json).await
    }

    /// `DELETE /-/faults`
    pub async fn clear_faults(&self) -> Result<Vec<FaultReport>, Error> {
        self.delete("-/faults", from_json).await
    }

    /// `POST /Person_getCertificate`: a new key and certificate of the person whose access token is sent.
    pub async fn person_get_certificate(&self) -> Result<CertificateDocument, Error> {
        self.post("Person_getCertificate", &(), from_json).await
    }

    /// `POST /Person_requestComputer`: a computer of a title, with a new key and certificate.
    pub async fn person_request_computer(
        &self,
        arguments: &PersonRequestComputer,
    ) -> Result<CertificateDocument, Error> {
        self.post("Person_requestComputer", arguments, from_json).await
    }

    /// `GET /-/ca.pem`: the certificate of the authority.
    pub async fn ca_pem(&self) -> Result<String, Error> {
        self.get("-/ca.pem", &(), read_document).await
    }

    /// `GET /-/crl.pem`: the list of revoked certificates.
    pub async fn crl_pem(&self) -> Result<String, Error> {
        self.get("-/crl.pem", &(), read_document).await
    }

    /// `GET /-/user`
    pub async fn user(&self) -> Result<Vec<PersonEntry>, Error> {
        self.get("-/user", &(), from_json).await
    }

    /// `POST /-/user/add`
    pub async fn user_add(&self, person: &PersonArguments) -> Result<String, Error> {
        self.post("-/user/add", person, read_text).await
    }

    /// `POST /-/user/remove`
    pub async fn user_remove(&self, person: &PersonArguments) -> Result<String, Error> {
        self.post("-/user/remove", person, read_text).await
    }

    /// `POST /-/user/certificate`
    pub async fn user_certificate(&self, person: &PersonArguments) -> Result<CertificateDocument, Error> {
        self.post("-/user/certificate", person, from_json).await
    }

    /// `POST /-/user/token`
    pub async fn user_token(&self, arguments: &TokenArguments) -> Result<Token, Error> {
        self.post("-/user/token", arguments, from_json).await
    }

    async fn get<T, E: std::error::Error>(
        &self,
        path: &str,
        arguments: &impl ToFields,
        read: impl Fn(&[u8]) -> Result<T, E>,
    ) -> Result<T, Error> {
        self.send(path, self.reading(path, arguments)?, read).await
    }

    /// Begins a read whose answer has no end.
    async fn open<T>(
        &self,
        path: &str,
        arguments: &impl ToFields,
        follow: impl FnOnce(Response, String) -> T,
    ) -> Result<T, Error> {
        let call = self.reading(path, arguments)?.by(self.identity.as_ref());
        let url = call.url.clone();
        Ok(follow(self.transport.open(call).await?, url))
    }

    fn reading(&self, path: &str, arguments: &impl ToFields) -> Result<Call, Error> {
        let fields = arguments.to_fields().map_err(Error::invalid)?;
        let url = self.transport.url(path);
        Ok(Call::get(if fields.is_empty() { url } else { format!("{url}?{}", form::encode(&fields)) }))
    }

    async fn delete<T, E: std::error::Error>(
        &self,
        path: &str,
        read: impl Fn(&[u8]) -> Result<T, E>,
    ) -> Result<T, Error> {
        self.send(path, Call::delete(self.transport.url(path)), read).await
    }

    async fn post<T, E: std::error::Error>(
        &self,
        path: &str,
        arguments: &impl ToFields,
        read: impl Fn(&[u8]) -> Result<T, E>,
    ) -> Result<T, Error> {
        let body = form::encode(&arguments.to_fields().map_err(Error::invalid)?);
        self.send(path, Call::post(self.transport.url(path), FORM, body), read).await
    }

    async fn send<T, E: std::error::Error>(
        &self,
        path: &str,
        call: Call,
        read: impl Fn(&[u8]) -> Result<T, E>,
    ) -> Result<T, Error> {
        let body = self.transport.send(Api::Classic, call.by(self.identity.as_ref())).await?;
        read(&body).map_err(|error| self.transport.unexpected(path, &error))
    }
}

fn read_document(body: &[u8]) -> Result<String, std::str::Utf8Error> {
    std::str::from_utf8(body).map(ToOwned::to_owned)
}

fn read_text(body: &[u8]) -> Result<String, std::str::Utf8Error> {
    std::str::from_utf8(body).map(|text| text.trim_end_matches('\n').to_owned())
}
