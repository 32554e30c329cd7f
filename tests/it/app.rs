//! A server for one test, and what tests ask it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};

use reqwest::Certificate;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use slapproxy::config::{Config, Environment, Overrides};
use slapproxy::http::{Application, Stopper, block_on};
use slapproxy::pki::LocalAuthority;
use slapproxy::wire::form;
use slapproxy::wire::xml::{Value, loads};
use tempfile::TempDir;

/// A client that tests ask with, once it is built.
pub fn http_client() -> reqwest::blocking::ClientBuilder {
    // Whoever comes first installs it.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    reqwest::blocking::Client::builder().no_proxy()
}

/// The whole answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body as text.
    pub body: String,
}

impl Answer {
    /// The answer of a plain text.
    pub fn text(body: &str) -> Self {
        Self { status: 200, body: body.into() }
    }

    /// The marshalled value of a successful answer.
    pub fn value(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        loads(self.body.as_bytes()).unwrap()
    }

    /// The status and the unescaped description of an error page.
    pub fn refusal(&self) -> (u16, String) {
        let Some((_, rest)) = self.body.split_once("<p>") else { panic!("not an error page: {self:?}") };
        let description = rest.split_once("</p>").unwrap().0;
        (self.status, description.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    }
}

/// A running server over a database in a temporary directory, on a free port. It stops when it is dropped.
pub struct TestApp {
    /// Its URL, without a slash at the end.
    pub url: String,
    /// Its database file.
    pub database: PathBuf,
    /// The client that the test asks with.
    pub http: reqwest::blocking::Client,
    stopper: Stopper,
    thread: Option<JoinHandle<()>>,
    directory: Option<TempDir>,
}

impl TestApp {
    /// A server with nothing but its default computer, `local_computer`, which has no partition.
    pub fn empty() -> Self {
        Self::with(Overrides::default())
    }

    /// A server whose default computer has partitions `slappart0`, … with the addresses `10.0.0.1`, … on `slaptap0`, ….
    pub fn formatted(partitions: usize) -> Self {
        let app = Self::empty();
        app.format("local_computer", partitions);
        app
    }

    /// A server with settings of its own; database, host and port are always the test's.
    pub fn with(overrides: Overrides) -> Self {
        Self::start(overrides, tempfile::tempdir().unwrap())
    }

    /// A server with settings of its own, and a content cache beside its database.
    pub fn with_shacache(overrides: Overrides) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let overrides = Overrides {
            shacache_content_directory: Some(directory.path().join("shacache")),
            shacache_metadata_directory: Some(directory.path().join("shadir")),
            public_directory: overrides.public_directory.or_else(|| Some(public_directory(directory.path()))),
            ..overrides
        };
        Self::start(overrides, directory)
    }

    /// A server that demands certificates, and whose behaviour can be changed; the test asks it as the owner of the database.
    pub fn secured() -> Self {
        let yes = || Some("yes".to_owned());
        Self::with_shacache(Overrides {
            tls: yes(),
            require_certificate: yes(),
            control: yes(),
            http_proxy_allow: vec!["127.0.0.1".to_owned()],
            ..Overrides::default()
        })
    }

    /// A server with settings of its own on the database `proxy.db` of a directory.
    pub fn start(overrides: Overrides, directory: TempDir) -> Self {
        let database = directory.path().join("proxy.db");
        let config = config(overrides, &database);
        let secure = config.tls.is_some();
        let (sender, receiver) = channel();
        let thread = thread::spawn(move || {
            block_on(async move {
                let application = Application::build(config).await.unwrap();
                sender.send((application.port(), application.stopper())).unwrap();
                application.run().await.unwrap();
            });
        });
        let (port, stopper) = receiver.recv().unwrap();
        let http = if secure { owner(&database) } else { http_client() };
        Self {
            url: format!("{}://127.0.0.1:{port}", if secure { "https" } else { "http" }),
            database,
            http: http.redirect(reqwest::redirect::Policy::none()).build().unwrap(),
            stopper,
            thread: Some(thread),
            directory: Some(directory),
        }
    }

    /// A server on the database `proxy.db` of a directory.
    pub fn on(directory: TempDir) -> Self {
        Self::start(Overrides::default(), directory)
    }

