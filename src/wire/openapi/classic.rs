//! The calls of the classic API.

use super::operation::{Answer, Call, form, nothing, one, post_nothing, query};
use crate::wire::form::{
    ComputerArguments, ComputerBang, Format, Installation, InstanceBang, PartitionArguments, PersonRequestComputer,
    Product, Publish, Register, Rename, ReportInstance, ReportRelease, RequestArguments, RequestComputer, Supply,
    Titles, Use,
};
use crate::wire::person::CertificateDocument;

macro_rules! golden {
    ($name:literal) => {
        include_str!(concat!("../../../fixtures/wire/", $name, ".response.http"))
    };
}

const COMPUTER: Answer = Answer::Marshalled {
    is: "A marshalled `Computer`: its software releases with their wanted states, and all its partitions in the order in \
         which they were described, free ones too.",
    golden: golden!("own/getFullComputerInformation"),
};

const RECORD: Answer = Answer::Marshalled {
    is: "A marshalled dictionary: `user` who reported, `created_at` when, `text` what, `state` and `since` when, the \
         `reference` and `portal_type` of whom it is about, and `no_data` if there is no report.",
    golden: golden!("own/getComputerPartitionStatus-started"),
};

const OK: Answer = Answer::Text { pattern: "^OK$", example: "OK" };
const DONE: Answer = Answer::Text { pattern: "^done$", example: "done" };
/// The word that clients have always been answered; the report is stored nevertheless.
const IGNORED: Answer = Answer::Text { pattern: "^Ignored$", example: "Ignored" };

const NO_COMPUTER: Option<&str> = Some("There is no such computer.");
const NO_PARTITION: Option<&str> =
    Some("There is no such computer, partition or shared instance, or the partition is free.");
const NO_INSTALLATION: Option<&str> = Some("There is no such computer, or the release is not supplied to it.");

const REPORTED: &str = "Stored as the status record of the instance, and as an event. The answer is always the word \
                        `Ignored`, which clients are used to.";
const BUILT: &str = "Stored as the status record of the release on this computer, and as an event. The answer is always the \
                     word `Ignored`, which clients are used to.";

