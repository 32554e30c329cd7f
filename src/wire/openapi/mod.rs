//! The OpenAPI document: every call of the server, from the types that decode the requests.

mod classic;
mod http_proxy;
mod json_rpc;
mod operation;
mod server;
mod shacache;

use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::tag::Tag;
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathsBuilder, Server};

use self::operation::{Schemas, refusals};

/// The name of the security scheme.
const SPEAKER: &str = "X-SlapPartition";

const ABOUT: &str = "A SlapOS master for one machine. Agents and clients of SlapOS call it to describe computers, supply \
                     software releases, request instances and report what became of them.\n\nThere are two APIs for the \
                     same things: the classic one, with a form in and XML or text out, and JSON-RPC, with a JSON object \
                     in and out. URLs are relative to the URL of the master. What can be read with `GET` answers `HEAD` \
                     too. Requests are answered only when their `Host` is a name of the server and no other site sends \
                     them. A server that demands certificates answers 401 to who shows none, and 403 (JSON-RPC: \
                     401) to who may not make a call.\n\nSome texts of the classic API are *marshalled*: XML that carries \
                     typed values, such as `<marshal><dictionary><string>key</string><int>1</int></dictionary></marshal>`.";

const SPEAKER_IS: &str = "Who asks: `X-SlapPartition computer_id=COMPUTER, computer_partition_id=PARTITION`. It is \
                          optional: without it, a person asks. It proves nothing; where certificates are demanded, it \
                          must name a partition of whom the certificate is of. What a partition requests belongs to its \
                          tree; reports tell who made them. References have no quotes, and hold no comma. A partition that \
                          is unknown is refused with 400 by the calls that request.";

/// The groups, in the order of the document.
const GROUPS: [(&str, &str); 9] = [
    ("Computers", "Classic API: computers, their descriptions and what they consume."),
    ("Software", "Classic API: software releases on computers."),
    ("Instances", "Classic API: instances, which live in the partitions of computers."),
    ("Status", "Classic API: what nodes report, and what was reported last."),
    ("JSON-RPC: computers", "One JSON object in, one out; the path names the method."),
    ("JSON-RPC: software", "Software releases on computers."),
    ("JSON-RPC: instances", "Instances and their trees."),
    (
        "Content cache",
        "Contents by their SHA-512 (shacache), and entries by keys (shadir), as `networkcache` asks them.",
    ),
    ("Server", "The server itself."),
];

/// The document, as compact JSON.
#[must_use]
pub fn document() -> String {
    build().to_json().unwrap_or_default()
}

fn build() -> OpenApi {
    let mut schemas = Schemas::default();
    let mut paths = PathsBuilder::new();
    for call in classic::CALLS.iter().chain(server::CALLS) {
        paths = paths.path(call.path, call.item(&mut schemas));
    }
    for item in json_rpc::METHODS {
        let (path, item) = item(&mut schemas);
        paths = paths.path(path, item);
    }
    let proxied = [http_proxy::item()];
    for (path, item) in shacache::items(&mut schemas).into_iter().chain(proxied) {
        paths = paths.path(path, item);
    }
    let failures = json_rpc::failures(&mut schemas);
    let speaker = ApiKeyValue::with_description("Authorization", SPEAKER_IS);
    let components = ComponentsBuilder::new()
        .schemas_from_iter(schemas.0)
        .responses_from_iter(refusals())
        .responses_from_iter(failures)
        .security_scheme(SPEAKER, SecurityScheme::ApiKey(ApiKey::Header(speaker)));
    let info = InfoBuilder::new().title("slapproxy").version(env!("CARGO_PKG_VERSION")).description(Some(ABOUT));
    let tags = GROUPS.iter().map(|(name, about)| {
        let mut tag = Tag::new(*name);
        tag.description = Some((*about).to_owned());
        tag
    });
    OpenApiBuilder::new()
        .info(info)
        // Relative to the document, so that it is right behind a reverse proxy with a prefix.
        .servers(Some([Server::new(".")]))
        .tags(Some(tags))
        .paths(paths)
        .components(Some(components.build()))
        .build()
}
