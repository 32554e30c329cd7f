// A master for an example of the documentation: its default computer has two partitions.

use std::error::Error;
use std::thread;

use slapproxy::client::Slap;
use slapproxy::config::{Config, Environment, Overrides};
use slapproxy::http::{Application, block_on};

const DESCRIPTION: &str = "<marshal><dictionary><string>reference</string><string>local_computer</string>\
    <string>address</string><none/><string>netmask</string><none/><string>partition_list</string><list>\
    <dictionary><string>reference</string><string>slappart0</string><string>address_list</string><list/></dictionary>\
    <dictionary><string>reference</string><string>slappart1</string><string>address_list</string><list/></dictionary>\
    </list></dictionary></marshal>";

type Outcome = Result<(), Box<dyn Error>>;

pub fn with_master(example: impl AsyncFnOnce(String) -> Outcome) {
    with_master_blocking(|url| block_on(example(url)));
}

pub fn with_master_blocking(example: impl FnOnce(String) -> Outcome) {
    let directory = tempfile::tempdir().unwrap();
    let overrides = Overrides {
        database: Some(directory.path().join("proxy.db")),
        port: Some("0".into()),
        ..Overrides::default()
    };
    let config = Config::load(overrides, &Environment::default()).unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    let server = thread::spawn(move || {
        block_on(async move {
            let application = Application::build(config).await.unwrap();
            sender.send((application.port(), application.stopper())).unwrap();
            application.run().await.unwrap();
        });
    });
    let (port, stopper) = receiver.recv().unwrap();
    let url = format!("http://127.0.0.1:{port}/");
    let slap = Slap::builder(&url).build().unwrap();
    block_on(slap.register_computer("local_computer").update_configuration(DESCRIPTION)).unwrap();
    example(url).unwrap();
    block_on(stopper.stop());
    server.join().unwrap();
}
