//! Local software releases after their directory moved.

use super::*;
use crate::app::request;

fn at(root: &Path) -> Overrides {
    Overrides { local_software_release_root: Some(root.to_owned()), ..overrides() }
}

fn releases(app: &TestApp) -> Vec<String> {
    let sql = "SELECT 'supply', url, requested_state FROM software18 \
               UNION ALL SELECT 'instance', title, software_release FROM instance WHERE software_release <> '/sr' \
               UNION ALL SELECT 'refused', title, software_release FROM refusal";
    rows(&app.sqlite(), sql)
}

fn told(app: &TestApp) -> Vec<String> {
    rows(&app.sqlite(), "SELECT software_release, text FROM event WHERE kind = 'rebased' ORDER BY id")
}

#[test]
fn releases_follow_their_root_wherever_they_are_stored() {
    let home = tempfile::tempdir().unwrap();
    let (old, new) = (home.path().join("old"), home.path().join("new"));
    fs::create_dir_all(&old).unwrap();
    fs::create_dir_all(&new).unwrap();
    fs::write(old.join("stays.cfg"), "").unwrap();
    let path = |root: &Path, name: &str| root.join(name).to_string_lossy().into_owned();

    let mut app = TestApp::start(at(&old), tempfile::tempdir().unwrap());
    app.format(COMPUTER, 3);
    for (url, state) in [
        (path(&old, "a/software.cfg"), "available"),
        (path(&old, "stays.cfg"), "available"),
        (path(&new, "a/software.cfg"), "destroyed"),
        ("https://sr.example/a.cfg".into(), "available"),
    ] {
        app.post("/supplySupply", &[("url", &url), ("computer_id", COMPUTER), ("state", state)]);
    }
    assert_eq!(request("host").release(&path(&old, "a/software.cfg")).place(&app), "slappart0");
    request("shared").release(&path(&old, "a/software.cfg")).shared().value(&app);
    assert_eq!(request("elsewhere").release("/elsewhere.cfg").place(&app), "slappart1");
    let refused = request("refused").release(&path(&old, "b/software.cfg")).shared().send(&app);
    assert_eq!(refused.status, 404, "{}", refused.body);
    let timestamp = app.timestamp(COMPUTER, "slappart0");

    let directory = app.stop().unwrap();
    let mut app = TestApp::start(at(&new), directory);
    let moved = path(&new, "a/software.cfg");
    // The two supplies of one release are one, wanted as either was.
    assert_eq!(
        releases(&app),
        [
            format!("supply|{}|available", path(&old, "stays.cfg")),
            format!("supply|{moved}|available"),
            "supply|https://sr.example/a.cfg|available".into(),
            format!("instance|host|{moved}"),
            format!("instance|shared|{moved}"),
            "instance|elsewhere|/elsewhere.cfg".into(),
            format!("refused|refused|{}", path(&new, "b/software.cfg")),
        ]
    );
    assert_eq!(app.timestamp(COMPUTER, "slappart0"), timestamp);
    let copy = copies(&app.database).pop().unwrap();
    let (old_root, new_root) = (old.display(), new.display());
    assert_eq!(
        told(&app),
        [
            format!(
                "-|the local software root was / and is {old_root}; local releases stay where they are, since one is inside the other"
            ),
            format!(
                "-|the local software root was {old_root} and is {new_root}; 2 local releases moved; copy: {}",
                copy.display()
            ),
            format!("{moved}|moved from {}", path(&old, "a/software.cfg")),
            format!("{}|moved from {}", path(&new, "b/software.cfg"), path(&old, "b/software.cfg")),
        ]
    );
    assert_eq!(rows(&app.sqlite(), "SELECT value FROM config18"), [new_root.to_string()]);
    let copied = Connection::open(&copy).unwrap();
    assert_eq!(rows(&copied, "SELECT value FROM setting"), [old_root.to_string()]);

    // The same root again, and the root of everything, move nothing.
    for root in [new.as_path(), Path::new("/")] {
        let before = releases(&app);
        let directory = app.stop().unwrap();
        app = TestApp::start(at(root), directory);
        assert_eq!(releases(&app), before);
    }
    assert_eq!(copies(&app.database).len(), 1);
}

#[test]
fn an_imported_root_counts_as_the_former_one() {
    let app = TestApp::start(at(Path::new("/moved")), copied("v15.db"));
    let software = ["/moved/software.cfg", "https://sr.example/b%20ü.cfg", "/moved/software.cfg"];
    assert_eq!(rows(&app.sqlite(), "SELECT url FROM software18"), software);
    assert_eq!(rows(&app.sqlite(), "SELECT count(*) FROM partition18 WHERE software_release LIKE '/moved/%'"), ["6"]);
    assert_eq!(rows(&app.sqlite(), "SELECT value FROM config18"), ["/moved"]);
}
