//! The files of the panel, as they are in the sources: nothing is built, and nothing is loaded from elsewhere.

use std::io::{self, Write};
use std::sync::LazyLock;

use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::pki;

/// What the pages may do: run their own scripts and styles, and ask this server.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A file, its whole content, and the same made smaller.
pub struct Asset {
    name: &'static str,
    kind: &'static str,
    plain: Bytes,
    small: Option<Bytes>,
    tag: String,
}

macro_rules! assets {
    ($($name:literal)*) => {
        vec![$(Asset::new($name, include_bytes!($name))),*]
    };
}

/// All of them. They are made smaller when somebody asks for the first one.
static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    assets! {
        "web/index.html"
        "web/icon.svg"
        "web/panel.css"
        "web/theme.js"
        "web/app.js"
        "web/api.js"
        "web/dialog.js"
        "web/dom.js"
        "web/live.js"
        "web/parts.js"
        "web/words.js"
        "web/overview.js"
        "web/instances.js"
        "web/tree.js"
        "web/instance.js"
        "web/actions.js"
        "web/computer.js"
        "web/import.js"
        "web/events.js"
        "web/explain.js"
        "web/journal.js"
        "web/list.js"
        "web/timeline.js"
        "web/request.js"
        "web/schema.js"
        "web/form.js"
        "web/form.css"
        "vendor/json-editor/jsoneditor.js"
        "vendor/json-editor/LICENSE"
        "vendor/json-editor/LICENSES-of-parts.txt"
    }
});

impl Asset {
    fn new(name: &'static str, content: &'static [u8]) -> Self {
        let kind = match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("html") => "text/html; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("svg") => "image/svg+xml",
            _ => "text/plain; charset=utf-8",
        };
        let digest = pki::digest(content);
        let tag = digest.first_chunk().map_or(0, |start| u64::from_be_bytes(*start));
        Self {
            name,
            kind,
            plain: Bytes::from_static(content),
            small: compressed(content).ok(),
            tag: format!("\"{tag:016x}\""),
        }
    }

    /// The file of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        ASSETS.iter().find(|asset| asset.name == name)
    }

    /// The file, unless the browser has it already.
    pub fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let known = header(IF_NONE_MATCH).split(',').any(|tag| tag.trim().trim_start_matches("W/") == self.tag);
        let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        response
            .insert_header((ETAG, self.tag.as_str()))
            .insert_header((CACHE_CONTROL, "no-cache"))
            .insert_header((VARY, "Accept-Encoding"))
            .insert_header((CONTENT_SECURITY_POLICY, POLICY))
            .insert_header((REFERRER_POLICY, "no-referrer"))
            .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"));
        if known {
            return response.finish();
        }
        response.insert_header((CONTENT_TYPE, self.kind));
        let takes = header(ACCEPT_ENCODING).split(',').any(|coding| coding.trim() == "gzip");
        match self.small.as_ref().filter(|_| takes) {
            Some(small) => response.insert_header((CONTENT_ENCODING, "gzip")).body(small.clone()),
            None => response.body(self.plain.clone()),
        }
    }
}

fn compressed(content: &[u8]) -> io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?.into())
}
