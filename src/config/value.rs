//! What single values may look like. Each error says what is wrong and what was expected.

use std::net::{IpAddr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{AllocationDelay, CompatSchema, FaultRule, SoftwareProduct, TimestampFormat};
use crate::domain::http_proxy::Target;
use crate::domain::ids::Reference;
use crate::domain::placement::Allocation;

/// A host to listen on; an IPv6 address loses its brackets.
pub(super) fn host(text: &str) -> Result<String, String> {
    let inside = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let address = |text: &str| {
        let (address, _zone) = text.split_once('%').unwrap_or((text, ""));
        address.parse::<Ipv6Addr>().is_ok()
    };
    let good = match inside {
        Some(inside) => address(inside),
        None if text.contains(':') => address(text),
        None => !text.contains(|c: char| c.is_whitespace() || "/[]".contains(c)),
    };
    if good {
        Ok(inside.unwrap_or(text).to_owned())
    } else {
        Err(format!(
            "{text:?} is not a host; expected a name or an IP address without a port, \
             such as 127.0.0.1, ::1 or localhost"
        ))
    }
}

/// A port to listen on; 0 means any free one.
pub(super) fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| format!("{text:?} is not a port; expected a whole number from 0 (any free port) to 65535"))
}

/// The reference of a computer.
pub(super) fn computer_id(text: &str) -> Result<String, String> {
    let reference = Reference::parse("computer_id", text).map(|_| text.to_owned());
    reference.map_err(|_| {
        format!("{text:?} is not a reference; expected one without comma and control characters, such as COMP-1234")
    })
}

/// A path, with `~` for the home directory.
pub(super) fn path(text: &str, home: Option<&Path>) -> Result<PathBuf, String> {
    let Some(rest) = text.strip_prefix('~') else {
        return Ok(PathBuf::from(text));
    };
    if !rest.is_empty() && !rest.starts_with('/') {
        return Err(format!(
            "{text:?} names the home directory of another user; expected ~/ for one's own, or the whole path"
        ));
    }
    let home = home.ok_or_else(|| {
        format!("the home directory in {text:?} is not known; expected HOME to be set, or the whole path")
    })?;
    Ok(home.join(rest.trim_start_matches('/')))
}

/// The path of the database file. `sqlite:///` may stand before it, as in the URLs of `SQLAlchemy`.
pub(super) fn database(text: &str, home: Option<&Path>) -> Result<PathBuf, String> {
    let plain = text.strip_prefix("sqlite:///").unwrap_or(text);
    if plain == ":memory:" || plain.is_empty() || text == "sqlite://" {
        return Err(format!(
            "{text:?} keeps nothing on disk; expected the path of a file, which is created if it does not exist"
        ));
    }
    let start = plain.to_ascii_lowercase();
    if start.starts_with("file:") || start.starts_with("sqlite:") || scheme(&start).is_some() {
        return Err(format!("{text:?} is a URL; expected the path of a file, such as /srv/slapos/proxy.db"));
    }
    let path = path(plain, home)?;
    if plain.ends_with('/') || path.is_dir() {
        return Err(format!(
            "{text:?} is a directory; expected the path of a file, such as \"{}\"",
            path.join("proxy.db").display()
        ));
    }
    Ok(path)
}

/// Yes or no, in the words of `ConfigParser`.
pub(super) fn boolean(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err(format!("{text:?} is neither true nor false; expected true, yes, on, 1, false, no, off or 0")),
    }
}

/// A size in bytes.
pub(super) fn size(text: &str) -> Result<usize, String> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let factor = match unit.trim_start().to_ascii_lowercase().as_str() {
        "" => Some(1),
        "k" | "kib" => Some(1 << 10),
        "m" | "mib" => Some(1 << 20),
        "g" | "gib" => Some(1 << 30),
        _ => None,
    };
    let number = number.parse::<usize>().ok();
    let bytes = number.zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
    bytes.filter(|bytes| *bytes > 0).ok_or_else(|| {
        format!(
            "{text:?} is not a size; expected a whole number of bytes from 1 on, or of units of 1024 with k, M or G \
             (KiB, MiB, GiB) behind it, such as 64M"
        )
    })
}

