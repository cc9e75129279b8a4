//! What somebody with all rights puts among the events, or writes into the database's own file.

use super::verifying::{LOOK, id_at, signed, wrong};
use crate::support::{
    Database, TestApp, audit,
    process::kartotek,
    seal::{ORIGIN, file, keys, published},
};
use kartotek::{
    access::Engine,
    checkpoints::Signed,
    domain::audit::{Log, Sound},
    transparency::{
        Body, Link, leaf, note,
        tree::{Growing, Tiles},
        verify::Wrong,
    },
    worker::watch_content,
};
use sea_orm::ConnectionTrait;
use serde_json::json;
use std::{collections::BTreeSet, fmt::Write, fs};
use uuid::Uuid;

/// Bytes, or an id, as an engine writes them.
fn literal(engine: Engine, bytes: &[u8]) -> String {
    let mut hex = String::new();
    for byte in bytes {
        write!(hex, "{byte:02x}").unwrap();
    }
    match engine {
        Engine::Postgres => format!("'\\x{hex}'"),
        Engine::Sqlite => format!("x'{hex}'"),
    }
}

fn id_literal(engine: Engine, id: Uuid) -> String {
    match engine {
        Engine::Postgres => format!("'{id}'"),
        Engine::Sqlite => literal(engine, id.as_bytes()),
    }
}

/// Where the database has an event in its own order.
#[derive(Clone, Copy, PartialEq)]
enum Comes {
    BesideTheOne,
    Last,
}

/// Adds an event that never happened, right in every column, and of the same moment as the one at a place. Its writer is nobody
/// else's. Its id.
async fn add_false_event(database: &Database, place: u64, comes: Comes) -> String {
    let engine = database.engine;
    let that = format!("(SELECT event_id FROM audit_leaf WHERE leaf_index = {place})");
    let row = database
        .rows(&format!("SELECT event_id, body FROM audit_event WHERE event_id = {that}"))
        .await
        .remove(0);
    let mut body = Body::parse(&row.try_get::<Vec<u8>>("", "body").unwrap()).unwrap();
    let id = Uuid::from_u128(body.id.0.as_u128() + 1);
    (body.id.0, body.operation) = (id, "auditEvents".to_owned());
    body.writer = Link { after: Vec::new(), before: 0, id: Uuid::from_u128(7) };
    let bytes = body.bytes().unwrap();
    let (order, its_place) = match (engine, comes) {
        (Engine::Postgres, Comes::BesideTheOne) => ("xid", "xid"),
        (Engine::Postgres, Comes::Last) => ("xid", "pg_current_xact_id()"),
        (Engine::Sqlite, Comes::BesideTheOne) => ("id", "id + 1"),
        (Engine::Sqlite, Comes::Last) => ("id", "(SELECT max(id) + 1 FROM audit_event)"),
    };
    let copied = "occurred_at, actor, actor_kind, kind, outcome, error_code, purpose, request_id, withheld";
    let (new, bytes, leaf) =
        (id_literal(engine, id), literal(engine, &bytes), literal(engine, &leaf(&bytes)));
    if engine == Engine::Sqlite && comes == Comes::BesideTheOne {
        let after = format!("(SELECT id FROM audit_event WHERE event_id = {that})");
        let moved = format!(
            "UPDATE audit_event SET id = -id WHERE id > {after}; UPDATE audit_event SET id = 1 - id WHERE id < 0"
        );
        database.behind_the_triggers("audit_event", &moved).await;
    }
    let event = format!(
        "INSERT INTO audit_event ({order}, event_id, operation, body, leaf, {copied}) \
         SELECT {its_place}, {new}, 'auditEvents', {bytes}, {leaf}, {copied} FROM audit_event WHERE event_id = {that}"
    );
    database.behind_the_triggers("audit_event", &event).await;
    let subjects = format!(
        "INSERT INTO audit_subject (customer_id, event_id, categories) \
         SELECT customer_id, {new}, categories FROM audit_subject WHERE event_id = {that}"
    );
    database.behind_the_triggers("audit_subject", &subjects).await;
    id.to_string()
}

