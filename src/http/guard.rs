//! The guard: a web page must not be able to drive a master, since a master tells an agent which programs to run.
//!
//! A request is refused when its `Host` is not a name of this server (a page whose name was made to lead here), or when
//! `Origin` or `Sec-Fetch-Site` say that another site sends it. Programs send neither of the latter.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HOST, HeaderName, ORIGIN};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, web};

use super::error::forbidden;
use super::failure::Failure;
use super::identity::establish;
use super::state::{LocalAddress, State};
use super::{json_rpc, slap_tool};

/// What everybody may read, so that he can check certificates.
const PUBLIC: [&str; 2] = ["/-/ca.pem", "/-/crl.pem"];

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// Refuses what a web page of another site may have sent, and logs what was refused by anybody.
pub async fn guard<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let reason = match request.app_data::<web::Data<State>>() {
        Some(state) => refusal(state, request.request()),
        None => None,
    };
    if let Some(reason) = reason {
        log::warn!("{} {} refused: {reason}", request.method(), request.path());
        return Ok(request.into_response(forbidden(&reason)).map_into_right_body());
    }
    if let Some(refusal) = unproved(request.request()) {
        log::warn!("{} {} refused: {refusal}", request.method(), request.path());
        let refused = if request.path().starts_with("/slapos.") { json_rpc::refused } else { slap_tool::refused };
        return Ok(request.into_response(refused(refusal)).map_into_right_body());
    }
    let response = next.call(request).await?;
    let (method, path, status) = (response.request().method(), response.request().path(), response.status());
    match response.response().error() {
        Some(error) => log::info!("{method} {path} {} {error}", status.as_u16()),
        None => log::debug!("{method} {path} {}", status.as_u16()),
    }
    Ok(response.map_into_left_body())
}

/// Why a caller does not get in, if he proves nothing where something is demanded.
fn unproved(request: &HttpRequest) -> Option<Failure> {
    let state = request.app_data::<web::Data<State>>()?;
    let open = PUBLIC.contains(&request.path());
    establish(state, request).err().filter(|_| !open)
}

fn refusal(state: &State, request: &HttpRequest) -> Option<String> {
    let header = |name: HeaderName| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = header(HOST);
    if let Some(host) = host
        && !is_own_name(state, request, host_name(host))
    {
        return Some(format!(
            "Host: {host:?} is not a name of this server; allow it with --allow-host {}",
            host_name(host)
        ));
    }
    if let Some(origin) = header(ORIGIN) {
        let own = origin.split_once("://").is_some_and(|(_, authority)| Some(authority) == host);
        if !own && !state.allow_origins.iter().any(|allowed| allowed == "*" || allowed.eq_ignore_ascii_case(origin)) {
            return Some(format!(
                "Origin: {origin:?} is another site than this server; allow it with --allow-origin {origin}"
            ));
        }
        return None;
    }
    let site = header(SEC_FETCH_SITE).filter(|site| !matches!(*site, "same-origin" | "none"))?;
    // Following a link to a page of this server is harmless: the other site cannot read it.
    let navigation = request.method() == Method::GET && header(SEC_FETCH_MODE) == Some("navigate");
    (!navigation).then(|| format!("Sec-Fetch-Site: {site:?} says that another site sends this"))
}

/// Whether a host and port lead to this server itself: by a name that it answers to, or by an address that it listens on.
pub fn is_own(state: &State, request: &HttpRequest, host: &str, port: u16) -> bool {
    let name = host.trim_start_matches('[').trim_end_matches([']', '.']);
    let mut listening = state.listening.iter().filter(|address| address.port() == port);
    listening.any(|address| is_own_name(state, request, name) || leads_to(name, address.ip()))
}

/// Whether an address leads to what listens on another one.
fn leads_to(name: &str, listening: IpAddr) -> bool {
    let Ok(address) = name.parse::<IpAddr>() else { return false };
    let address = match address.to_canonical() {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    };
    // Nothing but the addresses of this machine can be bound.
    let is_local = || address.is_loopback() || UdpSocket::bind((address, 0)).is_ok();
    // The unspecified IPv6 address listens to IPv4 too.
    let is_heard = listening.is_unspecified() && (listening.is_ipv6() || address.is_ipv4());
    address == listening.to_canonical() || is_heard && is_local()
}

fn is_own_name(state: &State, request: &HttpRequest, name: &str) -> bool {
    let local = request.conn_data::<LocalAddress>().map(|local| local.0.ip().to_string());
    ["localhost", "127.0.0.1", "::1"].into_iter().any(|own| own.eq_ignore_ascii_case(name))
        || state.host.eq_ignore_ascii_case(name)
        || local.as_deref() == Some(name)
        || state.allow_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
}

/// The name or address of a `Host` header, without port and brackets.
fn host_name(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split_once(':').map_or(host, |(name, _)| name),
    }
}

#[cfg(test)]
mod tests {
    use super::{host_name, leads_to};

    #[test]
    fn addresses_lead_to_what_listens_on_them_and_on_all() {
        for (name, listening, expected) in [
            ("10.0.0.1", "10.0.0.1", true),
            ("::ffff:127.0.0.1", "127.0.0.1", true),
            ("0.0.0.0", "127.0.0.1", true),
            ("::", "::1", true),
            ("127.0.0.2", "0.0.0.0", true),
            ("127.0.0.2", "::", true),
            ("127.0.0.2", "127.0.0.1", false),
            ("::1", "0.0.0.0", false),
            ("192.0.2.1", "0.0.0.0", false),
            ("backend.example", "0.0.0.0", false),
        ] {
            assert_eq!(leads_to(name, listening.parse().unwrap()), expected, "{name} {listening}");
        }
    }

    #[test]
    fn the_name_of_a_host_header_has_no_port() {
        for (host, name) in
            [("localhost:5000", "localhost"), ("[::1]:5000", "::1"), ("[::1]", "::1"), ("a.example", "a.example")]
        {
            assert_eq!(host_name(host), name);
        }
    }
}
