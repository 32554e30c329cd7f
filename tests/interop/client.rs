//! The client library of this crate against the Python proxy.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use slapproxy::client::blocking::Slap;
use slapproxy::config::Overrides;
use tempfile::TempDir;

use crate::app::{TestApp, description};
use crate::json_rpc_walk;
use crate::walk::{COMPUTER, Lines, PRODUCT, walk};

/// How long the Python proxy may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// The Python proxy on a free port, with a new database.
struct PythonProxy {
    url: String,
    process: Child,
    log: PathBuf,
    _directory: TempDir,
}

impl PythonProxy {
    fn start(python: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let url = format!("http://127.0.0.1:{port}");
        let cfg = directory.path().join("slapos.cfg");
        let configuration = format!(
            "[slapos]\nsoftware_root = /nowhere/soft\ninstance_root = /nowhere/inst\nmaster_url = {url}/\n\
             computer_id = {COMPUTER}\n[slapproxy]\nhost = 127.0.0.1\nport = {port}\ndatabase_uri = {}\n\
             software_product_list =\n  {PRODUCT}\n\
             shacache_content_directory = {}\nshacache_metadata_directory = {}\n",
            directory.path().join("proxy.db").display(),
            directory.path().join("shacache").display(),
            directory.path().join("shadir").display()
        );
        // It does not make it.
        fs::create_dir(directory.path().join("shacache")).unwrap();
        fs::write(&cfg, configuration).unwrap();
        let log = directory.path().join("log");
        let file = fs::File::create(&log).unwrap();
        let process = Command::new(Path::new(python).with_file_name("slapos"))
            .args(["proxy", "start", "--cfg"])
            .arg(cfg)
            .env_clear()
            .envs([("LANG", "C.UTF-8"), ("PATH", "/usr/bin:/bin"), ("PYTHONDONTWRITEBYTECODE", "1")])
            .env("HOME", directory.path())
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        let mut proxy = Self { url, process, log, _directory: directory };
        proxy.wait();
        proxy
    }

    /// Waits until it answers.
    fn wait(&mut self) {
        let slap = Slap::builder(&self.url).build_blocking().unwrap();
        let start = Instant::now();
        while slap.wait(slap.as_async().slap_tool().get_run_id()).is_err() {
            let ended = self.process.try_wait().unwrap();
            let output = || fs::read_to_string(&self.log).unwrap_or_default();
            assert!(ended.is_none() && start.elapsed() < PATIENCE, "the Python proxy does not start:\n{}", output());
            thread::yield_now();
        }
    }
}

impl Drop for PythonProxy {
    fn drop(&mut self) {
        let _killed = self.process.kill();
        let _ended = self.process.wait();
    }
}

/// What the Python proxy lacks: methods that it never finds, whatever they answer here.
const LACKING: &[&str] = &[
    "SoftwareRelease::get_status",
    "Computer::get_status",
    "Computer::generate_certificate",
    "Computer::revoke_certificate",
    "ComputerPartition::get_full_hosting_ip_address_list",
    "ComputerPartition::set_related_instance_list",
    "OpenOrder::request_computer",
    "Token::request",
    "People::list",
    "People::add",
    "People::remove",
    "People::certificate",
    "People::token",
    "People::own_certificate",
    "People::register_computer",
    "People::authority",
    "People::revocation_list",
    "Slap::ready",
    "Slap::import",
    "Slap::import_preview",
    "Slap::seed",
    "Slap::dump",
    "Slap::keep_snapshot",
    "Slap::snapshots",
    "Slap::dump_snapshot",
    "Slap::restore_snapshot",
    "Slap::load_snapshot",
    "Slap::reset",
    "Slap::journal",
    "Slap::change_clock",
    "Slap::clock",
    "Slap::add_faults",
    "Slap::faults",
    "Slap::clear_faults",
    "Shacache::statistics",
    "Slap::follow_events",
    "EventStream::next_event",
    "EventStream::after",
    "all_docs_compute_partition_list",
    "all_docs_software_installation_list",
    "all_docs_instance_tree_instance_list",
    "all_docs_event_list",
    "all_docs_explanation_list",
    "put_compute_node_allocation",
    "post_software_instance_move",
    "all_docs_forwarded_instance_list",
    "get_overview",
    "all_docs_instance_list",
    "get_software_document",
    "all_docs_consumption_list",
];

