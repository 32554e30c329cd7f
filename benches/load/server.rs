//! The servers under load.

use std::fmt::Write as _;
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};

use actix_web::{App, HttpResponse, HttpServer, web};
use slapproxy::config::{Config, Environment, Overrides};
use slapproxy::http::{Application, Stopper, block_on};
use tempfile::TempDir;

use crate::client::{Client, post};

/// A slapproxy over a database in a temporary directory.
pub struct Running {
    pub port: u16,
    stopper: Stopper,
    thread: Option<JoinHandle<()>>,
    _directory: TempDir,
}

impl Running {
    /// A server whose default computer has some partitions.
    pub fn formatted(partitions: usize) -> Self {
        Self::with(partitions, Overrides::default())
    }

    /// The same with settings of its own.
    pub fn with(partitions: usize, overrides: Overrides) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let overrides =
            Overrides { database: Some(directory.path().join("proxy.db")), port: Some("0".into()), ..overrides };
        let config = Config::load(overrides, &Environment::default()).expect("a configuration");
        let (sender, receiver) = channel();
        let thread = thread::spawn(move || {
            block_on(async move {
                let application = Application::build(config).await.expect("a server");
                sender.send((application.port(), application.stopper())).expect("a receiver");
                application.run().await.expect("a run");
            });
        });
        let (port, stopper) = receiver.recv().expect("a port");
        let server = Self { port, stopper, thread: Some(thread), _directory: directory };
        if partitions > 0 {
            let mut client = Client::new(port).expect("the server accepts");
            client.expect(&post("/loadComputerConfigurationFromXML", &[("xml", &description(partitions))]));
        }
        server
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        block_on(self.stopper.stop());
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server ends well");
        }
    }
}

/// An actix server with one handler that answers the same number of bytes.
pub struct Bare {
    pub port: u16,
}

impl Bare {
    pub fn start(bytes: usize) -> Self {
        let body = web::Bytes::from("x".repeat(bytes));
        let (sender, receiver) = channel();
        thread::spawn(move || {
            block_on(async move {
                let server = HttpServer::new(move || {
                    let body = body.clone();
                    let handler = move || {
                        let body = body.clone();
                        async move { HttpResponse::Ok().content_type("text/xml; charset=utf-8").body(body) }
                    };
                    App::new().route("/bare", web::get().to(handler))
                })
                .workers(thread::available_parallelism().map_or(1, usize::from).min(4))
                .disable_signals()
                .bind(("127.0.0.1", 0))
                .expect("an address");
                sender.send(server.addrs()[0].port()).expect("a receiver");
                server.run().await.expect("a run");
            });
        });
        Self { port: receiver.recv().expect("a port") }
    }
}

/// A marshalled description of `local_computer`.
pub fn description(partitions: usize) -> String {
    let mut list = String::new();
    for n in 0..partitions {
        write!(
            list,
            "<dictionary><string>reference</string><string>slappart{n}</string>\
             <string>tap</string><dictionary><string>name</string><string>slaptap{n}</string></dictionary>\
             <string>path</string><string>/srv/slapgrid/slappart{n}</string>\
             <string>address_list</string><list><dictionary><string>addr</string><string>10.0.{}.{}</string>\
             <string>netmask</string><string>255.255.255.255</string></dictionary>\
             <dictionary><string>addr</string><string>2001:db8::{n:x}</string>\
             <string>netmask</string><string>ffff:ffff:ffff::</string></dictionary></list></dictionary>",
            n / 256,
            n % 256
        )
        .expect("text");
    }
    format!(
        "<marshal><dictionary><string>reference</string><string>local_computer</string><string>address</string><none/>\
         <string>netmask</string><none/><string>partition_list</string><list>{list}</list></dictionary></marshal>"
    )
}
