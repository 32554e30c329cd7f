//! The root of the API.

use serde::{Deserialize, Serialize};

/// The root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// Where the API goes on.
    #[serde(rename = "_links")]
    pub links: RootLinks,
}

/// The links of the root; two of them are URI templates (RFC 6570).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootLinks {
    /// Searches: `query` and `select_list`.
    pub raw_search: Link,
    /// The root itself; paths are appended to it. The Python proxy has none.
    #[serde(rename = "self", default, skip_serializing_if = "Option::is_none")]
    pub own: Option<Link>,
    /// Documents: `relative_url` and `view`.
    pub traverse: Link,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The URL, or its template.
    pub href: String,
}

impl Root {
    /// The root at a URL, which ends with a slash.
    #[must_use]
    pub fn at(url: &str) -> Self {
        let link = |href: String| Link { href };
        Self {
            links: RootLinks {
                raw_search: link(format!("{url}?mode=search&query={{query}}&select_list={{select_list}}")),
                own: Some(link(url.trim_end_matches('/').to_owned())),
                traverse: link(format!("{url}?mode=traverse&relative_url={{relative_url}}&view={{view}}")),
            },
        }
    }
}

/// Reads the root.
///
/// # Errors
/// When the text is something else.
pub fn read_root(body: &[u8]) -> Result<Root, serde_json::Error> {
    serde_json::from_slice(body)
}
