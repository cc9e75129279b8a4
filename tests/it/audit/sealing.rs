//! Every event gets one place in the tree, and what is signed is true of all that committed.

use crate::support::{
    Database, TestApp,
    app::parts,
    seal::{ORIGIN, file, keys, published},
};
use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use kartotek::{domain::audit::Unsealed, server::Server};
use serde_json::json;
use std::collections::BTreeSet;
use tower::ServiceExt;

const LOOK: &str = "{ customers(first: 1) { nodes { reference } } }";

/// What the server answers at a path.
async fn get(app: &TestApp, path: &str) -> (StatusCode, Vec<u8>) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let answer = app.server.router.clone().oneshot(request).await.unwrap();
    (answer.status(), to_bytes(answer.into_body(), 1 << 20).await.unwrap().to_vec())
}

#[tokio::test]
async fn what_is_signed_is_the_root_over_all_events() {
    let app = TestApp::new().await;
    assert_eq!(get(&app, "/audit/checkpoint").await.0, StatusCode::NOT_FOUND);
    let first = app.seal().await;
    assert_eq!((first.origin.as_str(), (first.size, first.root)), (ORIGIN, app.root_by_hand().await));
    let events = app.database.rows("SELECT event_id FROM audit_event").await.len();
    assert_eq!(first.size, events as u64, "sealing leaves no event, and takes all");
    // Nothing has happened since.
    assert_eq!(app.try_to_seal(keys(ORIGIN, 1)).await.unwrap(), None);

    for _ in 0..300 {
        app.agent().ask(LOOK, json!({})).await.data();
    }
    let second = app.seal().await;
    assert_eq!((second.size, second.root), app.root_by_hand().await);
    assert!(second.size >= first.size + 300);
    let written = published(&app.database);
    assert_eq!(written.iter().map(|one| one.size).collect::<Vec<_>>(), [first.size, second.size]);

    // Anybody may have it, and it is what was written down.
    let (status, note) = get(&app, "/audit/checkpoint").await;
    assert_eq!((status, note), (StatusCode::OK, written[1].note.clone().into_bytes()));
    let (status, full) = get(&app, "/audit/tile/0/000").await;
    assert_eq!((status, full.len()), (StatusCode::OK, 8192));
    let rest = second.size % 256;
    let (status, part) = get(&app, &format!("/audit/tile/0/{:03}.p/{rest}", second.size / 256)).await;
    assert_eq!((status, part.len() as u64), (StatusCode::OK, rest * 32));
    let more = format!("/audit/tile/0/{:03}.p/{}", second.size / 256, rest + 1);
    for none in [
        more.as_str(),
        "/audit/tile/0/999",
        "/audit/tile/9/000",
        "/audit/tile/0/0",
        "/audit/tile/entries/000",
    ] {
        assert_eq!(get(&app, none).await.0, StatusCode::NOT_FOUND, "{none}");
    }
    app.finish().await;
}

/// Servers that seal at the same time, while events come from all of them, come to one log.
#[tokio::test]
async fn however_many_seal_there_is_one_log() {
    let app = TestApp::new().await;
    let others = [(); 3].map(|()| Server::start(parts(&app.database, app.clock.clone())));
    let others = futures::future::join_all(others).await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
    let log = || kartotek::domain::audit::Log::new(keys(ORIGIN, 1), file(&app.database));
    let seal = async |door| {
        for _ in 0..12 {
            // Of two at once one may be told that the other was faster.
            let _ = log().seal(door).await;
        }
    };
    let doors = others.iter().map(|server| &server.door).chain([&app.server.door]);
    let sealing = futures::future::join_all(doors.map(seal));
    let looking = async {
        for _ in 0..60 {
            let agent = app.agent();
            let looks = (0..4).map(|_| agent.ask(LOOK, json!({})));
            futures::future::join_all(looks).await;
        }
    };
    tokio::join!(sealing, looking);
    let last = app.seal().await;
    assert_eq!((last.size, last.root), app.root_by_hand().await);
    let events = app.database.rows("SELECT event_id FROM audit_event").await.len();
    assert_eq!(last.size, events as u64);
    let sizes = published(&app.database).iter().map(|one| one.size).collect::<Vec<_>>();
    assert!(sizes.is_sorted() && sizes.iter().collect::<BTreeSet<_>>().len() == sizes.len(), "{sizes:?}");
    for server in others {
        server.close().await;
    }
    app.finish().await;
}

