//! What was recorded from other masters is read.

use std::fs;

use slapproxy::wire::hateoas::{read_document, read_root, read_rows};
use slapproxy::wire::xml::objects::{
    read_certificate, read_computer, read_hosting_ip_list, read_partition, read_requested, read_status, read_texts,
};

use crate::replay::http::{directory, exchanges};

/// Reads a body as the answer to a call; `None` for calls whose answer is a text.
fn read(path: &str, body: &[u8]) -> Option<Result<(), String>> {
    macro_rules! with {
        ($read:ident) => {
            Some($read(body).map(drop).map_err(|error| error.to_string()))
        };
    }
    match path {
        "/getFullComputerInformation" | "/getComputerInformation" | "/requestComputer" => with!(read_computer),
        "/registerComputerPartition" => with!(read_partition),
        "/requestComputerPartition" => with!(read_requested),
        "/getComputerStatus" | "/getComputerPartitionStatus" | "/getSoftwareInstallationStatus" => with!(read_status),
        "/getComputerPartitionCertificate" | "/generateComputerCertificate" => with!(read_certificate),
        "/getHostingSubscriptionIpList" => with!(read_hosting_ip_list),
        "/getSoftwareReleaseListFromSoftwareProduct" => with!(read_texts),
        _ => None,
    }
}

#[test]
fn every_recorded_answer_of_the_classic_api_is_read() {
    let mut count = 0;
    for exchange in ["slap-tool", "own"].into_iter().flat_map(exchanges) {
        if exchange.response.status() == 200
            && let Some(read) = read(exchange.request.path(), exchange.response.body.as_bytes())
        {
            count += 1;
            assert_eq!(read, Ok(()), "{}", exchange.name);
        }
    }
    assert!(count > 50, "{count}");
}

#[test]
fn the_shapes_of_the_production_master_are_read() {
    let mut count = 0;
    for file in fs::read_dir(directory("master-shapes")).unwrap() {
        let file = file.unwrap().path();
        let name = file.file_stem().unwrap().to_str().unwrap();
        let path = format!("/{}", name.split(['-', '.']).next().unwrap());
        if file.extension().is_some_and(|extension| extension == "xml")
            && let Some(read) = read(&path, &fs::read(&file).unwrap())
        {
            count += 1;
            assert_eq!(read, Ok(()), "{name}");
        }
    }
    assert!(count > 5, "{count}");
}

#[test]
fn every_recorded_answer_of_the_hateoas_api_is_read() {
    let mut count = 0;
    for exchange in ["hateoas", "own"].into_iter().flat_map(exchanges) {
        let request = &exchange.request;
        let body = exchange.response.body.as_bytes();
        if exchange.response.status() != 200 || !request.path().starts_with("/hateoas/") {
            continue;
        }
        count += 1;
        match request.path() {
            "/hateoas/" if request.start.contains("mode=search") => drop(read_rows(body).expect(&exchange.name)),
            "/hateoas/" => drop(read_root(body).expect(&exchange.name)),
            path if path.contains("Token") => count -= 1,
            _ => drop(read_document(body).expect(&exchange.name)),
        }
    }
    assert!(count > 10, "{count}");
}
