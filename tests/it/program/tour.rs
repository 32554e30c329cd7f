//! The tour of README.md, as it stands there.

use super::Home;

#[test]
fn placeholder() {
    let _home = Home::new();
}
