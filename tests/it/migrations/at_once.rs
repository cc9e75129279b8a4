//! Servers that start at the same moment on an empty database apply each migration once, and all of them serve.

use crate::support::{Database, clock::FakeClock, clock::start};
use kartotek::{
    access::{self, Door},
    crypto::MasterKeys,
};
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_servers_at_once_migrate_once() {
    let database = Arc::new(Database::empty().await);
    let opened = (0..8).map(|_| {
        let settings = database.settings();
        tokio::spawn(async move {
            let keys = MasterKeys::parse(&format!("{}=", "A".repeat(43))).unwrap();
            let door = Door::open(&settings, keys, Box::new(FakeClock::at(start()))).await.unwrap();
            door.ping().await.unwrap();
            door.close().await;
        })
    });
    for server in opened.collect::<Vec<_>>() {
        server.await.unwrap();
    }
    let mut applied = database.texts("SELECT version FROM seaql_migrations").await;
    applied.sort();
    assert_eq!(applied, access::known_migrations());
    Arc::into_inner(database).unwrap().discard().await;
}
