//! The calls about the server itself.

use super::operation::{Answer, Call, form, list, nothing, one};
use crate::wire::control::{FormatReport, Ready};
use crate::wire::form::Import;

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
        path: "/-/import",
        group: "Server",
        summary: "Describe several computers at once",
        description: "All or nothing. The answer says what became of each computer's partitions. Used by `slapproxy \
                      import` while the server runs.",
        asked: form::<Import>,
        answer: Answer::Json(list::<FormatReport>),
        not_found: None,
    },
];
