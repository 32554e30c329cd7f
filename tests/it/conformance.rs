//! Each classic route and each JSON-RPC method has a handler of its own name, a golden exchange, and a client method of
//! its own name, which the objects of the client use.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::mem::discriminant;
use std::path::{Path, PathBuf};

use slapproxy::wire::form::Fields;
use slapproxy::wire::hateoas::{Address, Name, Search};

use crate::replay::http::{Message, exchanges};

/// Old names of calls, and the handlers that they share.
const ALIASES: &[(&str, &str)] = &[("/getComputerInformation", "get_full_computer_information")];

/// The files of `src/http` that mount what belongs to the server itself.
pub const OWN: [&str; 5] = ["clock.rs", "control.rs", "faults.rs", "fixtures.rs", "people.rs"];

/// Paths that several methods share: the client's methods have the names of the handlers.
const SHARED: [&str; 2] = ["-/clock", "-/faults"];

/// A route of the source: its method, its path and the name of its handler.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    pub method: &'static str,
    pub path: String,
    handler: String,
}

/// The text of a file, each sequence of blanks being one.
fn source(path: &str) -> String {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The requests of `src/wire/json_rpc`, with the names of their methods.
fn requests() -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/wire/json_rpc")).unwrap() {
        let file = source(file.unwrap().path().to_str().unwrap());
        for (at, found) in file.match_indices(" = \"slapos.") {
            let request = file[..at].rsplit(' ').next().unwrap().to_owned();
            let (name, _) = file[at + found.len() - "slapos.".len()..].split_once('"').unwrap();
            assert_eq!(names.insert(request, name.to_owned()), None, "{name}");
        }
    }
    names
}

/// The methods that `src/http/json_rpc/mod.rs` mounts, by the names that `src/wire/json_rpc` gives them, with their
/// handlers.
pub fn methods() -> BTreeMap<String, String> {
    let mut names = requests();
    let source = source("src/http/json_rpc/mod.rs");
    let mounted = source.match_indices("method::<").map(|(at, found)| {
        let (request, rest) = source[at + found.len()..].split_once('>').unwrap();
        let (_, rest) = rest.split_once(".to(").unwrap();
        let (handler, _) = rest.split_once(')').unwrap();
        let name = names.remove(request).unwrap_or_else(|| panic!("{request} is mounted twice, or has no name"));
        (name, handler.rsplit("::").next().unwrap().to_owned())
    });
    let mounted = mounted.collect();
    assert!(names.is_empty(), "not mounted: {names:?}");
    mounted
}

/// The routes that `src/http/slap_tool/mod.rs` mounts.
fn routes() -> Vec<Route> {
    mounted_by("slap_tool/mod.rs")
}

/// The routes that a file of `src/http` mounts.
pub fn mounted_by(file: &str) -> Vec<Route> {
    let source = source(&format!("src/http/{file}"));
    let mounted = |call: &str, method: &'static str| -> Vec<Route> {
        let starts = source.match_indices(call).map(|(at, _)| &source[at + call.len()..]);
        let route = starts.map(|rest| {
            let (path, rest) = rest.split_once('"').unwrap();
            let (_, rest) = rest.split_once(".to(").unwrap();
            let (handler, _) = rest.split_once(')').unwrap();
            let handler = handler.rsplit("::").next().unwrap();
            Route { method, path: path.to_owned(), handler: handler.to_owned() }
        });
        route.collect()
    };
    let mut routes = mounted("read(\"", "GET");
    routes.extend(mounted("pass(\"", "GET"));
    routes.extend(mounted("write(\"", "POST"));
    // What is kept under a path is read by the one handler and written by the other.
    for mut route in mounted("store(\"", "GET") {
        let (reads, writes) = route.handler.split_once(", ").unwrap();
        let put = Route { method: "PUT", path: route.path.clone(), handler: writes.to_owned() };
        let reads = reads.to_owned();
        route.handler = reads;
        routes.extend([route, put]);
    }
    // A setting is read by the one handler and changed by the other.
    for route in mounted("setting(\"", "GET") {
        for (method, handler) in ["GET", "POST"].into_iter().zip(route.handler.split(", ")) {
            routes.push(Route { method, path: route.path.clone(), handler: handler.to_owned() });
        }
    }
    // What is there may be removed by a third one.
    for (at, found) in source.match_indices(".clears(") {
        let (_, path) = source[..at].rsplit_once("setting(\"").unwrap();
        let (handler, _) = source[at + found.len()..].split_once(')').unwrap();
        let path = path.split('"').next().unwrap().to_owned();
        routes.push(Route { method: "DELETE", path, handler: handler.to_owned() });
    }
    let further =
        source.matches("store(\"").count() + source.matches("setting(\"").count() + source.matches(".clears(").count();
    let services = source.matches(".service(").count() + further;
    assert_eq!(routes.len(), services, "{routes:?}");
    routes.sort();
    routes
}

