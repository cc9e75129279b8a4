//! What the law or a hold keeps is named, kept for that alone, and goes when that ends: elsewhere, and of the profile here.

use crate::support::TestApp;
use chrono::TimeDelta;
use serde_json::json;

const BOOKS: &str = "Faktureringssystem";

async fn keys(app: &TestApp) -> Vec<String> {
    let sql = match app.database.engine {
        crate::support::database::Engine::Sqlite => "SELECT hex(wrapped) FROM subject_key ORDER BY 1",
        crate::support::database::Engine::Postgres => {
            "SELECT encode(wrapped, 'hex') FROM subject_key ORDER BY 1"
        }
    };
    app.database.texts(sql).await
}

#[tokio::test]
async fn what_the_law_keeps_elsewhere_goes_when_its_time_is_over() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-7101").await;
    let erased = app.erased(&customer).await;
    assert_eq!(erased["keptByLaw"][0]["justifications"][0]["until"], "2033-12-31T23:00:00.000000Z");
    app.advance(TimeDelta::days(365 * 7));
    app.sweep().await;
    assert_eq!(app.at(&customer, BOOKS).await[0].1, "RESTRICTED");
    app.advance(TimeDelta::days(365));
    app.sweep().await;
    assert_eq!(app.at(&customer, BOOKS).await[0].1, "DISPOSAL_PENDING");
    app.work().await;
    let task = app.tasks_at(&customer, BOOKS).await.remove(0);
    assert_eq!((&task["state"], &task["cause"]), (&json!("NEEDS_HUMAN"), &json!("PERIOD_ENDED")));
    assert_eq!(app.complete(&task, json!({})).await.user_errors(), []);
    assert_eq!(app.at(&customer, BOOKS).await[0].1, "ERASED");
    assert!(app.database.rows("SELECT system_id FROM envelope e WHERE e.system_id IN (SELECT id FROM system WHERE name = 'Faktureringssystem')").await.is_empty());
    app.finish().await;
}

/// A part of the profile stays under another key, for the claim alone, and when that is settled they are gone.
#[tokio::test]
async fn what_a_hold_keeps_of_a_profile_stays_under_another_key_until_it_is_lifted() {
    let app = TestApp::new().await;
    let customer = app.register("K-7102").await;
    let hold = app.hold(&customer, Some(&["user.name"])).await;
    let before = keys(&app).await;
    let erased = app.erased(&customer).await;
    assert_eq!(erased["customer"]["status"], "RESTRICTED");
    let kept = erased["keptByLaw"].as_array().unwrap();
    assert_eq!((kept.len(), &kept[0]["system"]["name"]), (1, &json!("Kartotek")));
    assert_eq!(kept[0]["justifications"][0]["kind"], "LEGAL_HOLD");
    // The old key is destroyed: no backup opens that has only it.
    let after = keys(&app).await;
    assert_eq!((after.len(), after.iter().filter(|key| !before.contains(key)).count()), (before.len(), 1));
    let standing = app.standing(&customer).await;
    assert_eq!(standing["profile"]["email"], json!(null));
    assert_eq!(standing["profile"]["name"], "Test Testsson");
    assert!(standing["reference"].as_str().unwrap().starts_with("gone-"));
    let find = "query { findCustomer(email: \"K-7102@example.com\") { id } }";
    assert_eq!(app.agent().ask(find, json!({})).await.data()["findCustomer"], json!(null));
    // It is no restriction that the customer asked for; and they are gone for everything but that.
    assert_eq!(app.erase(&customer, json!({})).await.user_errors()[0].0, "CUSTOMER_GONE");
    assert_eq!(app.sweep().await, 0);
    app.work().await;
    assert_eq!(app.standing(&customer).await["status"], "RESTRICTED");

    assert_eq!(app.lift(&hold, json!({})).await.user_errors(), []);
    app.work().await;
    let standing = app.standing(&customer).await;
    assert_eq!((&standing["status"], &standing["profile"]), (&json!("ERASED"), &json!(null)));
    assert_eq!(keys(&app).await.len(), before.len() - 1);
    assert!(app.at(&customer, "Kartotek").await.iter().all(|(_, state)| state == "ERASED"));
    let own = app.tasks_at(&customer, "Kartotek").await.remove(0);
    assert_eq!((&own["outcome"], &own["evidence"]["rowsChanged"]), (&json!("DONE"), &json!(1)));
    assert_eq!(app.sweep().await, 0);
    app.finish().await;
}

