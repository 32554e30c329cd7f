//! Bundles: contents and entries in one tar file, for sites without a network.
//!
//! The contents come first (`cache/SHA512`), then the entries (`dir/KEY`, as the directory has them), and at the end
//! `end.json`, without which a bundle is not whole.

use std::io::{self, Read, Write};

use tar::{Archive, Builder, EntryType, Header};

use super::Shacache;
use super::content::PORTION;
use super::error::Error;
use crate::wire::shacache::{BundleEnd, Entry, Key, Sha512, entries, from_json, read_entries, to_json};

const CONTENT: &str = "cache/";
const DIRECTORY: &str = "dir/";
const END: &str = "end.json";

/// The longest list of entries that is taken, in bytes.
const LONGEST_LIST: u64 = 64 * 1024 * 1024;

/// What was exported or imported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BundleReport {
    /// How many contents.
    pub contents: u64,
    /// How many of them were new.
    pub new_contents: u64,
    /// How many keys.
    pub keys: u64,
    /// How many of their entries were new.
    pub new_entries: u64,
    /// The contents that entries name and that are not here.
    pub missing: Vec<Sha512>,
}

impl Shacache {
    /// Writes a bundle: everything, or some keys with the contents that their entries name.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is no such key; or when a file cannot be read or written.
    pub fn export(&self, keys: &[Key], output: impl Write) -> Result<BundleReport, Error> {
        let inner = &self.0;
        let wanted = if keys.is_empty() { inner.directory.keys()? } else { keys.to_vec() };
        let mut lists = Vec::new();
        for key in wanted {
            match inner.directory.entries(&key)? {
                Some(list) => lists.push((key, list)),
                None if keys.is_empty() => {}
                None => return Err(Error::missing("key", &key)),
            }
        }
        let mut names: Vec<Sha512> = if keys.is_empty() { inner.contents.names()? } else { Vec::new() };
        names.extend(lists.iter().flat_map(|(_, list)| list).filter_map(Entry::sha512));
        names.sort_unstable();
        names.dedup();
        let mut report = BundleReport::default();
        let mut bundle = Builder::new(output);
        for sha512 in names {
            let Some((file, path)) = inner.contents.get(&sha512)? else {
                report.missing.push(sha512);
                continue;
            };
            let length = file.metadata().map_err(|error| Error::file(&path, &error))?.len();
            append(&mut bundle, &format!("{CONTENT}{sha512}"), length, file)?;
            report.contents += 1;
        }
        for (key, list) in lists {
            let text = entries(&list);
            append(&mut bundle, &format!("{DIRECTORY}{key}"), text.len() as u64, text.as_bytes())?;
            report.keys += 1;
        }
        let end = to_json(&BundleEnd { content: report.contents, directory: report.keys });
        append(&mut bundle, END, end.len() as u64, end.as_bytes())?;
        bundle.into_inner().and_then(|mut output| output.flush()).map_err(|error| unwritten(&error))?;
        Ok(report)
    }

    /// Takes over a bundle. Each content must be what its name says. What was taken before a fault stays.
    ///
    /// # Errors
    /// [`Error::Bundle`] when it is none or not whole; or when a file cannot be written.
    pub fn import(&self, input: impl Read) -> Result<BundleReport, Error> {
        let mut report = BundleReport::default();
        let mut bundle = Archive::new(input);
        for member in bundle.entries().map_err(|error| unreadable(&error))? {
            let mut member = member.map_err(|error| unreadable(&error))?;
            let name = String::from_utf8_lossy(&member.path_bytes()).into_owned();
            if member.header().entry_type() != EntryType::Regular {
                return Err(strange(&name));
            }
            if let Some(sha512) = name.strip_prefix(CONTENT) {
                let sha512 = Sha512::parse(sha512).map_err(|_| strange(&name))?;
                self.import_content(&sha512, &mut member, &mut report)?;
            } else if let Some(key) = name.strip_prefix(DIRECTORY) {
                let key = Key::parse(key).map_err(|_| strange(&name))?;
                let list = read_entries(&short(&mut member)?).map_err(|_| strange(&name))?;
                report.new_entries += self.0.directory.add(&key, &list)? as u64;
                report.keys += 1;
            } else if name == END {
                let end: BundleEnd = from_json(&short(&mut member)?).map_err(|_| strange(&name))?;
                let found = BundleEnd { content: report.contents, directory: report.keys };
                if end != found {
                    return Err(Error::Bundle(format!("should have {end:?} and has {found:?}")));
                }
                return Ok(report);
            } else {
                return Err(strange(&name));
            }
        }
        Err(Error::Bundle(format!("is not whole: it does not end with {END}")))
    }

    fn import_content(&self, sha512: &Sha512, from: &mut impl Read, report: &mut BundleReport) -> Result<(), Error> {
        let contents = &self.0.contents;
        let is_new = !contents.has(sha512);
        let mut receiving = contents.receive()?;
        let mut portion = vec![0; PORTION];
        loop {
            match from.read(&mut portion).map_err(|error| unreadable(&error))? {
                0 => break,
                length => receiving.write(&portion[..length])?,
            }
        }
        contents.keep(receiving, Some(sha512)).map_err(|error| match error {
            Error::Checksum { found } => Error::Bundle(format!("has a content {sha512} whose SHA-512 is {found}")),
            error => error,
        })?;
        report.contents += 1;
        report.new_contents += u64::from(is_new);
        Ok(())
    }
}

fn append(bundle: &mut Builder<impl Write>, name: &str, length: u64, from: impl Read) -> Result<(), Error> {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_size(length);
    header.set_mode(0o644);
    bundle.append_data(&mut header, name, from).map_err(|error| unwritten(&error))
}

/// The bytes of a short member.
fn short(from: &mut impl Read) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    from.take(LONGEST_LIST).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    Ok(bytes)
}

fn strange(name: &str) -> Error {
    Error::Bundle(format!("has a member {name:?}, which does not belong into one"))
}

fn unreadable(error: &io::Error) -> Error {
    Error::Bundle(format!("cannot be read: {error}"))
}

fn unwritten(error: &io::Error) -> Error {
    Error::Bundle(format!("cannot be written: {error}"))
}
