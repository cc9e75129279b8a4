//! Months of the log that were exported leave the database, and the log can still be proven. PostgreSQL alone has them.

use super::months::parts;
use crate::support::{
    Database, TestApp,
    process::{kartotek, pause},
    seal::{ORIGIN, file, keys, published},
};
use kartotek::{
    access::Engine,
    domain::audit::{Log, Sound, record_detached, record_kept},
    transparency::{Detached, Month, note::SigningKeys, verify::Wrong},
    worker::watch_content,
};
use sea_orm::ConnectionTrait;
use serde_json::json;
use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

const LOOK: &str = "{ customers(first: 1) { nodes { reference } } }";

/// A log of three months, two of which have a part of their own, sealed and written to a file.
async fn of_three_months() -> (TestApp, std::path::PathBuf) {
    let app = three_months().await;
    let folder = app.database.beside("audit-checkpoints.jsonl").parent().unwrap().to_owned();
    let (code, told) = run(&folder, &app.database, &["export", "--whole", "--output", "log.jsonl"]);
    assert_eq!(code, Some(0), "{told}");
    (app, folder)
}

async fn three_months() -> TestApp {
    let app = TestApp::new().await;
    app.database.run("SELECT make_audit_month('2026-04-01'), make_audit_month('2026-05-01')").await;
    for _ in 0..3 {
        for _ in 0..40 {
            app.agent().ask("{ customer(reference: \"K-1001\") { reference } }", json!({})).await.data();
        }
        app.seal().await;
        app.advance(chrono::TimeDelta::days(30));
    }
    app
}

/// The command that takes months out.
fn detaching(app: &TestApp, folder: &Path, words: &[&str]) -> Command {
    let line = SigningKeys::generate(ORIGIN, &zeroize::Zeroizing::new([1; 32])).unwrap();
    fs::write(folder.join("audit.key"), line.as_bytes()).unwrap();
    let mut command = kartotek(folder, &app.database);
    command.env("KARTOTEK_AUDIT_KEY_FILE", "audit.key").args(["audit", "detach"]).args(words);
    command.args(["--checkpoint", "audit-checkpoints.jsonl"]);
    command
}

/// What `detach` says at these words, while somebody seals the log.
async fn detach(app: &TestApp, folder: &Path, words: &[&str]) -> (Option<i32>, String) {
    let mut command = detaching(app, folder, words);
    let program = tokio::task::spawn_blocking(move || command.output().unwrap());
    while !program.is_finished() {
        app.try_to_seal(keys(ORIGIN, 1)).await.unwrap();
        pause(Duration::from_millis(50)).await;
    }
    let told = program.await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (told.status.code(), text(told.stdout) + &text(told.stderr))
}

/// As the program does it once all is said.
async fn take_out(app: &TestApp, month: &str, events: u64) {
    let turn = kartotek::access::detaching(&app.database.settings()).await.unwrap().unwrap();
    turn.month(month, events).await.unwrap();
    turn.end().await.unwrap();
}

/// What the program says at these words.
fn run(folder: &Path, database: &Database, words: &[&str]) -> (Option<i32>, String) {
    let told = kartotek(folder, database).arg("audit").args(words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (told.status.code(), text(told.stdout) + &text(told.stderr))
}

fn checked<'a>(words: &[&'a str], key: &'a str) -> Vec<&'a str> {
    [words, &["--key", key, "--checkpoint", "audit-checkpoints.jsonl"]].concat()
}

