//! The sections `[multimaster/URL]`: other masters, to which requests may be forwarded.

use std::path::PathBuf;

use super::ini::{Document, Section};
use super::reader::{Reader, Text};
use super::value;

/// Another master, to which requests may be forwarded. Source: a section `[multimaster/URL]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteMaster {
    /// Its URL exactly as written in the name of the section: URLs are compared letter by letter.
    pub url: String,
    /// URLs of the software releases whose requests are forwarded there. Source: key `software_release_list`.
    pub software_release_list: Vec<String>,
    /// PEM file of the private key for TLS, which need not exist yet. Source: key `key`.
    pub key: Option<PathBuf>,
    /// PEM file of the certificate for TLS, which need not exist yet. Source: key `cert`.
    pub cert: Option<PathBuf>,
    /// PEM file with the certificates by which the master is verified, in place of those that the system trusts. It need not
    /// exist yet. Source: key `ca`.
    pub ca: Option<PathBuf>,
    /// Reference of the computer in whose name requests are made there, with `partition`. Source: key `computer`.
    pub computer: Option<String>,
    /// Id of the partition in whose name requests are made there, with `computer`. Source: key `partition`.
    pub partition: Option<String>,
}

/// Every remote master of the file, in its order.
pub(super) fn read(reader: &mut Reader<'_>) -> Vec<RemoteMaster> {
    let Some(document) = reader.document else {
        return Vec::new();
    };
    let masters = document.sections.iter().filter_map(|section| {
        let url = section.name.strip_prefix("multimaster/")?;
        Some(master(reader, document, section, url))
    });
    masters.collect()
}

fn master(reader: &mut Reader<'_>, document: &Document, section: &Section, url: &str) -> RemoteMaster {
    let place = document.place(section.number, Some(&section.name), None);
    let is_tls = url.starts_with("https://");
    if url.is_empty() {
        reader.fail(&place, "the URL is missing; expected a name such as [multimaster/https://slap.example/]");
    } else if !is_tls && !url.starts_with("http://") {
        reader.warn(&place, "this is not an http:// or https:// URL, so nothing can be forwarded there");
    }

    let releases = reader.section_lines(section, "software_release_list").unwrap_or_default();
    let before = reader.fault_count();
    let mut single = |key| {
        let lines = reader.section_lines(section, key)?;
        reader.single(lines)
    };
    let (key, cert, ca) = (single("key"), single("cert"), single("ca"));
    let (computer, partition) = (single("computer"), single("partition"));

    let missing = match (&key, &cert) {
        (None, None) => Some("key and cert"),
        (None, Some(_)) => Some("key"),
        (Some(_), None) => Some("cert"),
        (Some(_), Some(_)) => None,
    };
    if let Some(missing) = missing.filter(|_| is_tls) {
        let text = format!("{missing} not set, so nothing can be forwarded to this https URL");
        reader.warn(&place, &text);
    }
    let complete = reader.fault_count() == before;
    let both = "expected both, to make requests in the name of that partition, or none";
    match (&computer, &partition) {
        (Some(computer), None) if complete => {
            reader.fail(&computer.place, format!("computer is set without partition; {both}"));
        }
        (None, Some(partition)) if complete => {
            reader.fail(&partition.place, format!("partition is set without computer; {both}"));
        }
        _ => {}
    }

    let mut path = |text: Option<Text>| reader.check_path(&text?, value::path);
    RemoteMaster {
        url: url.to_owned(),
        software_release_list: releases.into_iter().map(|line| line.text).collect(),
        key: path(key),
        cert: path(cert),
        ca: path(ca),
        computer: computer.map(|text| text.text),
        partition: partition.map(|text| text.text),
    }
}