/// A backup was restored: nothing is signed in another way than it was, and the log goes on under another name.
#[tokio::test]
async fn of_one_size_there_is_never_another_root() {
    let mut database = Database::demo().await;
    let server =
        Server::start(parts(&database, crate::support::clock::FakeClock::at(crate::support::clock::start())));
    let server = server.await.unwrap();
    server.close().await;
    let backup = database.copy().await;
    let app = TestApp::on(database).await;
    app.agent().ask(LOOK, json!({})).await.data();
    let signed = app.seal().await;
    std::fs::copy(file(&app.database).path(), file(&backup).path()).unwrap();
    app.finish().await;

    let app = TestApp::on(backup).await;
    app.agent().ask("{ customers(first: 2) { nodes { reference } } }", json!({})).await.data();
    let refused = app.try_to_seal(keys(ORIGIN, 1)).await.unwrap_err();
    assert!(matches!(refused, Unsealed::Another(size) if size == signed.size), "{refused}");
    assert!(refused.to_string().contains("kartotek audit key"));
    assert_eq!(published(&app.database).len(), 1, "nothing was added");
    assert!(app.database.rows("SELECT tree_size FROM audit_checkpoint").await.is_empty());
    let size = app.try_to_seal(keys("audit2.bjorkobit.example", 2)).await.unwrap().unwrap();
    let added = published(&app.database).pop().unwrap();
    assert_eq!(
        (added.origin.as_str(), i64::try_from(added.size).unwrap()),
        ("audit2.bjorkobit.example", size)
    );
    app.finish().await;
}

/// Nobody but who has the key says what was signed: not in the database, and not in the file by way of that.
#[tokio::test]
async fn what_the_key_has_not_signed_is_neither_built_upon_nor_passed_on() {
    let app = TestApp::new().await;
    let signed = app.seal().await;
    app.agent().ask(LOOK, json!({})).await.data();
    app.database
        .run(
            "INSERT INTO audit_checkpoint (tree_size, root_hash, note, verifier_key, created_at)
        SELECT tree_size + 1, root_hash, note, verifier_key, created_at FROM audit_checkpoint",
        )
        .await;
    assert!(matches!(app.try_to_seal(keys(ORIGIN, 1)).await, Err(Unsealed::Stopped(_))));
    assert_eq!(published(&app.database).iter().map(|one| one.size).collect::<Vec<_>>(), [signed.size]);
    app.give_up().await;
}

/// What was written down says what must not be signed in another way.
#[tokio::test]
async fn without_the_file_nothing_more_is_signed() {
    let app = TestApp::new().await;
    app.seal().await;
    app.agent().ask(LOOK, json!({})).await.data();
    std::fs::remove_file(file(&app.database).path()).unwrap();
    assert!(matches!(app.try_to_seal(keys(ORIGIN, 1)).await, Err(Unsealed::FileMissing(_))));
    assert_eq!(app.database.rows("SELECT tree_size FROM audit_checkpoint").await.len(), 1);
    app.finish().await;
}

/// Nothing is signed on top of a tree that somebody has changed.
#[tokio::test]
async fn a_changed_tree_is_not_signed() {
    let app = TestApp::new().await;
    app.seal().await;
    app.agent().ask(LOOK, json!({})).await.data();
    let forged = format!("UPDATE audit_tile SET hashes = {} WHERE level = 0", app.database.zeros("hashes"));
    app.database.behind_the_triggers("audit_tile", &forged).await;
    assert!(matches!(app.try_to_seal(keys(ORIGIN, 1)).await, Err(Unsealed::Stopped(_))));
    assert_eq!(published(&app.database).len(), 1);
    app.give_up().await;
}
