//! Several press the button at once.

use crate::support::{
    TestApp,
    build::{REGISTER, person},
};
use serde_json::json;

/// One of them gets the number, and the others are told of that customer, which is on record like any other look.
#[tokio::test]
async fn of_all_who_register_the_same_number_one_does() {
    let app = TestApp::new().await;
    let agent = app.agent();
    let register = || agent.ask(REGISTER, json!({ "input": person("K-7001") }));
    let answers = futures::future::join_all((0..8).map(|_| register())).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.user_errors().is_empty());
    assert_eq!(won.len(), 1);
    let customer = app.event(won[0]).await.subjects.into_keys().next().unwrap();
    for answer in lost {
        assert_eq!(answer.user_errors(), [("ALREADY_EXISTS".to_owned(), Some("reference".to_owned()))]);
        let event = app.event(answer).await;
        assert_eq!(event.ending(), "FAILED ALREADY_EXISTS");
        assert!(event.subjects.into_keys().eq([customer.clone()]));
    }
    app.finish().await;
}
