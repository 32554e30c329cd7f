//! The calls of the content cache.

use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, Response, ResponseBuilder, Schema};

use super::operation::{Schemas, list, one, page_content};
use crate::wire::shacache::{Entry, Statistics, UpdateReport};

const SHA512: &str = "65c256c639bd6dd483be341831c19a3996954901bb2a07f79593f3e3af5692559bdb124d099c2b92ced7e59b7ed02d3b7f42d50740d\
                      999bebd91983db2842762";

const CONTENT: &str = "/shacache/cache/{sha512}";
const ENTRIES: &str = "/shacache/dir/{key}";

/// All of them, by their paths.
pub fn items(schemas: &mut Schemas) -> Vec<(&'static str, PathItem)> {
    let name = text(Some("^[0-9a-f]{128}$"));
    let named = |description| with(description, "text/plain", name.clone());
    let report = one::<UpdateReport>(schemas);
    let statistics = one::<Statistics>(schemas);
    let all = list::<Entry>(schemas);
    let entry = one::<Entry>(schemas);
    let get = |path, operation| (path, PathItem::new(HttpMethod::Get, operation));
    let post = |path, operation| (path, PathItem::new(HttpMethod::Post, operation));
    let put = |path, operation| (path, PathItem::new(HttpMethod::Put, operation));
    let read_content = call("getContent", "Read a content, or a part of it")
        .response("200", with("The content.", "application/octet-stream", bytes()))
        .response("206", with("The part that `Range` asks for.", "application/octet-stream", bytes()))
        .response("304", plain("The client has it: `If-None-Match`, `If-Modified-Since`."))
        .response("416", plain("There is no such part."));
    let write_content = call("putContent", "Keep a content under its name")
        .request_body(Some(body("application/octet-stream", bytes())))
        .response("201", named("It is kept. Its name."));
    let post_content = |id| {
        call(id, "Keep a content")
            .request_body(Some(body("application/octet-stream", bytes())))
            .response("201", named("It is kept. Its name, the SHA-512 in lower-case digits."))
            .build()
    };
    let read_entries = call("getEntries", "Read the entries of a key, the newest first")
        .response("200", with("Pairs of metadata and signature.", "application/json", all));
    let write_entry = call("putEntry", "Add an entry to a key")
        .request_body(Some(body("application/json", entry)))
        .response("201", plain("It is kept, beside those that are there."))
        .response("413", refusal("413"))
        .response("415", page("It does not say that it is JSON."));
    let update = call("updateShacache", "Refresh the directory")
        .description(Some(
            "Without upstream, entries go whose contents are not there. With it, every key gets the entries that it has \
             there, and goes when it has none.",
        ))
        .response("200", with("What changed.", "application/json", report));
    let status = call("shacacheStatistics", "Read how much is in the cache and what was asked of it")
        .response("200", with("Counts since the server started.", "application/json", statistics));
    let named_content = |operation: OperationBuilder| fetching(operation.parameter(parameter("sha512", SHA512)));
    let named_key = |operation: OperationBuilder| fetching(operation.parameter(parameter("key", "file-urlmd5:abc")));
    vec![
        get(CONTENT, named_content(read_content)),
        put(CONTENT, writing(write_content.parameter(parameter("sha512", SHA512)))),
        post("/shacache/cache", post_content("postContent")),
        post("/shacache/cache/", post_content("postContentSlash")),
        get(ENTRIES, named_key(read_entries)),
        put(ENTRIES, writing(write_entry.parameter(parameter("key", "file-urlmd5:abc")))),
        post("/shacache/update", update.build()),
        get("/-/shacache", status.build()),
    ]
}

fn call(id: &str, summary: &str) -> OperationBuilder {
    OperationBuilder::new()
        .operation_id(Some(id))
        .tag("Content cache")
        .summary(Some(summary))
        .response("401", refusal("401"))
        .response("403", refusal("403"))
        .response("408", refusal("408"))
        .response("503", page("There is no content cache: its directories are not configured."))
}

fn fetching(operation: OperationBuilder) -> Operation {
    operation
        .response("400", refusal("400"))
        .response("404", page("It is neither here nor upstream."))
        .response("502", page("Upstream does not answer well."))
        .build()
}

fn writing(operation: OperationBuilder) -> Operation {
    operation
        .response("400", page("The name is none, the content is another one, or the entry is none."))
        .response("507", page("The disk is full."))
        .build()
}

pub(super) fn parameter(name: &str, example: &str) -> utoipa::openapi::path::Parameter {
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True);
    parameter.schema(Some(text(None))).example(Some(example.into())).build()
}

fn body(media_type: &str, schema: RefOr<Schema>) -> utoipa::openapi::request_body::RequestBody {
    let content = ContentBuilder::new().schema(Some(schema)).build();
    RequestBodyBuilder::new().required(Some(Required::True)).content(media_type, content).build()
}

pub(super) fn with(description: &str, media_type: &str, schema: RefOr<Schema>) -> Response {
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(description).content(media_type, content).build()
}

fn plain(description: &str) -> Response {
    ResponseBuilder::new().description(description).build()
}

pub(super) fn page(description: &str) -> Response {
    ResponseBuilder::new().description(description).content("text/html", page_content()).build()
}

pub(super) fn refusal(name: &str) -> Ref {
    Ref::from_response_name(name)
}

fn text(pattern: Option<&str>) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).pattern(pattern).into()
}

pub(super) fn bytes() -> RefOr<Schema> {
    let schema = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
    schema.format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary))).into()
}
