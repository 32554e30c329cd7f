//! The HATEOAS API: the root, searches and their rows, and documents, as compact JSON with sorted keys and a line feed
//! at the end. Fields stand in the order of their names, which is the order of the wire.

mod address;
mod news;
mod query;
mod read;
mod root;
mod row;
mod view;

use serde::Serialize;

pub use address::Address;
pub use query::{Arguments, Name, Search, Unhandled};
pub use read::{
    ComputerInformation, Extracted, HateoasError, InstanceInformation, Row, expand, read_access_token, read_document,
    read_rows,
};
pub use root::{Link, Root, RootLinks, read_root};
pub use row::{
    ComputerRow, Contents, InstallationRow, InstanceRow, MemberRow, SearchAnswer, SharedRow, TreeRow, computer_rows,
    installation_rows, member_rows, tree_rows,
};
pub use view::{
    Document, DocumentLinks, Embedded, Field, FieldType, PortalType, computer_document, installation_document,
    service_document,
};

/// The text of an answer.
#[must_use]
pub fn to_json<T: Serialize>(answer: &T) -> String {
    // Maps have texts as keys and numbers are finite: nothing here can fail.
    let mut text = serde_json::to_string(answer).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests;
