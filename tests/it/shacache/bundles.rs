//! Bundles of one cache for another one.

use std::fs;

use slapproxy::shacache::{Places, Shacache};
use slapproxy::wire::shacache::Key;

use super::{SOME, app, entry};
use crate::app::{Answer, TestApp};

fn cache(app: &TestApp) -> Shacache {
    let beside = |name: &str| app.database.with_file_name(name);
    let (content, metadata) = (beside("shacache"), beside("shadir"));
    let places = Places { content: &content, metadata: &metadata, upstream_cache_url: None, upstream_dir_url: None };
    Shacache::open(places).unwrap()
}

#[test]
fn a_bundle_carries_contents_and_entries_to_another_cache() {
    let (from, to) = (app(), app());
    from.upload("some content");
    from.upload("unnamed");
    from.put_entry("key", &entry(SOME, "u"));
    from.put_entry("orphan", &entry(&"0".repeat(128), "gone"));
    let mut bundle = Vec::new();
    let report = cache(&from).export(&[], &mut bundle).unwrap();
    assert_eq!((report.contents, report.keys, report.missing.len()), (2, 2, 1));
    to.put_entry("key", &entry(SOME, "own"));
    let report = cache(&to).import(&bundle[..]).unwrap();
    assert_eq!((report.contents, report.new_contents, report.keys, report.new_entries), (2, 2, 2, 2));
    assert_eq!(to.get(&format!("/shacache/cache/{SOME}")), Answer::text("some content"));
    let both = format!("[{},{}]", entry(SOME, "u"), entry(SOME, "own"));
    assert_eq!(to.get("/shacache/dir/key"), Answer::text(&both));
    let again = cache(&to).import(&bundle[..]).unwrap();
    assert_eq!((again.new_contents, again.new_entries), (0, 0));

    let mut some = Vec::new();
    let report = cache(&from).export(&[Key::parse("key").unwrap()], &mut some).unwrap();
    assert_eq!((report.contents, report.keys), (1, 1));
    let refusal = cache(&from).export(&[Key::parse("nope").unwrap()], &mut some).unwrap_err();
    assert_eq!(refusal.to_string(), "There is no key nope in this cache.");
}

#[test]
fn a_bundle_that_is_damaged_or_not_whole_is_refused() {
    let (from, to) = (app(), app());
    from.upload("some content");
    from.put_entry("key", &entry(SOME, "u"));
    let mut bundle = Vec::new();
    cache(&from).export(&[], &mut bundle).unwrap();
    let refused = |bytes: &[u8]| cache(&to).import(bytes).unwrap_err().to_string();
    for length in [0, 512, 1024, 2048, 3072, 4096] {
        let refusal = refused(&bundle[..length.min(bundle.len() - 3000)]);
        assert!(refusal.starts_with("the bundle "), "{length}: {refusal}");
    }
    let at = bundle.windows(12).position(|window| window == b"some content").unwrap();
    let to = app();
    let refused = |bytes: &[u8]| cache(&to).import(bytes).unwrap_err().to_string();
    let mut damaged = bundle.clone();
    damaged[at] = b'S';
    assert!(refused(&damaged).starts_with(&format!("the bundle has a content {SOME} whose SHA-512 is ")));
    assert!(!fs::exists(to.database.with_file_name("shacache").join(SOME)).unwrap());
    assert!(refused(b"no bundle at all").starts_with("the bundle "));
}
