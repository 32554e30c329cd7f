//! Titles of all kinds, from the search to the document.

use super::{field, json, rows, titled, traversed};
use crate::app::{Answer, TestApp, request};
use crate::calls::LOCAL;

const TITLES: [&str; 12] = [
    "a/b",
    "a//b",
    "/a/",
    "quo\"te",
    "\" OR \"",
    "50% %41 %2F",
    "my___inst",
    "é💥",
    "a+b c",
    "<x>&amp;",
    "a?b#c",
    "{x}\\y",
];

#[test]
fn every_title_leads_from_the_search_to_its_document() {
    let app = TestApp::formatted(TITLES.len());
    for title in TITLES {
        request(title).place(&app);
        request(&format!("shared {title}")).shared().place(&app);
    }
    for title in TITLES {
        for (title, family) in [(title.to_owned(), "partitions"), (format!("shared {title}"), "shared")] {
            let found = rows(&app, &titled(&title));
            assert_eq!(found.len(), 1, "{title}");
            assert_eq!(found[0]["title"], title.as_str());
            let relative_url = found[0]["relative_url"].as_str().unwrap();
            assert!(relative_url.starts_with(&format!("/hateoas/{family}/")), "{relative_url}");
            assert_eq!(traversed(&app, relative_url), relative_url);
            let document = json(&app.get(relative_url));
            assert_eq!(field(&document, "my_reference"), title.as_str());
        }
    }
}

#[test]
fn members_of_trees_have_documents_of_their_own_though_titles_repeat() {
    let app = TestApp::formatted(5);
    for (root, partition, release) in [("one/1", "slappart0", "/one"), ("two", "slappart2", "/two")] {
        assert_eq!(request(root).place(&app), partition);
        request("kid/k").release(release).by(LOCAL, partition).place(&app);
    }
    let release = |path: &str| field(&json(&app.get(path)), "my_url_string");
    assert_eq!(release("/hateoas/partitions/one%2F1/kid%2Fk"), "/one");
    assert_eq!(release("/hateoas/partitions/two/kid%2Fk"), "/two");
    // A title alone means the root of the title, else the first.
    assert_eq!(release("/hateoas/partitions/kid%2Fk"), "/one");
    request("kid/k").release("/root").place(&app);
    assert_eq!(release("/hateoas/partitions/kid%2Fk"), "/root");
}

#[test]
fn slashes_need_not_be_encoded_where_they_can_be_understood() {
    let app = TestApp::formatted(2);
    request("a/b").release("/ab").place(&app);
    request("x/y/z").release("/xyz").place(&app);
    for (path, release) in [("/hateoas/partitions/a/b", "/ab"), ("/hateoas/partitions/x/y/z", "/xyz")] {
        assert_eq!(field(&json(&app.get(path)), "my_url_string"), release);
    }
    let unknown = (404, "There is no instance \"a/c\".".to_owned());
    assert_eq!(app.get("/hateoas/partitions/a/c").refusal(), unknown);
}

#[test]
fn a_traversal_leads_only_to_documents() {
    let app = TestApp::empty();
    assert_eq!(traversed(&app, "/hateoas/partitions/é x"), "/hateoas/partitions/%C3%A9%20x");
    assert_eq!(traversed(&app, "/hateoas/shared/a\r\nSet-Cookie: b"), "/hateoas/shared/a%0D%0ASet-Cookie%3A%20b");
    let missing = "relative_url: the field is missing; given: mode";
    assert_eq!(app.get("/hateoas/?mode=traverse").refusal(), (400, missing.into()));
    for other in [
        "https://evil.example/",
        "//evil.example/hateoas/partitions/x",
        "/\\evil.example",
        "/panel/",
        "/hateoas/",
        "/hateoas/partitions/",
        "hateoas/partitions/x",
        "",
    ] {
        let path = slapproxy::wire::form::encode(&[("mode", "traverse"), ("relative_url", other)]);
        let Answer { status, body } = app.get(&format!("/hateoas/?{path}"));
        assert!(status == 400 && body.contains("<p>Unhandled relative_url: "), "{other}: {status} {body}");
    }
}
