//! Who may do what on a server that demands certificates, and what certificates there are.

mod certificates;
mod errors;
mod identities;
mod table;

use reqwest::blocking::{Client, RequestBuilder};
use reqwest::{Certificate, Identity};
use serde_json::{Value, json};
use slapproxy::wire::xml;

use crate::app::{Answer, TestApp, answer, http_client, request, text};
use crate::calls::LOCAL;

/// A client that trusts the authority of a server, and shows a key and certificate if it has some.
pub fn client(app: &TestApp, pair: Option<&Pair>) -> Client {
    let roots = Certificate::from_pem_bundle(app.authority().as_bytes()).unwrap();
    let client = http_client().tls_certs_only(roots).redirect(reqwest::redirect::Policy::none());
    let client = match pair {
        None => client,
        Some(Pair { key, certificate }) => {
            client.identity(Identity::from_pem(format!("{key}\n{certificate}").as_bytes()).unwrap())
        }
    };
    client.build().unwrap()
}

/// A key and its certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub key: String,
    pub certificate: String,
}

impl Pair {
    /// Of a marshalled answer.
    pub fn marshalled(answer: &Answer) -> Self {
        let value = answer.value();
        Self { key: text(&value, "key"), certificate: text(&value, "certificate") }
    }

    /// Of a JSON answer.
    pub fn json(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.body);
        let document: Value = serde_json::from_str(&answer.body).unwrap();
        let text = |key: &str| document[key].as_str().unwrap().to_owned();
        Self { key: text("key"), certificate: text("certificate") }
    }

    /// The name in the certificate.
    pub fn owner(&self) -> &str {
        let (_, rest) = self.certificate.split_once("Subject: O=slapproxy, CN=").unwrap();
        rest.split_once("/email").unwrap().0
    }
}

/// A server that demands certificates, with the instance `first` in `slappart0` and `second` in `slappart1` of its
/// computer, and another computer.
pub fn secured() -> TestApp {
    let app = TestApp::secured();
    app.format(LOCAL, 3);
    app.format("COMP-9", 1);
    for title in ["first", "second"] {
        request(title).value(&app);
    }
    app
}

/// A new person, and what proves who he is.
pub fn person(app: &TestApp, name: &str) -> Pair {
    assert_eq!(app.post("/-/user/add", &[("name", name)]), Answer::text("done"));
    Pair::json(&app.post("/-/user/certificate", &[("name", name)]))
}

/// What proves that it is a computer.
pub fn computer(app: &TestApp, reference: &str) -> Pair {
    Pair::marshalled(&app.post("/generateComputerCertificate", &[("computer_id", reference)]))
}

/// What proves that it is the instance in a partition of the default computer.
pub fn instance(app: &TestApp, partition: &str) -> Pair {
    let query = format!("computer_id={LOCAL}&computer_partition_id={partition}");
    Pair::marshalled(&app.get(&format!("/getComputerPartitionCertificate?{query}")))
}

/// The status of an answer, and the sentence that it says.
pub fn said(request: RequestBuilder) -> (u16, String) {
    let answer = answer(request);
    match serde_json::from_str::<Value>(&answer.body) {
        Ok(document) => (answer.status, document["title"].as_str().unwrap_or_default().to_owned()),
        Err(_) if answer.body.starts_with("<!doctype") => answer.refusal(),
        Err(_) => (answer.status, answer.body),
    }
}

/// A call with form fields.
pub fn form(client: &Client, app: &TestApp, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = slapproxy::wire::form::encode(fields);
    client.post(format!("{}{path}", app.url)).header("Content-Type", "application/x-www-form-urlencoded").body(body)
}

/// A call of a JSON-RPC method.
pub fn rpc(client: &Client, app: &TestApp, method: &str, document: &Value) -> RequestBuilder {
    let call = client.post(format!("{}/slapos.{method}", app.url)).header("Content-Type", "application/json");
    call.body(document.to_string())
}

/// A marshalled dictionary of one text.
fn published(value: &str) -> String {
    let value = xml::Value::dictionary([("url", xml::Value::from(value))]);
    String::from_utf8(xml::dumps(&value).unwrap()).unwrap()
}

/// The guid of a root instance.
fn guid(title: &str) -> Value {
    json!({ "instance_guid": format!("{title}______0") })
}
