//! The file of what was left out: whole at last, whatever happened on the way, and never over somebody's file.

use crate::support::{
    TestApp,
    command::Ran,
    import::{BEGIN, CUSTOMERS},
};
use kartotek::rows::Source;
use serde_json::json;
use std::{
    fmt::Write,
    fs::{self, File},
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

const ROWS: usize = 2_500;

/// Every hundredth has no name.
fn rows(prefix: &str) -> String {
    let mut text = "kundnummer;namn\n".to_owned();
    for n in 0..ROWS {
        let _ = writeln!(text, "{prefix}-{n};{}", if n % 100 == 99 { "" } else { "Kund" });
    }
    text
}

/// The lines that they are on, in order.
fn wrong() -> Vec<u64> {
    (0..ROWS as u64).filter(|n| n % 100 == 99).map(|n| n + 2).collect()
}

/// The lines that a file of rejects tells of, in its order.
fn told(path: impl AsRef<Path>) -> Vec<u64> {
    let text = fs::read_to_string(path).unwrap();
    let (head, rows) = text.split_once('\n').unwrap();
    assert_eq!(head, "\u{feff}#line;#column;#reason;kundnummer;namn");
    rows.lines().map(|line| line.split_once(';').unwrap().0.parse().unwrap()).collect()
}

/// What there is of such a name's beginning, beside the database.
fn all(app: &TestApp, start: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(app.database.beside(".")).unwrap().map(|entry| entry.unwrap());
    let mut found = entries
        .filter(|entry| entry.file_name().to_str().unwrap().starts_with(start))
        .map(|entry| entry.path())
        .collect::<Vec<_>>();
    found.sort();
    found
}

async fn import(app: &TestApp, args: &[&str]) -> Ran {
    app.ran_alone(app.compliance().command("import", args)).await
}

#[tokio::test]
async fn it_tells_of_all_though_the_run_stopped_and_its_beginning_was_lost() {
    let app = TestApp::reachable().await;
    let file = app.file("kunder.csv", rows("T"));
    let place = app.new_file("kunder.rejects.csv").0;
    let stopped = import(&app, &["--max-rejects", "5", &file]).await;
    stopped
        .ended(1, "rows were left out, so far: ")
        .ended(1, "left out so far: ")
        .ended(1, ".rejects.csv.part-");
    assert!(!place.exists());
    let parts = all(&app, "kunder.rejects.csv.part-");
    let [part] = &parts[..] else { panic!("{parts:?}") };
    assert_eq!(fs::metadata(part).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(stopped.err.contains(part.file_name().unwrap().to_str().unwrap()), "{stopped:?}");

    // While somebody is at it, nobody else is.
    let held = File::open(part).unwrap();
    held.lock().unwrap();
    import(&app, &[&file]).await.ended(75, "another run is bringing this file in: wait until it is over");
    drop(held);
    // Somebody tidied up.
    fs::remove_file(part).unwrap();
    let ran = import(&app, &[&file]).await;
    assert_eq!(ran.ended(3, "rows were left out: 25").json()["rejected"], 25);
    assert_eq!(told(&place), wrong());
    assert_eq!(all(&app, "kunder.rejects").len(), 1, "nothing else is left");

    // A second time it says so, too. What somebody puts right stays as it is.
    fs::write(&place, "corrected").unwrap();
    let again = import(&app, &[&file]).await;
    again.ended(3, "rows were left out then (25): see ").ended(3, "was brought in before");
    assert_eq!((&again.json()["rejected"], &again.json()["before"]), (&25.into(), &true.into()));
    assert_eq!(fs::read_to_string(&place).unwrap(), "corrected");
    fs::remove_file(&place).unwrap();
    import(&app, &[&file]).await.ended(3, "left out then (25): --again goes through it once more");
    let again = import(&app, &["--again", &file]).await;
    assert_eq!(again.ended(3, "").json()["unchanged"], ROWS - 25);
    assert_eq!(told(&place), wrong());
    app.finish().await;
}

#[tokio::test]
async fn somebody_s_file_in_its_place_is_left_alone_and_what_was_left_out_waits_beside_it() {
    let app = TestApp::reachable().await;
    let file = app.file("kunder.csv", rows("U"));
    let place = app.file("kunder.rejects.csv", "corrected");
    let ran = import(&app, &[&file]).await;
    ran.ended(1, "kunder.rejects.csv is there already").ended(1, "move it away");
    assert_eq!(fs::read_to_string(&place).unwrap(), "corrected");
    // Another name goes on where it stopped, and has all of it.
    let other = app.new_file("other.csv").1;
    let ran = import(&app, &["--rejects", &other, &file]).await;
    assert_eq!(ran.ended(3, "").json()["rejects"], *other);
    assert_eq!(told(&other), wrong());

    // Killed at the last moment, when all was in but its rejects were not in their place.
    fs::remove_file(&place).unwrap();
    let digest = Source::survey(file.as_ref(), None, None, &[]).unwrap().digest();
    fs::rename(&other, format!("{place}.part-{}", &digest[..8])).unwrap();
    import(&app, &[&file]).await.ended(3, "rows were left out then (25): see ");
    assert_eq!(told(&place), wrong());
    assert_eq!(all(&app, "kunder.rejects").len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn what_is_no_place_for_it_is_refused_before_anything_is_done() {
    let app = TestApp::reachable().await;
    let file = app.file("kunder.csv", rows("W"));
    let (link, folder) = (app.new_file("link.csv"), app.new_file("folder"));
    symlink(app.new_file("nowhere.csv").0, &link.0).unwrap();
    fs::create_dir(&folder.0).unwrap();
    for (place, told) in [
        (&*file, "rejects cannot be written to the file that is brought in"),
        (&*link.1, "link.csv is no file"),
        (&*folder.1, "folder is no file"),
    ] {
        for dry in [None, Some("--dry-run")] {
            let args = [&["--rejects", place, &file][..], dry.as_slice()].concat();
            import(&app, &args).await.ended(2, told).ended(2, "--rejects");
        }
    }
    let nowhere = app.new_file("nowhere/rejects.csv").1;
    import(&app, &["--rejects", &nowhere, &file]).await.ended(1, "cannot be written");
    assert_eq!(app.database.count("SELECT count(*) FROM import").await, 0);
    // A dry run leaves them where it is told to, and only there.
    let place = app.new_file("dry.csv").1;
    import(&app, &["--dry-run", "--rejects", &place, &file]).await.ended(3, "");
    assert_eq!(told(&place), wrong());
    assert!(all(&app, "kunder.rejects").is_empty());
    app.finish().await;
}

/// The first chunk failed, and later ones did not.
#[tokio::test]
async fn it_goes_on_where_only_the_first_chunk_is_missing() {
    let app = TestApp::reachable().await;
    let officer = app.compliance();
    let file = app.file("kunder.csv", rows("X"));
    let digest = Source::survey(file.as_ref(), None, None, &[]).unwrap().digest();
    let begun = officer.ask(BEGIN, json!({ "input": { "kind": "CUSTOMERS", "digest": digest } })).await;
    let import_id = begun.data()["beginImport"]["import"]["id"].clone();
    let later = (1_000..2_000).filter(|n| n % 100 != 99);
    let later = later.map(|n| json!({ "reference": format!("X-{n}"), "name": "Kund" })).collect::<Vec<_>>();
    let input = json!({ "importId": import_id, "chunk": 1, "rows": later, "unread": 10 });
    let done = officer.ask(CUSTOMERS, json!({ "input": input })).await;
    assert_eq!(done.data()["importCustomers"]["imported"]["rejected"], 10);
    let ran = import(&app, &[&file]).await;
    assert_eq!(
        (&ran.ended(3, "").json()["rejected"], &ran.json()["created"]),
        (&25.into(), &(ROWS - 25).into())
    );
    assert_eq!(told(app.new_file("kunder.rejects.csv").0), wrong());
    app.finish().await;
}