/// The same by time alone, where a statute keeps the name here; the address goes before it.
#[tokio::test]
async fn what_a_statute_keeps_of_a_profile_goes_by_itself_when_its_time_is_over() {
    let app = TestApp::new().await;
    let (service, mut lines) = app.needs("web-hosting").await;
    let own = app.system_id("Kartotek").await;
    lines.push(json!({ "category": "user.name", "purpose": "ACCOUNTING", "systemId": own, "onEnd": "ERASE", "grace": "P0D" }));
    assert_eq!(app.set(&service, &lines, json!({})).await.user_errors(), []);
    app.server.catalogs.refresh().await.unwrap();
    let (customer, _) = app.hosted("K-7103").await;
    let hold = app.hold(&customer, Some(&["user.contact.email"])).await;
    let erased = app.anonymize(&customer, json!({})).await;
    assert_eq!(erased.user_errors(), []);
    let erased = &erased.data()["anonymizeCustomer"];
    assert_eq!(erased["customer"]["status"], "RESTRICTED");
    let own =
        erased["keptByLaw"].as_array().unwrap().iter().filter(|line| line["system"]["name"] == "Kartotek");
    assert_eq!(own.count(), 2);
    let before = keys(&app).await;
    assert_eq!(app.lift(&hold, json!({})).await.user_errors(), []);
    app.work().await;
    // Another key for what is left of it.
    let after = keys(&app).await;
    assert_eq!((after.len(), after.iter().filter(|key| !before.contains(key)).count()), (before.len(), 1));
    let standing = app.standing(&customer).await;
    assert_eq!(
        (&standing["status"], &standing["profile"]["name"]),
        (&json!("RESTRICTED"), &json!("Test Testsson"))
    );
    assert_eq!(standing["profile"]["email"], json!(null));
    app.advance(TimeDelta::days(365 * 8));
    app.sweep().await;
    app.work().await;
    let standing = app.standing(&customer).await;
    assert_eq!((&standing["status"], &standing["profile"]), (&json!("ANONYMIZED"), &json!(null)));
    app.finish().await;
}

/// What a hold keeps elsewhere is let go by lifting it, of somebody who is gone as of anybody. Then nothing is left of why.
#[tokio::test]
async fn a_hold_on_somebody_who_is_gone_can_be_lifted() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-7104").await;
    let hold = app.hold(&customer, Some(&["user.payment"])).await;
    app.erased(&customer).await;
    assert_eq!(app.standing(&customer).await["status"], "ERASED");
    app.advance(TimeDelta::days(365 * 9));
    app.sweep().await;
    assert_eq!(app.at(&customer, BOOKS).await[0].1, "RESTRICTED");
    let why =
        "SELECT reason || '/' || coalesce(reference, '') || '/' || coalesce(lift_reason, '') FROM legal_hold";
    assert_eq!(app.database.texts(why).await, ["claim/T 1-26/"]);
    let lifted = app.lift(&hold, json!({})).await;
    assert_eq!(lifted.user_errors(), []);
    assert_eq!(lifted.data()["liftLegalHold"]["tasks"].as_array().unwrap().len(), 1);
    assert_eq!(app.database.texts(why).await, ["//"]);
    assert_eq!(app.at(&customer, BOOKS).await[0].1, "DISPOSAL_PENDING");
    app.finish().await;
}
