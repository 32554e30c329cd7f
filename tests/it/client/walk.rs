//! Every method of the client, one after the other, against any master: what each of them answered, as a line.

use std::fmt::Debug;

use slapproxy::client::blocking::{Computer, ComputerPartition, Slap, SoftwareRelease};
use slapproxy::client::{
    Certificate, ClockArguments, Entry, Error, FaultReport, Follow, JournalArguments, Parameters, Product, Request,
    RequestedState, StatusDocument, SupplyState, Value,
};
use slapproxy::wire::json_rpc::{AllDocsComputeNodeList, ComputeNodeList};

/// The computer of the walk.
pub const COMPUTER: &str = "local_computer";

/// The release of the walk.
const RELEASE: &str = "https://sr.example/software.cfg";

/// The software product that the master of the walk must have, and its release.
pub const PRODUCT: &str = "kvm https://kvm.example/software.cfg";

/// A journal of one movement.
const JOURNAL: &str = "<journal><transaction type=\"Sale Packing List\"><start_date></start_date><stop_date></stop_date>\
    <reference>local_computer</reference><currency></currency><payment_mode></payment_mode><category></category>\
    <arrow type=\"Administration\"/><movement><resource>CPU</resource><reference>slappart0</reference>\
    <quantity>1.5</quantity><price>0.0</price><VAT></VAT></movement></transaction></journal>";

/// What a partition consumed.
const CONSUMPTION: &str = "<consumption><movement><resource>CPU</resource><title>CPU</title><reference/>\
    <quantity>1.5</quantity><price>0.0</price><VAT/></movement></consumption>";

/// The methods that were called, with what they answered.
pub type Lines = Vec<(String, String)>;

struct Walk {
    lines: Lines,
}

impl Walk {
    /// Notes the answer of a method. Of a failure the kind: each master has its own words for it.
    fn note<T: Debug>(&mut self, method: &str, answer: Result<T, Error>) {
        let answer = match answer {
            Ok(answer) => format!("{answer:?}"),
            Err(error) => format!("{:?}", error.kind()),
        };
        self.lines.push((method.to_owned(), answer));
    }

    fn tell(&mut self, method: &str, told: impl Debug) {
        self.note(method, Ok(told));
    }
}

/// Parameters without the one that tells when, and the one that not every master has.
fn texts(parameters: &Parameters) -> Vec<String> {
    let told = parameters.texts().filter(|(key, _)| !["timestamp", "full_ip_list"].contains(key));
    told.map(|(key, text)| format!("{key}={text}")).collect()
}

/// Who is told by a certificate.
pub fn owner(Certificate { certificate, .. }: Certificate) -> String {
    let name = certificate.split_once("Subject: O=slapproxy, CN=").map(|(_, rest)| rest);
    name.and_then(|name| name.split_once("/email")).map(|(name, _)| name.to_owned()).unwrap_or_default()
}

/// What only the owner of the database may do with people, and what needs a token: nobody does it here.
fn access(walk: &mut Walk, slap: &Slap) {
    let people = slap.people();
    walk.tell("Slap::people", ());
    walk.note("People::list", people.list());
    walk.note("People::add", people.add("alice"));
    walk.note("People::certificate", people.certificate("alice").map(owner));
    walk.note("People::token", people.token("alice", 60));
    walk.note("People::remove", people.remove("alice"));
    walk.note("People::own_certificate", people.own_certificate().map(owner));
    walk.note(
        "People::register_computer",
        people.register_computer("node").map(|(computer, _)| computer.get_guid().to_owned()),
    );
    walk.note("People::authority", people.authority().map(|pem| pem.starts_with("-----BEGIN CERTIFICATE")));
    walk.note("People::revocation_list", people.revocation_list().map(|pem| pem.starts_with("-----BEGIN X509 CRL")));
}

/// The content cache, which the Python proxy has too if it is configured.
fn shacache(walk: &mut Walk, slap: &Slap) {
    let cache = slap.shacache();
    walk.tell("Slap::shacache", ());
    let file = std::env::temp_dir().join(format!("slapproxy-walk-{}", std::process::id()));
    std::fs::write(&file, "some content").unwrap();
    walk.note("Shacache::post_content", cache.post_content(&file));
    walk.note("Shacache::put_content", cache.put_content(SOME_CONTENT, &file));
    std::fs::remove_file(file).unwrap();
    let mut content = Vec::new();
    walk.note("Shacache::get_content", cache.get_content(SOME_CONTENT, &mut content));
    walk.tell("some content", String::from_utf8(content).unwrap());
    walk.note("Shacache::get_content", cache.get_content("..", &mut Vec::new()));
    let entry = Entry(format!("{{\"sha512\": \"{SOME_CONTENT}\"}}"), String::new());
    walk.note("Shacache::put_entry", cache.put_entry("file-urlmd5:abc", &entry));
    walk.note("Shacache::get_entries", cache.get_entries("file-urlmd5:abc"));
    walk.note("Shacache::get_entries", cache.get_entries("nothing"));
    walk.note("Shacache::update", cache.update());
    walk.note("Shacache::statistics", cache.statistics());
}