#[tokio::test]
async fn a_month_that_was_exported_leaves_and_is_proven_from_the_file() {
    let key = keys(ORIGIN, 1).verifier_keys()[0].clone();
    let leave = ["--before", "2026-05", "--exported", "log.jsonl"];
    let verify = checked(&["verify"], &key);
    let with_file = checked(&["verify", "--exported", "log.jsonl"], &key);
    if Database::engine_of_all() == Engine::Sqlite {
        let app = TestApp::new().await;
        let folder = app.database.beside("log.jsonl").parent().unwrap().to_owned();
        let (code, told) = detach(&app, &folder, &leave).await;
        assert!(code == Some(2) && told.contains("on SQLite the log is in one part"), "{told}");
        return app.finish().await;
    }
    let (app, folder) = of_three_months().await;
    let events = parts(&app.database).await;
    let april = events.iter().find(|(part, _)| part == "audit_event_2026_04").unwrap().1;
    let (code, told) = detach(&app, &folder, &leave).await;
    let said = format!("2026-04: {april} events; DROP TABLE audit_event_2026_04, audit_subject_2026_04;");
    assert!(code == Some(0) && told.contains(&said), "{told}");
    app.database.run("DROP TABLE audit_event_2026_04, audit_subject_2026_04").await;
    let left = parts(&app.database).await;
    assert!(left.iter().all(|(part, _)| part != "audit_event_2026_04"), "{left:?}");

    let (code, told) = run(&folder, &app.database, &verify);
    assert!(code == Some(3) && told.contains(&format!("{april} events of 2026-04")), "{told}");
    let (code, told) = run(&folder, &app.database, &with_file);
    assert!(code == Some(0) && told.contains(" 0 findings"), "{told}");
    // The program itself raises no alarm, and the privileges are as they should be.
    let log = Log::new(keys(ORIGIN, 1), file(&app.database));
    let mut sound = Sound::default();
    watch_content(&log, &app.server.door, &mut sound).await.unwrap();
    assert!(!sound.is_nothing());
    assert_eq!(app.server.door.unprotected().await.unwrap(), [] as [String; 0]);

    // What the file says of that month is compared.
    let path = folder.join("log.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    let line = line_of(&text, published(&app.database)[0].size + 5);
    let forged = text.replacen(&line, &line.replacen("\"entry\":\"", "\"entry\":\"AAAA", 1), 1);
    fs::write(&path, forged).unwrap();
    let (code, told) = run(&folder, &app.database, &with_file);
    assert_eq!(code, Some(2), "{told}");
    fs::write(&path, &text).unwrap();
    // It can be gone on with, and not begun anew.
    let (code, told) = run(&folder, &app.database, &["export", "--whole", "--output", "log.jsonl"]);
    assert_eq!(code, Some(0), "{told}");
    let (code, told) = run(&folder, &app.database, &with_file);
    assert_eq!(code, Some(0), "{told}");
    let (code, told) = run(&folder, &app.database, &["export", "--output", "another.jsonl"]);
    assert!(code == Some(1) && told.contains("detached"), "{told}");
    app.give_up().await;
}

/// The line about a place.
fn line_of(text: &str, place: u64) -> String {
    let begin = format!("{{\"leafIndex\":{place},");
    text.lines().find(|line| line.starts_with(&begin)).unwrap().to_owned()
}

#[tokio::test]
async fn a_month_stays_that_the_files_do_not_hold() {
    if Database::engine_of_all() == Engine::Sqlite {
        return;
    }
    let (app, folder) = of_three_months().await;
    let (path, before) = (folder.join("log.jsonl"), parts(&app.database).await);
    let text = fs::read_to_string(&path).unwrap();
    let april = published(&app.database)[0].size + 5;
    let leave = ["--before", "2026-05", "--exported", "log.jsonl"];
    // One event less, and one whose subjects are not told.
    let line = line_of(&text, april);
    let without_subjects = line.split(",\"withheld\"").next().unwrap().to_owned() + "}";
    for (forged, ends, says) in
        [(String::new(), 1, "no file has event"), (without_subjects + "\n", 2, "what is withheld of it")]
    {
        fs::write(&path, text.replacen(&format!("{line}\n"), &forged, 1)).unwrap();
        let (code, told) = detach(&app, &folder, &leave).await;
        assert!(
            code == Some(ends) && told.contains(says) && told.contains(&format!("place {april}")),
            "{told}"
        );
    }
    fs::write(&path, &text).unwrap();
    let later = Month::at(chrono::DateTime::from_timestamp(4_000_000_000, 0).unwrap()).unwrap().to_string();
    for (month, says) in [
        ("2026-13", "a month is written as 2026-01"),
        (&later, "has not begun yet"),
        ("2026-03", "no months before"),
    ] {
        let (code, told) = detach(&app, &folder, &["--before", month, "--exported", "log.jsonl"]).await;
        assert!(code == Some(2) && told.contains(says), "{told}");
    }
    assert_eq!(parts(&app.database).await, before);
    assert_eq!(app.look_through_log().await.wrong, BTreeSet::new());
    app.finish().await;
}

/// What leaves by another way is missed.
#[tokio::test]
async fn a_month_that_somebody_takes_away_is_missed() {
    if Database::engine_of_all() == Engine::Sqlite {
        return;
    }
    let key = keys(ORIGIN, 1).verifier_keys()[0].clone();
    let (app, folder) = of_three_months().await;
    let leave = ["--before", "2026-05", "--exported", "log.jsonl"];
    let (code, told) = detach(&app, &folder, &leave).await;
    assert_eq!(code, Some(0), "{told}");
    app.database.run("ALTER TABLE audit_event DETACH PARTITION audit_event_2026_05").await;
    app.database.run("ALTER TABLE audit_subject DETACH PARTITION audit_subject_2026_05").await;
    let with_file = checked(&["verify", "--exported", "log.jsonl"], &key);
    for words in [checked(&["verify"], &key), with_file] {
        let (code, told) = run(&folder, &app.database, &words);
        assert!(code == Some(2) && told.contains("was removed"), "{told}");
    }
    app.give_up().await;
}

/// Events that somebody has taken away, with a forged word about it, signed by nobody, by another key, or in another way.
#[tokio::test]
async fn nobody_else_can_say_that_a_month_was_detached() {
    if Database::engine_of_all() == Engine::Sqlite {
        return;
    }
    let key = keys(ORIGIN, 1).verifier_keys()[0].clone();
    let (app, folder) = of_three_months().await;
    let april = "2026-04".parse::<Month>().unwrap();
    let places = app.look_through_log().await.months[&april];
    let door = &app.server.door;
    // A true word, and not all of it went: the whole of a month, or nothing.
    record_detached(door, &keys(ORIGIN, 1), Detached { month: april, places }).await.unwrap();
    app.seal().await;
    let some = "DELETE FROM audit_event WHERE event_id IN (SELECT event_id FROM audit_event_2026_04 LIMIT 5)";
    let with_file = checked(&["verify", "--exported", "log.jsonl"], &key);
    app.database.behind_the_triggers("audit_event", some).await;
    let (code, told) = run(&folder, &app.database, &with_file);
    assert!(code == Some(2) && told.contains("2026-04 was detached, and 5 of its"), "{told}");
    // All of a month, and the word of somebody who has another key of the same name.
    let may = "2026-05".parse::<Month>().unwrap();
    app.seal().await;
    let places = app.look_through_log().await.months[&may];
    app.advance(chrono::TimeDelta::days(60));
    record_detached(door, &keys(ORIGIN, 2), Detached { month: may, places }).await.unwrap();
    app.seal().await;
    app.database.run("ALTER TABLE audit_event DETACH PARTITION audit_event_2026_05").await;
    let (code, told) = run(&folder, &app.database, &with_file);
    assert!(code == Some(2) && told.matches("was removed").count() >= 40, "{told}");
    app.give_up().await;
}

/// What was said of a month before does not make up for what a file lacks.
#[tokio::test]
async fn a_detach_that_was_broken_off_is_begun_anew_with_all_it_needs() {
    if Database::engine_of_all() == Engine::Sqlite {
        return;
    }
    let (app, folder) = of_three_months().await;
    let april = "2026-04".parse::<Month>().unwrap();
    let places = app.look_through_log().await.months[&april];
    record_detached(&app.server.door, &keys(ORIGIN, 1), Detached { month: april, places }).await.unwrap();
    let text = fs::read_to_string(folder.join("log.jsonl")).unwrap();
    let first = text.lines().next().unwrap();
    fs::write(folder.join("less.jsonl"), format!("{first}\n")).unwrap();
    let before = parts(&app.database).await;
    let (code, told) = detach(&app, &folder, &["--before", "2026-05", "--exported", "less.jsonl"]).await;
    assert!(code == Some(1) && told.contains("no file has event"), "{told}");
    assert_eq!(parts(&app.database).await.len(), before.len(), "{told}");
    let (code, told) = detach(&app, &folder, &["--before", "2026-05", "--exported", "log.jsonl"]).await;
    assert_eq!(code, Some(0), "{told}");
    app.give_up().await;
}

/// Somebody reads the log all the time, and an event comes late.
#[tokio::test]
async fn a_month_leaves_between_two_readers_and_not_with_more_than_was_seen() {
    if Database::engine_of_all() == Engine::Sqlite {
        return;
    }
    let (app, folder) = of_three_months().await;
    let reading = app.database.as_runtime().await;
    reading.execute_unprepared("BEGIN; SELECT count(*) FROM audit_event").await.unwrap();
    let ends = async {
        pause(Duration::from_secs(4)).await;
        // Nobody has waited behind the one that waits.
        app.agent().ask(LOOK, json!({})).await.data();
        reading.execute_unprepared("COMMIT").await.unwrap();
    };
    let (left, ()) =
        tokio::join!(detach(&app, &folder, &["--before", "2026-05", "--exported", "log.jsonl"]), ends);
    assert_eq!(left.0, Some(0), "{}", left.1);
    reading.close().await.unwrap();
    let turn = kartotek::access::detaching(&app.database.settings()).await.unwrap().unwrap();
    assert!(turn.has("2026-05").await.unwrap() && !turn.has("2026-04").await.unwrap());
    assert!(kartotek::access::detaching(&app.database.settings()).await.unwrap().is_none(), "one at a time");
    let late = turn.month("2026-05", 1).await.unwrap_err().to_string();
    turn.end().await.unwrap();
    assert!(late.contains("2026-05 has got an event more"), "{late}");
    app.give_up().await;
}

/// What was said of a month that left goes on to be said when the month leaves in which it was.
#[tokio::test]
async fn months_leave_one_after_another() {
    if Database::engine_of_all() == Engine::Sqlite {
        return;
    }
    let key = keys(ORIGIN, 1).verifier_keys()[0].clone();
    let (app, folder) = of_three_months().await;
    app.database.run("SELECT make_audit_month('2026-06-01')").await;
    app.advance(chrono::TimeDelta::days(10));
    let april = "2026-04".parse::<Month>().unwrap();
    let places = app.look_through_log().await.months[&april];
    record_detached(&app.server.door, &keys(ORIGIN, 1), Detached { month: april, places }).await.unwrap();
    app.seal().await;
    take_out(&app, "2026-04", places.count).await;
    app.advance(chrono::TimeDelta::days(30));
    app.agent().ask(LOOK, json!({})).await.data();
    app.seal().await;
    let export = ["export", "--whole", "--output", "log.jsonl"];
    assert_eq!(run(&folder, &app.database, &export).0, Some(0));
    // An event of a month that has left, by a clock that is wrong, belongs to it as little as it was there then.
    app.clock.advance(chrono::TimeDelta::days(-90));
    app.agent().ask(LOOK, json!({})).await.data();
    app.clock.advance(chrono::TimeDelta::days(90));
    let (code, told) = detach(&app, &folder, &["--before", "2026-07", "--exported", "log.jsonl"]).await;
    assert!(code == Some(0) && told.contains("2026-05: ") && told.contains("2026-06: "), "{told}");
    let (code, told) = run(&folder, &app.database, &checked(&["verify"], &key));
    assert!(code == Some(3) && told.contains(" 0 findings"), "{told}");
    for month in ["2026-04", "2026-05", "2026-06"] {
        assert!(told.contains(&format!(" events of {month}, which was detached")), "{told}");
    }
    let (code, told) = run(&folder, &app.database, &checked(&["verify", "--exported", "log.jsonl"], &key));
    assert_eq!(code, Some(0), "{told}");
    app.give_up().await;
}

/// A month that was said to leave and did not is nobody's to take away.
#[tokio::test]
async fn a_month_that_stays_after_all_is_missed_like_any_other() {
    if Database::engine_of_all() == Engine::Sqlite {
        return;
    }
    let app = three_months().await;
    let (door, april) = (&app.server.door, "2026-04".parse::<Month>().unwrap());
    let places = app.look_through_log().await.months[&april];
    record_detached(door, &keys(ORIGIN, 1), Detached { month: april, places }).await.unwrap();
    app.seal().await;
    assert_eq!(app.look_through_log().await.wrong, BTreeSet::new(), "it may be about to leave");
    app.advance(chrono::TimeDelta::hours(2));
    app.agent().ask(LOOK, json!({})).await.data();
    app.seal().await;
    assert_eq!(app.look_through_log().await.wrong, [Wrong::StillThere(april)].into());
    record_kept(door, &keys(ORIGIN, 1), april).await.unwrap();
    app.seal().await;
    assert_eq!(app.look_through_log().await.wrong, BTreeSet::new());
    take_out(&app, "2026-04", places.count).await;
    let wrong = app.look_through_log().await.wrong;
    assert!(
        wrong.iter().all(|one| matches!(one, Wrong::EventMissing(..))) && wrong.len() as u64 == places.count
    );
    app.give_up().await;
}

/// Killed while it waits for somebody who reads the log, when it was said already that the month leaves.
#[tokio::test]
async fn a_detach_that_was_killed_half_way_is_run_again() {
    if Database::engine_of_all() == Engine::Sqlite {
        return;
    }
    let key = keys(ORIGIN, 1).verifier_keys()[0].clone();
    let (app, folder) = of_three_months().await;
    let (leave, before) = (["--before", "2026-05", "--exported", "log.jsonl"], parts(&app.database).await);
    let reading = app.database.as_runtime().await;
    reading.execute_unprepared("BEGIN; SELECT count(*) FROM audit_event").await.unwrap();
    let mut program =
        detaching(&app, &folder, &leave).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let sealed = "SELECT l.leaf_index::text FROM audit_leaf l JOIN audit_event e ON e.event_id = l.event_id \
                  WHERE e.operation = 'detachMonth'";
    while app.database.texts(sealed).await.is_empty() {
        assert_eq!(program.try_wait().unwrap(), None, "it waits");
        app.try_to_seal(keys(ORIGIN, 1)).await.unwrap();
        pause(Duration::from_millis(50)).await;
    }
    program.kill().unwrap();
    program.wait().unwrap();
    reading.execute_unprepared("COMMIT").await.unwrap();
    reading.close().await.unwrap();
    app.seal().await;
    let april = |of: &[(String, i64)]| of.iter().find(|(part, _)| part == "audit_event_2026_04").cloned();
    assert_eq!(april(&parts(&app.database).await), april(&before));
    let (code, told) = run(&folder, &app.database, &checked(&["verify"], &key));
    assert!(code == Some(0) && told.contains(" 0 findings"), "{told}");
    let (code, told) = detach(&app, &folder, &leave).await;
    assert!(code == Some(0) && told.contains("2026-04: "), "{told}");
    let (code, told) = run(&folder, &app.database, &checked(&["verify", "--exported", "log.jsonl"], &key));
    assert_eq!(code, Some(0), "{told}");
    app.give_up().await;
}

/// Two people do so at once: one of them does, and nobody says that the months stayed.
#[tokio::test]
async fn two_detaches_at_once_are_one() {
    if Database::engine_of_all() == Engine::Sqlite {
        return;
    }
    let key = keys(ORIGIN, 1).verifier_keys()[0].clone();
    let (app, folder) = of_three_months().await;
    let leave = ["--before", "2026-06", "--exported", "log.jsonl"];
    let (one, other) = tokio::join!(detach(&app, &folder, &leave), detach(&app, &folder, &leave));
    let told = format!("{one:?} {other:?}");
    assert!(one.0 == Some(0) || other.0 == Some(0), "{told}");
    let waits = |said: &str| {
        said.contains("somebody else is taking months out") || said.contains("there are no months before")
    };
    assert!(waits(&one.1) || waits(&other.1), "{told}");
    for month in ["audit_event_2026_04", "audit_event_2026_05"] {
        assert!(parts(&app.database).await.iter().all(|(part, _)| part != month), "{told}");
    }
    app.advance(chrono::TimeDelta::hours(2));
    app.agent().ask(LOOK, json!({})).await.data();
    app.seal().await;
    let (code, said) = run(&folder, &app.database, &checked(&["verify", "--exported", "log.jsonl"], &key));
    assert_eq!(code, Some(0), "{said} {told}");
    app.give_up().await;
}
