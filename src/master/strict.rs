//! What the production master refuses of requests, and this one only when it shall be as strict.

use super::Error;
use super::request::Command;
use super::requester::Requester;
use crate::domain::error::Refusal;
use crate::domain::instance::DEFAULT_SOFTWARE_TYPE;
use crate::storage::ReadTx;

/// Titles are unique in a tree over software and shared instances, and people cannot turn a tree into another one.
///
/// # Errors
/// [`Refusal::OtherKind`], [`Refusal::FixedTree`].
pub(super) fn check(command: &Command, tx: ReadTx<'_>, requester: Option<&Requester>) -> Result<(), Error> {
    let request = &command.request;
    if !command.settings.strict {
        return Ok(());
    }
    let root = requester.map(|requester| requester.root);
    let software = tx.software_instance(root, &request.title)?;
    let shared = tx.shared_instances_titled(root, &request.title)?;
    let title = request.title.to_string();
    if request.shared && software.is_some() {
        return Err(Refusal::OtherKind { title, present: "an instance that is not shared" }.into());
    }
    if !request.shared && !shared.is_empty() {
        return Err(Refusal::OtherKind { title, present: "a shared instance" }.into());
    }
    let (None, Some(present)) = (requester, software.or_else(|| shared.into_iter().next())) else { return Ok(()) };
    let wanted = if request.software_type.is_empty() { DEFAULT_SOFTWARE_TYPE } else { &request.software_type };
    for (field, present, wanted) in [
        ("software_release", &*present.wish.software_release, &*request.software_release),
        ("software_type", present.wish.software_type.as_str(), wanted),
    ] {
        if present != wanted {
            let (present, wanted) = (present.to_owned(), wanted.to_owned());
            return Err(Refusal::FixedTree { field, title, present, wanted }.into());
        }
    }
    Ok(())
}
