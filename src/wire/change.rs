//! What an event changed, as the database keeps it and as answers carry it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::difference::Difference;

/// Something that changed. Values are JSON, shortened; those that may be secrets are not shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeEntry {
    /// What: `software_release`, `software_type`, `state`, `requester`, `parameter`, `sla` or `connection`.
    pub what: String,
    /// The name of a parameter; inside a structure with the names above it, such as `_.port`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The former value; absent when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The new value; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

impl From<&Difference> for ChangeEntry {
    fn from(difference: &Difference) -> Self {
        let Difference { what, path, from, to } = difference.clone();
        Self { what, path, from, to }
    }
}

impl From<ChangeEntry> for Difference {
    fn from(entry: ChangeEntry) -> Self {
        let ChangeEntry { what, path, from, to } = entry;
        Self { what, path, from, to }
    }
}

/// Changes as the JSON text of a column; empty when there is none.
#[must_use]
pub fn write(changes: &[Difference]) -> String {
    if changes.is_empty() {
        return String::new();
    }
    let entries: Vec<ChangeEntry> = changes.iter().map(ChangeEntry::from).collect();
    serde_json::to_string(&entries).unwrap_or_default()
}

/// Reads the text of a column.
///
/// # Errors
/// When it is something else.
pub fn read(text: &str) -> Result<Vec<Difference>, serde_json::Error> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let entries: Vec<ChangeEntry> = serde_json::from_str(text)?;
    Ok(entries.into_iter().map(Difference::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_read_back() {
        let changes = [
            Difference::new("state", Some("started"), Some("stopped")),
            Difference { what: "parameter".into(), path: Some("_.a".into()), from: None, to: Some("\"ö\"".into()) },
        ];
        let text =
            r#"[{"what":"state","from":"started","to":"stopped"},{"what":"parameter","path":"_.a","to":"\"ö\""}]"#;
        assert_eq!(write(&changes), text);
        assert_eq!(read(text).unwrap(), changes);
        assert_eq!((write(&[]), read("").unwrap()), (String::new(), Vec::new()));
        assert!(read("no").is_err());
    }
}
