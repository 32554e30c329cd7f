//! Where this server answers the JSON-RPC API otherwise than the Python proxy did, on purpose.

/// What is answered instead of what was recorded.
#[derive(Debug)]
pub enum Instead {
    /// An error document: its status, type and title.
    Error(u16, &'static str, &'static str),
    /// A whole body, with status 200.
    Body(&'static str),
    /// The recorded body with other values at some places, each written as JSON.
    Edits(&'static [(&'static str, &'static str)]),
}

/// Exchanges that are answered otherwise, and why.
#[derive(Debug)]
pub struct Deviation {
    /// The names of the exchanges.
    pub steps: &'static [&'static str],
    /// The answer to each of them.
    pub instead: Instead,
    /// Why that is right.
    pub reason: &'static str,
}

/// Every deliberate deviation. An entry that does not deviate fails the test.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        steps: &["put.compute_node_format-minimal-ip", "put.compute_node_format-no-ip-list"],
        instead: Instead::Body(r#"{"type":"success","title":"Formatted"}"#),
        reason: "Interface, netmask and the list of addresses are optional, as the schema says.",
    },
    Deviation {
        steps: &["put.compute_node_format-invalid"],
        instead: Instead::Error(400, "Bad Request", "missing field `compute_partition_list`"),
        reason: "The same in other words than those of the validator.",
    },
    Deviation {
        steps: &["post.software_installation-bad-state"],
        instead: Instead::Error(
            400,
            "Bad Request",
            "state: \"started\" is not accepted; expected available or destroyed",
        ),
        reason: "The same in other words, which name the field.",
    },
    Deviation {
        steps: &["post.software_instance-missing"],
        instead: Instead::Error(400, "Bad Request", "missing field `software_release_uri`"),
        reason: "The same in other words than those of the validator.",
    },
    Deviation {
        steps: &["post.software_instance-additional"],
        instead: Instead::Error(
            400,
            "Bad Request",
            "unknown field `foo`, expected one of `title`, `software_release_uri`, `software_type`, `parameters`, \
             `state`, `shared`, `sla_parameters`",
        ),
        reason: "The same in other words, which name the known fields.",
    },
    Deviation {
        steps: &["post.software_instance-title-too-long"],
        instead: Instead::Error(400, "Bad Request", "title: 201 characters are too long; expected at most 200"),
        reason: "The same in other words, which name the field and the limit.",
    },
    Deviation {
        steps: &["error-array-body"],
        instead: Instead::Error(400, "Bad Request", "invalid type: sequence, expected an object"),
        reason: "The same in other words than those of the validator.",
    },
    Deviation {
        steps: &["post.software_instance", "get.software_instance", "get.compute_partition", "get.instance_tree"],
        instead: Instead::Edits(&[
            ("/parameters/e", r#""""#),
            ("/parameters/f", "1.5"),
            ("/parameters/n", "1"),
            ("/parameters/o", r#"{"k":[1]}"#),
            ("/parameters/t", "true"),
            ("/parameters/z", "null"),
        ]),
        reason: "Parameters come back with the types that were sent, not as texts of Python.",
    },
    Deviation {
        steps: &["post.software_instance-from-partition", "get.software_instance-child"],
        instead: Instead::Edits(&[("/sla_parameters", r#"{"computer_guid":"local_computer"}"#)]),
        reason: "What an instance demands of its place is kept and told.",
    },
    Deviation {
        steps: &["post.software_instance-shared"],
        instead: Instead::Edits(&[("/parameters/n", "1")]),
        reason: "Parameters come back with the types that were sent.",
    },
    Deviation {
        steps: &["post.software_instance-unknown-authorization"],
        instead: Instead::Error(
            400,
            "Bad Request",
            "No partition matching the authorization header: (local_computer / nopart); computer_partition_id: there \
             is no partition \"nopart\"; known: slappart0, slappart1, slappart2, slappart3, slappart4",
        ),
        reason: "The refusal says what is known.",
    },
    Deviation {
        steps: &["post.software_instance-shared-no-host"],
        instead: Instead::Error(
            403,
            "Forbidden",
            "No partition corresponding to slave request: ['https://sr.example/nobody/software.cfg', \
             'local_computer', 'default'] (no instance on local_computer runs this software release: root1 in slappart0 \
             runs https://sr.example/demo/software.cfg, child1 of root1 in slappart1 runs \
             https://sr.example/demo/software.cfg, provider1 in slappart2 runs https://sr.example/provider/software.cfg)",
        ),
        reason: "The refusal says why.",
    },
    Deviation {
        steps: &["post.software_instance-no-free"],
        instead: Instead::Error(
            403,
            "Forbidden",
            "No free computer partition found for: rootX (there is no computer \"COMP-9\"; known: local_computer, \
             COMP-bad)",
        ),
        reason: "The refusal says why.",
    },
    Deviation {
        steps: &["post.software_instance-unknown-master"],
        instead: Instead::Error(
            403,
            "Forbidden",
            "External SlapOS Master URL http://127.0.0.1:5009/ is not listed in multimaster list.",
        ),
        reason: "An unlisted master is refused with the text of the classic API, not an internal error.",
    },
    Deviation {
        steps: &["put.software_instance_connection_parameter-unknown", "put.software_instance_bang-unknown"],
        instead: Instead::Error(403, "Forbidden", "No software instance nope______0 found."),
        reason: "Unknown things are refused, not acknowledged.",
    },
    Deviation {
        steps: &["put.software_instance_bang-shared"],
        instead: Instead::Body(r#"{"type":"success","title":"Bang handled"}"#),
        reason: "Shared instances have the calls of software instances.",
    },
    Deviation {
        steps: &["put.software_instance_title-shared"],
        instead: Instead::Body(r#"{"type":"success","title":"Renamed"}"#),
        reason: "Shared instances have the calls of software instances.",
    },
    Deviation {
        steps: &["put.software_instance_reported_state-destroyed-shared"],
        instead: Instead::Body(r#"{"type":"success","title":"Destroyed"}"#),
        reason: "A destroyed shared instance is gone, named by its former title too.",
    },
    Deviation {
        steps: &["get.compute_node_status"],
        instead: Instead::Body(
            r##"{"portal_type":"Compute Node","reference":"local_computer","user":"local_computer","state":"",
                 "created_at":"","since":"","text":"#error bang: x",
                 "no_data_since_5_minutes":0,"no_data_since_15_minutes":0}"##,
        ),
        reason: "Reports are kept, and the status tells the latest.",
    },
    Deviation {
        steps: &["post.compute_node_usage"],
        instead: Instead::Error(
            400,
            "INVALIDATE_TIOXML",
            "The tioxml does not validate the xsd: <document>: found <x>, expected <journal> (line 1, column 1)",
        ),
        reason: "Consumption reports are checked and stored.",
    },
    Deviation {
        steps: &["error-get-method"],
        instead: Instead::Error(405, "Method Not Allowed", "GET is not allowed here; expected POST"),
        reason: "Every error of this API is an error document.",
    },
    Deviation {
        steps: &["error-unknown-method"],
        instead: Instead::Error(404, "Not Found", "there is no method slapos.get.v0.nothing"),
        reason: "Every error of this API is an error document.",
    },
];
