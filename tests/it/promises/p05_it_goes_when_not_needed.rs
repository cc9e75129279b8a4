//! P5: what is no longer needed for the customer's services goes, here and at third parties; what the law still needs is
//! kept for that alone, and nothing else goes.

use crate::support::{
    TestApp, audit,
    dispose::{items, written},
};
use chrono::TimeDelta;
use serde_json::json;

const HOST: &str = "Fjällripan webbservrar";

#[tokio::test]
async fn when_a_service_ends_exactly_what_only_it_needed_goes() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-5001").await;
    let before = app.map(&customer).await;
    assert!(before.iter().all(|(_, _, state)| state == "HELD"), "{before:?}");

    // What would happen, first. Nothing has happened.
    let planned = app.end(&subscription, json!({ "dryRun": true })).await;
    assert_eq!(planned.user_errors(), []);
    let planned = &planned.data()["endSubscription"];
    let expected = written(&[
        ("Faktureringssystem", "user.payment", "RESTRICT"),
        (HOST, "user.contact.email", "ERASE"),
        (HOST, "user.name", "ERASE"),
        ("Kartotek", "user.contact.email", "ERASE"),
        ("Kartotek", "user.name", "ERASE"),
        ("Kundregister", "user.name", "ERASE"),
        ("Ärendesystem", "user.name", "ANONYMIZE"),
    ]);
    assert_eq!(items(planned), expected);
    let plan = &planned["plan"];
    assert_eq!(
        (&plan["customerCount"], &plan["locationCount"], &plan["keptCount"]),
        (&json!(1), &json!(6), &json!(1))
    );
    assert_eq!(
        (&planned["serviceSubscription"]["endedAt"], &plan["executedAt"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(planned["tasks"], json!([]));
    let kept = plan["items"]["nodes"].as_array().unwrap().iter().find(|item| item["decision"] == "RESTRICT");
    let kept = kept.unwrap();
    // The fiscal year is the calendar's: seven years after 2026, in Sweden.
    assert_eq!(kept["keptUntil"], "2033-12-31T23:00:00.000000Z");
    let reasons = kept["reasons"].as_array().unwrap();
    let why = reasons.iter().find(|reason| reason["kind"] == "RETENTION_RULE").unwrap();
    let why = why["explanation"].as_str().unwrap();
    assert!(why.contains("2033-12-31") && why.contains("bokföringslagen"), "{why}");
    assert_eq!(app.map(&customer).await, before);
    assert_eq!(app.tasks(&customer).await, [] as [serde_json::Value; 0]);

    // Exactly that is done.
    let ended = app.end(&subscription, json!({ "planHash": plan["planHash"] })).await;
    assert_eq!(ended.user_errors(), []);
    assert_eq!(app.event(&ended).await.ending(), "ALLOWED");
    let ended = &ended.data()["endSubscription"];
    assert_eq!((&ended["plan"]["id"], &ended["plan"]["planHash"]), (&plan["id"], &plan["planHash"]));
    assert!(ended["plan"]["executedAt"].is_string());
    assert_eq!(ended["serviceSubscription"]["endReason"], "moved abroad");
    let pending = "DISPOSAL_PENDING";
    let after = written(&[
        ("Faktureringssystem", "user.payment", "RESTRICTED"),
        (HOST, "user.contact.email", pending),
        (HOST, "user.name", pending),
        ("Kartotek", "user.contact.email", pending),
        ("Kartotek", "user.name", pending),
        ("Kundregister", "user.name", pending),
        ("Ärendesystem", "user.name", pending),
    ]);
    assert_eq!(app.map(&customer).await, after);

    // A task for each system, not before the grace of what was needed there is over.
    let mut tasks = ended["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| {
            let text = |at: &str| task[at].as_str().unwrap().to_owned();
            let lines = task["dataLocations"]["totalCount"].as_u64().unwrap();
            (
                task["system"]["name"].as_str().unwrap().to_owned(),
                text("action"),
                text("nextAttemptAt"),
                lines,
            )
        })
        .collect::<Vec<_>>();
    tasks.sort();
    // 30 days after 2 March, and 90, each to the end of the day; summer has begun.
    let (days30, days90) = ("2026-04-01T22:00:00.000000Z", "2026-05-31T22:00:00.000000Z");
    let expected = [
        (HOST, "ERASE", days30, 2),
        ("Kartotek", "ERASE", days30, 2),
        ("Kundregister", "ERASE", days30, 1),
        ("Ärendesystem", "ANONYMIZE", days90, 1),
    ];
    assert_eq!(tasks, expected.map(|(a, b, c, d)| (a.to_owned(), b.to_owned(), c.to_owned(), d)));
    assert!(ended["tasks"].as_array().unwrap().iter().all(|task| task["state"] == "PENDING"
        && task["cause"] == "SUBSCRIPTION_ENDED"
        && task["customer"]["reference"] == "K-5001"));

    // The customer is told so, too; and the consent that only this service needed has ended with it.
    let me = app.customer_user("K-5001");
    let mine = me
        .get(
            "{ viewer { customer { status tasks { totalCount } consents { nodes { active
        events { kind recordedBy } } } legacy: consents(active: true) { totalCount } } } }",
        )
        .await;
    let mine = &mine.data()["viewer"]["customer"];
    assert_eq!((&mine["status"], &mine["tasks"]["totalCount"]), (&json!("DORMANT"), &json!(4)));
    assert_eq!(mine["legacy"]["totalCount"], 0);
    assert_eq!(mine["consents"]["nodes"][0]["events"][1]["kind"], "LAPSED");
    app.finish().await;
}

