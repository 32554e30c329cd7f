//! The URL of a master.

use std::net::Ipv6Addr;

use super::error::{Error, ErrorKind};

/// The base of all calls: with a slash at its end, and with brackets around an IPv6 address that was written without
/// them.
pub(super) fn base(url: &str) -> Result<String, Error> {
    let (base, parsed) = checked(&format!("{}/", url.trim_end_matches('/')))?;
    if parsed.query().is_some() || parsed.fragment().is_some() {
        return Err(Error::invalid(format!("{url}: the URL of a master has neither a query nor a fragment")));
    }
    Ok(base)
}

/// The root of the HATEOAS API: as it was written, but for the brackets.
pub(super) fn rest(url: &str) -> Result<String, Error> {
    checked(url).map(|(url, _)| url)
}

fn checked(url: &str) -> Result<(String, reqwest::Url), Error> {
    let url = bracketed(url)?;
    match reqwest::Url::parse(&url) {
        Ok(parsed) => Ok((url, parsed)),
        Err(error) => Err(Error::new(ErrorKind::Connection, Some(url), error.to_string())),
    }
}

/// Whether both URLs lead to the same server.
pub(super) fn same_origin(one: &str, other: &str) -> bool {
    let origin = |url| reqwest::Url::parse(url).map(|url| url.origin());
    matches!((origin(one), origin(other)), (Ok(one), Ok(other)) if one == other)
}

fn bracketed(url: &str) -> Result<String, Error> {
    let Some((scheme, rest)) = url.split_once("://") else { return Ok(url.to_owned()) };
    let (location, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (user, host) = match location.rsplit_once('@') {
        Some((user, host)) => (format!("{user}@"), host),
        None => (String::new(), location),
    };
    let is_address = |text: &str| text.parse::<Ipv6Addr>().is_ok();
    let with_port = host.rsplit_once(':').filter(|(address, port)| is_address(address) && port.parse::<u16>().is_ok());
    match (is_address(host), with_port) {
        (false, None) => Ok(url.to_owned()),
        (true, None) => Ok(format!("{scheme}://{user}[{host}]{path}")),
        (false, Some((address, port))) => Ok(format!("{scheme}://{user}[{address}]:{port}{path}")),
        (true, Some((address, port))) => Err(Error::invalid(format!(
            "{url}: {host} is an address, or an address and a port; expected brackets: {scheme}://[{host}]/ or \
             {scheme}://[{address}]:{port}/"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_ipv6_addresses_get_brackets() {
        for (url, expected) in [
            ("http://127.0.0.1:5000", "http://127.0.0.1:5000/"),
            ("http://h/base/path/", "http://h/base/path/"),
            ("http://2001:db8::", "http://[2001:db8::]/"),
            ("http://fe80::abcd", "http://[fe80::abcd]/"),
            ("https://1:2:3:4:5:6:7:8/x", "https://[1:2:3:4:5:6:7:8]/x/"),
            ("http://1:2:3:4:5:6:7:8:5000", "http://[1:2:3:4:5:6:7:8]:5000/"),
            ("http://me:secret@::abcd/", "http://me:secret@[::abcd]/"),
            ("http://[::1]:5000", "http://[::1]:5000/"),
        ] {
            assert_eq!(base(url).unwrap(), expected);
        }
    }

    #[test]
    fn what_may_be_an_address_or_an_address_and_a_port_is_refused() {
        assert_eq!(
            base("http://::1:5000").unwrap_err().to_string(),
            "http://::1:5000/: ::1:5000 is an address, or an address and a port; expected brackets: \
             http://[::1:5000]/ or http://[::1]:5000/"
        );
        assert_eq!(base("localhost").unwrap_err().to_string(), "cannot reach localhost/: relative URL without a base");
        assert!(base("http://h/?a=b").unwrap_err().is_invalid_request());
    }

    #[test]
    fn the_root_of_the_hateoas_api_stays_as_it_is() {
        assert_eq!(rest("http://h/script?a=b").unwrap(), "http://h/script?a=b");
        assert_eq!(rest("http://::abcd").unwrap(), "http://[::abcd]");
    }
}