/// Makes room at a place, and gives it to an event.
async fn put_at(database: &Database, place: u64, id: &str) {
    let id = id_literal(database.engine, id.parse().unwrap());
    let sql = format!(
        "UPDATE audit_leaf SET leaf_index = leaf_index + 1000000 WHERE leaf_index >= {place}; \
         UPDATE audit_leaf SET leaf_index = leaf_index - 999999 WHERE leaf_index >= 1000000; \
         INSERT INTO audit_leaf (leaf_index, event_id) VALUES ({place}, {id})"
    );
    database.behind_the_triggers("audit_leaf", &sql).await;
}

/// The tree as it would be over the events as they are stored.
async fn compute_the_tree_anew(database: &Database) {
    let mut tree = Growing::from(0, Tiles::default()).unwrap();
    let bodies =
        "SELECT e.body FROM audit_leaf l JOIN audit_event e ON e.event_id = l.event_id ORDER BY l.leaf_index";
    for row in database.rows(bodies).await {
        tree.push(leaf(&row.try_get::<Vec<u8>>("", "body").unwrap()));
    }
    let mut sql = "DELETE FROM audit_tile".to_owned();
    for (place, hashes) in tree.take_changed() {
        let (level, index, hashes) = (place.level, place.index, literal(database.engine, &hashes));
        write!(
            sql,
            "; INSERT INTO audit_tile (level, tile_index, hashes) VALUES ({level}, {index}, {hashes})"
        )
        .unwrap();
    }
    database.behind_the_triggers("audit_tile", &sql).await;
}

/// Each place from there on has another's event; and once the tree is made to match, it is not what was signed.
#[tokio::test]
async fn an_event_that_was_put_among_others_is_found_where_it_was_put() {
    let app = signed().await;
    let saved = published(&app.database);
    let (first, size) = (saved[0].size, saved[1].size);
    let place = first + 30;
    let id = add_false_event(&app.database, place, Comes::BesideTheOne).await;
    assert_eq!(wrong(&app).await, BTreeSet::from([Wrong::LeftOut(id.clone())]));
    let before = id_at(&app, place + 1).await;
    put_at(&app.database, place + 1, &id).await;
    let report = app.look_through_log().await;
    let mut places = report.wrong.iter().filter_map(|one| match one {
        Wrong::BodyChanged(at, id) => Some((*at, id.as_str())),
        _ => None,
    });
    assert_eq!(places.next(), Some((place + 1, &*id)));
    assert_eq!(places.next(), Some((place + 2, &*before)));
    assert_eq!(places.count() as u64, size - place - 3, "all those after it");
    // What was signed is what the tree says, for as long as that is left as it was.
    assert!(report.wrong.contains(&Wrong::NeverSigned(size)) && report.agreements == 4, "{report:?}");

    compute_the_tree_anew(&app.database).await;
    let of = |whence: &str| Wrong::NotWhatWasSigned { size, from: first, whence: whence.to_owned() };
    let inside = of(&format!("the database's checkpoint of {size} events"));
    assert_eq!(wrong(&app).await, BTreeSet::from([of("saved"), inside, Wrong::NeverSigned(size)]));
    let forged = format!("DELETE FROM audit_checkpoint WHERE tree_size = {size}");
    app.database.behind_the_triggers("audit_checkpoint", &forged).await;
    assert_eq!(wrong(&app).await, BTreeSet::from([of("saved"), Wrong::NeverSigned(first)]));
    app.give_up().await;
}

/// Before it is sealed it is one that waits for too long, and then its place is later than its time.
#[tokio::test]
async fn an_event_that_was_added_afterwards_is_told_by_its_time() {
    let app = signed().await;
    let saved = app.database.beside("audit-checkpoints.jsonl");
    app.agent().ask(LOOK, json!({})).await.data();
    app.seal().await;
    let id = add_false_event(&app.database, published(&app.database)[0].size + 30, Comes::Last).await;
    let waits = "{ findings(filter: { kinds: [AUDIT_LOG_NOT_SEALED] }) { totalCount } }";
    assert_eq!(app.auditor().get(waits).await.data()["findings"]["totalCount"], 1);
    let size = app.seal().await.size;
    let report = app.look_through_log().await;
    let place = (0..size).rev().take(10);
    let mut at = None;
    for place in place {
        at = at.or((id_at(&app, place).await == id).then_some(place));
    }
    assert_eq!(report.wrong, BTreeSet::new());
    let late = report.late.unwrap();
    assert_eq!((late.count, &late.first), (1, &(at.unwrap(), id.clone())));
    assert!(late.after < at.unwrap());
    let database = app.stop().await;
    let mut verify = kartotek(saved.parent().unwrap(), &database);
    verify
        .args(["audit", "verify", "--key", &keys(ORIGIN, 1).verifier_keys()[0], "--checkpoint"])
        .arg(&saved);
    let told = verify.output().unwrap();
    assert_eq!(told.status.code(), Some(0));
    let told = String::from_utf8(told.stderr).unwrap();
    let first = format!("the first is event {id} at place {}, which says", at.unwrap());
    assert!(told.contains(&first), "{told}");
    database.discard().await;
}

