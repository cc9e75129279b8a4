//! Whatever somebody with all rights to the database does to the log is found, and told where.

use crate::support::{
    TestApp,
    process::kartotek,
    seal::{ORIGIN, file, keys, published},
};
use kartotek::{
    access::Engine,
    domain::audit::{self, Beside},
    transparency::{
        note::{self, SigningKeys},
        verify::Wrong,
    },
};
use serde_json::json;
use std::collections::BTreeSet;

pub const LOOK: &str = "{ customers(first: 1) { nodes { reference } } }";

/// A log with something signed at two sizes, the later one of 300 places and more.
pub async fn signed() -> TestApp {
    let app = TestApp::new().await;
    app.seal().await;
    for _ in 0..300 {
        app.agent().ask(LOOK, json!({})).await.data();
    }
    app.advance(chrono::TimeDelta::minutes(10));
    app.all_have_come().await;
    app.seal().await;
    app
}

pub async fn wrong(app: &TestApp) -> BTreeSet<Wrong> {
    app.look_through_log().await.wrong
}

pub async fn id_at(app: &TestApp, place: u64) -> String {
    let sql = format!("SELECT event_id FROM audit_leaf WHERE leaf_index = {place}");
    let row = app.database.rows(&sql).await.remove(0);
    row.try_get::<uuid::Uuid>("", "event_id").unwrap().to_string()
}

#[tokio::test]
async fn a_log_that_nobody_touched_is_sound() {
    let app = signed().await;
    let report = app.look_through_log().await;
    assert_eq!(report.wrong, BTreeSet::new());
    // Each of the two, as the database has it and as it was written down.
    assert_eq!((report.agreements, report.size), (4, published(&app.database)[1].size));
    app.finish().await;
}

/// One after another, each is found besides those before; and what was signed still agrees with the tree.
#[tokio::test]
async fn what_was_done_to_single_rows_is_found_where_it_was_done() {
    let app = signed().await;
    let look = published(&app.database)[0].size + 20;
    let event = |place: u64| format!("(SELECT event_id FROM audit_leaf WHERE leaf_index = {place})");
    let mut ids = Vec::new();
    for place in look..look + 9 {
        ids.push(id_at(&app, place).await);
    }
    let id = |nth: usize| ids[nth].clone();
    let steps = [
        (
            "audit_event",
            format!("UPDATE audit_event SET actor = 'somebody|else' WHERE event_id = {}", event(look)),
            vec![Wrong::ColumnChanged(look, id(0), "actor")],
        ),
        (
            "audit_event",
            format!("UPDATE audit_event SET purpose = NULL WHERE event_id = {}", event(look + 1)),
            vec![Wrong::ColumnChanged(look + 1, id(1), "purpose")],
        ),
        (
            "audit_event",
            format!(
                "UPDATE audit_event SET body = (SELECT body FROM audit_event WHERE event_id = {0}), \
            leaf = (SELECT leaf FROM audit_event WHERE event_id = {0}) WHERE event_id = {1}",
                event(3),
                event(look + 2)
            ),
            vec![Wrong::BodyChanged(look + 2, id(2))],
        ),
        (
            "audit_event",
            format!("DELETE FROM audit_event WHERE event_id = {}", event(look + 3)),
            vec![Wrong::EventMissing(look + 3, id(3)), Wrong::SubjectsOfNothing(id(3))],
        ),
        (
            "audit_leaf",
            format!("DELETE FROM audit_leaf WHERE leaf_index = {}", look + 4),
            vec![Wrong::PlaceMissing(look + 4), Wrong::LeftOut(id(4))],
        ),
        (
            "audit_leaf",
            format!(
                "UPDATE audit_leaf SET leaf_index = CASE leaf_index WHEN {0} THEN {1} ELSE {0} END + 1000000 \
            WHERE leaf_index IN ({0}, {1}); UPDATE audit_leaf SET leaf_index = leaf_index - 1000000 WHERE leaf_index > 999999",
                look + 5,
                look + 6
            ),
            vec![Wrong::BodyChanged(look + 5, id(6)), Wrong::BodyChanged(look + 6, id(5))],
        ),
        (
            "audit_subject",
            format!("DELETE FROM audit_subject WHERE event_id = {}", event(look + 7)),
            vec![Wrong::SubjectsChanged(look + 7, id(7))],
        ),
        (
            "audit_event",
            format!(
                "UPDATE audit_event SET withheld = (SELECT withheld FROM audit_event WHERE event_id = {}) WHERE event_id = {}",
                event(look + 7),
                event(look + 8)
            ),
            vec![Wrong::WithheldChanged(look + 8, id(8)), Wrong::SubjectsChanged(look + 8, id(8))],
        ),
        (
            "audit_tile",
            format!("UPDATE audit_tile SET hashes = {} WHERE level = 1", app.database.zeros("hashes")),
            vec![Wrong::TileChanged(1, 0)],
        ),
    ];
    let mut expected = BTreeSet::new();
    for (table, sql, found) in steps {
        app.database.behind_the_triggers(table, &sql).await;
        expected.extend(found);
        let report = app.look_through_log().await;
        assert_eq!((&report.wrong, report.agreements), (&expected, 4), "{sql}");
    }
    app.give_up().await;
}