/// Time alone ends graces and periods; the sweep finds that, once.
#[tokio::test]
async fn what_the_law_kept_goes_when_its_time_is_up() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-5002").await;
    let prospect = app.register("K-5003").await;
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    assert_eq!(app.sweep().await, 0);
    let tasks = app.tasks(&customer).await.len();

    // Somebody who never ordered anything is not kept for ever.
    app.advance(TimeDelta::days(91));
    // The example company has such people, too.
    assert!(app.sweep().await >= 2);
    let gone = ("Kartotek", "user.name", "DISPOSAL_PENDING");
    assert_eq!(app.map(&prospect).await[1], written(&[gone])[0]);
    let task = &app.tasks(&prospect).await[0];
    assert_eq!((&task["cause"], &task["action"]), (&json!("PERIOD_ENDED"), &json!("ERASE")));
    assert_eq!(app.at(&customer, "Faktureringssystem").await[0].1, "RESTRICTED");
    assert_eq!(app.tasks(&customer).await.len(), tasks);

    // Past the seventh year after the year in which the fiscal year ended.
    app.advance(TimeDelta::days(365 * 8));
    assert!(app.sweep().await >= 1);
    assert_eq!(app.at(&customer, "Faktureringssystem").await[0].1, "DISPOSAL_PENDING");
    assert_eq!(app.tasks(&customer).await.len(), tasks + 1);
    // Doing it again changes nothing, and leaves no trace.
    let (tasks, log) = (app.tasks(&customer).await, audit::all(&app.database).await.len());
    assert_eq!(app.sweep().await, 0);
    assert_eq!(audit::all(&app.database).await.len(), log);
    assert_eq!(app.tasks(&customer).await, tasks);
    app.finish().await;
}

/// Whoever orders again keeps what is there: what was on its way out is called off.
#[tokio::test]
async fn what_is_needed_again_stays() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-5004").await;
    let before = app.map(&customer).await;
    app.end(&subscription, json!({})).await.data();
    assert_ne!(app.map(&customer).await, before);
    // In-house at once; at the host too, as nobody has taken a permission back.
    app.start(&customer, "web-hosting").await;
    assert_eq!(app.map(&customer).await, before);
    for task in app.tasks(&customer).await {
        assert_eq!((&task["state"], &task["outcome"]), (&json!("CANCELLED"), &json!("SUPERSEDED")));
        assert_eq!(task["nextAttemptAt"], json!(null));
    }
    assert_eq!(app.sweep().await, 0);
    app.finish().await;
}

