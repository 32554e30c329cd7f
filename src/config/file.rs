//! Opens configuration files.

use std::fs;
use std::path::Path;

use super::fault::{Fault, Place};
use super::ini::Document;

/// Reads a configuration file; without a document when it cannot be read at all.
pub(super) fn open(file: &Path) -> (Option<Document>, Vec<Fault>) {
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) => {
            let place = place(file, None);
            let text = format!("cannot be read: {error}; expected a configuration file");
            return (None, vec![Fault::new(place, text)]);
        }
    };
    if bytes.contains(&0) {
        let text = "holds NUL bytes, so it is not a text file; expected a configuration file in UTF-8";
        return (None, vec![Fault::new(place(file, None), text)]);
    }
    let text = String::from_utf8_lossy(&bytes);
    let (document, mut faults) = Document::parse(file, &text);
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if let Err(error) = str::from_utf8(line) {
            let start = error.valid_up_to();
            let text = format!(
                "byte {} of this line (0x{:02X}) is not UTF-8; expected a text file in UTF-8",
                start + 1,
                line[start]
            );
            faults.push(Fault::new(place(file, Some(index + 1)), text));
        }
    }
    (Some(document), faults)
}

fn place(file: &Path, line: Option<usize>) -> Place {
    Place::File { file: file.to_owned(), line, section: None, key: None }
}
