//! What the HTTP proxy reaches: nothing but what instances published, what frontends were requested for, and what the
//! configuration names.

use std::net::Ipv6Addr;

use url::Url;

use super::error::Refusal;
use super::parameters::{Parameters, Value};

/// The server that a URL is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The URL of its root, as URLs are normally written: `http://[::1]:8080/`.
    root: Url,
}

impl Target {
    /// Reads `http` or `https`, and a host with or without a port.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for everything else, and for what carries a user or a password.
    pub fn parse(scheme: &str, netloc: &str) -> Result<Self, Refusal> {
        if !matches!(scheme, "http" | "https") {
            return Err(Refusal::invalid("url", scheme, "a scheme: \"url\" must be http or https"));
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:[]".contains(&byte);
        let root = Url::parse(&format!("{scheme}://{netloc}/")).ok();
        let root = root.filter(|_| netloc.bytes().all(plain) && !netloc.ends_with(':'));
        root.map(|root| Self { root })
            .ok_or_else(|| Refusal::invalid("url", netloc, "a host with or without a port, such as [::1]:8080"))
    }

    /// The host and the port, also where the scheme says the port.
    #[must_use]
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host(), self.port())
    }

    /// The host, an IPv6 address in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.root.host_str().unwrap_or_default()
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.root.port_or_known_default().unwrap_or_default()
    }

    /// A text that each URL of this server holds; if there is more than one, the first is seldom missing.
    #[must_use]
    pub fn traces(&self) -> Vec<&str> {
        // IPv6 addresses are spelled in many ways.
        let brackets = self.host().starts_with('[').then_some("[");
        [self.host()].into_iter().chain(brackets).collect()
    }

    /// The URL of a path and a query there, which are taken as they are, but for what URLs cannot hold: steps of dots lead
    /// where they lead, and single quotes in queries are encoded.
    #[must_use]
    pub fn url(&self, path: &str, query: Option<&str>) -> Url {
        let mut url = self.root.clone();
        url.set_path(path);
        url.set_query(query);
        url
    }

    /// Whether a text is a URL of this server, or has one in it.
    #[must_use]
    pub fn is_named_in(&self, text: &str) -> bool {
        text.match_indices("://").any(|(at, separator)| {
            let before = &text[..at];
            let scheme = before.trim_end_matches(|letter: char| letter.is_ascii_alphanumeric());
            let scheme = before[scheme.len()..].to_ascii_lowercase();
            let rest = &text[at + separator.len()..];
            let ends =
                |letter: char| letter.is_whitespace() || letter.is_control() || "/?#&\\\"'<>,;|`{}()".contains(letter);
            let authority = rest.split(ends).next().unwrap_or_default();
            let netloc = authority.rsplit_once('@').map_or(authority, |(_, netloc)| netloc);
            Self::parse(&scheme, netloc).as_ref() == Ok(self)
        })
    }

    /// Whether any text of parameters is a URL of this server, or has one in it.
    #[must_use]
    pub fn is_published_in(&self, parameters: &Parameters) -> bool {
        parameters.as_map().values().any(|value| self.is_in(value))
    }

    fn is_in(&self, value: &Value) -> bool {
        match value {
            Value::Text(text) => self.is_named_in(text),
            Value::List(values) => values.iter().any(|value| self.is_in(value)),
            Value::Map(map) => map.values().any(|value| self.is_in(value)),
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) => false,
        }
    }

    /// Whether a configured `host`, `host:port` or `*` names it.
    #[must_use]
    pub fn is_allowed_by(&self, allowed: &str) -> bool {
        if allowed == "*" {
            return true;
        }
        let bare = allowed.parse::<Ipv6Addr>().is_ok();
        let has_port = !bare && allowed.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let same_host = |named: &Self| named.host() == self.host() && (!has_port || named.port() == self.port());
        Self::parse_configured(self.root.scheme(), allowed).is_ok_and(|named| same_host(&named))
    }

    /// [`Target::parse`], where an IPv6 address without a port needs no brackets.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]
    pub fn parse_configured(scheme: &str, netloc: &str) -> Result<Self, Refusal> {
        let bare = netloc.parse::<Ipv6Addr>().map(|address| format!("[{address}]"));
        Self::parse(scheme, bare.as_deref().unwrap_or(netloc))
    }
}