/// Permission that is taken back starts disposal at that third party at once, and nowhere else.
#[tokio::test]
async fn what_a_third_party_holds_without_permission_goes_at_once() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-5005").await;
    let consents = "{ viewer { customer { consents { nodes { id } } } } }";
    let me = app.customer_user("K-5005");
    let consents = me.get(consents).await.data()["viewer"]["customer"]["consents"]["nodes"].clone();
    let consent = consents[0]["id"].as_str().unwrap();
    let withdraw = async |more: serde_json::Value| {
        let mut input = json!({ "consentId": consent, "channel": "PORTAL" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = me.ask(crate::support::dispose::WITHDRAW, json!({ "input": input })).await;
        assert_eq!(answer.user_errors(), []);
        answer.data()["withdrawConsent"].clone()
    };
    let planned = withdraw(json!({ "dryRun": true })).await;
    let both = written(&[(HOST, "user.contact.email", "ERASE"), (HOST, "user.name", "ERASE")]);
    assert_eq!((items(&planned), &planned["consent"]["active"]), (both.clone(), &json!(true)));
    let done = withdraw(json!({ "planHash": planned["plan"]["planHash"] })).await;
    assert_eq!((items(&done), &done["consent"]["active"]), (both, &json!(false)));
    let tasks = done["tasks"].as_array().unwrap();
    assert_eq!((tasks.len(), &tasks[0]["cause"]), (1, &json!("CONSENT_WITHDRAWN")));
    // At once: there is no grace for what was not allowed any more.
    assert_eq!(tasks[0]["state"], "NEEDS_HUMAN");
    let elsewhere = app.map(&customer).await.into_iter().filter(|(system, _, _)| system != HOST);
    assert!(elsewhere.map(|(_, _, state)| state).all(|state| state == "HELD"));
    assert_eq!(app.sweep().await, 0);

    // Given anew, it may stay.
    app.allow(&customer, "web-hosting").await;
    assert!(app.at(&customer, HOST).await.iter().all(|(_, state)| state == "HELD"));
    assert_eq!(app.tasks(&customer).await[0]["state"], "CANCELLED");
    app.finish().await;
}

/// While a claim goes on, nothing of it goes, and that is shown as the reason.
#[tokio::test]
async fn a_hold_keeps() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-5006").await;
    let early = app.hold(&customer, Some(&["user.contact"])).await;
    let ended = app.end(&subscription, json!({})).await;
    let decided = items(&ended.data()["endSubscription"]);
    let kept = decided.iter().filter(|(_, _, decision)| decision == "RESTRICT").collect::<Vec<_>>();
    assert_eq!(kept.len(), 3, "{decided:?}");
    // One that comes late stops what was under way.
    let late = app.hold(&customer, None).await;
    assert!(app.map(&customer).await.iter().all(|(_, _, state)| state == "RESTRICTED"));
    assert!(app.tasks(&customer).await.iter().all(|task| task["state"] == "CANCELLED"));
    let why = "query ($id: ID!) { customer(id: $id) { legalHolds { reason reference placedBy liftedAt }
        dataLocations { nodes { system { name } justifications { kind explanation(locale: EN) legalHold { reason } } } } } }";
    let why = app.compliance().ask(why, json!({ "id": customer })).await;
    let why = &why.data()["customer"];
    assert_eq!(why["legalHolds"].as_array().unwrap().len(), 2);
    let holds = |line: &serde_json::Value| {
        let reasons = line["justifications"].as_array().unwrap();
        reasons
            .iter()
            .any(|reason| reason["kind"] == "LEGAL_HOLD" && reason["legalHold"]["reason"] == "claim")
    };
    assert!(why["dataLocations"]["nodes"].as_array().unwrap().iter().all(holds), "{why:#}");

    // The customer is told that there is one, and not what about.
    let mine = "{ viewer { customer { dataLocations { nodes { justifications { kind legalHold { reason } } } } } } }";
    let mine = app.customer_user("K-5006").get(mine).await;
    let told = mine.data()["viewer"]["customer"].to_string();
    assert!(told.contains("LEGAL_HOLD") && !told.contains("claim"), "{told}");
    let holds = "{ viewer { customer { legalHolds { reason } } } }";
    assert_eq!(app.customer_user("K-5006").get(holds).await.code(), Some("FORBIDDEN"));

    // What only that one kept goes with it; what the other or the law keeps stays.
    let planned = app.lift(&late, json!({ "dryRun": true })).await;
    let planned = &planned.data()["liftLegalHold"];
    assert_eq!(planned["legalHold"]["liftedAt"], json!(null));
    assert_eq!((&planned["plan"]["locationCount"], &planned["plan"]["keptCount"]), (&json!(4), &json!(3)));
    let lifted = app.lift(&late, json!({ "planHash": planned["plan"]["planHash"] })).await;
    assert_eq!(lifted.user_errors(), []);
    assert_eq!(items(&lifted.data()["liftLegalHold"]), items(planned));
    let again = app.lift(&late, json!({})).await;
    assert_eq!(again.user_errors(), [("HOLD_LIFTED".to_owned(), Some("legalHoldId".to_owned()))]);
    assert_eq!(app.lift(&early, json!({})).await.user_errors(), []);
    let restricted = app.map(&customer).await.into_iter().filter(|(_, _, state)| state == "RESTRICTED");
    assert_eq!(restricted.map(|(_, category, _)| category).collect::<Vec<_>>(), ["user.payment"]);
    assert_eq!(app.sweep().await, 0);
    app.finish().await;
}
