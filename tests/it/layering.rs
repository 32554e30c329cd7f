//! Each room of src/ imports only what the design grants.

use std::fs;
use std::path::{Path, PathBuf};

/// A room, the rooms it may import, and the outside crates that only it may name.
const ROOMS: &[(&str, &[&str], &[&str])] = &[
    ("domain", &[], &[]),
    ("wire", &["domain"], &["quick_xml", "httpdate", "serde_path_to_error", "utoipa", "boon", "serde_saphyr"]),
    ("storage", &["domain", "wire"], &["rusqlite"]),
    ("master", &["domain", "storage"], &[]),
    ("config", &["domain"], &[]),
    ("pki", &["domain"], &["rcgen", "time", "x509_parser"]),
    ("client", &["domain", "wire"], &["reqwest"]),
    ("federation", &["domain", "config", "client"], &[]),
    ("shacache", &["wire", "client"], &["tar"]),
    ("fixtures", &["domain", "wire", "master"], &[]),
    ("simulation", &["wire", "client"], &[]),
    (
        "http",
        &["domain", "wire", "storage", "master", "config", "pki", "client", "federation", "shacache", "fixtures"],
        &["actix_web", "actix_files", "actix_multipart", "actix_tls", "flate2", "futures_util"],
    ),
    ("testing", &["domain", "wire", "config", "client", "fixtures", "http"], &[]),
    (
        "cli",
        &[
            "domain",
            "wire",
            "storage",
            "master",
            "config",
            "pki",
            "client",
            "federation",
            "shacache",
            "fixtures",
            "simulation",
            "http",
        ],
        &["clap", "clap_complete", "clap_mangen", "comfy_table", "env_logger", "anyhow"],
    ),
];

/// Crates that a few rooms share: the rooms that may name them.
const SHARED: &[(&str, &[&str])] = &[
    ("serde_json", &["wire", "cli"]),
    ("futures_util", &["http", "client"]),
    ("httpdate", &["wire", "cli"]),
    ("rand", &["pki"]),
    ("rustls", &["http", "client"]),
    ("sha2", &["pki", "shacache", "client"]),
];

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The words that start a path: `name::`, without what comes before.
fn paths<'a>(line: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let pattern = format!("{name}::");
    let length = pattern.len();
    let starts: Vec<usize> = line.match_indices(&pattern).map(|(at, _)| at).collect();
    starts.into_iter().filter_map(move |at| {
        let before = line[..at].chars().next_back();
        let own = before.is_none_or(|character| !character.is_alphanumeric() && character != '_' && character != ':');
        own.then(|| &line[at + length..])
    })
}

fn word(text: &str) -> &str {
    let end = text.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(text.len());
    &text[..end]
}

#[test]
fn rooms_import_only_what_the_design_grants() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut faults = Vec::new();
    for (room, granted, _) in ROOMS {
        let mut files = Vec::new();
        match src.join(format!("{room}.rs")) {
            file if file.exists() => files.push(file),
            _ => sources(&src.join(room), &mut files),
        }
        assert!(!files.is_empty(), "the room {room} is empty");
        for file in files {
            let content = fs::read_to_string(&file).unwrap();
            let lines = content.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
            for (number, line) in lines {
                let place = format!("{}:{}", file.strip_prefix(&src).unwrap().display(), number + 1);
                for imported in paths(line, "crate").map(word) {
                    let is_room = ROOMS.iter().any(|(name, ..)| *name == imported);
                    if is_room && imported != *room && !granted.contains(&imported) {
                        faults.push(format!("{place}: {room} imports {imported}"));
                    }
                }
                for (owner, _, crates) in ROOMS {
                    for name in *crates {
                        let shared = SHARED.iter().find(|(shared, _)| shared == name);
                        let allowed = owner == room || shared.is_some_and(|(_, rooms)| rooms.contains(room));
                        if !allowed && paths(line, name).next().is_some() {
                            faults.push(format!("{place}: {room} names {name}, which belongs to {owner}"));
                        }
                    }
                }
                for (name, rooms) in SHARED {
                    if !rooms.contains(room) && paths(line, name).next().is_some() {
                        faults.push(format!("{place}: {room} names {name}"));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn there_is_no_room_that_the_design_does_not_know() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found: Vec<String> = fs::read_dir(src)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !["main.rs", "lib.rs"].contains(&name.as_str()))
        .map(|name| name.strip_suffix(".rs").unwrap_or(&name).to_owned())
        .collect();
    found.sort();
    let mut known: Vec<&str> = ROOMS.iter().map(|(room, ..)| *room).collect();
    known.sort_unstable();
    assert_eq!(found, known);
}

#[test]
fn sql_statuses_and_printing_stay_in_their_rooms() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut faults = Vec::new();
    for file in files {
        let name = file.strip_prefix(&src).unwrap().display().to_string();
        let content = fs::read_to_string(&file).unwrap();
        for (what, pattern, allowed) in [
            ("SQL", "\"SELECT ", "storage/"),
            ("SQL", "\"INSERT ", "storage/"),
            ("SQL", "\"UPDATE ", "storage/"),
            ("SQL", "\"DELETE ", "storage/"),
            ("a status", "StatusCode::", "error.rs"),
            ("printing", "println!", "cli/output.rs"),
        ] {
            let transport = name == "client/transport.rs" && what == "a status";
            if content.contains(pattern) && !name.contains(allowed) && !transport {
                faults.push(format!("{name}: {what} ({pattern})"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
