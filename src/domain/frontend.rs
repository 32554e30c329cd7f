//! Frontend shortcuts: two well-known shared services are answered without a host, so that software that wants a
//! frontend works on a machine that has none. All that is kept is where they lead.

use super::http_proxy::path_of;
use super::instance::Request;
use super::parameters::{Parameters, Value};

const HTTP_FRONTEND: &str =
    "http://git.erp5.org/gitweb/slapos.git/blob_plain/HEAD:/software/apache-frontend/software.cfg";
const KVM_FRONTEND: &str =
    "http://git.erp5.org/gitweb/slapos.git/blob_plain/refs/tags/slapos-0.92:/software/kvm/software.cfg";

/// How a client reached this master over https, for answers that lead through its HTTP proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpsFront {
    /// The `Host` of the request.
    pub host: String,
    /// The prefix that the reverse proxy strips (`/proxy`), or nothing.
    pub prefix: String,
}

/// The answer of a shortcut.
#[derive(Debug, Clone, PartialEq)]
pub struct Shortcut {
    /// The id of the partition that does not exist (`Fake frontend for URL`).
    pub partition: String,
    /// The connection parameters.
    pub connection: Parameters,
}

enum Kind {
    Http,
    Kvm,
}

fn kind(request: &Request) -> Option<Kind> {
    match (&*request.software_release, request.software_type.as_str()) {
        (HTTP_FRONTEND, "" | "RootSoftwareInstance" | "default") => Some(Kind::Http),
        (KVM_FRONTEND, "frontend") => Some(Kind::Kvm),
        _ => None,
    }
    .filter(|_| request.shared)
}

/// Answers a request for a well-known frontend; `None` when it is not one.
#[must_use]
pub fn shortcut(request: &Request, front: Option<&HttpsFront>) -> Option<Shortcut> {
    let parameter = |key| request.parameters.text(key).filter(|text| !text.is_empty());
    match kind(request)? {
        Kind::Http => {
            let url = parameter("url")?;
            let (domain, secure_access) = match front {
                Some(front) => (front.host.clone(), through_proxy(&url, front)),
                None => (parts(&url).netloc.to_owned(), url.clone()),
            };
            Some(answer(format!("Fake frontend for {url}"), [("domain", domain), ("secure_access", secure_access)]))
        }
        Kind::Kvm => {
            let (host, port) = (parameter("host")?, parameter("port")?);
            let host = if host.contains(':') { format!("[{host}]") } else { host };
            let url = format!("https://{host}:{port}/");
            Some(answer(
                format!("Fake KVM VNC frontend for {url}"),
                [("domainname", host), ("path", "/".into()), ("port", port), ("url", url)],
            ))
        }
    }
}

/// The URL that a frontend which needs no host leads to.
#[must_use]
pub fn backend_url(request: &Request, shortcut: &Shortcut) -> Option<String> {
    // Of the first kind it is asked for, of the second it is answered: the first answers the way through the HTTP proxy.
    let parameters = match kind(request)? {
        Kind::Http => &request.parameters,
        Kind::Kvm => &shortcut.connection,
    };
    parameters.text("url")
}

/// Answers a request that ends a well-known frontend of this URL without saying its parameters again.
#[must_use]
pub fn ended(request: &Request, url: &str) -> Option<Shortcut> {
    let name = match kind(request)? {
        Kind::Http => "frontend",
        Kind::Kvm => "KVM VNC frontend",
    };
    request.is_destruction().then(|| answer(format!("Fake {name} for {url}"), []))
}

fn answer<const N: usize>(partition: String, connection: [(&str, String); N]) -> Shortcut {
    let map = connection.into_iter().map(|(key, text)| (key.to_owned(), Value::Text(text))).collect();
    Shortcut { partition, connection: Parameters::new("connection", map).unwrap_or_default() }
}

struct Parts<'a> {
    scheme: &'a str,
    netloc: &'a str,
    rest: &'a str,
}

fn parts(url: &str) -> Parts<'_> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    if scheme.is_empty() {
        return Parts { scheme, netloc: "", rest };
    }
    Parts { scheme, netloc: &rest[..end], rest: &rest[end..] }
}

fn through_proxy(url: &str, front: &HttpsFront) -> String {
    let Parts { scheme, netloc, rest } = parts(url);
    let HttpsFront { host, prefix } = front;
    // The HTTP proxy adds no credentials: the backend asks for them.
    let netloc = netloc.rsplit_once('@').map_or(netloc, |(_, netloc)| netloc);
    format!("https://{host}{prefix}{}", path_of(scheme, netloc, rest))
}
