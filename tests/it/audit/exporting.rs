//! The log leaves in a file, and is looked through by whoever has the file and a public key.

use crate::support::{
    Database, TestApp,
    process::kartotek,
    seal::{Login, ORIGIN, keys, published},
};
use kartotek::{
    access::Engine,
    transparency::{
        export::{EventLine, Line},
        file::{self, Looked},
        verify::{Signed, Wrong},
    },
};
use serde_json::json;
use std::{fs, path::Path};

const LOOK: &str = "{ customers(first: 2) { nodes { reference profile { name } } } }";

/// A log of some hundred events that was signed twice.
async fn signed() -> (Database, std::path::PathBuf) {
    let app = TestApp::new().await;
    app.seal().await;
    for _ in 0..300 {
        app.agent().because("ÄRENDE-9").ask(LOOK, json!({})).await.data();
    }
    app.seal().await;
    let folder = app.database.beside("audit-checkpoints.jsonl").parent().unwrap().to_owned();
    (app.stop().await, folder)
}

/// What the program says at these words: exit code, standard output, the rest.
fn run(folder: &Path, database: &Database, words: &[&str]) -> (Option<i32>, String, String) {
    let told = kartotek(folder, database).arg("audit").args(words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (told.status.code(), text(told.stdout), text(told.stderr))
}

fn look(bytes: &[u8], saved: &[Signed]) -> Looked {
    file::look_through(bytes, saved, keys(ORIGIN, 1).verifier_keys(), |_| {}).unwrap()
}

fn events(text: &str) -> Vec<EventLine> {
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.filter_map(|line| if let Line::Event(event) = line { Some(*event) } else { None }).collect()
}

fn count(text: &str) -> u64 {
    events(text).len() as u64
}

#[tokio::test]
async fn the_whole_log_is_looked_through_offline() {
    let (database, folder) = signed().await;
    let size = published(&database)[1].size;
    let key = keys(ORIGIN, 1).verifier_keys()[0].clone();
    let (code, _, told) = run(&folder, &database, &["export", "--output", "log.jsonl"]);
    assert!(code == Some(0) && told.contains(&format!("{size} events were written")), "{told}");
    let path = folder.join("log.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    // It names nobody but who acted: neither whom events were about, nor why somebody came.
    for row in database.rows("SELECT id FROM customer").await {
        assert!(!text.contains(&row.try_get::<uuid::Uuid>("", "id").unwrap().to_string()));
    }
    let all = events(&text);
    assert!(
        all.len() as u64 == size
            && all.iter().all(|event| event.withheld.is_none() && event.parts.is_empty())
    );
    let verify = ["verify", "--from", "log.jsonl", "--key", &key, "--checkpoint", "audit-checkpoints.jsonl"];
    let (code, told, _) = run(&folder, &database, &verify);
    // Both that were saved, and the one in the file.
    assert!(
        code == Some(0)
            && told.contains(&format!("{size} events, the whole log by then"))
            && told.contains("3 checkpoints agree"),
        "{told}"
    );

    // Whoever changes a byte of an event, leaves a line out, or exchanges two, is found out.
    let lines = text.lines().collect::<Vec<_>>();
    let forged = lines[7].replacen("entry\":\"AXsi", "entry\":\"AXsj", 1);
    assert_ne!(forged, lines[7]);
    let changed = [&lines[..7], &[forged.as_str()], &lines[8..]].concat().join("\n") + "\n";
    let found = look(changed.as_bytes(), &[]).report.wrong;
    assert!(!found.is_empty(), "{found:?}");
    let without = [&lines[..7], &lines[8..]].concat().join("\n") + "\n";
    let found = look(without.as_bytes(), &[]).report.wrong;
    assert!(found.contains(&Wrong::LineMissing { line: 8, is: 8, expected: 7 }), "{found:?}");
    let cut = lines[..lines.len() - 2].join("\n") + "\n";
    let found = look(cut.as_bytes(), &[]).report.wrong;
    assert_eq!(found.into_iter().collect::<Vec<_>>(), [Wrong::NothingSignedFrom(0)]);
    // Nothing, and what was signed alone, show nothing.
    for nothing in [String::new(), lines[lines.len() - 1].to_owned() + "\n"] {
        let found = look(nothing.as_bytes(), &[]).report.wrong;
        assert!(found.contains(&Wrong::NothingSignedFrom(0)), "{found:?}");
    }
    // What was signed is compared wherever it stands.
    let before = lines[lines.len() - 1].to_owned() + "\n" + &text;
    assert_eq!(look(before.as_bytes(), &[]).report.agreements, 2);
    let fork = Signed { size, root: [7; 32], outside: true, whence: "mine".to_owned() };
    assert!(!look(before.as_bytes(), &[fork]).report.wrong.is_empty());
    fs::write(&path, changed).unwrap();
    let (code, told, _) = run(&folder, &database, &verify);
    assert!(code == Some(2) && told.contains("TAMPERED: "), "{told}");

    // A file that was broken off in a line is gone on with, and comes to be the same, but for what was added meanwhile: that
    // the log was handed over is on it.
    fs::write(&path, &text[..text.len() / 2]).unwrap();
    let app = TestApp::on(database).await;
    app.seal().await;
    let database = app.stop().await;
    let (code, ..) = run(&folder, &database, &["export", "--output", "log.jsonl"]);
    assert_eq!(code, Some(0));
    let again = fs::read_to_string(&path).unwrap();
    let (before, after) = (events(&text), events(&again));
    assert!(after.len() > before.len() && after.starts_with(&before));
    let added =
        String::from_utf8(after[before.len()..].iter().flat_map(|event| event.bytes().unwrap()).collect())
            .unwrap();
    assert!(added.contains("exportLog"), "{added}");
    let (code, told, _) = run(&folder, &database, &verify);
    assert_eq!(code, Some(0), "{told}");
    // What is no export is left as it is.
    fs::write(folder.join("other.txt"), "something else\n").unwrap();
    let (code, _, told) = run(&folder, &database, &["export", "--output", "other.txt"]);
    assert!(code == Some(2) && told.contains("this is no export of the whole log"), "{told}");
    assert_eq!(fs::read_to_string(folder.join("other.txt")).unwrap(), "something else\n");
    fs::write(folder.join("other.txt"), "one line of something else").unwrap();
    assert_eq!(run(&folder, &database, &["export", "--output", "other.txt"]).0, Some(2));
    assert_eq!(fs::read_to_string(folder.join("other.txt")).unwrap(), "one line of something else");
    // Another log's file is not gone on with, and one that lacks its end is given it.
    let foreign =
        again.lines().take(9).map(|line| line.replacen("entry\":\"AXsi", "entry\":\"AXsj", 1) + "\n");
    let foreign = foreign.collect::<String>();
    fs::write(folder.join("foreign.jsonl"), &foreign).unwrap();
    let (code, _, told) = run(&folder, &database, &["export", "--output", "foreign.jsonl"]);
    assert!(code == Some(1) && told.contains("the file is of another log"), "{told}");
    assert_eq!(fs::read_to_string(folder.join("foreign.jsonl")).unwrap(), foreign);
    let whole = again.lines().collect::<Vec<_>>();
    fs::write(&path, whole[..whole.len() - 1].join("\n") + "\n").unwrap();
    assert_eq!(run(&folder, &database, &["export", "--output", "log.jsonl"]).0, Some(0));
    assert_eq!(run(&folder, &database, &verify).0, Some(0));
    database.discard().await;
}

#[tokio::test]
async fn with_whom_events_were_about_only_where_that_is_asked_for() {
    let (database, folder) = signed().await;
    let (code, whole, _) = run(&folder, &database, &["export", "--whole"]);
    assert_eq!(code, Some(0));
    let looked = look(whole.as_bytes(), &[]);
    assert!(looked.report.wrong.is_empty() && looked.report.agreements == 1, "{:?}", looked.report);
    let withheld = events(&whole).into_iter().filter_map(|event| event.withheld).collect::<Vec<_>>();
    assert!(withheld.iter().any(|one| one.reason.as_deref() == Some("ÄRENDE-9") && one.subjects.len() == 2));
    let place = events(&whole)
        .iter()
        .position(|event| event.withheld.as_ref().is_some_and(|one| one.reason.is_some()))
        .unwrap();
    let forged = whole.replacen("ÄRENDE-9", "ÄRENDE-8", 1);
    let found = look(forged.as_bytes(), &[]).report.wrong;
    assert!(matches!(found.first(), Some(Wrong::WithheldChanged(at, _)) if *at == place as u64), "{found:?}");

    // Of one customer: what is about them, each with its proof, and of nobody else.
    let (code, own, told) = run(&folder, &database, &["export", "--customer", "K-1001"]);
    assert_eq!(code, Some(0), "{told}");
    let looked = look(own.as_bytes(), &[]);
    assert!(looked.report.wrong.is_empty() && looked.proven == count(&own) && looked.proven > 0);
    assert!(events(&own).iter().all(|event| event.parts.len() == 1 && event.withheld.is_none()));
    let (code, _, told) = run(&folder, &database, &["export", "--customer", "K-NOBODY"]);
    assert!(code == Some(2) && told.contains("there is no customer of that number"), "{told}");

    // From some moment on, none before.
    let (code, none, _) = run(&folder, &database, &["export", "--since", "2100-01-01T00:00:00Z"]);
    assert_eq!((code, events(&none).len()), (Some(0), 0));
    let (code, all, _) = run(&folder, &database, &["export", "--since", "2000-01-01T00:00:00Z"]);
    assert_eq!((code, events(&all).len()), (Some(0), events(&whole).len()));
    assert_eq!(look(all.as_bytes(), &[]).proven, count(&all));
    database.discard().await;
}

/// One event, and nothing about it can be changed: not a byte.
#[tokio::test]
async fn one_event_is_proven_and_no_changed_proof_is_taken() {
    let (database, folder) = signed().await;
    let row = database.rows("SELECT event_id FROM audit_leaf WHERE leaf_index = 25").await.remove(0);
    let id = row.try_get::<uuid::Uuid>("", "event_id").unwrap().to_string();
    let (code, proof, told) = run(&folder, &database, &["prove", &id, "--whole"]);
    assert_eq!(code, Some(0), "{told}");
    let sound = |bytes: &[u8]| {
        let looked = look(bytes, &[]);
        looked.proven == 1 && looked.report.wrong.is_empty()
    };
    assert!(sound(proof.as_bytes()));
    for at in 0..proof.len() {
        for bit in [0, 3, 5] {
            let mut changed = proof.clone().into_bytes();
            changed[at] ^= 1 << bit;
            assert!(!sound(&changed), "byte {at}: {}", String::from_utf8_lossy(&changed));
        }
    }
    // An earlier tree has it too, and one of which nothing was signed is none.
    let (first, last) = (published(&database)[0].size, published(&database)[1].size);
    let (code, earlier, _) = run(&folder, &database, &["prove", &id, "--tree-size", &first.to_string()]);
    assert!(code == Some(0) && earlier != proof && sound(earlier.as_bytes()));
    let fork = Signed { size: first, root: [7; 32], outside: true, whence: "mine".to_owned() };
    assert!(
        look(earlier.as_bytes(), std::slice::from_ref(&fork))
            .report
            .wrong
            .contains(&Wrong::NotWhatWasSigned { size: first, from: 0, whence: "mine".to_owned() })
    );
    assert_eq!(look(proof.as_bytes(), &[fork]).report.not_compared, 1, "it is about another size");
    for (words, why) in [
        (vec!["prove", &id, "--tree-size", "1"], "nothing was signed about the log when it had 1 events"),
        (vec!["prove", "01a2b3c4-0000-7000-8000-000000000000"], "there is no such event"),
        (vec!["prove", "nonsense"], "that is no event's id"),
    ] {
        let (code, _, told) = run(&folder, &database, &words);
        assert!(code != Some(0) && told.contains(why), "{told}");
    }
    assert!(last > first);
    database.discard().await;
}

/// From where it was sound before, with no more than the right to read.
#[tokio::test]
async fn looking_again_goes_on_where_it_was_sound_and_changes_nothing() {
    let (database, folder) = signed().await;
    let verify = ["verify", "--state", "state.json"];
    let key = keys(ORIGIN, 1).verifier_keys()[0].clone();
    let verify = [&verify[..], &["--key", &key, "--checkpoint", "audit-checkpoints.jsonl"]].concat();
    let reader = match database.engine {
        Engine::Postgres => Some(Login::of_a_reader(&database).await),
        Engine::Sqlite => None,
    };
    let look = |database: &Database| {
        let mut command = kartotek(&folder, database);
        if let Some(reader) = &reader {
            reader.runs(&mut command, database);
        }
        let told = command.arg("audit").args(&verify).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (told.status.code(), text(told.stdout), text(told.stderr))
    };
    let (code, told, notes) = look(&database);
    assert!(code == Some(0) && told.contains("4 checkpoints agree, 0 findings"), "{told}{notes}");
    let first = published(&database)[1].size;
    let app = TestApp::on(database).await;
    app.agent().ask(LOOK, json!({})).await.data();
    app.seal().await;
    let database = app.stop().await;
    let (code, told, notes) = look(&database);
    assert!(notes.contains(&format!("the first {first} events were looked at before")), "{notes}");
    assert!(
        notes.contains("1 checkpoints are about sizes of the log that were not looked at now"),
        "{notes}"
    );
    assert!(code == Some(0) && told.contains("3 checkpoints agree, 0 findings"), "{told}");
    // What is tampered with from there on is found, and the state stays what it was.
    let state = fs::read(folder.join("state.json")).unwrap();
    let app = TestApp::on(database).await;
    app.agent().ask(LOOK, json!({})).await.data();
    let size = app.seal().await.size;
    let forged = format!(
        "UPDATE audit_event SET actor = 'x' WHERE event_id = (SELECT event_id FROM audit_leaf WHERE leaf_index = {})",
        size - 1
    );
    app.database.behind_the_triggers("audit_event", &forged).await;
    let database = app.leave().await;
    let (code, told, _) = look(&database);
    assert!(code == Some(2) && told.contains(&format!("at place {}: the column actor", size - 1)), "{told}");
    assert_eq!(fs::read(folder.join("state.json")).unwrap(), state);
    // Nor is it fooled by a log that was cut off below where it was sound.
    let cut = format!("DELETE FROM audit_leaf WHERE leaf_index >= {}", first - 1);
    database.behind_the_triggers("audit_leaf", &cut).await;
    let (code, told, _) = look(&database);
    assert!(code == Some(2) && told.contains("its end was cut off"), "{told}");
    if let Some(reader) = reader {
        reader.leave(&database).await;
    }
    database.discard().await;
}