/// An event that was removed before it was sealed is missed by those that came after it, whether it was a look or a change.
#[tokio::test]
async fn what_was_removed_before_it_was_sealed_is_missed() {
    let app = TestApp::new().await;
    app.seal().await;
    let change = json!({ "input": { "reference": "K-9001", "kind": "PERSON", "locale": "SV", "channel": "PHONE", "profile": { "name": "Ny Kund" } } });
    let register =
        "mutation ($input: RegisterCustomerInput!) { registerCustomer(input: $input) { customer { id } } }";
    let ids = |of: Vec<sea_orm::QueryResult>| {
        let id = |row: &sea_orm::QueryResult| row.try_get::<uuid::Uuid>("", "event_id").unwrap().to_string();
        of.iter().map(id).collect::<Vec<_>>()
    };
    let unsealed = "SELECT event_id FROM audit_event e WHERE NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.event_id = e.event_id) \
                    ORDER BY event_id";
    for asked in ["look", "change"] {
        app.agent().ask(LOOK, json!({})).await.data();
        match asked {
            "look" => app.agent().ask(LOOK, json!({})).await,
            _ => app.agent().ask(register, change.clone()).await,
        }
        .data();
        let gone = ids(app.database.rows(unsealed).await).pop().unwrap();
        app.agent().ask(LOOK, json!({})).await.data();
        let next = ids(app.database.rows(unsealed).await).pop().unwrap();
        let is_it = match app.database.engine {
            Engine::Postgres => format!("event_id = '{gone}'"),
            Engine::Sqlite => format!("event_id = x'{}'", gone.replace('-', "")),
        };
        for table in ["audit_subject", "audit_event"] {
            app.database.behind_the_triggers(table, &format!("DELETE FROM {table} WHERE {is_it}")).await;
        }
        let size = app.seal().await.size;
        let found = wrong(&app).await;
        let by = Wrong::RemovedBefore(size - 1, next);
        assert!(found.contains(&by), "{asked}: {found:?}");
        let short = found
            .iter()
            .filter(|one| matches!(one, Wrong::FewerThanWritten { said, seen, .. } if said > seen));
        assert_eq!((short.count(), found.len()), (1, if asked == "look" { 2 } else { 3 }), "{found:?}");
    }
    app.give_up().await;
}

/// Whoever changes the tree as well cannot change what was signed, here or elsewhere.
#[tokio::test]
async fn a_changed_tree_does_not_agree_with_what_was_signed() {
    let app = signed().await;
    let saved = published(&app.database);
    let first = saved[0].size;
    let zeros = app.database.zeros("hashes");
    let forged = format!("UPDATE audit_tile SET hashes = {zeros} WHERE level = 0 AND tile_index = 0");
    app.database.behind_the_triggers("audit_tile", &forged).await;
    let found = wrong(&app).await;
    let of = |size: u64, from: u64, whence: &str| Wrong::NotWhatWasSigned {
        size,
        from,
        whence: whence.to_owned(),
    };
    assert!(found.contains(&of(first, 0, "saved")), "{found:?}");
    assert!(found.iter().any(|one| matches!(one, Wrong::BodyChanged(0, _))), "each leaf is another");
    app.give_up().await;

    let app = signed().await;
    let size = published(&app.database)[1].size;
    let whence = format!("the database's checkpoint of {size} events");
    let forged = format!(
        "UPDATE audit_checkpoint SET note = replace(note, '\n{size}\n', '\n{}\n') WHERE tree_size = {size}",
        size - 1
    );
    app.database.behind_the_triggers("audit_checkpoint", &forged).await;
    let why = note::Unfit::Forged.to_string();
    assert_eq!(wrong(&app).await, BTreeSet::from([Wrong::NotSigned { whence, why }]));
    app.give_up().await;
}

/// With the newest checkpoint gone, what it was about stands on nothing.
#[tokio::test]
async fn a_removed_checkpoint_is_missed() {
    let app = signed().await;
    let saved = published(&app.database);
    let (first, last) = (saved[0].size, saved[1].size);
    app.database
        .behind_the_triggers(
            "audit_checkpoint",
            &format!("DELETE FROM audit_checkpoint WHERE tree_size = {last}"),
        )
        .await;
    assert_eq!(wrong(&app).await, BTreeSet::from([Wrong::NeverSigned(first)]));
    app.give_up().await;
}

