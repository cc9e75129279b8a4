//! A database that cannot be used says why, and not with which password it was tried.

use crate::support::Database;
use kartotek::access::{self, Engine, Settings};
use secrecy::ExposeSecret;

const PASSWORD: &str = "hemligt";

async fn why(url: &str) -> String {
    let settings = Settings { url: url.to_owned().into(), connections: 1 };
    let told = access::migrations(&settings).await.unwrap_err();
    // Whoever prints the error prints what caused it, too.
    let mut all = format!("{told} {told:?}");
    let mut cause = std::error::Error::source(&told);
    while let Some(error) = cause {
        all.push_str(&error.to_string());
        cause = error.source();
    }
    assert!(!all.contains(PASSWORD), "{all}");
    told.to_string()
}

#[tokio::test]
async fn a_server_that_is_not_there_refuses_the_connection() {
    // Nobody listens where somebody has just stopped.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let told = why(&format!("postgres://kartotek:{PASSWORD}@127.0.0.1:{port}/kartotek")).await;
    assert!(told.contains("Connection refused"), "{told}");
}

#[tokio::test]
async fn a_url_that_cannot_be_read_is_not_repeated() {
    for url in [
        format!("postgres://kartotek:sehr/{PASSWORD}@127.0.0.1/kartotek"),
        format!("postgres://kartotek:{PASSWORD}@127.0.0.1:many/kartotek"),
        format!("postgres://kartotek:{PASSWORD}@[::1/kartotek"),
    ] {
        let told = why(&url).await;
        assert!(told.contains("invalid"), "{told}");
    }
}

#[tokio::test]
async fn a_database_or_user_that_there_is_not_is_named() {
    let database = Database::empty().await;
    let settings = database.settings();
    if access::engine(&settings) == Engine::Postgres {
        let url = settings.url.expose_secret();
        let (server, _) = url.rsplit_once('/').unwrap();
        let told = why(&format!("{server}/nowhere?password={PASSWORD}")).await;
        assert!(told.contains("database \"nowhere\" does not exist"), "{told}");
        let (_, host) = server.rsplit_once('@').unwrap();
        let told = why(&format!("postgres://nobody:{PASSWORD}@{host}/postgres")).await;
        assert!(told.contains("\"nobody\""), "{told}");
    }
    database.discard().await;
}