/// The SHA-512 of `some content`.
const SOME_CONTENT: &str = "65c256c639bd6dd483be341831c19a3996954901bb2a07f79593f3e3af5692559bdb124d099c2b92ced7e59b7ed02d3b7f\
                            42d50740d999bebd91983db2842762";

/// A status record without its dates.
fn record(status: StatusDocument) -> (String, String, String) {
    (status.user, status.state, status.text)
}

/// Parameters of texts.
pub fn map(entries: &[(&str, &str)]) -> Parameters {
    let entries = entries.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value)));
    Parameters::new("map", entries.collect()).unwrap()
}

/// Walks through a master, which must be new and have the default computer [`COMPUTER`] and the product [`PRODUCT`].
/// The description gives that computer four partitions.
pub fn walk(url: &str, description: &str) -> Lines {
    let mut walk = Walk { lines: Vec::new() };
    let slap = Slap::builder(url).rest_url(format!("{url}/hateoas")).no_instance_root().build_blocking().unwrap();
    let computer = slap.register_computer(COMPUTER);
    walk.tell("Slap::register_computer", computer.get_guid());
    walk.tell("Computer::get_guid", computer.get_guid());
    walk.note("Computer::update_configuration", computer.update_configuration(description));
    software(&mut walk, &slap);
    instances(&mut walk, &slap);
    shared(&mut walk, &slap);
    reports(&mut walk, &slap);
    people(&mut walk, &slap);
    computers(&mut walk, &slap);
    ends(&mut walk, &slap);
    own(&mut walk, &slap, description);
    walk.lines
}

fn software(walk: &mut Walk, slap: &Slap) {
    let supply = slap.register_supply();
    walk.tell("Slap::register_supply", ());
    walk.note("Supply::supply", supply.supply(RELEASE, COMPUTER, SupplyState::Available));
    let releases = slap.register_computer(COMPUTER).get_software_release_list();
    let shown = |release: &SoftwareRelease| (release.get_uri().to_owned(), release.get_state().unwrap());
    walk.note(
        "Computer::get_software_release_list",
        releases.as_ref().map(|releases| releases.iter().map(shown).collect::<Vec<_>>()).map_err(Clone::clone),
    );
    let release = &releases.unwrap()[0];
    walk.tell("SoftwareRelease::get_uri", release.get_uri());
    walk.note("SoftwareRelease::get_computer_id", release.get_computer_id().map(ToOwned::to_owned));
    walk.note("SoftwareRelease::get_state", release.get_state());
    walk.note("SoftwareRelease::building", release.building());
    walk.note("SoftwareRelease::error", release.error("make: no"));
    walk.note("SoftwareRelease::get_status", release.get_status().map(record));
    walk.note("SoftwareRelease::available", release.available());
    let release = slap.register_software_release(RELEASE);
    walk.tell("Slap::register_software_release", release.get_uri());
    walk.note("SoftwareRelease::available", release.available());
    let release = release.on_computer(COMPUTER);
    walk.note("SoftwareRelease::on_computer", release.get_computer_id().map(ToOwned::to_owned));
    walk.note("SoftwareRelease::destroyed", release.destroyed());
    let left = slap.register_computer(COMPUTER).get_software_release_list();
    walk.note("Computer::get_software_release_list", left.map(|left| left.len()));
    let products = slap.software_product_collection();
    walk.tell("Slap::software_product_collection", ());
    walk.note("SoftwareProductCollection::get", products.get("kvm"));
    walk.note("SoftwareProductCollection::get", products.get("other"));
    let product = Product::Reference("kvm".into());
    walk.note(
        "Slap::get_software_release_list_from_software_product",
        slap.get_software_release_list_from_software_product(&product),
    );
}

