//! Renaming, and titles with any characters.

use crate::app::{Answer, TestApp, request, text};
use crate::calls::{LOCAL, connection, map};

#[test]
fn a12_a_renamed_root_keeps_its_children_and_shared_instances() {
    let app = TestApp::formatted(4);
    request("host").release("/host").place(&app);
    request("root").place(&app);
    let kid = request("kid").by(LOCAL, "slappart1");
    kid.place(&app);
    let shared = request("shared").release("/host").shared();
    let of_root = shared.clone().by(LOCAL, "slappart1");
    of_root.place(&app);
    shared.place(&app);
    assert_eq!(app.publish_shared(LOCAL, "slappart0", "root_shared", &[("a", "b")]), Answer::text("done"));
    let before = app.timestamps(&["slappart0", "slappart1", "slappart2"]);

    assert_eq!(app.rename("slappart1", "root2"), Answer::text("done"));

    let after = app.timestamps(&["slappart0", "slappart1", "slappart2"]);
    assert_ne!(before[0], after[0], "the host has new references to read");
    assert_eq!(before[1..], after[1..]);
    assert_eq!(request("root2").place(&app), "slappart1");
    assert_eq!(kid.place(&app), "slappart2");
    assert_eq!(app.parameter("slappart2", "root_instance_title"), "root2".into());
    assert_eq!(app.served("slappart0"), ["root2_shared", "_shared"]);
    let answer = of_root.value(&app);
    assert_eq!(text(&answer, "_instance_guid"), "root2_shared");
    assert_eq!(connection(&answer), map(&[("a", "b")]));
    let free = "slappart3 free";
    let listing = ["slappart0 started host", "slappart1 started root2", "slappart2 started kid", free];
    assert_eq!(app.listing(LOCAL), listing);
}

#[test]
fn a12_a_taken_title_is_refused_and_nobody_is_renamed() {
    let app = TestApp::formatted(4);
    for title in ["A", "B"] {
        request(title).place(&app);
    }
    for title in ["kid", "kid2"] {
        request(title).by(LOCAL, "slappart0").place(&app);
    }
    let before = app.listing(LOCAL);
    let taken = "new_name: the title \"A\" is already taken in the instance trees";
    assert_eq!(app.rename("slappart1", "A"), Answer::text(taken));
    let taken = "new_name: the title \"kid\" is already taken in the tree \"A\"";
    assert_eq!(app.rename("slappart3", "kid"), Answer::text(taken));
    assert_eq!(app.listing(LOCAL), before);
    // Titles need only be unique in their own tree.
    assert_eq!(app.rename("slappart1", "kid"), Answer::text("done"));
    assert_eq!(app.rename("slappart1", "kid"), Answer::text("done"));
}

#[test]
fn a12_a_renamed_child_is_found_under_its_new_title_only() {
    let app = TestApp::formatted(3);
    request("root").place(&app);
    request("kid").by(LOCAL, "slappart0").place(&app);
    assert_eq!(app.rename("slappart1", "child"), Answer::text("done"));
    assert_eq!(request("child").by(LOCAL, "slappart0").place(&app), "slappart1");
    assert_eq!(request("kid").by(LOCAL, "slappart0").place(&app), "slappart2");
}

#[test]
fn b12_renaming_what_is_not_there_is_told() {
    let app = TestApp::formatted(1);
    assert_eq!(app.rename("nope", "x"), Answer::text("Unknown partition 'nope' on 'local_computer'"));
    let free = "computer_partition_id: the partition \"slappart0\" of \"local_computer\" is free";
    assert_eq!(app.rename("slappart0", "x"), Answer::text(free));
    request("host").place(&app);
    let unknown = "slave_reference: there is no shared instance of this host called \"_s\"; known: none";
    assert_eq!(app.rename_shared("slappart0", "_s", "x"), Answer::text(unknown));
    assert_eq!(app.listing(LOCAL), ["slappart0 started host"]);
    let empty = "new_name: \"\" is not accepted; expected a title: printable text, not empty";
    assert_eq!(app.rename("slappart0", "").refusal(), (400, empty.into()));
}

