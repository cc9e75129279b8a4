//! Systems that know people by what is kept of them nowhere in the open.

use super::target::targets;
use crate::support::{
    TestApp,
    build::{REGISTER, person},
    reconcile::{difference, differences},
};
use chrono::TimeDelta;
use serde_json::json;

const CRM: &str = "Kundregister";
const BOOKS: &str = "Faktureringssystem";

/// By an e-mail address, however it is written; and no address is anywhere in our database, neither while it is compared
/// nor afterwards.
#[tokio::test]
async fn an_address_is_never_put_aside() {
    for target in targets().await {
        let app = TestApp::new().await;
        app.connect(CRM, target.known_by("email", "EMAIL")).await;
        let (there, _) = app.hosted("K-7201").await;
        let (gone, _) = app.hosted("K-7202").await;
        target.add("1", Some("Karin"), Some("k-7201@EXAMPLE.com")).await;
        target.add("2", Some("Canary"), Some("canary.7299@example.org")).await;
        target.add("3", Some("Canary"), Some("canary 7298, no address")).await;
        app.advance(TimeDelta::minutes(1));
        let id = app.ask_to_compare(CRM, json!({})).await;
        app.begin_to_compare().await;
        assert!(app.database.rows("SELECT key FROM reconciliation_found").await.len() > 5);
        let all = format!("{:?}", app.database.dump(|_| true).await).to_lowercase();
        assert!(!all.contains("canary") && !all.contains("k-7201@example"), "an address was put aside");
        app.advance(TimeDelta::minutes(6));
        app.worker().reconcile().await.unwrap();
        let compared = app.comparison(&id).await;
        assert_eq!(compared["state"], "SUCCEEDED", "{compared:#}");
        assert_eq!(
            differences(&compared, "K-72"),
            [
                difference("MISSING_IN_SYSTEM", Some("K-7202"), "user.name", None),
                difference("MISSING_ON_MAP", None, "user.contact.email", None),
                difference("MISSING_ON_MAP", None, "user.contact.email", None),
                difference("MISSING_ON_MAP", None, "user.name", None),
                difference("MISSING_ON_MAP", None, "user.name", None),
                difference("MISSING_ON_MAP", Some("K-7201"), "user.contact.email", None),
            ]
        );
        assert_eq!(app.at(&there, CRM).await[0].1, "HELD");
        assert_eq!(app.at(&gone, CRM).await[0].1, "LOST_TRACK");
        let all = format!("{:?}", app.database.dump(|_| true).await).to_lowercase();
        assert!(!all.contains("canary") && !all.contains("k-7201@example"), "an address is on record");
        app.finish().await;
        target.finish().await;
    }
}

/// The system may know somebody by what their profile said before it was corrected.
#[tokio::test]
async fn whoever_is_known_by_what_they_were_is_not_lost() {
    let target = targets().await.remove(0);
    let app = TestApp::new().await;
    app.connect(CRM, target.known_by("email", "EMAIL")).await;
    let (customer, _) = app.hosted("K-7203").await;
    target.add("1", Some("Karin"), Some("k-7203@example.com")).await;
    let rectify =
        "mutation ($input: RectifyCustomerInput!) { rectifyCustomer(input: $input) { userErrors { code } } }";
    let input =
        json!({ "customerId": customer, "channel": "EMAIL", "profile": { "email": "karin@example.com" } });
    assert_eq!(app.agent().ask(rectify, json!({ "input": input })).await.user_errors(), []);
    for more in [json!({}), json!({ "customerId": customer })] {
        let compared = app.compare(CRM, more).await;
        assert_eq!(
            differences(&compared, "K-72"),
            [difference("MISSING_ON_MAP", Some("K-7203"), "user.contact.email", None)]
        );
        assert_eq!(compared["matched"], 1);
    }
    // Where it cannot be told any more what they were, nobody says that it is lost.
    app.database.run("UPDATE envelope SET sealed = wrapped").await;
    app.compare(CRM, json!({})).await;
    assert_eq!(app.at(&customer, CRM).await[0].1, "HELD");
    let limited = app.compare(CRM, json!({ "customerId": customer })).await;
    assert_eq!(limited["state"], "FAILED");
    app.finish().await;
    target.finish().await;
}