/// Somewhere that nobody looks, or beside the true one, once the keys are gone that would not let it in.
#[tokio::test]
async fn what_stands_where_nothing_can_stand_is_found() {
    let app = signed().await;
    let place = published(&app.database)[0].size + 30;
    let engine = app.database.engine;
    assert_eq!(app.server.door.unprotected().await.unwrap(), [] as [String; 0]);
    let id = add_false_event(&app.database, place, Comes::BesideTheOne).await;
    let outside = format!("INSERT INTO audit_leaf VALUES (-5, {})", id_literal(engine, id.parse().unwrap()));
    let without = match engine {
        Engine::Postgres => format!("ALTER TABLE audit_leaf DROP CONSTRAINT audit_leaf_index; {outside}"),
        Engine::Sqlite => {
            format!("PRAGMA ignore_check_constraints = ON; {outside}; PRAGMA ignore_check_constraints = OFF")
        }
    };
    app.database.behind_the_triggers("audit_leaf", &without).await;
    assert_eq!(wrong(&app).await, BTreeSet::from([Wrong::LeftOut(id.clone())]));
    // SQLite takes no key from a table: whoever does so makes another, which is missed by itself.
    if engine == Engine::Postgres {
        let two = format!(
            "DELETE FROM audit_leaf WHERE leaf_index = -5; ALTER TABLE audit_leaf DROP CONSTRAINT audit_leaf_pkey; \
             INSERT INTO audit_leaf VALUES ({place}, '{id}')"
        );
        app.database.run(&two).await;
        let found = wrong(&app).await;
        let twice = |one: &Wrong| matches!(one, Wrong::Doubled(at, _) if *at == place);
        assert!(found.iter().any(twice), "{found:?}");
        let missing = app.server.door.unprotected().await.unwrap();
        assert!(missing.contains(&"the key audit_leaf was changed".to_owned()), "{missing:?}");
    } else {
        let sql =
            app.database.texts("SELECT sql FROM sqlite_master WHERE name = 'audit_leaf'").await.remove(0);
        let other =
            sql.replace("PRIMARY KEY ", "").replace("CREATE TABLE audit_leaf", "CREATE TABLE audit_leaf_too");
        let swapped = format!(
            "DELETE FROM audit_leaf WHERE leaf_index < 0; {other}; INSERT INTO audit_leaf_too SELECT * FROM audit_leaf; DROP TABLE audit_leaf; \
             ALTER TABLE audit_leaf_too RENAME TO audit_leaf"
        );
        app.database.run(&swapped).await;
        let missing = app.server.door.unprotected().await.unwrap();
        assert!(missing.contains(&"the table audit_leaf was changed".to_owned()), "{missing:?}");
    }
    // Somebody is said to have been looked at in an event that there is not.
    let nobody = format!(
        "INSERT INTO audit_subject (customer_id, event_id, categories) SELECT id, {}, '[]' FROM customer LIMIT 1",
        id_literal(engine, Uuid::from_u128(id.parse::<Uuid>().unwrap().as_u128() + 7))
    );
    app.database.behind_the_triggers("audit_subject", &nobody).await;
    let found = wrong(&app).await;
    assert!(found.iter().any(|one| matches!(one, Wrong::SubjectsOfNothing(_))), "{found:?}");
    app.give_up().await;
}

/// What comes in masses does not hide what was done once.
#[tokio::test]
async fn many_findings_of_one_kind_hide_no_other() {
    let app = signed().await;
    let (first, last) = (published(&app.database)[0].size, published(&app.database)[1].size);
    let id = id_at(&app, last - 1).await;
    let many = "UPDATE audit_event SET actor = 'x', purpose = 'X', request_id = 'x', operation = 'x', actor_kind = 'SCRIPT'";
    app.database.behind_the_triggers("audit_event", many).await;
    let gone = format!(
        "DELETE FROM audit_event WHERE event_id = {}",
        id_literal(app.database.engine, id.parse().unwrap())
    );
    app.database.run(&gone).await;
    let cut = format!("DELETE FROM audit_checkpoint WHERE tree_size = {last}");
    app.database.behind_the_triggers("audit_checkpoint", &cut).await;
    let report = app.look_through_log().await;
    assert!(report.more > 100, "{}", report.more);
    assert!(report.wrong.contains(&Wrong::EventMissing(last - 1, id)));
    assert!(report.wrong.contains(&Wrong::NeverSigned(first)));
    app.give_up().await;
}

