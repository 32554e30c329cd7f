//! The HTTP proxy.

use utoipa::openapi::path::{HttpMethod, OperationBuilder, PathItem};

use super::shacache::{bytes, page, parameter, refusal, with};

/// Its path, and what it takes.
pub fn item() -> (&'static str, PathItem) {
    let operation = OperationBuilder::new()
        .operation_id(Some("httpProxy"))
        .tag("Server")
        .summary(Some("Read what the server behind an instance answers"))
        .description(Some(
            "Passes on `GET`, `HEAD` and `OPTIONS` to `SCHEME://NETLOC/PATH?QUERY`, when an instance published a URL of that \
             server, a frontend was requested for one, or the configuration names it. Path and query pass as they are. What \
             is answered is passed back with its status, as an attachment and without cookies; redirects lead through the \
             proxy.",
        ))
        .parameter(parameter("scheme", "http"))
        .parameter(parameter("netloc", "%5B2001:db8::9%5D:8080"))
        .parameter(parameter("path", "page"))
        .response("200", with("What the server answers.", "application/octet-stream", bytes()))
        .response("400", page("The scheme or the host is none."))
        .response("401", refusal("401"))
        .response("403", page("The server may not be reached."))
        .response("520", with("The server failed, with 500.", "application/octet-stream", bytes()))
        .response("523", page("The server cannot be reached."))
        .response("524", page("The server takes too long."))
        .response("526", page("The connection to the server cannot be made secure."));
    ("/http_proxy/{scheme}/{netloc}/{path}", PathItem::new(HttpMethod::Get, operation.build()))
}