    /// Stops the server and starts another one on its database, with the default settings.
    pub fn restart(mut self) -> Self {
        let directory = self.stop().unwrap();
        Self::start(Overrides::default(), directory)
    }

    /// Stops the server and returns the directory of its database.
    pub fn stop(&mut self) -> Option<TempDir> {
        if let Some(thread) = self.thread.take() {
            block_on(self.stopper.stop());
            thread.join().unwrap();
        }
        self.directory.take()
    }

    /// The secret by which the owner of the database proves that he is.
    pub fn operator_token(&self) -> String {
        operator_token(&self.database)
    }

    /// The certificate of the authority.
    pub fn authority(&self) -> String {
        LocalAuthority::beside(&self.database).certificate().unwrap()
    }

    /// Calls with `GET`; the path carries its query.
    pub fn get(&self, path: &str) -> Answer {
        answer(self.http.get(format!("{}{path}", self.url)))
    }

    /// Calls with `POST` and form fields.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_as(path, fields, None)
    }

    /// Calls with `POST` in the name of a partition.
    pub fn post_as(&self, path: &str, fields: &[(&str, &str)], partition: Option<(&str, &str)>) -> Answer {
        let request = self.http.post(format!("{}{path}", self.url));
        let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(form::encode(fields));
        answer(match partition {
            None => request,
            Some((computer, partition)) => request.header(
                "Authorization",
                format!("X-SlapPartition computer_id={computer}, computer_partition_id={partition}"),
            ),
        })
    }

    /// Gives a computer partitions; replaces those it had.
    pub fn format(&self, computer: &str, partitions: usize) {
        let answer = self.post("/loadComputerConfigurationFromXML", &[("xml", &description(computer, partitions))]);
        assert_eq!(answer, Answer::text("done"));
    }

    /// A partition as its node sees it.
    pub fn partition(&self, computer: &str, partition: &str) -> Value {
        let query = form::encode(&[("computer_reference", computer), ("computer_partition_reference", partition)]);
        self.get(&format!("/registerComputerPartition?{query}")).value()
    }

    /// The processing timestamp of what is in a partition.
    pub fn timestamp(&self, computer: &str, partition: &str) -> String {
        let partition = self.partition(computer, partition);
        text(partition.get("_parameter_dict").unwrap(), "timestamp")
    }
}

/// A public directory with a file, another directory, and links.
fn public_directory(parent: &Path) -> PathBuf {
    let public = parent.join("public");
    std::fs::create_dir_all(public.join("inside")).unwrap();
    std::fs::write(public.join("file"), "public content\n").unwrap();
    std::fs::write(public.join("inside/schema.json"), "{}").unwrap();
    std::fs::write(parent.join("secret"), "secret").unwrap();
    std::os::unix::fs::symlink("../secret", public.join("out")).unwrap();
    std::os::unix::fs::symlink("inside/schema.json", public.join("in")).unwrap();
    public
}

fn operator_token(database: &Path) -> String {
    let lock = std::fs::read_to_string(database.with_file_name("proxy.db.lock")).unwrap();
    slapproxy::wire::control::read_lock_note(&lock).unwrap().1
}

/// A client of the owner of a database, who trusts the authority beside it.
fn owner(database: &Path) -> reqwest::blocking::ClientBuilder {
    let authority = LocalAuthority::beside(database).certificate().unwrap();
    let token = HeaderValue::from_str(&operator_token(database)).unwrap();
    let headers = HeaderMap::from_iter([(HeaderName::from_static("x-access-token"), token)]);
    let roots = Certificate::from_pem_bundle(authority.as_bytes()).unwrap();
    http_client().tls_certs_only(roots).default_headers(headers)
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let _directory = self.stop();
    }
}

fn config(overrides: Overrides, database: &Path) -> Config {
    let overrides = Overrides {
        database: Some(database.to_owned()),
        host: Some("127.0.0.1".into()),
        port: Some("0".into()),
        ..overrides
    };
    Config::load(overrides, &Environment::default()).unwrap()
}

/// Why a server does not start on a database.
pub fn refused_start(database: &Path) -> String {
    let config = config(Overrides::default(), database);
    block_on(async move { Application::build(config).await.err().unwrap().to_string() })
}