/// All of them.
pub const CALLS: &[Call] = &[
    Call {
        path: "/getFullComputerInformation",
        group: "Computers",
        summary: "Read a computer with all that is wanted on it",
        description: "What a node asks at each run. The default computer is always known, also before it is described. \
                      Asking is stored as the status record of the computer.",
        asked: query::<ComputerArguments>,
        answer: COMPUTER,
        not_found: NO_COMPUTER,
    },
    Call {
        path: "/getComputerInformation",
        group: "Computers",
        summary: "Read a computer, under the old name of the call",
        description: "The same as `getFullComputerInformation`.",
        asked: query::<ComputerArguments>,
        answer: COMPUTER,
        not_found: NO_COMPUTER,
    },
    Call {
        path: "/getHateoasUrl",
        group: "Computers",
        summary: "Find the HATEOAS API",
        description: "The URL is absolute, as this client reaches the server.",
        asked: nothing,
        answer: Answer::Text { pattern: "^https?://.*/hateoas/$", example: "http://127.0.0.1:5000/hateoas/" },
        not_found: None,
    },
    Call {
        path: "/loadComputerConfigurationFromXML",
        group: "Computers",
        summary: "Describe a computer and its partitions",
        description: "What `slapos node format` posts. Partitions that are in the description already keep their \
                      instances; those that are not any more disappear, and their instances get another place when they \
                      are requested again.",
        asked: form::<Format>,
        answer: DONE,
        not_found: None,
    },
    Call {
        path: "/computerBang",
        group: "Computers",
        summary: "Wake all that runs on a computer",
        description: "Every tree with an instance on the computer is to be processed again.",
        asked: form::<ComputerBang>,
        answer: Answer::Marshalled { is: "A marshalled empty string.", golden: golden!("own/computerBang") },
        not_found: NO_COMPUTER,
    },
    Call {
        path: "/useComputer",
        group: "Computers",
        summary: "Report what was consumed",
        description: "The journal is checked and stored.",
        asked: form::<Use>,
        answer: OK,
        not_found: NO_COMPUTER,
    },
    Call {
        path: "/requestComputer",
        group: "Computers",
        summary: "Get a computer by its title",
        description: "Creates the computer the first time; later the same title gets the same reference.",
        asked: form::<RequestComputer>,
        answer: Answer::Marshalled {
            is: "A marshalled `Computer` with its reference.",
            golden: golden!("own/requestComputer"),
        },
        not_found: None,
    },
    Call {
        path: "/generateComputerCertificate",
        group: "Computers",
        summary: "Get a certificate for a computer",
        description: "A new private key and its certificate, which is the identity of the computer. Refused while it \
                      has a valid one, up to a month before that one ends.",
        asked: form::<ComputerArguments>,
        answer: Answer::Marshalled {
            is: "A marshalled dictionary of `key` and `certificate` in PEM.",
            golden: golden!("own/generateComputerCertificate"),
        },
        not_found: Some("There is no such computer, it has a valid certificate, or there is no certificate authority."),
    },
    Call {
        path: "/revokeComputerCertificate",
        group: "Computers",
        summary: "Revoke the certificate of a computer",
        description: "Whoever shows it is refused from now on.",
        asked: form::<ComputerArguments>,
        answer: Answer::Text { pattern: "^None$", example: "None" },
        not_found: Some(
            "There is no such computer, it has no valid certificate, or there is no certificate authority.",
        ),
    },
    Call {
        path: "/Person_getCertificate",
        group: "Computers",
        summary: "Get a certificate for a person",
        description: "The header `X-Access-Token` says for whom; `slapos configure client --token` asks it.",
        asked: post_nothing,
        answer: Answer::Json(one::<CertificateDocument>),
        not_found: Some("There is no certificate authority."),
    },
    Call {
        path: "/Person_requestComputer",
        group: "Computers",
        summary: "Register a computer: get its reference and certificate by its title",
        description: "The header `X-Access-Token` says who registers it; `slapos node register --token` asks it.",
        asked: form::<PersonRequestComputer>,
        answer: Answer::Json(one::<CertificateDocument>),
        not_found: Some("The computer of this title has a valid certificate, or there is no certificate authority."),
    },
    Call {
        path: "/supplySupply",
        group: "Software",
        summary: "Want a software release on a computer, or away from it",
        description: "The node builds or removes it at its next run.",
        asked: form::<Supply>,
        answer: Answer::Text {
            pattern: "^Supplied '.*' to be (available|destroyed)$",
            example: "Supplied 'https://sr.example/software.cfg' to be available",
        },
        not_found: NO_COMPUTER,
    },
    Call {
        path: "/buildingSoftwareRelease",
        group: "Software",
        summary: "Report that a release is being built",
        description: BUILT,
        asked: form::<ReportRelease>,
        answer: IGNORED,
        not_found: NO_INSTALLATION,
    },
    Call {
        path: "/availableSoftwareRelease",
        group: "Software",
        summary: "Report that a release is built",
        description: BUILT,
        asked: form::<ReportRelease>,
        answer: IGNORED,
        not_found: NO_INSTALLATION,
    },
    Call {
        path: "/softwareReleaseError",
        group: "Software",
        summary: "Report that a release could not be built",
        description: BUILT,
        asked: form::<ReportRelease>,
        answer: IGNORED,
        not_found: NO_INSTALLATION,
    },
    Call {
        path: "/destroyedSoftwareRelease",
        group: "Software",
        summary: "Report that a release is removed",
        description: "The release is forgotten, unless it was supplied again meanwhile.",
        asked: form::<ReportRelease>,
        answer: OK,
        not_found: NO_INSTALLATION,
    },
    Call {
        path: "/getSoftwareReleaseListFromSoftwareProduct",
        group: "Software",
        summary: "List the releases of a software product",
        description: "By the reference of the product, or by the URL of one of its releases: exactly one of the two. The \
                      best release comes first; an unknown product has none. Products are configured.",
        asked: query::<Product>,
        answer: Answer::Marshalled {
            is: "A marshalled list of strings.",
            golden: golden!("slap-tool/getSoftwareReleaseListFromSoftwareProduct"),
        },
        not_found: Some("No product has this release."),
    },
    Call {
        path: "/requestComputerPartition",
        group: "Instances",
        summary: "Request an instance, change it, or ask for its removal",
        description: "Who requests again what is there already gets the same instance: its release, type, parameters and \
                      state become those of the request, and its node processes it if anything changed. A new instance \
                      gets the first free partition of the wanted computer. A shared instance is served by a host: an \
                      instance of the same release and type. A child of a stopped or destroyed root is at most that. State \
                      `destroyed` records the wish; the node tells by `destroyedComputerPartition` when the instance is \
                      gone.",
        asked: form::<RequestArguments>,
        answer: Answer::Marshalled {
            is: "A marshalled `SoftwareInstance`: where it is, its state, parameters, addresses and what it published. Of a \
                 shared one, the place is its host's. Some requests for well-known frontends are answered at once with a \
                 `ComputerPartition` that holds only connection parameters.",
            golden: golden!("own/requestComputerPartition"),
        },
        not_found: Some(
            "No partition is free, there is no such computer, no host serves the shared instance, the filter names another \
             master, or what is to be destroyed does not exist.",
        ),
    },
    Call {
        path: "/registerComputerPartition",
        group: "Instances",
        summary: "Read one partition with its instance",
        description: "As in `getFullComputerInformation`. The fields have names of their own.",
        asked: query::<Register>,
        answer: Answer::Marshalled {
            is: "A marshalled `ComputerPartition`.",
            golden: golden!("slap-tool/registerComputerPartition-child"),
        },
        not_found: Some("There is no such computer or partition."),
    },
    Call {
        path: "/getComputerPartitionCertificate",
        group: "Instances",
        summary: "Read the certificate of an instance",
        description: "The private key and the certificate by which the instance proves what it is: made when they are \
                      first asked for, the same until shortly before they end, revoked with the instance. Where there is \
                      no authority, both texts are empty.",
        asked: query::<PartitionArguments>,
        answer: Answer::Marshalled {
            is: "A marshalled dictionary of `key` and `certificate` in PEM.",
            golden: golden!("own/getComputerPartitionCertificate"),
        },
        not_found: NO_PARTITION,
    },
    Call {
        path: "/getHostingSubscriptionIpList",
        group: "Instances",
        summary: "List the addresses of a whole tree",
        description: "Of the tree that the instance belongs to, its own included. Nodes open their firewalls for them. A \
                      free partition has none.",
        asked: query::<PartitionArguments>,
        answer: Answer::Marshalled {
            is: "A marshalled list of tuples: interface and address.",
            golden: golden!("own/getHostingSubscriptionIpList"),
        },
        not_found: Some("There is no such computer or partition."),
    },
    Call {
        path: "/destroyedComputerPartition",
        group: "Instances",
        summary: "Report that an instance is gone",
        description: "Frees the partition. While the instance of a root has children, they are asked to go first and \
                      nothing is freed; that, and an unknown partition, are told with status 200, which agents rely on.",
        asked: form::<PartitionArguments>,
        answer: Answer::Text {
            pattern: "^(OK|Not destroying yet because this partition has child partitions: .+|Unknown partition '.*' on '.*')$",
            example: "OK",
        },
        not_found: Some("The partition cannot be given back."),
    },
    Call {
        path: "/softwareInstanceBang",
        group: "Instances",
        summary: "Wake the tree of an instance",
        description: "Every instance of the tree is to be processed again.",
        asked: form::<InstanceBang>,
        answer: OK,
        not_found: NO_PARTITION,
    },
    Call {
        path: "/softwareInstanceRename",
        group: "Instances",
        summary: "Give an instance another title",
        description: "With `slave_reference`, the shared instance. Unknown partitions and titles that are taken are told \
                      with status 200, which agents rely on.",
        asked: form::<Rename>,
        answer: Answer::Text { pattern: ".", example: "done" },
        not_found: NO_PARTITION,
    },
    Call {
        path: "/setComputerPartitionConnectionXml",
        group: "Instances",
        summary: "Publish the connection parameters of an instance",
        description: "With `slave_reference`, of a shared instance that it hosts. If they changed, whoever requested the \
                      instance is processed again.",
        asked: form::<Publish>,
        answer: DONE,
        not_found: NO_PARTITION,
    },
    Call {
        path: "/updateComputerPartitionRelatedInstanceList",
        group: "Instances",
        summary: "Tell which instances a partition requests",
        description: "Checked, without effect.",
        asked: form::<Titles>,
        answer: Answer::Text { pattern: "^$", example: "" },
        not_found: NO_PARTITION,
    },
    Call {
        path: "/buildingComputerPartition",
        group: "Status",
        summary: "Report that an instance is being built",
        description: REPORTED,
        asked: form::<PartitionArguments>,
        answer: IGNORED,
        not_found: NO_PARTITION,
    },
    Call {
        path: "/availableComputerPartition",
        group: "Status",
        summary: "Report that an instance is built",
        description: REPORTED,
        asked: form::<PartitionArguments>,
        answer: IGNORED,
        not_found: NO_PARTITION,
    },
    Call {
        path: "/startedComputerPartition",
        group: "Status",
        summary: "Report that an instance runs",
        description: REPORTED,
        asked: form::<PartitionArguments>,
        answer: IGNORED,
        not_found: NO_PARTITION,
    },
    Call {
        path: "/stoppedComputerPartition",
        group: "Status",
        summary: "Report that an instance is stopped",
        description: REPORTED,
        asked: form::<PartitionArguments>,
        answer: IGNORED,
        not_found: NO_PARTITION,
    },
    Call {
        path: "/softwareInstanceError",
        group: "Status",
        summary: "Report that an instance could not be processed",
        description: REPORTED,
        asked: form::<ReportInstance>,
        answer: IGNORED,
        not_found: NO_PARTITION,
    },
    Call {
        path: "/getComputerStatus",
        group: "Status",
        summary: "Read the last report about a computer",
        description: "",
        asked: query::<ComputerArguments>,
        answer: RECORD,
        not_found: NO_COMPUTER,
    },
    Call {
        path: "/getComputerPartitionStatus",
        group: "Status",
        summary: "Read the last report about an instance",
        description: "A free partition has a record that says that there is no data.",
        asked: query::<PartitionArguments>,
        answer: RECORD,
        not_found: Some("There is no such computer or partition."),
    },
    Call {
        path: "/getSoftwareInstallationStatus",
        group: "Status",
        summary: "Read the last report about a release on a computer",
        description: "",
        asked: query::<Installation>,
        answer: RECORD,
        not_found: NO_INSTALLATION,
    },
];