/// `/getHateoasUrl` in the spelling of functions: `get_hateoas_url`. Acronyms are one word.
fn snake_case(path: &str) -> String {
    let letters: Vec<char> = path.trim_start_matches('/').chars().collect();
    let mut name = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let next_is_small = letters.get(index + 1).is_some_and(char::is_ascii_lowercase);
        let after_small = index > 0 && letters[index - 1].is_ascii_lowercase();
        if letter.is_ascii_uppercase() && index > 0 && (after_small || next_is_small) {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[test]
fn every_classic_route_has_a_handler_of_its_name() {
    let routes = routes();
    let paths: BTreeSet<&str> = routes.iter().map(|route| route.path.as_str()).collect();
    assert_eq!(paths.len(), routes.len(), "a path is mounted twice: {routes:?}");
    assert!(paths.contains("/requestComputerPartition") && paths.contains("/getHateoasUrl"), "{routes:?}");
    for Route { path, handler, .. } in &routes {
        let alias = ALIASES.iter().find(|(alias, _)| alias == path);
        let expected = alias.map_or_else(|| snake_case(path), |(_, handler)| (*handler).to_owned());
        assert_eq!(*handler, expected, "{path}");
    }
}

#[test]
fn every_classic_route_has_a_golden_exchange() {
    // The Python proxy answered the calls that it did not have too.
    let had = |response: &Message| {
        response.status() != 404 || !response.description().starts_with("The requested URL was not found")
    };
    let golden: BTreeSet<(String, String)> = ["slap-tool", "own"]
        .into_iter()
        .flat_map(exchanges)
        .filter(|exchange| had(&exchange.response))
        .map(|exchange| {
            let method = exchange.request.start.split(' ').next().unwrap();
            (method.to_owned(), exchange.request.path().to_owned())
        })
        .collect();
    let lacking: Vec<Route> =
        routes().into_iter().filter(|route| !golden.contains(&(route.method.to_owned(), route.path.clone()))).collect();
    assert_eq!(lacking, []);
}

#[test]
fn every_json_rpc_method_has_a_handler_of_its_name_and_a_golden_exchange() {
    let methods = methods();
    assert_eq!(methods.len(), 34, "{methods:?}");
    let golden: BTreeSet<String> = ["json-rpc", "own"]
        .into_iter()
        .flat_map(exchanges)
        .filter(|exchange| exchange.request.start.starts_with("POST ") && exchange.response.status() == 200)
        .map(|exchange| exchange.request.path().trim_start_matches('/').to_owned())
        .collect();
    for (name, handler) in &methods {
        let mut parts = name.split('.').skip(1);
        let (verb, noun) = (parts.next().unwrap(), parts.nth(1).unwrap());
        assert_eq!(*handler, format!("{}_{noun}", snake_case(verb)), "{name}");
        assert!(golden.contains(name), "{name} has no golden exchange");
    }
}

#[test]
fn every_hateoas_route_document_and_search_has_a_golden_exchange() {
    let golden: Vec<Message> =
        ["hateoas", "own"].into_iter().flat_map(exchanges).map(|golden| golden.request).collect();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/hateoas/mod.rs");
    let source = fs::read_to_string(source).unwrap();
    let mounted: Vec<&str> = source.split("read(\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(mounted.len(), source.matches(".service(").count(), "{mounted:?}");
    for path in mounted.into_iter().filter(|path| !path.contains('{')) {
        assert!(golden.iter().any(|request| request.path() == path), "{path}");
    }
    let documents: Vec<Address> = golden.iter().filter_map(|request| Address::parse(request.path())).collect();
    assert!(documents.iter().any(|address| matches!(address, Address::Instance(_))));
    assert!(documents.iter().any(|address| matches!(address, Address::Shared(_))));
    assert!(documents.iter().any(|address| matches!(address, Address::Computer(_))));
    assert!(documents.iter().any(|address| matches!(address, Address::Installation(..))));
    let search = |request: &Message| {
        let query = request.start.split(' ').nth(1).unwrap().split_once('?')?.1;
        Search::parse(Fields::parse(query.as_bytes()).unwrap().get("query")?).ok()
    };
    let searches: Vec<Search> = golden.iter().filter_map(search).collect();
    for (named, kind) in [
        (false, Search::InstanceTrees(None)),
        (true, Search::InstanceTrees(None)),
        (true, Search::TreeMembers(Name::new(""))),
        (false, Search::Computers(None)),
        (true, Search::Computers(None)),
        (true, Search::ComputersTitled(Name::new(""))),
        (true, Search::Installations(None)),
    ] {
        let fits = |search: &Search| discriminant(search) == discriminant(&kind) && search.name().is_some() == named;
        assert!(searches.iter().any(fits), "{kind:?}, named: {named}");
    }
}

#[test]
fn every_classic_route_has_a_client_method_of_its_name_that_an_object_uses() {
    let calls = source("src/client/slap_tool.rs");
    let objects: String =
        client_files().iter().filter(|(name, _)| name != "slap_tool").map(|(_, text)| &**text).collect();
    let own = OWN.into_iter().flat_map(mounted_by).filter(|route| route.path != "/");
    for Route { method, path, handler } in routes().into_iter().chain(own) {
        let path = path.trim_start_matches('/');
        let named = snake_case(path.trim_start_matches("-/")).replace(['/', '.'], "_");
        let name = if SHARED.contains(&path) { handler } else { named };
        let found = calls.split("pub async fn ").find(|text| text.starts_with(&format!("{name}(")));
        let text = found.unwrap_or_else(|| panic!("{path} has no client method {name}"));
        let sent = format!("self.{}( \"{path}\",", method.to_lowercase()).replace("( ", "(");
        let is_sent = text.contains(&sent) || text.contains(&sent.replace("self.get(", "self.open("));
        assert!(is_sent, "{name} does not call {path}");
        // It tells nothing about what a master is for.
        let is_used = objects.contains(&format!(".{name}(")) || path == "getRunId";
        assert!(is_used, "no object of the client uses {name}");
    }
}

#[test]
fn every_route_of_the_content_cache_has_a_client_method_of_the_name_of_its_handler() {
    let client = source("src/client/shacache.rs");
    let handlers: BTreeSet<String> = mounted_by("shacache/mod.rs").into_iter().map(|route| route.handler).collect();
    assert_eq!(handlers.len(), 7, "{handlers:?}");
    for handler in handlers {
        assert!(client.contains(&format!("pub async fn {handler}(")), "{handler}");
    }
}

#[test]
fn every_json_rpc_method_has_a_client_method_of_its_name() {
    let source = source("src/client/json_rpc.rs");
    let (_, named) = source.split_once("named! {").unwrap();
    let named = named.split(';').filter_map(|line| line.trim().split_once(": "));
    let requests = requests();
    let reached: BTreeMap<String, String> =
        named.map(|(name, request)| (requests[request].clone(), name.to_owned())).collect();
    assert_eq!(reached, methods());
}

#[test]
fn every_hateoas_mode_and_the_token_have_a_client_method() {
    let server = source("src/http/hateoas/root.rs");
    let modes: Vec<&str> = server.split("Some(\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(modes, ["search", "traverse"]);
    let client = source("src/client/hateoas.rs");
    for method in modes.into_iter().chain(["access_token"]) {
        assert!(client.contains(&format!("pub async fn {method}(")), "{method}");
    }
    let token = mounted_by("hateoas/mod.rs").into_iter().find(|route| route.handler == "base_get_computer_token");
    let token = token.unwrap().path.replace("/hateoas/", "");
    assert!(client.contains(&format!("\"{token}\"")), "{token}");
}

/// The files of the client, by name.
fn client_files() -> Vec<(String, String)> {
    let files = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/client")).unwrap();
    let file = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, source(path.to_str().unwrap()))
    };
    files.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).map(file).collect()
}

/// The public methods of the objects of the client: `Computer::bang`.
pub fn client_methods() -> BTreeSet<String> {
    const BENEATH: [&str; 10] =
        ["blocking", "builder", "call", "error", "hateoas", "json_rpc", "relay", "request", "slap_tool", "transport"];
    let mut methods = BTreeSet::new();
    for (name, file) in client_files() {
        if BENEATH.contains(&name.as_str()) {
            continue;
        }
        for block in file.split(" impl ").skip(1) {
            let object = block.split([' ', '<']).next().unwrap();
            for method in block.split("pub ").skip(1).filter_map(|text| {
                let text = text.strip_prefix("async ").unwrap_or(text);
                text.strip_prefix("fn ")
            }) {
                methods.insert(format!("{object}::{}", method.split(['(', '<']).next().unwrap()));
            }
        }
    }
    methods
}

#[test]
fn every_method_of_the_client_has_a_front_that_waits() {
    // These borrow the object: `wait` waits for what they do.
    let beneath = ["Slap::hateoas", "Slap::slap_tool", "Slap::json_rpc"];
    let beneath = [&beneath[..], &["ComputerPartition::slap_tool", "ComputerPartition::json_rpc"]].concat();
    let blocking = source("src/client/blocking.rs");
    let methods = client_methods();
    assert!(methods.len() > 60 && methods.contains("ComputerPartition::set_connection_dict"), "{methods:?}");
    for name in methods.iter().filter(|name| !beneath.contains(&name.as_str())) {
        let (object, method) = name.split_once("::").unwrap();
        let front = blocking.split("front! { ").skip(1).find(|front| front.starts_with(&format!("{object} ")));
        let front = front.map_or("", |front| front.split(" }").next().unwrap());
        let by_hand = blocking.split(" impl ").find(|block| block.starts_with(&format!("{object} {{ ")));
        let is_there = front.contains(&format!(" {method}("))
            || by_hand.is_some_and(|block| {
                block.contains(&format!("fn {method}(")) || block.contains(&format!("fn {method}<"))
            });
        assert!(is_there, "{name}");
    }
}

#[test]
fn names_follow_paths() {
    for (path, name) in [
        ("/getHateoasUrl", "get_hateoas_url"),
        ("/supplySupply", "supply_supply"),
        ("/loadComputerConfigurationFromXML", "load_computer_configuration_from_xml"),
        ("/getHTTPThing", "get_http_thing"),
    ] {
        assert_eq!(snake_case(path), name);
    }
}
