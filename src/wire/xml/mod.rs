//! The two XML formats of the classic API: marshalled values (the wire format of `xml_marshaller`, see [`Value`]) and
//! the `<instance><parameter>` documents in which parameter maps are stored ([`write_parameters`]).

mod document;
mod instance;
pub mod objects;
mod parameters;
mod place;
mod read;
mod value;
mod write;

pub use document::ReadError;
pub use instance::{read_parameters, write_parameters};
pub use parameters::{parameters, text_dictionary, to_value};
pub use read::{Limits, loads, loads_with};
pub use value::{Class, Dictionary, Object, Value};
pub use write::{WriteError, dumps, fragments};

pub(super) use document::{Document, Tag, Token, is_blank, shown, trimmed};
pub(super) use instance::{escape_attribute, escape_text};
pub(super) use parameters::domain_value;
pub(super) use place::Place;

#[cfg(test)]
mod tests;
