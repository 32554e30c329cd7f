//! The file in which a node finds what a partition still requests.

use std::fs;
use std::path::{Path, PathBuf};

use slapproxy::client::Request;
use slapproxy::client::blocking::Slap;
use tempfile::TempDir;

use super::scripted::{Reply, Scripted};
use crate::app::TestApp;

/// A node's directory with the directories of partitions.
fn root(partitions: &[&str]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for partition in partitions {
        fs::create_dir(root.path().join(partition)).unwrap();
    }
    root
}

fn file(root: &Path, partition: &str) -> PathBuf {
    root.join(partition).join(format!(".slapos-request-transaction-{partition}"))
}

fn slap(url: &str, root: &Path) -> Slap {
    Slap::builder(url).instance_root(root).build_blocking().unwrap()
}

#[test]
fn each_request_of_a_partition_is_noted() {
    let app = TestApp::formatted(4);
    let root = root(&["slappart0", "slappart1"]);
    let slap = slap(&app.url, root.path());
    slap.register_open_order().request(&Request::new("/sr", "root")).unwrap();
    let partition = slap.register_computer_partition("local_computer", "slappart0").unwrap();
    let noted = || fs::read_to_string(file(root.path(), "slappart0")).unwrap();
    assert_eq!(noted(), "");
    for title in ["frontend", "é 💥", "frontend"] {
        partition.request(&Request::new("/sr", title)).unwrap();
    }
    assert_eq!(noted(), "frontend\né 💥\nfrontend\n");
    slap.register_computer_partition("local_computer", "slappart0").unwrap();
    slap.register_computer("local_computer").get_computer_partition_list().unwrap();
    assert_eq!(noted(), "frontend\né 💥\nfrontend\n");
    assert!(!file(root.path(), "slappart1").exists());
}

#[test]
fn a_request_is_noted_before_it_is_sent() {
    let root = root(&["p"]);
    let path = file(root.path(), "p");
    let server = Scripted::new(move |_| Reply::Status(500, fs::read_to_string(&path).unwrap()));
    let partition = slap(&server.url, root.path()).register_computer_partition("c", "p").unwrap();
    let error = partition.request(&Request::new("/sr", "t")).unwrap_err();
    assert_eq!((error.is_server(), error.message()), (true, "t"));
}

#[test]
fn where_nothing_can_be_noted_requests_work_all_the_same() {
    let app = TestApp::formatted(2);
    let root = root(&[]);
    let slap = slap(&app.url, root.path());
    slap.register_open_order().request(&Request::new("/sr", "root")).unwrap();
    let partition = slap.register_computer_partition("local_computer", "slappart0").unwrap();
    assert_eq!(partition.request(&Request::new("/sr", "child")).unwrap().get_id().unwrap(), "slappart1");
    for name in ["..", "a/b", "/tmp"] {
        slap.register_computer_partition("local_computer", name).unwrap();
    }
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    let nowhere = Slap::builder(&app.url).no_instance_root().build_blocking().unwrap();
    nowhere
        .register_computer_partition("local_computer", "slappart0")
        .unwrap()
        .request(&Request::new("/sr", "child"))
        .unwrap();
}