fn instances(walk: &mut Walk, slap: &Slap) {
    let order = slap.register_open_order();
    walk.tell("Slap::register_open_order", ());
    let request = Request::new(RELEASE, "root").software_type("cluster").parameter("domain", "app.example");
    let root = order.request(&request).unwrap();
    walk.tell("OpenOrder::request", root.is_allocated());
    walk.tell("ComputerPartition::is_allocated", root.is_allocated());
    look(walk, &root);
    let root = slap.register_computer_partition(COMPUTER, "slappart0").unwrap();
    walk.tell("Slap::register_computer_partition", root.is_allocated());
    walk.note("Slap::register_computer_partition", slap.register_computer_partition("", "").map(drop));
    look(walk, &root);
    let child = root.request(&Request::new(RELEASE, "child").parameter("count", 3).state(RequestedState::Stopped));
    walk.note("ComputerPartition::request", child.as_ref().map(|child| child.get_id().unwrap()).map_err(Clone::clone));
    look(walk, &child.unwrap());
    let listed = slap.register_computer(COMPUTER).get_computer_partition_list();
    let shown =
        |partition: &ComputerPartition| format!("{} {}", partition.get_id().unwrap(), partition.get_state().unwrap());
    walk.note(
        "Computer::get_computer_partition_list",
        listed.as_ref().map(|listed| listed.iter().map(shown).collect::<Vec<_>>()).map_err(Clone::clone),
    );
    let listed = listed.unwrap();
    look(walk, &listed[0]);
    walk.tell("ComputerPartition::get_access_status", listed[0].get_access_status());
    walk.tell("a free partition", ());
    look(walk, &listed[3]);
    let unknown = slap.register_computer_partition(COMPUTER, "nowhere").unwrap();
    walk.tell("an unknown partition", ());
    walk.note("ComputerPartition::get_state", unknown.get_state());
}

/// Every getter of a partition.
fn look(walk: &mut Walk, partition: &ComputerPartition) {
    walk.note("ComputerPartition::get_id", partition.get_id());
    walk.note("ComputerPartition::get_computer_id", partition.get_computer_id());
    walk.note("ComputerPartition::get_instance_guid", partition.get_instance_guid());
    walk.note("ComputerPartition::get_state", partition.get_state());
    walk.note("ComputerPartition::get_type", partition.get_type());
    let release = partition.get_software_release();
    walk.note("ComputerPartition::get_software_release", release.map(|release| release.get_uri().to_owned()));
    walk.note(
        "ComputerPartition::get_instance_parameter_dict",
        partition.get_instance_parameter_dict().map(|parameters| texts(&parameters)),
    );
    walk.note("ComputerPartition::get_instance_parameter", partition.get_instance_parameter("domain"));
    walk.note(
        "ComputerPartition::get_connection_parameter_dict",
        partition.get_connection_parameter_dict().map(|parameters| texts(&parameters)),
    );
    walk.note("ComputerPartition::get_connection_parameter", partition.get_connection_parameter("url"));
    walk.note("ComputerPartition::get_filter_dict", partition.get_filter_dict().map(|parameters| texts(&parameters)));
    let all = partition.get_software_instance().map(|all| (all.partition, all.requested_state, all.software_type));
    walk.note("ComputerPartition::get_software_instance", all);
}

fn shared(walk: &mut Walk, slap: &Slap) {
    walk.tell("a shared instance", ());
    let order = slap.register_open_order();
    let request = Request::new(RELEASE, "shared").software_type("cluster").shared().parameter("domain", "a.example");
    let shared = order.request(&request).unwrap();
    let host = slap.register_computer_partition(COMPUTER, "slappart0").unwrap();
    let connection = map(&[("url", "https://shared/")]);
    walk.note(
        "ComputerPartition::set_connection_dict",
        host.set_connection_dict(&map(&[("url", "https://host/")]), None),
    );
    walk.note("ComputerPartition::set_connection_dict", host.set_connection_dict(&connection, Some("_shared")));
    look(walk, &shared);
    look(walk, &order.request(&request).unwrap());
    let nowhere = order.request(&Request::new("https://other.example/", "shared2").shared());
    walk.note("OpenOrder::request", nowhere.map(|nowhere| nowhere.is_allocated()));
    let host = slap.register_computer_partition(COMPUTER, "slappart0").unwrap();
    walk.note("ComputerPartition::get_connection_parameter", host.get_connection_parameter("url"));
    walk.note("ComputerPartition::error", host.error("no certificate", Some("_shared")));
    let list = host.get_instance_parameter("slave_instance_list").map(|list| list.to_text());
    walk.note("ComputerPartition::get_instance_parameter", list);
}