/// A line of what was saved that somebody has changed is named, and one of a key that nobody named is not passed over.
#[tokio::test]
async fn a_saved_checkpoint_that_was_changed_is_named_by_its_line() {
    let app = signed().await;
    let saved = app.database.beside("audit-checkpoints.jsonl");
    let (size, key) = (published(&app.database)[1].size, keys(ORIGIN, 1).verifier_keys()[0].clone());
    let log = Log::new(keys(ORIGIN, 1), file(&app.database));
    let watched = async || watch_content(&log, &app.server.door, &mut Sound::default()).await.unwrap();
    assert!(watched().await);
    let text = fs::read_to_string(&saved).unwrap();
    let verify = |key: &str| {
        let mut verify = kartotek(saved.parent().unwrap(), &app.database);
        let told =
            verify.args(["audit", "verify", "--key", key, "--checkpoint"]).arg(&saved).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (told.status.code(), text(told.stdout) + &text(told.stderr))
    };
    let note = text.lines().nth(1).unwrap();
    // The size in the note, a byte of its signature, and the line itself.
    let signature = note.rfind(' ').unwrap() + 20;
    let mut bytes = note.to_owned().into_bytes();
    bytes[signature] = if bytes[signature] == b'A' { b'B' } else { b'A' };
    let forged = [
        note.replace(&format!("\\n{size}\\n"), &format!("\\n{}\\n", size - 1)),
        String::from_utf8(bytes).unwrap(),
        note.replacen("\"size\":", "\"size\";", 1),
    ];
    for forged in forged {
        assert_ne!(forged, note);
        fs::write(&saved, text.replace(note, &forged)).unwrap();
        let (code, told) = verify(&key);
        assert!(code == Some(2) && told.contains("TAMPERED: line 2 of "), "{forged}: {told}");
        assert!(!watched().await, "{forged}");
    }
    // Broken off, it is a part of what was written.
    fs::write(&saved, format!("{}\n{{\"origin\":\"aud", text.lines().next().unwrap())).unwrap();
    let (code, told) = verify(&key);
    assert!(code == Some(0) && told.contains("1 lines of "), "{told}");
    // What another key has signed is not compared, and that is said.
    let root =
        published(&app.database).pop().map(|one| note::read(one.note.as_bytes()).unwrap().root).unwrap();
    let by_another =
        Signed { origin: ORIGIN.to_owned(), size, note: keys(ORIGIN, 2).sign(size, root).unwrap() };
    fs::write(&saved, format!("{text}{}\n", serde_json::to_string(&by_another).unwrap())).unwrap();
    let (code, told) = verify(&key);
    assert!(
        code == Some(3) && told.contains("1 of the checkpoints are signed by none of the keys"),
        "{told}"
    );
    app.give_up().await;
}

/// Given the database's own order of earlier ones, it is sealed when a server starts; and that is on the log, for good.
#[tokio::test]
async fn what_is_sealed_after_later_ones_is_on_record() {
    let app = signed().await;
    let id = add_false_event(&app.database, published(&app.database)[0].size + 30, Comes::BesideTheOne).await;
    let noted = async || {
        let all = audit::all(&app.database).await.into_iter();
        all.filter(|event| event.operation == "sealLeftOut").map(|event| event.target).collect::<Vec<_>>()
    };
    assert_eq!(noted().await, []);
    app.seal().await;
    app.agent().ask(LOOK, json!({})).await.data();
    app.seal().await;
    assert_eq!(noted().await, [Some(id)]);
    assert_eq!(wrong(&app).await, BTreeSet::new());
    app.give_up().await;
}

