//! Local software releases follow the directory that they are in: a development tree was moved.

/// What a start under another local software root means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootChange {
    /// It is the same root.
    None,
    /// One root is inside the other: releases stay, only the root is remembered.
    Nested,
    /// Releases move with the root.
    Moved(Rebase),
}

/// A move of local releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebase {
    old: String,
    new: String,
}

impl RootChange {
    /// Compares the root that was kept (none is `/`) with the configured one. Both are compared as texts: links are not
    /// followed.
    #[must_use]
    pub fn between(kept: Option<&str>, configured: &str) -> Self {
        let (old, new) = (normal(kept.unwrap_or("/")), normal(configured));
        if old == new {
            Self::None
        } else if inside(&old, &new).is_some() || inside(&new, &old).is_some() {
            Self::Nested
        } else {
            Self::Moved(Rebase { old, new })
        }
    }
}

impl Rebase {
    /// Where a release is now, if it moved: a path inside the old root, unless only the old one is a file.
    #[must_use]
    pub fn moved(&self, release: &str, is_file: impl Fn(&str) -> bool) -> Option<String> {
        if has_scheme(release) || !release.starts_with('/') {
            return None;
        }
        let moved = match inside(&normal(release), &self.old)? {
            "" => self.new.clone(),
            relative => format!("{}/{relative}", self.new),
        };
        (is_file(&moved) || !is_file(release)).then_some(moved)
    }
}

/// The rest of a normal path below a directory.
fn inside<'a>(path: &'a str, directory: &str) -> Option<&'a str> {
    if directory == "/" {
        return path.strip_prefix('/');
    }
    let rest = path.strip_prefix(directory)?;
    if rest.is_empty() { Some("") } else { rest.strip_prefix('/') }
}

/// An absolute path without empty parts, dots, and double dots.
#[must_use]
pub fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// Whether a text begins as a URL does: `https:`, `file:`.
fn has_scheme(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else { return false };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_roots_rebase_nothing() {
        for (kept, configured, expected) in [
            (None, "/", RootChange::None),
            (Some("/a/b/"), "/a/./b", RootChange::None),
            (None, "/a", RootChange::Nested),
            (Some("/a"), "/", RootChange::Nested),
            (Some("/a"), "/a/b", RootChange::Nested),
            (Some("/a/b"), "/a", RootChange::Nested),
        ] {
            assert_eq!(RootChange::between(kept, configured), expected, "{kept:?} {configured}");
        }
        let moved = |old: &str, new: &str| RootChange::Moved(Rebase { old: old.into(), new: new.into() });
        assert_eq!(RootChange::between(Some("/a/b"), "/a/bc"), moved("/a/b", "/a/bc"));
        assert_eq!(RootChange::between(Some("/a/x/../b"), "/c//d/"), moved("/a/b", "/c/d"));
    }

    #[test]
    fn paths_inside_the_old_root_move_unless_only_they_exist() {
        let rebase = Rebase { old: "/old".into(), new: "/new".into() };
        let moved = |release: &str, files: &[&str]| rebase.moved(release, |path| files.contains(&path));
        for (release, files, expected) in [
            ("/old/sr/software.cfg", &[][..], Some("/new/sr/software.cfg")),
            ("/old/./sr/../software.cfg", &[], Some("/new/software.cfg")),
            ("/old", &[], Some("/new")),
            ("/old/a", &["/old/a"], None),
            ("/old/a", &["/old/a", "/new/a"], Some("/new/a")),
            ("/older/a", &[], None),
            ("/elsewhere", &[], None),
            ("https://old/a", &[], None),
            ("file:///old/a", &[], None),
            ("old/a", &[], None),
            ("", &[], None),
        ] {
            assert_eq!(moved(release, files).as_deref(), expected, "{release}");
        }
    }
}