#[test]
fn b17_renaming_a_shared_instance_leaves_its_host_alone() {
    let app = TestApp::formatted(1);
    request("host").place(&app);
    let shared = |title: &str| request(title).shared();
    shared("s").place(&app);
    shared("t").place(&app);
    assert_eq!(app.publish_shared(LOCAL, "slappart0", "_s", &[("a", "b")]), Answer::text("done"));
    assert_eq!(app.rename_shared("slappart0", "_s", "renamed"), Answer::text("done"));
    assert_eq!(app.listing(LOCAL), ["slappart0 started host"]);
    assert_eq!(app.served("slappart0"), ["_renamed", "_t"]);
    assert_eq!(connection(&shared("renamed").value(&app)), map(&[("a", "b")]));
    let taken = "new_name: the title \"t\" is already taken in the instance trees";
    assert_eq!(app.rename_shared("slappart0", "_renamed", "t"), Answer::text(taken));
    assert_eq!(app.served("slappart0"), ["_renamed", "_t"]);
}

#[test]
fn a12_a_host_may_still_use_the_reference_from_before_a_rename() {
    let app = TestApp::formatted(2);
    request("host").place(&app);
    request("root").release("/root").place(&app);
    let shared = request("s").shared().by(LOCAL, "slappart1");
    shared.place(&app);
    assert_eq!(app.rename("slappart1", "root2"), Answer::text("done"));
    assert_eq!(app.rename_shared("slappart0", "root_s", "t"), Answer::text("done"));
    assert_eq!(app.served("slappart0"), ["root2_t"]);
    for (former, value) in [("root_s", "1"), ("root2_s", "2"), ("root2_t", "3")] {
        assert_eq!(app.publish_shared(LOCAL, "slappart0", former, &[("a", value)]), Answer::text("done"));
        let answer = request("t").shared().by(LOCAL, "slappart1").value(&app);
        assert_eq!(connection(&answer), map(&[("a", value)]));
    }
    // A shared instance that has the reference now comes first.
    shared.place(&app);
    assert_eq!(app.publish_shared(LOCAL, "slappart0", "root2_s", &[("a", "4")]), Answer::text("done"));
    assert_eq!(connection(&shared.value(&app)), map(&[("a", "4")]));
}

#[test]
fn b7_b8_a_title_may_hold_any_printable_characters() {
    let titles = [
        "my___inst",
        "_",
        "a/b",
        "../..",
        "quo\"te",
        "quo'te",
        "<a>&amp;",
        "Zürich 💥",
        "two  words",
        " at the ends ",
        "None",
        "100%",
        "a+b",
        "a,b",
        "$x",
        "café\u{301}",
    ];
    let app = TestApp::formatted(2 * titles.len() + 1);
    request("host").release("/host").place(&app);
    for title in titles {
        let first = request(title).send(&app);
        assert_eq!(request(title).send(&app), first, "{title:?}");
        let partition = text(&first.value(), "slap_computer_partition_id");
        assert_eq!(app.parameter(&partition, "instance_title"), title.into());
        let kid = request(title).by(LOCAL, &partition);
        let place = kid.place(&app);
        assert_eq!(app.parameter(&place, "root_instance_title"), title.into());
        let shared = request(title).release("/host").shared().by(LOCAL, &partition);
        assert_eq!(text(&shared.value(&app), "_instance_guid"), format!("{title}_{title}"));
        assert_eq!(app.rename(&place, "renamed"), Answer::text("done"));
        assert_eq!(request("renamed").by(LOCAL, &partition).place(&app), place);
    }
    assert_eq!(app.served("slappart0"), titles.map(|title| format!("{title}_{title}")));
}