/// Sends a request.
pub fn answer(request: reqwest::blocking::RequestBuilder) -> Answer {
    let response = request.send().unwrap();
    Answer { status: response.status().as_u16(), body: response.text().unwrap() }
}

/// A text of a dictionary or an object.
pub fn text(value: &Value, key: &str) -> String {
    let Some(text) = value.get(key).and_then(Value::as_str) else { panic!("no text {key} in {value:?}") };
    text.into()
}

/// A request, made step by step: a root software instance `title` of `/sr`, unless said otherwise.
#[derive(Debug, Clone)]
pub struct Request {
    fields: Vec<(&'static str, String)>,
    partition: Option<(String, String)>,
}

/// Requests an instance of the software release `/sr`.
pub fn request(title: &str) -> Request {
    let fields = vec![
        ("software_release", "/sr".to_owned()),
        ("software_type", "default".to_owned()),
        ("partition_reference", title.to_owned()),
    ];
    Request { fields, partition: None }
}

impl Request {
    fn set(mut self, name: &'static str, value: String) -> Self {
        self.fields.retain(|(known, _)| *known != name);
        self.fields.push((name, value));
        self
    }

    pub fn release(self, url: &str) -> Self {
        self.set("software_release", url.into())
    }

    pub fn software_type(self, software_type: &str) -> Self {
        self.set("software_type", software_type.into())
    }

    pub fn shared(self) -> Self {
        self.set("shared_xml", "<marshal><bool>1</bool></marshal>".into())
    }

    pub fn state(self, state: &str) -> Self {
        self.set("state", format!("<marshal><string>{state}</string></marshal>"))
    }

    /// Instance parameters, all of them texts.
    pub fn parameters(self, entries: &[(&str, &str)]) -> Self {
        self.set("partition_parameter_xml", dictionary(entries))
    }

    /// Instance parameters of any types.
    pub fn typed_parameters(self, parameters: &Value) -> Self {
        let xml = slapproxy::wire::xml::dumps(parameters).unwrap();
        self.set("partition_parameter_xml", String::from_utf8(xml).unwrap())
    }

    /// The SLA, all of it texts.
    pub fn filter(self, entries: &[(&str, &str)]) -> Self {
        self.set("filter_xml", dictionary(entries))
    }

    /// Requests in the name of a partition.
    pub fn by(mut self, computer: &str, partition: &str) -> Self {
        self.partition = Some((computer.into(), partition.into()));
        self
    }

    pub fn send(&self, app: &TestApp) -> Answer {
        let fields: Vec<(&str, &str)> = self.fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let partition = self.partition.as_ref().map(|(computer, partition)| (computer.as_str(), partition.as_str()));
        app.post_as("/requestComputerPartition", &fields, partition)
    }

    /// Sends it; the instance must be given, and this is the answered value.
    pub fn value(&self, app: &TestApp) -> Value {
        self.send(app).value()
    }

    /// Sends it; the instance must be given, and this is its partition (of its host, for a shared one).
    pub fn place(&self, app: &TestApp) -> String {
        text(&self.value(app), "slap_computer_partition_id")
    }
}

/// A marshalled dictionary of texts.
pub fn dictionary(entries: &[(&str, &str)]) -> String {
    let value = Value::dictionary(entries.iter().map(|(key, value)| (*key, Value::from(*value))));
    String::from_utf8(slapproxy::wire::xml::dumps(&value).unwrap()).unwrap()
}

/// A marshalled computer description: partition n has the address 10.0.0.(n+1) on slaptap(n).
pub fn description(computer: &str, partitions: usize) -> String {
    let mut list = String::new();
    for n in 0..partitions {
        write!(
            list,
            "<dictionary><string>reference</string><string>slappart{n}</string>\
             <string>tap</string><dictionary><string>name</string><string>slaptap{n}</string></dictionary>\
             <string>address_list</string><list><dictionary><string>addr</string><string>10.0.{}.{}</string>\
             <string>netmask</string><string>255.255.255.255</string></dictionary></list></dictionary>",
            (n + 1) / 256,
            (n + 1) % 256
        )
        .unwrap();
    }
    format!(
        "<marshal><dictionary><string>reference</string><string>{computer}</string><string>address</string><none/>\
         <string>netmask</string><none/><string>partition_list</string><list>{list}</list></dictionary></marshal>"
    )
}
