//! The calls about the server itself.

use super::operation::{Answer, Call, delete_nothing, form, list, nothing, one, post_nothing, query};
use crate::wire::clock::ClockEntry;
use crate::wire::control::{FormatReport, Ready, SeedReport, SnapshotEntry};
use crate::wire::fault::FaultReport;
use crate::wire::form::{
    ClockArguments, FaultArguments, Follow, Import, JournalArguments, PersonArguments, SeedArguments,
    SnapshotArguments, SnapshotName, TokenArguments,
};
use crate::wire::journal::JournalEntry;
use crate::wire::person::{CertificateDocument, PersonEntry, Token};

/// All of them.
pub const CALLS: &[Call] = &[
    Call {
        path: "/getRunId",
        group: "Server",
        summary: "Read the run id",
        description: "Thirty-two random characters, new at every start, by which a server recognises itself.",
        asked: nothing,
        answer: Answer::Text { pattern: "^[A-Za-z0-9]{32}$", example: "aO9yDzuh2JvcEdzekvdOjv5E7n7TTRUN" },
        not_found: None,
    },
    Call {
        path: "/-/ready",
        group: "Server",
        summary: "Find out whether and where the server is",
        description: "What the ready file says.",
        asked: nothing,
        answer: Answer::Json(one::<Ready>),
        not_found: None,
    },
    Call {
        path: "/-/events",
        group: "Server",
        summary: "Follow what happens",
        description: "Events in the order in which they happen, each as soon as it is stored. One that is counted again is \
                      sent again. A comment every 15 seconds says that the stream goes on.",
        asked: query::<Follow>,
        answer: Answer::Events,
        not_found: None,
    },
    Call {
        path: "/-/import",
        group: "Server",
        summary: "Describe several computers at once",
        description: "All or nothing. The answer says what became of each computer's partitions. Used by `slapproxy \
                      import` while the server runs.",
        asked: form::<Import>,
        answer: Answer::Json(list::<FormatReport>),
        not_found: None,
    },
    Call {
        path: "/-/import/preview",
        group: "Server",
        summary: "Tell what the description of computers would change",
        description: "As `/-/import`, but nothing changes.",
        asked: form::<Import>,
        answer: Answer::Json(list::<FormatReport>),
        not_found: None,
    },
    Call {
        path: "/-/seed",
        group: "Server",
        summary: "Make everything as a seed says",
        description: "In one transaction; what is so already is not touched. A fault names line and field. Used by `slapproxy \
                      seed` while the server runs.",
        asked: form::<SeedArguments>,
        answer: Answer::Json(one::<SeedReport>),
        not_found: None,
    },
    Call {
        path: "/-/dump",
        group: "Server",
        summary: "Read what the server holds as a seed",
        description: "In YAML. Times, events, consumption, people and former names are not part of it.",
        asked: nothing,
        answer: Answer::Text { pattern: SEED, example: "computers:\n  - reference: local_computer\n" },
        not_found: None,
    },
    Call {
        path: "/-/snapshot/load",
        group: "Server",
        summary: "Put what a snapshot holds in the place of everything",
        description: OPERATOR,
        asked: form::<SnapshotArguments>,
        answer: Answer::Text { pattern: "^done$", example: "done" },
        not_found: Some("There is no such file."),
    },
    Call {
        path: "/-/snapshot",
        group: "Server",
        summary: "List the snapshots that the server keeps in memory",
        description: CONTROL,
        asked: nothing,
        answer: Answer::Json(list::<SnapshotEntry>),
        not_found: None,
    },
    Call {
        path: "/-/snapshot/keep",
        group: "Server",
        summary: "Keep a snapshot of everything in memory",
        description: "In the place of the one of that name, until the server ends. Only when the server is started with \
                      `--control`.",
        asked: form::<SnapshotName>,
        answer: Answer::Text { pattern: "^done$", example: "done" },
        not_found: None,
    },
    Call {
        path: "/-/snapshot/restore",
        group: "Server",
        summary: "Put what a snapshot in memory holds in the place of everything",
        description: CONTROL,
        asked: form::<SnapshotName>,
        answer: Answer::Text { pattern: "^done$", example: "done" },
        not_found: NO_SNAPSHOT,
    },
    Call {
        path: "/-/snapshot/dump",
        group: "Server",
        summary: "Read what a snapshot in memory holds as a seed",
        description: CONTROL,
        asked: query::<SnapshotName>,
        answer: Answer::Text { pattern: SEED, example: "computers:\n  - reference: local_computer\n" },
        not_found: NO_SNAPSHOT,
    },
    Call {
        path: "/-/reset",
        group: "Server",
        summary: "Bring everything back to what it was when the server started",
        description: "After its seeds were applied. Only a server that was started with `--control` can do it.",
        asked: post_nothing,
        answer: Answer::Text { pattern: "^done$", example: "done" },
        not_found: Some("The server was not started with `--control`."),
    },
    Call {
        path: "/-/journal",
        group: "Server",
        summary: "Look at the latest requests",
        description: "With decoded arguments and answers, how long they took, and the events that they recorded. Values \
                      that may be secrets are not shown. The oldest come first; requests of the journal itself are not \
                      told.",
        asked: query::<JournalArguments>,
        answer: Answer::Json(list::<JournalEntry>),
        not_found: Some("No requests are kept."),
    },
    Call {
        path: "/-/clock",
        group: "Server",
        summary: "Read the time of the master",
        description: CONTROL,
        asked: nothing,
        answer: Answer::Json(one::<ClockEntry>),
        not_found: None,
    },
    Call {
        path: "/-/clock",
        group: "Server",
        summary: "Set, move and freeze the time of the master",
        description: CLOCK,
        asked: form::<ClockArguments>,
        answer: Answer::Json(one::<ClockEntry>),
        not_found: None,
    },
    Call {
        path: "/-/faults",
        group: "Server",
        summary: "List the rules by which requests fail on purpose",
        description: CONTROL,
        asked: nothing,
        answer: Answer::Json(list::<FaultReport>),
        not_found: None,
    },
    Call {
        path: "/-/faults",
        group: "Server",
        summary: "Let requests fail on purpose",
        description: FAULTS,
        asked: form::<FaultArguments>,
        answer: Answer::Json(list::<FaultReport>),
        not_found: None,
    },
    Call {
        path: "/-/faults",
        group: "Server",
        summary: "Let no request fail on purpose any more",
        description: CONTROL,
        asked: delete_nothing,
        answer: Answer::Json(list::<FaultReport>),
        not_found: None,
    },
    Call {
        path: "/-/ca.pem",
        group: "Server",
        summary: "Read the certificate of the authority",
        description: "In PEM. Everybody may read it.",
        asked: nothing,
        answer: Answer::Text { pattern: "^-----BEGIN CERTIFICATE-----", example: CERTIFICATE },
        not_found: Some("There is no certificate authority."),
    },
    Call {
        path: "/-/crl.pem",
        group: "Server",
        summary: "Read the list of revoked certificates",
        description: "In PEM, signed by the authority a moment ago. Everybody may read it.",
        asked: nothing,
        answer: Answer::Text { pattern: "^-----BEGIN X509 CRL-----", example: CRL },
        not_found: Some("There is no certificate authority."),
    },
    Call {
        path: "/-/user",
        group: "Server",
        summary: "List the people",
        description: OPERATOR,
        asked: nothing,
        answer: Answer::Json(list::<PersonEntry>),
        not_found: None,
    },
    Call {
        path: "/-/user/add",
        group: "Server",
        summary: "Add a person",
        description: OPERATOR,
        asked: form::<PersonArguments>,
        answer: Answer::Text { pattern: "^done$", example: "done" },
        not_found: Some("There is a person of that name already."),
    },
    Call {
        path: "/-/user/remove",
        group: "Server",
        summary: "Remove a person, whose certificates are revoked and whose tokens are forgotten",
        description: OPERATOR,
        asked: form::<PersonArguments>,
        answer: Answer::Text { pattern: "^done$", example: "done" },
        not_found: NO_PERSON,
    },
    Call {
        path: "/-/user/certificate",
        group: "Server",
        summary: "Get a certificate for a person",
        description: OPERATOR,
        asked: form::<PersonArguments>,
        answer: Answer::Json(one::<CertificateDocument>),
        not_found: NO_PERSON,
    },
    Call {
        path: "/-/user/token",
        group: "Server",
        summary: "Get an access token for a person",
        description: OPERATOR,
        asked: form::<TokenArguments>,
        answer: Answer::Json(one::<Token>),
        not_found: NO_PERSON,
    },
];

const CONTROL: &str = "Only when the server is started with `--control`.";
const CLOCK: &str = "Only when the server is started with `--control`. At least one of the fields must be there. The time never \
                     goes back behind what is written already. What was to happen until then happens.";
const FAULTS: &str = "Only when the server is started with `--control`. The rules are added to those that are there; the first \
                      that strikes a request counts. The answer lists them all.";
const OPERATOR: &str = "For the owner of the database only, who sends the token of the file `<database>.lock` in the header \
                        `X-Access-Token`, as `slapproxy user` does.";
const SEED: &str = "^(?s:computers:\\n.*|\\{\\n.*)$";
const NO_SNAPSHOT: Option<&str> = Some("There is no such snapshot.");
const NO_PERSON: Option<&str> = Some("There is no such person.");
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n";
const CRL: &str = "-----BEGIN X509 CRL-----\n...\n-----END X509 CRL-----\n";
