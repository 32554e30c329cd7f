//! `slapproxy explain`

use serde_json::Value;

use super::{Finished, Home, failed};

fn filled(home: &Home) -> super::Server {
    let description = home.run(&["format", "--partitions", "1"]).stdout;
    let server = home.start(&[]);
    assert_eq!(home.run_with(&["import", "-"], &[], &description).code, Some(0));
    assert_eq!(server.request("first").status, 200);
    assert_eq!(server.request("second").status, 404);
    server
}

/// What was printed, every date replaced.
fn dateless(finished: &Finished) -> String {
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
    let mut text = finished.stdout.clone();
    while let Some(end) = text.find(" GMT") {
        text.replace_range(end - 25..end + 4, "DATE");
    }
    text
}

#[test]
fn it_explains_the_same_through_the_server_and_from_the_file() {
    let home = Home::new();
    let server = filled(&home);
    let explain = |title: &str| home.run(&["explain", title]);
    let running = [explain("first"), explain("second"), explain("nope")];
    let json = home.run(&["explain", "second", "--format", "json"]);
    assert_eq!(server.stop("TERM").code, Some(0));
    assert_eq!([explain("first"), explain("second"), explain("nope")], running);
    assert_eq!(home.run(&["explain", "second", "--format", "json"]), json);
    let [first, second, unknown] = running;
    insta::assert_snapshot!(dateless(&first), @r#"
    the instance first is in slappart0 of local_computer
      why there: no computer is named, so local_computer is the default; this partition was free there
      asked for by user: /sr, type default, started
      reported: nothing yet
      its node still has to process first, which changed DATE:
        DATE  user  requestComputerPartition: started  [local_computer slappart0 first /sr]
    "#);
    insta::assert_snapshot!(dateless(&second), @r#"
    the request of second was refused; now it would be refused: the only partition of local_computer is busy: slappart0 with first
      asked for by user: /sr, type default, started
      refused DATE, asked for by user
      looked at now:
        slappart0 of local_computer, with first: is busy
    "#);
    let sentence = "error: title: there is no instance or refused request \"nope\"; known: second, first\n";
    assert_eq!(unknown, failed(2, sentence));
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&json[0]["instance_title"], &json[0]["refused"]["count"]), (&"second".into(), &1.into()));
}

#[test]
fn the_file_says_when_a_refused_request_would_find_a_place() {
    let home = Home::new();
    drop(filled(&home));
    let larger = home.run(&["format", "--partitions", "2"]).stdout;
    assert_eq!(home.run_with(&["import", "-"], &[], &larger).code, Some(0));
    let said = home.run(&["explain", "second"]).stdout;
    let summary =
        "the request of second was refused; it would be placed in slappart1 of local_computer now: ask again\n";
    assert!(said.starts_with(summary), "{said}");
}
