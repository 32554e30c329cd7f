//! Where this server answers otherwise than the Python proxy did, on purpose.

use crate::app::{Answer, TestApp, request};

/// What is answered instead of what was recorded.
#[derive(Debug)]
pub enum Instead {
    /// An error page: its status and its whole description.
    Refusal(u16, &'static str),
    /// A plain text.
    Text(&'static str),
    /// A marshalled value, written without the element around it.
    Value(&'static str),
    /// The recorded value with other values at some paths; an empty text stands for nothing there. A timestamp of the
    /// recording may be replaced by any other text, which then stands for another point in time.
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

/// Every deliberate deviation. An entry that is not needed any more fails the test.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        steps: &["getHateoasUrl"],
        instead: Instead::Text("http://127.0.0.1:5000/hateoas/"),
        reason: "A complete server tells where its HATEOAS API is; clients without it cannot list or show services.",
    },
    Deviation {
        steps: &["getFullComputerInformation-unknown-computer"],
        instead: Instead::Refusal(404, "computer_id: there is no computer \"COMP-unknown\"; known: local_computer"),
        reason: "Unknown things are 404, not an internal error.",
    },
    Deviation {
        steps: &["registerComputerPartition-unknown"],
        instead: Instead::Refusal(
            404,
            "computer_partition_reference: there is no partition \"nopart\"; known: slappart0, slappart1, \
             slappart2, slappart3, slappart4, slappart5, slappart6, slappart7",
        ),
        reason: "Unknown things are 404, not an internal error.",
    },
    Deviation {
        steps: &["loadComputerConfigurationFromXML-malformed"],
        instead: Instead::Refusal(
            400,
            "xml: \"<marshal><dictionary\" is not accepted; expected a computer description: The document is not \
             well-formed XML: syntax error: tag not closed: `>` not found before end of input (line 1, column 10)",
        ),
        reason: "Bad marshalled data is 400, not an internal error.",
    },
    Deviation {
        steps: &["loadComputerConfigurationFromXML-missing-tap"],
        instead: Instead::Text("done"),
        reason: "A partition without a tap has its reference as the name of its interface.",
    },
    Deviation {
        steps: &["supplySupply-wrong-state"],
        instead: Instead::Refusal(400, "state: \"stopped\" is not accepted; expected available or destroyed"),
        reason: "A supply knows two states; any other is 400, not an internal error.",
    },
    Deviation {
        steps: &["supplySupply-computer-none"],
        instead: Instead::Refusal(400, "computer_id: \"None\" is not accepted; expected a text other than None"),
        reason: "Clients send the word None for a computer that they do not have: there is no computer of that name.",
    },
    Deviation {
        steps: &["destroyedSoftwareRelease-unknown"],
        instead: Instead::Refusal(
            404,
            "url: there is no software release supplied to this computer \"https://sr.example/unknown\"; \
             known: https://sr.example/provider/software.cfg",
        ),
        reason: "Unknown things are refused, not acknowledged; the production master answers 404 too.",
    },
    Deviation {
        steps: &["requestComputerPartition-special-values"],
        instead: Instead::Edits(&[
            ("/_parameter_dict/empty", "<string></string>"),
            ("/_parameter_dict/list", "<string>[1, \"x\"]</string>"),
        ]),
        reason: "An empty text is a text, and nested values are shown as JSON, which others than Python can read.",
    },
    Deviation {
        steps: &["requestComputerPartition-missing-optional-xml"],
        instead: Instead::Value(
            "<object module=\"slapos.slap.slap\" class=\"SoftwareInstance\"><tuple/><dictionary>\
             <string>_connection_dict</string><dictionary/>\
             <string>_filter_dict</string><dictionary/>\
             <string>_instance_guid</string><string>local_computer-slappart4</string>\
             <string>_parameter_dict</string><dictionary>\
             <string>timestamp</string><string>allocation of root5</string></dictionary>\
             <string>_requested_state</string><string>started</string>\
             <string>connection_xml</string><none/>\
             <string>full_ip_list</string><list/>\
             <string>ip_list</string><list>\
             <tuple><string>slaptap4</string><string>10.0.0.14</string></tuple>\
             <tuple><string>slaptap4</string><string>2001:db8:0::6</string></tuple></list>\
             <string>slap_computer_id</string><string>local_computer</string>\
             <string>slap_computer_partition_id</string><string>slappart4</string>\
             <string>slap_server_url</string><string>slap_server_url</string>\
             <string>slap_software_release_url</string><string>https://sr.example/demo/software.cfg</string>\
             <string>slap_software_type</string><string>default</string></dictionary></object>",
        ),
        reason: "Parameters, filter and sharedness are optional, as on the production master.",
    },
    Deviation {
        steps: &["requestComputerPartition-refused-class"],
        instead: Instead::Refusal(
            400,
            "state: \"<marshal><object id=\\\"i2\\\" module=\\\"os\\\" class=\\\"system\\\"><tuple/>\
             <dictionary id=\\\"i3\\\"/></object></marshal>\" is not accepted; expected a marshalled string: started, \
             stopped or destroyed, such as <marshal><string>started</string></marshal> (Refusing to unmarshall os.system (line 1, column 10))",
        ),
        reason: "Objects of other classes are 400, not an internal error.",
    },
    Deviation {
        steps: &["requestComputerPartition-parameters-not-dictionary"],
        instead: Instead::Refusal(
            400,
            "partition_parameter_xml: a list is not accepted; expected a dictionary of parameters",
        ),
        reason: "Parameters that are no dictionary are 400, not an internal error.",
    },
    Deviation {
        steps: &["requestComputerPartition-state-none-on-stopped"],
        instead: Instead::Edits(&[("/_requested_state", "<string>stopped</string>")]),
        reason: "A request without a state keeps the stored one, and is answered with it.",
    },
    Deviation {
        steps: &["requestComputerPartition-wrong-state"],
        instead: Instead::Refusal(400, "state: \"foo\" is not accepted; expected started, stopped or destroyed"),
        reason: "There are three states; any other would stop the node that reads it.",
    },
    Deviation {
        steps: &["requestComputerPartition-wrong-state-repair"],
        instead: Instead::Edits(&[("/_parameter_dict/timestamp", ALLOCATION_OF_ROOT2)]),
        reason: "The wrong state was refused, so this request changes nothing.",
    },
    Deviation {
        steps: &["requestComputerPartition-empty-software-type-update"],
        instead: Instead::Edits(&[("/slap_software_type", "<string>default</string>")]),
        reason: "An empty software type means the default one, not only at the first request.",
    },
    Deviation {
        steps: &["requestComputerPartition-shared-destroyed-on-host-without-list"],
        instead: Instead::Refusal(404, "partition_reference: there is no instance \"shared9\" to destroy"),
        reason: "The destruction of something unknown changes nothing and is 404.",
    },
    Deviation {
        steps: &["requestComputerPartition-destroyed-never-requested"],
        instead: Instead::Refusal(404, "partition_reference: there is no instance \"never\" to destroy"),
        reason: "The destruction of something unknown changes nothing and is 404; it allocates no partition.",
    },
    Deviation {
        steps: &["setComputerPartitionConnectionXml-unknown-partition", "softwareInstanceBang-unknown-partition"],
        instead: Instead::Refusal(404, UNKNOWN_PARTITION),
        reason: "Unknown things are refused, not acknowledged; the production master answers 404 too.",
    },
    Deviation {
        steps: &["setComputerPartitionConnectionXml-unknown-shared"],
        instead: Instead::Refusal(
            404,
            "slave_reference: there is no shared instance of this host called \"_unknown\"; \
             known: _shared1, root1_shared-child",
        ),
        reason: "Unknown things are refused, not acknowledged; the production master answers 404 too.",
    },
    Deviation {
        steps: &["getComputerPartitionStatus"],
        instead: Instead::Value(
            "<dictionary>\
             <string>created_at</string><string>now</string>\
             <string>no_data</string><int>1</int>\
             <string>portal_type</string><string>Software Instance</string>\
             <string>reference</string><string>local_computer-slappart0</string>\
             <string>since</string><string>now</string>\
             <string>state</string><string></string>\
             <string>text</string><string>#error no data found for local_computer-slappart0</string>\
             <string>user</string><string>SlapOS Master</string></dictionary>",
        ),
        reason: "Statuses are records, as on the production master.",
    },
    Deviation {
        steps: &["useComputer"],
        instead: Instead::Text("OK"),
        reason: "Consumption reports are checked and stored, and acknowledged as by the production master.",
    },
    Deviation {
        steps: &["getSoftwareReleaseListFromSoftwareProduct-by-url"],
        instead: Instead::Value("<list><string>https://sr.example/kvm/software.cfg</string></list>"),
        reason: "A release is answered with the releases of its product, as by the production master.",
    },
    Deviation {
        steps: &["getSoftwareReleaseListFromSoftwareProduct-no-parameter"],
        instead: Instead::Refusal(400, "software_product_reference: the field is missing; given: none"),
        reason: "A missing field is 400, not an internal error.",
    },
    Deviation {
        steps: &["masteronly-getComputerStatus"],
        instead: Instead::Value(
            "<dictionary>\
             <string>created_at</string><string>now</string>\
             <string>no_data_since_15_minutes</string><int>0</int>\
             <string>no_data_since_5_minutes</string><int>0</int>\
             <string>portal_type</string><string>Compute Node</string>\
             <string>reference</string><string>local_computer</string>\
             <string>since</string><string>now</string>\
             <string>state</string><string></string>\
             <string>text</string><string>#error bang: please</string>\
             <string>user</string><string>local_computer</string></dictionary>",
        ),
        reason: "What only the production master had is implemented; the latest report was the bang of the computer.",
    },
    Deviation {
        steps: &["masteronly-generateComputerCertificate", "masteronly-revokeComputerCertificate"],
        instead: Instead::Refusal(404, "Certificate authority not configured"),
        reason: "Without an authority there are no certificates, and a server must not invent keys.",
    },
    Deviation {
        steps: &["masteronly-requestComputer"],
        instead: Instead::Value(
            "<object module=\"slapos.slap.slap\" class=\"Computer\"><tuple><string>COMP-1</string></tuple>\
             <dictionary><string>_computer_id</string><string>COMP-1</string></dictionary></object>",
        ),
        reason: "What only the production master had is implemented; COMP-1 is the first free reference.",
    },
    Deviation {
        steps: &["masteronly-getHostingSubscriptionIpList"],
        instead: Instead::Value(
            "<list>\
             <tuple><string>slaptap0</string><string>10.0.0.10</string></tuple>\
             <tuple><string>slaptap0</string><string>2001:db8:0::2</string></tuple>\
             <tuple><string>slaptap2</string><string>10.0.0.12</string></tuple>\
             <tuple><string>slaptap2</string><string>2001:db8:0::4</string></tuple>\
             <tuple><string>slaptap3</string><string>10.0.0.13</string></tuple>\
             <tuple><string>slaptap3</string><string>2001:db8:0::5</string></tuple></list>",
        ),
        reason: "What only the production master had is implemented: the addresses of root1, child1 and grandchild1.",
    },
    Deviation {
        steps: &["masteronly-updateComputerPartitionRelatedInstanceList"],
        instead: Instead::Text(""),
        reason: "The list is checked and has no effect, as on the production master.",
    },
    Deviation {
        steps: &["masteronly-getSoftwareInstallationStatus"],
        instead: Instead::Value(
            "<dictionary>\
             <string>created_at</string><string>now</string>\
             <string>no_data</string><int>1</int>\
             <string>portal_type</string><string>Software Installation</string>\
             <string>reference</string><string>https://sr.example/demo/software.cfg</string>\
             <string>since</string><string>now</string>\
             <string>state</string><string></string>\
             <string>text</string><string>#error no data found for https://sr.example/demo/software.cfg</string>\
             <string>user</string><string>SlapOS Master</string></dictionary>",
        ),
        reason: "What only the production master had is implemented; the release was supplied anew after the reports.",
    },
    Deviation {
        steps: &["getFullComputerInformation-children-destroyed"],
        instead: Instead::Edits(&[(
            "/_computer_partition_list/slappart1/_parameter_dict/timestamp",
            "<string>bang of the computer</string>",
        )]),
        reason: "The bang of a computer makes every tree with an instance there be processed again.",
    },
    Deviation {
        steps: &["getFullComputerInformation-children-destroyed"],
        instead: Instead::Edits(&[
            (
                "/_computer_partition_list/slappart2/_parameter_dict/timestamp",
                "<string>child1 is to be destroyed</string>",
            ),
            (
                "/_computer_partition_list/slappart3/_parameter_dict/timestamp",
                "<string>grandchild1 is to be destroyed</string>",
            ),
        ]),
        reason: "A node processes an instance only when its timestamp changes, so a new requested state changes it.",
    },
    Deviation {
        steps: &["getFullComputerInformation-children-destroyed"],
        instead: Instead::Edits(&[
            (
                "/_computer_partition_list/slappart4/_parameter_dict/slave_instance_list/_shared1/slave_title",
                "<string>_shared1-renamed</string>",
            ),
            (
                "/_computer_partition_list/slappart4/_parameter_dict/slave_instance_list/_shared1/slave_reference",
                "<string>_shared1-renamed</string>",
            ),
        ]),
        reason: "A rename with slave_reference is about the shared instance; the Python proxy renamed its host.",
    },
    Deviation {
        steps: &["getFullComputerInformation-children-destroyed"],
        instead: Instead::Edits(&[
            ("/_computer_partition_list/slappart4/_parameter_dict/slave_instance_list/root1_shared-child", NOTHING),
            (
                "/_computer_partition_list/slappart4/_parameter_dict/timestamp",
                "<string>removal of the shared child of root1</string>",
            ),
        ]),
        reason: "The end of a tree is the end of its shared instances, and their host has to process its list.",
    },
    Deviation {
        steps: &["requestComputerPartition-ip-list-mixes-computers"],
        instead: Instead::Edits(&[(
            "/ip_list",
            "<list>\
             <tuple><string>slaptap0</string><string>10.0.5.10</string></tuple>\
             <tuple><string>slaptap0</string><string>2001:db8:5::2</string></tuple></list>",
        )]),
        reason: "Addresses of partitions of the same name on other computers are none of this instance's.",
    },
];

const UNKNOWN_PARTITION: &str = "computer_partition_id: there is no partition \"nopart\"; known: slappart0, \
                                 slappart1, slappart2, slappart3, slappart4, slappart5, slappart6, slappart7";

/// The timestamp of `requestComputerPartition-software-type`.
const ALLOCATION_OF_ROOT2: &str = "<string>1795425767.830644</string>";

/// The value of an edit that removes what is there.
const NOTHING: &str = "";

/// After `requestComputerPartition-missing-optional-xml`, which the Python proxy failed to answer, the instance and its
/// partition are given back: the recording goes on without them.
pub fn afterwards(app: &TestApp, step: &str) {
    if step == "requestComputerPartition-missing-optional-xml" {
        let release = "https://sr.example/demo/software.cfg";
        assert_eq!(request("root5").release(release).state("destroyed").place(app), "slappart4");
        let place = [("computer_id", "local_computer"), ("computer_partition_id", "slappart4")];
        assert_eq!(app.post("/destroyedComputerPartition", &place), Answer::text("OK"));
    }
}