/// The path of the HTTP proxy that leads to a server, and to what comes after it in a URL.
#[must_use]
pub fn path_of(scheme: &str, netloc: &str, rest: &str) -> String {
    // Only the brackets of an IPv6 address are quoted: compatible with the addresses that clients already hold.
    let netloc = netloc.replace('[', "%5B").replace(']', "%5D");
    let slash = if rest.starts_with('/') { "" } else { "/" };
    format!("/http_proxy/{scheme}/{netloc}{slash}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(scheme: &str, netloc: &str) -> Target {
        Target::parse(scheme, netloc).unwrap()
    }

    #[test]
    fn targets_are_servers_without_credentials() {
        for (scheme, netloc, url) in [
            ("http", "127.0.0.1:8080", "http://127.0.0.1:8080/"),
            ("http", "127.1:80", "http://127.0.0.1/"),
            ("https", "[::0001]:443", "https://[::1]/"),
            ("https", "A.Example", "https://a.example/"),
        ] {
            assert_eq!(target(scheme, netloc).url("/", None).as_str(), url);
        }
        for netloc in [
            "",
            ":80",
            "h:",
            "[fe80::1%25eth0]",
            "[::1",
            "a b",
            "127.0.0.1:99999",
            " ",
            "*",
            "user@h",
            "u:p@h",
            "h/x",
            "h?x",
            "h#x",
            "h\\x",
            "300.1.1.1",
        ] {
            assert!(Target::parse("http", netloc).is_err(), "{netloc}");
        }
        assert_eq!(
            Target::parse("ftp", "h").unwrap_err().to_string(),
            "url: \"ftp\" is not accepted; expected a scheme: \"url\" must be http or https"
        );
    }

    #[test]
    fn paths_and_queries_stay_as_they_are() {
        let url = target("http", "h").url("/a%20b/c%2Fd/", Some("a=b&c=%20d"));
        assert_eq!(url.as_str(), "http://h/a%20b/c%2Fd/?a=b&c=%20d");
        let url = target("http", "h").url("/a/../it's/%2e%2e/b", Some("it's?"));
        assert_eq!(url.as_str(), "http://h/b?it%27s?");
        assert_eq!(target("http", "h").url("//other/x", Some("")).as_str(), "http://h//other/x?");
    }

    #[test]
    fn a_text_names_a_server_only_as_the_whole_authority_of_a_url() {
        let wanted = target("http", "10.0.0.1:8080");
        for yes in [
            "http://10.0.0.1:8080",
            "http://10.0.0.1:8080/x?y#z",
            "see <HTTP://10.0.0.1:8080> or",
            "https://monitor.example/?url=http://10.0.0.1:8080&username=a",
            "https://monitor.example/#url=http://10.0.0.1:8080/feeds&username=a",
            r#"{"url": "http://10.0.0.1:8080"}"#,
            "http://user:p@ss@10.0.0.1:8080/",
        ] {
            assert!(wanted.is_named_in(yes), "{yes}");
        }
        for no in [
            "10.0.0.1:8080",
            "https://10.0.0.1:8080/",
            "xhttp://10.0.0.1:8080/",
            "http://10.0.0.1:80801/",
            "http://10.0.0.1:8080.evil.example/",
            "http://10.0.0.1:8080@evil.example/",
            "http://10.0.0.1/",
            "http://",
        ] {
            assert!(!wanted.is_named_in(no), "{no}");
        }
        assert!(
            target("http", "h").is_named_in("http://h:80/")
                && target("https", "[::1]").is_named_in("https://[0::1]:443")
        );
    }

    #[test]
    fn each_url_of_a_server_has_one_of_its_traces() {
        assert_eq!(target("http", "Backend.Example:81").traces(), ["backend.example"]);
        assert_eq!(target("http", "[2001:DB8:0::9]:80").traces(), ["[2001:db8::9]", "["]);
    }

    #[test]
    fn configured_names_are_hosts_with_or_without_a_port() {
        let wanted = target("https", "[2001:db8::9]:8443");
        for (allowed, expected) in [
            ("*", true),
            ("2001:db8::9", true),
            ("[2001:db8:0::9]", true),
            ("[2001:db8::9]:8443", true),
            ("[2001:db8::9]:8444", false),
            ("2001:db8::8", false),
            ("db8", false),
        ] {
            assert_eq!(wanted.is_allowed_by(allowed), expected, "{allowed}");
        }
        let named = target("http", "backend.example");
        assert!(named.is_allowed_by("Backend.Example") && named.is_allowed_by("backend.example:80"));
        assert!(!named.is_allowed_by("backend.example:443") && !named.is_allowed_by("example"));
    }
}
