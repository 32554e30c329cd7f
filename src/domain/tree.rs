//! Instance trees: a root that a person requested and everything that was requested below it.

use super::state::RequestedState;

/// The state of an instance whose request asks for `requested` in a tree whose root is to be `root`.
///
/// A child may be stopped or destroyed under a started root, never the opposite. A request without a state keeps
/// `stored`, and is `started` when there is none yet.
#[must_use]
pub fn effective_state(
    requested: Option<RequestedState>,
    root: Option<RequestedState>,
    stored: Option<RequestedState>,
) -> RequestedState {
    match root {
        Some(root) if root != RequestedState::Started => root,
        _ => requested.or(stored).unwrap_or(RequestedState::Started),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RequestedState::{Destroyed, Started, Stopped};

    #[test]
    fn the_root_decides_unless_it_is_started() {
        for (requested, root, stored, expected) in [
            (None, None, None, Started),
            (None, None, Some(Stopped), Stopped),
            (Some(Started), None, Some(Stopped), Started),
            (Some(Stopped), Some(Started), Some(Started), Stopped),
            (Some(Started), Some(Stopped), None, Stopped),
            (Some(Stopped), Some(Destroyed), Some(Started), Destroyed),
            (Some(Destroyed), Some(Stopped), Some(Started), Stopped),
        ] {
            assert_eq!(effective_state(requested, root, stored), expected, "{requested:?} {root:?} {stored:?}");
        }
    }
}