/// With a hex editor, past SQLite itself.
#[tokio::test]
async fn a_byte_that_was_changed_in_the_file_is_found() {
    if Database::engine_of_all() == Engine::Postgres {
        return;
    }
    let app = signed().await;
    let place = published(&app.database)[0].size + 40;
    let id = id_at(&app, place).await;
    let database = app.stop().await;
    database.run("PRAGMA wal_checkpoint(TRUNCATE)").await;
    let path = database.file().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let find = |what: &str, from: usize| {
        from + bytes[from..].windows(what.len()).position(|some| some == what.as_bytes()).unwrap()
    };
    let operation = find("\"operation\":\"customers\"", find(&format!("\"id\":\"{id}\""), 0));
    bytes[operation + 13] = b'C';
    fs::write(&path, bytes).unwrap();
    let app = TestApp::on(database).await;
    assert_eq!(wrong(&app).await, BTreeSet::from([Wrong::BodyChanged(place, id)]));
    app.give_up().await;
}

/// In the catalogue itself, without a statement about the trigger.
#[tokio::test]
async fn a_trigger_that_was_changed_in_the_catalogue_is_missed_and_so_is_what_it_let_pass() {
    let app = signed().await;
    let place = published(&app.database)[0].size + 50;
    app.database
        .run(match app.database.engine {
            Engine::Postgres => {
                "BEGIN; SET LOCAL allow_system_table_mods = on; UPDATE pg_trigger SET tgenabled = 'D' WHERE tgname ~ '^audit_event_'; COMMIT"
            }
            Engine::Sqlite => {
                "PRAGMA writable_schema = ON; \
                 UPDATE sqlite_schema SET sql = replace(sql, 'ON audit_event', 'ON audit_event WHEN 0') WHERE name = 'audit_event_no_update'; \
                 PRAGMA writable_schema = RESET"
            }
        })
        .await;
    let missing = app.server.door.unprotected().await.unwrap();
    assert!(missing.iter().any(|one| one.contains("audit_event_no_")), "{missing:?}");
    let forged = format!(
        "UPDATE audit_event SET actor_kind = 'SCRIPT' WHERE event_id = (SELECT event_id FROM audit_leaf WHERE leaf_index = {place})"
    );
    // Over a connection that has not read the catalogue before.
    let another = Database::of(&app.database.settings()).await;
    another.execute_unprepared(&forged).await.unwrap();
    another.close().await.unwrap();
    let id = id_at(&app, place).await;
    assert_eq!(wrong(&app).await, BTreeSet::from([Wrong::ColumnChanged(place, id, "actor_kind")]));
    app.give_up().await;
}

/// What is known of a customer goes; that somebody knew it stays, and names nobody.
#[tokio::test]
async fn an_erasure_leaves_the_log_as_it_was_signed() {
    let app = TestApp::new().await;
    let customer = app.register("K-9301").await;
    let look = "query ($id: ID!) { customer(id: $id) { profile { name email phone } } }";
    let shown = app.agent().ask(look, json!({ "id": customer })).await;
    let profile = shown.data()["customer"]["profile"].clone();
    app.agent().ask(LOOK, json!({})).await.data();
    app.seal().await;
    let entries = async || {
        let asked = "query ($id: ID!) { customer(id: $id) { accessLog(last: 2) { nodes { id inclusionProof { entry } } } } }";
        app.auditor().ask(asked, json!({ "id": customer })).await.data()["customer"]["accessLog"].clone()
    };
    let before = entries().await;
    let number = app.database.rows("SELECT id FROM customer WHERE reference = 'K-9301'").await.remove(0);
    let number = number.try_get::<Uuid>("", "id").unwrap().to_string();
    app.erased(&customer).await;
    app.work().await;
    assert_eq!(app.standing(&customer).await["profile"], json!(null));
    app.seal().await;
    let report = app.look_through_log().await;
    assert_eq!((report.wrong, report.agreements), (BTreeSet::new(), 4));
    assert_eq!(entries().await, before);
    let folder = app.database.beside("audit-checkpoints.jsonl").parent().unwrap().to_owned();
    let database = app.stop().await;
    let whole = kartotek(&folder, &database).args(["audit", "export", "--whole"]).output().unwrap();
    assert!(whole.status.success(), "{}", String::from_utf8_lossy(&whole.stderr));
    let whole = String::from_utf8(whole.stdout).unwrap();
    assert!(whole.contains(&number), "by a number that means nothing any more");
    for value in profile.as_object().unwrap().values().filter_map(|value| value.as_str()) {
        assert!(value.len() > 5 && !whole.contains(value), "{value}");
    }
    database.discard().await;
}
