//! The systems that the demo's program reaches: who may ask them, and that what somebody changed stays.

use crate::support::{Database, app::parts, clock::FakeClock, clock::start};
use kartotek::{
    access::SystemClock,
    connector::Allowed,
    demo_peers::Peers,
    domain::demo,
    server::{Parts, Server},
};
use serde_json::{Value, json};

async fn connected(database: &Database, peers: &Peers) -> Server {
    let connectors = kartotek::connector::Connectors::new(peers.allow(Allowed::default())).unwrap();
    let parts = Parts { connectors, ..parts(database, FakeClock::at(start())) };
    let server = Server::start(parts).await.unwrap();
    demo::load(&server.door, &server.catalogs).await.unwrap();
    peers.settle(&server.door, &server.catalogs).await.unwrap();
    server
}

/// Each connected system's name, version and address.
async fn addresses(database: &Database) -> Vec<String> {
    let connected = "SELECT name || ' ' || version || ' ' || CAST(connector AS text) FROM system \
                     WHERE connector IS NOT NULL ORDER BY name";
    database.texts(connected).await
}

#[tokio::test]
async fn only_what_is_signed_is_done() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::empty().await);
    let peers = Peers::start(folder.path(), Box::new(SystemClock)).await.unwrap();
    let server = connected(&database, &peers).await;
    let client = reqwest::Client::new();
    let site = format!("http://{}/", peers.address());
    let shown = async || client.get(&site).send().await.unwrap().json::<Value>().await.unwrap();
    assert_eq!(shown().await, json!({ "asked": [], "holds": ["1004-backup", "1015-backup", "1022-backup"] }));

    let body = json!({ "subject_request_id": "x", "extensions": { "kartotek": { "action": "ERASE",
        "categories": ["user.contact.email", "user.account.username"] } }, "subject_identities":
        [{ "identity_type": "processor_customer_id", "identity_value": "1004-backup" }] });
    for signature in ["v1,AAAA", ""] {
        let request = client.post(format!("{site}dsr")).header("webhook-id", "x");
        let request = request.header("webhook-timestamp", "1").header("webhook-signature", signature);
        assert_eq!(request.json(&body).send().await.unwrap().status(), 401);
    }
    assert_eq!(shown().await["holds"].as_array().unwrap().len(), 3);
    server.close().await;
    database.discard().await;
}

#[tokio::test]
async fn what_somebody_changed_stays_and_what_has_moved_is_found() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::empty().await);
    let peers = Peers::start(folder.path(), Box::new(SystemClock)).await.unwrap();
    connected(&database, &peers).await.close().await;
    let first = addresses(&database).await;
    assert_eq!(first.len(), 3, "{first:?}");
    connected(&database, &peers).await.close().await;
    assert_eq!(addresses(&database).await, first);

    // An ADMIN took the register's connector away; and the folder is another one.
    database
        .run("UPDATE system SET connector = NULL, version = version + 1 WHERE name = 'Kundregister'")
        .await;
    let elsewhere = tempfile::tempdir().unwrap();
    let peers = Peers::start(elsewhere.path(), Box::new(SystemClock)).await.unwrap();
    connected(&database, &peers).await.close().await;
    let moved = addresses(&database).await;
    assert_eq!(moved.len(), 2, "{moved:?}");
    let path = elsewhere.path().canonicalize().unwrap();
    assert!(
        moved[0].starts_with("Faktureringssystem 3 ") && moved[0].contains(path.to_str().unwrap()),
        "{moved:?}"
    );
    database.discard().await;
}
