//! What is signed goes to an address of somebody else's, too.

use crate::support::{
    TestApp,
    seal::{ORIGIN, file, keys, published},
};
use axum::{Router, extract::State, http::StatusCode, routing::post};
use kartotek::{checkpoints::Push, domain::audit::Log, worker::keep_pushed};
use serde_json::json;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

type Taken = Arc<Mutex<Vec<(String, StatusCode)>>>;

/// Refuses the first, and takes those after it.
async fn take(State(taken): State<Taken>, note: String) -> StatusCode {
    let mut taken = taken.lock().unwrap();
    let status = if taken.is_empty() { StatusCode::BAD_GATEWAY } else { StatusCode::NO_CONTENT };
    taken.push((note, status));
    status
}

#[tokio::test]
async fn what_is_signed_is_handed_over_until_it_is_taken() {
    let taken = Taken::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/archive?token=geheim", listener.local_addr().unwrap());
    let router = Router::new().route("/archive", post(take)).with_state(taken.clone());
    let archive = tokio::spawn(async move { axum::serve(listener, router).await });
    for (wrong, may) in
        [("http://archive.example/", false), ("ftp://127.0.0.1/", false), ("x", false), (&*url, true)]
    {
        assert_eq!(Push::may_go_to(wrong), may, "{wrong}");
    }

    let app = TestApp::new().await;
    app.seal().await;
    let push = Push::to(url.into()).unwrap();
    assert!(!format!("{push:?}").contains("geheim"));
    let log = Arc::new(Log::new(keys(ORIGIN, 1), file(&app.database)).pushing(Some(push)));
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let pushing = tokio::spawn(keep_pushed(log, stopped));
    let wait = async |count: usize| {
        let there = async {
            while taken.lock().unwrap().len() < count {
                tokio::time::timeout(Duration::from_millis(20), std::future::pending::<()>())
                    .await
                    .unwrap_err();
            }
        };
        tokio::time::timeout(Duration::from_secs(30), there).await.unwrap();
    };
    wait(2).await;
    app.agent().ask("{ customers(first: 1) { nodes { reference } } }", json!({})).await.data();
    app.seal().await;
    wait(3).await;
    stop.send_replace(true);
    pushing.await.unwrap();
    archive.abort();
    let (signed, taken) = (published(&app.database), taken.lock().unwrap().clone());
    let notes = |at: usize| signed[at].note.clone();
    assert_eq!(
        taken,
        [
            (notes(0), StatusCode::BAD_GATEWAY),
            (notes(0), StatusCode::NO_CONTENT),
            (notes(1), StatusCode::NO_CONTENT)
        ],
        "what was refused goes again, and what was taken does not"
    );
    app.finish().await;
}
