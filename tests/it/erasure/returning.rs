//! Whoever was erased is not taken in again unawares: by number, e-mail address, phone number or national id.

use crate::support::{
    Answer, TestApp,
    ask::codes,
    build::{REGISTER, person},
};
use serde_json::{Value, json};

async fn register(app: &TestApp, reference: &str, profile: Value, returning: bool) -> Answer {
    let mut input = person(reference);
    input["profile"] = json!({ "name": "Somebody" });
    input["profile"].as_object_mut().unwrap().extend(profile.as_object().unwrap().clone());
    input["returning"] = json!(returning);
    app.agent().ask(REGISTER, json!({ "input": input })).await
}

#[tokio::test]
async fn somebody_who_was_erased_is_not_taken_in_again_unless_they_came_back() {
    let app = TestApp::new().await;
    let them = json!({ "email": "Karin@Example.com", "phone": "070-174 06 98", "nationalId": "681109-7812" });
    let made = register(&app, "K-7401", them.clone(), false).await;
    let customer = made.data()["registerCustomer"]["customer"]["id"].as_str().unwrap().to_owned();
    assert_eq!(codes(&register(&app, "K-7402", them.clone(), false).await)[0].0, "ALREADY_EXISTS");
    app.erased(&customer).await;

    for (reference, profile, field) in [
        ("K-7401", json!({}), "reference"),
        ("K-7403", json!({ "email": "karin@example.com" }), "profile.email"),
        ("K-7403", json!({ "phone": "+46 70 174 06 98" }), "profile.phone"),
        ("K-7403", json!({ "nationalId": "19681109-7812" }), "profile.nationalId"),
    ] {
        let refused = register(&app, reference, profile, false).await;
        assert_eq!(codes(&refused), [("PREVIOUSLY_ERASED".to_owned(), field.to_owned())]);
    }
    let all = register(&app, "K-7401", them.clone(), false).await;
    assert_eq!(codes(&all).len(), 4);
    // Somebody else is somebody else.
    let other = json!({ "email": "bo@example.com", "phone": "070-174 06 97" });
    assert_eq!(codes(&register(&app, "K-7404", other, false).await), []);

    // They came back: a new customer, and from then on nobody who was erased.
    let back = register(&app, "K-7401", them.clone(), true).await;
    assert_eq!(codes(&back), []);
    let back = back.data()["registerCustomer"]["customer"]["id"].as_str().unwrap().to_owned();
    assert_ne!(back, customer);
    assert!(app.database.rows("SELECT kind FROM erased_lookup").await.is_empty());
    // Their family has the same address.
    assert_eq!(codes(&register(&app, "K-7405", json!({ "email": "karin@example.com" }), false).await), []);
    app.finish().await;
}

/// An address that somebody on record has says nothing of who is gone.
#[tokio::test]
async fn what_a_family_shares_is_no_sign_of_who_is_gone() {
    let app = TestApp::new().await;
    let shared = json!({ "email": "family@example.com" });
    let made = register(&app, "K-7411", shared.clone(), false).await;
    let customer = made.data()["registerCustomer"]["customer"]["id"].as_str().unwrap().to_owned();
    assert_eq!(codes(&register(&app, "K-7412", shared.clone(), false).await), []);
    app.erased(&customer).await;
    assert_eq!(codes(&register(&app, "K-7413", shared, false).await), []);
    app.finish().await;
}