/// The key was replaced: for a while both signed, and earlier notes are still what they were.
#[tokio::test]
async fn a_replaced_key_is_no_tampering() {
    let app = TestApp::new().await;
    app.seal().await;
    let line = |seed: u8| SigningKeys::generate(ORIGIN, &zeroize::Zeroizing::new([seed; 32])).unwrap();
    let both = SigningKeys::parse(&format!("{}{}", *line(2), *line(1))).unwrap();
    for keys in [both, keys(ORIGIN, 2)] {
        app.agent().ask(LOOK, json!({})).await.data();
        app.try_to_seal(keys).await.unwrap().unwrap();
    }
    let newer = keys(ORIGIN, 2).verifier_keys().to_vec();
    let beside = |keys| Beside { keys, ..Beside::default() };
    let report = audit::verify(&app.server.door, beside(&newer), |_, _| {}).await.unwrap().0;
    assert_eq!((report.wrong, report.agreements), (BTreeSet::new(), 3));
    // With the old key alone, the last one is somebody else's.
    let older = keys(ORIGIN, 1).verifier_keys().to_vec();
    let report = audit::verify(&app.server.door, beside(&older), |_, _| {}).await.unwrap().0;
    assert!(
        matches!(report.wrong.first(), Some(Wrong::NotSigned { .. })) && report.wrong.len() == 1,
        "{report:?}"
    );
    app.finish().await;
}

/// An older state of the whole database, and one that went on in another way and was signed with the real key.
#[tokio::test]
async fn what_was_cut_off_or_forked_is_found_by_what_was_saved_before() {
    let app = TestApp::new().await;
    app.seal().await;
    let mut database = app.stop().await;
    let older = database.copy().await;
    let app = TestApp::on(database).await;
    app.agent().ask(LOOK, json!({})).await.data();
    app.seal().await;
    let saved = published(&app.database);
    assert_eq!(app.look_through_log().await.wrong, BTreeSet::new());
    app.finish().await;

    let fork = TestApp::on(older).await;
    // Whoever forks it with the real key writes the file, too, as it was by then.
    file(&fork.database).add(&saved[..1]).unwrap();
    let (size, left) = (saved[1].size, saved[0].size);
    let cut = Wrong::CutOff { size, left, whence: "saved".to_owned() };
    assert_eq!(fork.look_through_log_by(&saved).await.wrong, BTreeSet::from([cut]));
    while fork.seal().await.size < size {
        fork.compliance().ask("{ systems(first: 1) { nodes { name } } }", json!({})).await.data();
    }
    assert_eq!(fork.look_through_log().await.wrong, BTreeSet::new(), "by itself it is sound");
    let found = fork.look_through_log_by(&saved).await.wrong;
    assert_eq!(
        found,
        BTreeSet::from([Wrong::NotWhatWasSigned { size, from: left, whence: "saved".to_owned() }])
    );
    fork.finish().await;
}

/// As an auditor runs it, with what they have saved and the key that they were given.
#[tokio::test]
async fn the_program_says_it_and_ends_accordingly() {
    let app = signed().await;
    let (size, key) = (published(&app.database)[1].size, keys(ORIGIN, 1).verifier_keys()[0].clone());
    let saved = app.database.beside("audit-checkpoints.jsonl");
    let app = app.stop().await;
    let verify = |key: &str| {
        let mut command = kartotek(saved.parent().unwrap(), &app);
        command.args(["audit", "verify", "--key", key, "--checkpoint"]).arg(&saved);
        let told = command.output().unwrap();
        (
            told.status.code(),
            String::from_utf8(told.stdout).unwrap() + &String::from_utf8(told.stderr).unwrap(),
        )
    };
    let (code, told) = verify(&key);
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains(&format!("{size} events are sealed"))
            && told.contains("4 checkpoints agree, 0 findings"),
        "{told}"
    );
    let (code, told) = verify(&keys(ORIGIN, 2).verifier_keys()[0]);
    // That is no tampering: somebody has named another key.
    assert!(code == Some(1) && told.contains("no key that is trusted has signed this"), "{told}");
    let forged = "UPDATE audit_event SET actor = 'x' WHERE event_id = (SELECT event_id FROM audit_leaf WHERE leaf_index = 9)";
    app.behind_the_triggers("audit_event", forged).await;
    let (code, told) = verify(&key);
    assert!(
        code == Some(2) && told.contains("TAMPERED: event") && told.contains("at place 9: the column actor"),
        "{told}"
    );
    app.discard().await;
}