/// Where the two masters differ by design: what a method answers here, and what it answers there.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    // The Python proxy keeps no reports.
    (
        "ComputerPartition::get_status",
        r##"("local_computer-slappart0", "started", "#access Instance correctly started")"##,
        r#"("", "", "Not implemented.")"#,
    ),
    (
        "ComputerPartition::get_status",
        r##"("local_computer-slappart0", "stopped", "#error while instanciating: boom")"##,
        r#"("", "", "Not implemented.")"#,
    ),
    // It has no authority.
    ("ComputerPartition::get_certificate", r#""SOFTINST-1""#, r#""""#),
    // It forgets a release that nobody wanted to be removed.
    ("Computer::get_software_release_list", "1", "0"),
    // It does not know its shared instances by an identifier, nor their state.
    ("ComputerPartition::get_instance_guid", r#""_shared""#, "ResourceNotReady"),
    (
        "OpenOrder::get_information",
        r#"("shared", "https://sr.example/software.cfg", Some("cluster"), Some("started"), [["domain=a.example"], ["url=https://shared/"]], true)"#,
        r#"("shared", "https://sr.example/software.cfg", Some("cluster"), Some("unused"), [["domain=a.example"], ["url=https://shared/"]], true)"#,
    ),
    // It fails on what it does not know, and takes reports about it.
    ("ComputerPartition::get_state", "NotFound", "Server"),
    ("ComputerPartition::started", "NotFound", "()"),
    ("Computer::get_software_release_list", "NotFound", "Server"),
    ("Computer::report_usage", "InvalidRequest", "()"),
];

/// Where the JSON-RPC methods of the two masters differ by design.
const JSON_RPC_DIFFERENCES: &[(&str, &str, &str)] = &[
    // The Python proxy keeps and checks no reports, and has no authority.
    ("get_compute_node_status", r##""#error bang: x""##, r#""Unknown (not implemented)""#),
    ("post_compute_node_usage", "InvalidRequest", "Success"),
    ("post_compute_node_certificate", r#""local_computer""#, r#""""#),
    ("get_software_instance_certificate", r#""SOFTINST-1""#, r#""""#),
];

/// The lines of two masters, which call the same methods, that are not the same.
fn differences<'a>(ours: &'a Lines, theirs: &'a Lines) -> BTreeSet<(&'a str, &'a str, &'a str)> {
    let methods = |lines: &'a Lines| lines.iter().map(|(method, _)| method.as_str()).collect::<Vec<_>>();
    assert_eq!(methods(theirs), methods(ours));
    for (method, theirs) in theirs.iter().filter(|(method, _)| LACKING.contains(&method.as_str())) {
        assert_eq!(theirs, "NotFound", "{method}");
    }
    let pairs = ours.iter().zip(theirs).filter(|(ours, theirs)| ours != theirs);
    let pairs = pairs.map(|((method, ours), (_, theirs))| (method.as_str(), ours.as_str(), theirs.as_str()));
    pairs.filter(|(method, ..)| !LACKING.contains(method)).collect()
}

#[test]
fn every_method_does_with_the_python_proxy_what_it_does_with_this_master() {
    let Some(python) = crate::python() else { return };
    let theirs = PythonProxy::start(&python);
    let products = vec![PRODUCT.to_owned()];
    let ours = TestApp::with_shacache(Overrides { software_products: products, ..Overrides::default() });
    let description = description(COMPUTER, 4);
    let (theirs, ours) = (walk(&theirs.url, &description), walk(&ours.url, &description));
    assert_eq!(differences(&ours, &theirs), DIFFERENCES.iter().copied().collect());
}

#[test]
fn every_json_rpc_method_does_with_the_python_proxy_what_it_does_with_this_master() {
    let Some(python) = crate::python() else { return };
    let theirs = PythonProxy::start(&python);
    let ours = TestApp::empty();
    let (theirs, ours) = (json_rpc_walk::walk(&theirs.url), json_rpc_walk::walk(&ours.url));
    assert_eq!(differences(&ours, &theirs), JSON_RPC_DIFFERENCES.iter().copied().collect());
}