/// By a phone number, as people write them.
#[tokio::test]
async fn a_phone_number_is_known_however_it_is_written() {
    let target = targets().await.remove(0);
    let app = TestApp::new().await;
    let mut connector = target.known_by("phone", "PHONE");
    connector["sql"]["tables"][0]["columns"].as_array_mut().unwrap().truncate(1);
    app.connect(CRM, connector).await;
    let (customer, _) = app.hosted("K-7204").await;
    let rectify =
        "mutation ($input: RectifyCustomerInput!) { rectifyCustomer(input: $input) { userErrors { code } } }";
    let input =
        json!({ "customerId": customer, "channel": "EMAIL", "profile": { "phone": "070-174 06 91" } });
    assert_eq!(app.agent().ask(rectify, json!({ "input": input })).await.user_errors(), []);
    target.run("INSERT INTO people (number, name, phone) VALUES ('1', 'Karin', '0701 74 06 91')").await;
    let compared = app.compare(CRM, json!({})).await;
    assert_eq!((differences(&compared, "K-72"), &compared["matched"]), (vec![], &json!(1)));
    app.finish().await;
    target.finish().await;
}

/// Of who is gone the number is sealed: what the law keeps is found by it, and nobody is told it.
#[tokio::test]
async fn who_is_gone_is_found_by_the_number_that_was_sealed() {
    for target in targets().await {
        let app = TestApp::new().await;
        let mut connector = target.known_by("number", "REFERENCE");
        connector["sql"]["tables"][0]["columns"][0]["category"] = json!("user.payment");
        app.connect(BOOKS, connector).await;
        let (customer, _) = app.hosted("K-7205").await;
        target.add("K-7205", Some("Karin"), Some("karin@example.com")).await;
        app.advance(TimeDelta::minutes(1));
        let before = app.ask_to_compare(BOOKS, json!({})).await;
        app.worker().reconcile().await.unwrap();
        let unmapped = |whose, key| [difference("MISSING_ON_MAP", Some(whose), "user.contact.email", key)];
        assert_eq!(differences(&app.comparison(&before).await, "K-72"), unmapped("K-7205", Some("K-7205")));
        let erased = app.erased(&customer).await;
        let gone = erased["customer"]["reference"].as_str().unwrap();
        // Nor by what was told while they were here.
        assert_eq!(differences(&app.comparison(&before).await, "gone-"), unmapped(gone, None));
        app.advance(TimeDelta::minutes(1));
        for more in [json!({}), json!({ "customerId": customer })] {
            let compared = app.compare(BOOKS, more).await;
            assert_eq!(differences(&compared, "gone-"), unmapped(gone, None));
            assert_eq!(compared["matched"], 1);
            assert_eq!(app.at(&customer, BOOKS).await[0].1, "RESTRICTED");
        }
        let told = "SELECT id FROM reconciliation_difference WHERE external_reference IS NOT NULL";
        assert!(app.database.rows(told).await.is_empty());
        // Somebody else has the number since, and is meant by it.
        let mut input = person("K-7205");
        input["returning"] = json!(true);
        assert_eq!(app.agent().ask(REGISTER, json!({ "input": input })).await.user_errors(), []);
        let compared = app.compare(BOOKS, json!({})).await;
        assert_eq!((differences(&compared, "gone-"), &compared["matched"]), (vec![], &json!(0)));
        let told = |category| difference("MISSING_ON_MAP", Some("K-7205"), category, Some("K-7205"));
        assert_eq!(differences(&compared, "K-72"), [told("user.contact.email"), told("user.payment")]);
        assert_eq!(app.at(&customer, BOOKS).await[0].1, "RESTRICTED");
        // Where it cannot be told any more what the number was, nobody says that it is lost.
        app.database.run("UPDATE envelope SET sealed = wrapped").await;
        app.compare(BOOKS, json!({})).await;
        assert_eq!(app.at(&customer, BOOKS).await[0].1, "RESTRICTED");
        app.finish().await;
        target.finish().await;
    }
}