/// A time span in seconds.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.parse::<f64>().ok();
    let span = number.and_then(|number| Duration::try_from_secs_f64(number).ok());
    span.filter(|span| *span >= Duration::from_millis(1)).ok_or_else(|| {
        format!("{text:?} is not a time span; expected a number of seconds, at least 0.001, such as 30 or 2.5")
    })
}

/// The unit of the timestamps on the wire.
pub(super) fn timestamp_format(text: &str) -> Result<TimestampFormat, String> {
    match text.to_ascii_lowercase().as_str() {
        "seconds" => Ok(TimestampFormat::Seconds),
        "microseconds" => Ok(TimestampFormat::Microseconds),
        _ => Err(format!("{text:?} is not a timestamp format; expected seconds or microseconds")),
    }
}

/// A schema version of the Python proxy.
pub(super) fn compat_schema(text: &str) -> Result<CompatSchema, String> {
    CompatSchema::parse(text).ok_or_else(|| format!("{text:?} is not a schema that can be shown; expected 17 or 18"))
}

/// Where requests go that name no computer.
pub(super) fn allocation(text: &str) -> Result<Allocation, String> {
    match text {
        "default" => Ok(Allocation::Default),
        "any" => Ok(Allocation::Any),
        _ => Err(format!("{text:?} is no way to allocate; expected default (the default computer only) or any")),
    }
}

/// A number of things.
pub(super) fn count(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| format!("{text:?} is not a number; expected a whole number from 0 on"))
}

/// When a new instance gets its place.
pub(super) fn async_allocation(text: &str) -> Result<AllocationDelay, String> {
    text.parse()
}

/// A rule by which requests fail on purpose.
pub(super) fn fault_rule(text: &str) -> Result<FaultRule, String> {
    text.parse()
}

/// A line of `software_product_list`.
pub(super) fn software_product(text: &str) -> Result<SoftwareProduct, String> {
    let words: Vec<_> = text.split_whitespace().collect();
    match words[..] {
        [name, url] => Ok(SoftwareProduct { name: name.to_owned(), url: url.to_owned() }),
        _ => Err(format!(
            "{text:?} has {} {}; expected two, NAME URL",
            words.len(),
            if words.len() == 1 { "word" } else { "words" }
        )),
    }
}

/// A value of the `Host` header that is served besides the own ones.
pub(super) fn allow_host(text: &str) -> Result<String, String> {
    if text.contains('/') {
        return Err(format!(
            "{text:?} is not a host; expected a name or an IP address without scheme and path, such as proxy.example"
        ));
    }
    Ok(text.to_owned())
}

/// What the HTTP proxy may reach: a host, with or without a port, or everything.
pub(super) fn proxied_host(text: &str) -> Result<String, String> {
    if text == "*" || Target::parse_configured("http", text).is_ok() {
        return Ok(text.to_owned());
    }
    Err(format!("{text:?} is not a host; expected host, host:port, [address]:port, or * for every host"))
}

/// A value of the `Origin` header that is served besides the own ones.
pub(super) fn allow_origin(text: &str) -> Result<String, String> {
    let good = scheme(text).is_some_and(|host| !host.is_empty() && !host.contains('/'));
    if good || text == "*" || text == "null" {
        return Ok(text.to_owned());
    }
    Err(format!(
        "{text:?} is not an origin; expected scheme://host or scheme://host:port without a path, \
         such as https://theia.example"
    ))
}

/// The address of a proxy whose forwarded headers are believed.
pub(super) fn address(text: &str) -> Result<IpAddr, String> {
    text.parse().map_err(|_| format!("{text:?} is not an IP address; expected one such as 192.0.2.7 or 2001:db8::7"))
}

/// What follows `scheme://`, if there is a scheme.
fn scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    let good = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c));
    good.then_some(rest)
}

#[cfg(test)]
mod tests;