fn reports(walk: &mut Walk, slap: &Slap) {
    let root = slap.register_computer_partition(COMPUTER, "slappart0").unwrap();
    let status = |walk: &mut Walk| walk.note("ComputerPartition::get_status", root.get_status().map(record));
    walk.note("ComputerPartition::building", root.building());
    walk.note("ComputerPartition::available", root.available());
    walk.note("ComputerPartition::started", root.started());
    status(walk);
    walk.note("ComputerPartition::stopped", root.stopped());
    walk.note("ComputerPartition::error", root.error("boom", None));
    status(walk);
    walk.note("ComputerPartition::bang", root.bang("something happened"));
    walk.note("ComputerPartition::get_certificate", root.get_certificate().map(owner));
    walk.note("ComputerPartition::get_full_hosting_ip_address_list", root.get_full_hosting_ip_address_list());
    walk.note("ComputerPartition::set_related_instance_list", root.set_related_instance_list(&["child"]));
    root.set_usage("<consumption/>");
    walk.tell("ComputerPartition::set_usage", ());
    walk.tell("ComputerPartition::get_usage", root.get_usage());
    let child = slap.register_computer_partition(COMPUTER, "slappart1").unwrap();
    walk.note("ComputerPartition::rename", child.rename("renamed child", None));
    walk.note("ComputerPartition::get_instance_parameter", child.get_instance_parameter("instance_title"));
    let unknown = slap.register_computer_partition(COMPUTER, "nowhere").unwrap();
    walk.note("ComputerPartition::rename", unknown.rename("x", None));
    walk.note("ComputerPartition::destroyed", unknown.destroyed());
    walk.note("ComputerPartition::started", unknown.started());
}

fn people(walk: &mut Walk, slap: &Slap) {
    let order = slap.register_open_order();
    let dict = slap.get_open_order_dict();
    let orders = dict.map(|dict| dict.into_iter().map(|(title, row)| (title, row.url_string)).collect::<Vec<_>>());
    walk.note("Slap::get_open_order_dict", orders);
    let dict = slap.get_computer_dict();
    let computers = dict.map(|dict| dict.into_iter().map(|(title, row)| (title, row.reference)).collect::<Vec<_>>());
    walk.note("Slap::get_computer_dict", computers);
    for title in ["root", "shared", "nothing"] {
        let information = order.get_information(title).map(|found| {
            let release = found.software_release_url.unwrap_or_default();
            let texts = [texts(&found.parameters), texts(&found.connection)];
            (found.title, release, found.software_type, found.requested_state, texts, found.shared)
        });
        walk.note("OpenOrder::get_information", information);
    }
    let root = slap.register_computer_partition(COMPUTER, "slappart0").unwrap();
    walk.note("ComputerPartition::get_information", root.get_information("root").map(|found| found.title));
    let found = slap.register_computer(COMPUTER).get_information().map(|found| (found.reference, found.title));
    walk.note("Computer::get_information", found);
    let nothing = slap.register_computer("nothing").get_information().map(|found| found.title);
    walk.note("Computer::get_information", nothing);
    let token = slap.register_token();
    walk.tell("Slap::register_token", ());
    walk.note("Token::request", token.request().map(|token| token.len()));
    let requested = order.request_computer("my node");
    walk.note("OpenOrder::request_computer", requested.map(|computer| computer.get_guid().to_owned()));
}

fn computers(walk: &mut Walk, slap: &Slap) {
    let computer = slap.register_computer(COMPUTER);
    let shown = |status: StatusDocument| (status.user, status.text);
    walk.note("Computer::report_usage", computer.report_usage(JOURNAL));
    walk.note("Computer::report_usage", computer.report_usage("no journal"));
    walk.note("Computer::report_usage", computer.report_usage(""));
    let partition = slap.register_computer_partition(COMPUTER, "slappart0").unwrap();
    partition.set_usage(CONSUMPTION);
    walk.note("Computer::report_partition_usages", computer.report_partition_usages(&[partition]));
    walk.note("Computer::get_status", computer.get_status().map(shown));
    walk.note("Computer::bang", computer.bang("the disk is full"));
    walk.note("Computer::get_status", computer.get_status().map(shown));
    walk.note("Computer::generate_certificate", computer.generate_certificate().map(owner));
    walk.note("Computer::generate_certificate", computer.generate_certificate().map(owner));
    walk.note("Computer::revoke_certificate", computer.revoke_certificate());
    walk.note("Computer::revoke_certificate", computer.revoke_certificate());
    let unknown = |name: &str| -> Computer { slap.register_computer(name) };
    walk.note("Computer::bang", unknown("").bang("x"));
    walk.note("Computer::get_software_release_list", unknown("nothing").get_software_release_list().map(drop));
}

fn ends(walk: &mut Walk, slap: &Slap) {
    let order = slap.register_open_order();
    let destroy = |title: &str| Request::new(RELEASE, title).software_type("cluster").state(RequestedState::Destroyed);
    let gone = order.request(&destroy("shared").shared());
    walk.note("OpenOrder::request", gone.and_then(|gone| gone.get_state()));
    walk.note("OpenOrder::request", order.request(&destroy("root")).and_then(|root| root.get_state()));
    let part = |name: &str| slap.register_computer_partition(COMPUTER, name).unwrap();
    walk.note("ComputerPartition::destroyed", part("slappart0").destroyed());
    walk.note("ComputerPartition::destroyed", part("slappart1").destroyed());
    walk.note("ComputerPartition::destroyed", part("slappart0").destroyed());
    walk.note("ComputerPartition::get_state", part("slappart0").get_state());
}

fn own(walk: &mut Walk, slap: &Slap, description: &str) {
    let is_listed = |list: ComputeNodeList| list.result_list.iter().any(|computer| computer.computer_guid == COMPUTER);
    walk.note("Slap::call", slap.call(&AllDocsComputeNodeList {}).map(is_listed));
    walk.note("Slap::wait", slap.wait(slap.as_async().slap_tool().get_run_id()).map(|id| id.len()));
    access(walk, slap);
    shacache(walk, slap);
    walk.note("Slap::ready", slap.ready().map(|ready| ready.url.starts_with("http://")));
    events(walk, slap);
    walk.note("Slap::seed", slap.seed("computers: []").map(|report| report.changes));
    walk.note("Slap::dump", slap.dump().map(|text| text.starts_with("computers:\n")));
    walk.note("Slap::keep_snapshot", slap.keep_snapshot("before"));
    walk.note("Slap::snapshots", slap.snapshots().map(|kept| kept[0].name.clone()));
    walk.note("Slap::dump_snapshot", slap.dump_snapshot("before").map(|text| text.starts_with("computers:\n")));
    walk.note("Slap::restore_snapshot", slap.restore_snapshot("before"));
    walk.note("Slap::load_snapshot", slap.load_snapshot("/nonexistent"));
    let preview = slap.import_preview(&[description.to_owned()]);
    walk.note("Slap::import_preview", preview.map(|reports| reports[0].kept.len()));
    let rules = ["endpoint=getRunId status=503".parse().unwrap()];
    let told = |reports: Vec<FaultReport>| reports.into_iter().map(|report| report.rule).collect::<Vec<_>>();
    let arguments = JournalArguments { limit: 1, ..JournalArguments::default() };
    walk.note("Slap::journal", slap.journal(&arguments).map(|entries| entries[0].path.clone()));
    let arguments = ClockArguments { frozen: Some(true), ..ClockArguments::default() };
    walk.note("Slap::change_clock", slap.change_clock(&arguments).map(|clock| clock.frozen));
    walk.note("Slap::clock", slap.clock().map(|clock| clock.frozen));
    walk.note("Slap::add_faults", slap.add_faults(&rules).map(told));
    walk.note("Slap::faults", slap.faults().map(told));
    walk.note("Slap::clear_faults", slap.clear_faults());
    walk.note("Slap::import", slap.import(&[description.to_owned()]).map(|reports| reports[0].kept.len()));
    walk.note("Slap::reset", slap.reset());
}

fn events(walk: &mut Walk, slap: &Slap) {
    let stream = slap.follow_events(&Follow { computer: Some(COMPUTER.into()), ..Follow::default() });
    walk.note("Computer::bang", slap.register_computer(COMPUTER).bang("followed"));
    let told = match stream {
        Err(error) => [(); 3].map(|()| format!("{:?}", error.kind())),
        Ok(mut stream) => {
            let begin = format!("{:?}", stream.after());
            let next = stream.next_event().map(|event| event.map(|event| event.text));
            [begin, format!("{next:?}"), stream.after().is_some().to_string()]
        }
    };
    let methods = ["Slap::follow_events", "EventStream::next_event", "EventStream::after"];
    walk.lines.extend(methods.map(ToOwned::to_owned).into_iter().zip(told));
}
