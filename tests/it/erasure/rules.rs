//! What erasing and anonymizing comes to, and that it is final.

use crate::support::{
    TestApp,
    ask::{codes, refused},
    audit,
    connect::Crm,
    dispose::{items, written},
    erase::steps,
};
use serde_json::{Value, json};

const HOST: &str = "Fjällripan webbservrar";

#[tokio::test]
async fn somebody_is_erased_here_at_once_and_elsewhere_by_tasks() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-7001").await;
    let planned = app.erase(&customer, json!({ "dryRun": true })).await;
    assert_eq!(codes(&planned), []);
    let planned = &planned.data()["eraseCustomer"];
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
    assert_eq!((&planned["dataRequest"], &planned["tasks"]), (&json!(null), &json!([])));
    assert_eq!(
        (&planned["customer"]["reference"], &planned["customer"]["status"]),
        (&json!("K-7001"), &json!("ACTIVE"))
    );
    assert_eq!(planned["keptByLaw"][0]["system"]["name"], "Faktureringssystem");
    assert!(app.ledger().is_empty());

    let hash = &planned["plan"]["planHash"];
    let done = app.erase(&customer, json!({ "planHash": hash })).await;
    assert_eq!(codes(&done), []);
    let done = &done.data()["eraseCustomer"];
    assert_eq!(items(done), expected);
    assert_eq!((&done["plan"]["planHash"], &done["customer"]["status"]), (hash, &json!("ERASED")));
    let request = &done["dataRequest"];
    assert_eq!((&request["type"], &request["note"]), (&json!("ERASURE"), &json!("asked for by phone")));
    assert_eq!(request["status"], "IN_PROGRESS");
    assert_eq!(
        request["identityCheck"],
        json!({ "method": "Decided by the company", "verifiedBy": "Test compliance" })
    );
    let tasks = done["tasks"].as_array().unwrap();
    let of = |name: &str| tasks.iter().find(|task| task["system"]["name"] == name).unwrap();
    assert_eq!(tasks.len(), 4);
    assert!(tasks.iter().all(|task| task["dataRequest"]["id"] == request["id"]));
    let own = of("Kartotek");
    assert_eq!((&own["state"], &own["outcome"]), (&json!("SUCCEEDED"), &json!("DONE")));
    assert_eq!(own["evidence"], json!({ "kind": "READ_BACK", "rowsChanged": 1 }));
    assert_eq!((&of("Ärendesystem")["action"], &of(HOST)["action"]), (&json!("ANONYMIZE"), &json!("ERASE")));
    let kept = &done["keptByLaw"];
    assert_eq!((kept.as_array().unwrap().len(), &kept[0]["state"]), (1, &json!("RESTRICTED")));
    let reason = &kept[0]["justifications"][0];
    assert_eq!(
        (&reason["kind"], &reason["until"]),
        (&json!("RETENTION_RULE"), &json!("2033-12-31T23:00:00.000000Z"))
    );
    let said = reason["explanation"].as_str().unwrap();
    assert!(said.contains("1999:1078"), "{said}");

    let standing = app.standing(&customer).await;
    let reference = standing["reference"].as_str().unwrap();
    assert!(reference.starts_with("gone-") && !reference.contains("7001"), "{reference}");
    assert_eq!((&standing["profile"], &standing["status"]), (&json!(null), &json!("ERASED")));
    assert!(standing["serviceSubscriptions"]["nodes"][0]["endedAt"].is_string());
    assert!(
        standing["consents"]["nodes"].as_array().unwrap().iter().all(|consent| consent["active"] == false)
    );
    for table in ["subject_key", "customer_lookup"] {
        let rows = format!(
            "SELECT k.customer_id FROM {table} k JOIN customer c ON c.id = k.customer_id
            WHERE c.status = 'ERASED'"
        );
        assert!(app.database.rows(&rows).await.is_empty(), "{table}");
    }
    let ledger = app.ledger();
    assert_eq!(steps(&ledger).iter().map(|(step, _)| step.as_str()).collect::<Vec<_>>(), ["INTENT", "DONE"]);
    assert_eq!((&ledger[0]["plan"], &ledger[0]["as"]), (hash, &json!("ERASED")));
    assert_eq!(ledger[0]["entry"], ledger[1]["entry"]);
    assert!(!std::fs::read_to_string(app.database.beside("erasure-ledger.jsonl")).unwrap().contains("7001"));
    let event = audit::all(&app.database)
        .await
        .into_iter()
        .rfind(|event| event.operation == "eraseCustomer" && event.outcome == "ALLOWED");
    let event = event.unwrap();
    assert_eq!(event.kind, "DISPOSE");
    let changed = event.changed.values().next().unwrap();
    for field in ["name", "email", "reference", "status"] {
        assert!(changed.iter().any(|it| it == field), "{changed:?}");
    }
    assert_eq!(app.sweep().await, 0);
    app.finish().await;
}

#[tokio::test]
async fn it_is_final_and_whatever_else_is_asked_for_is_refused() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-7002").await;
    let request = app.submit(&customer, json!({})).await;
    app.pause(&request).await.data();
    let erased = app.erased(&customer).await;
    // The request that was there is the one, and the customer is no longer awaited.
    assert_eq!(erased["dataRequest"]["id"], request);
    assert_eq!(app.request(&request).await["clock"]["pauses"][0]["question"], "");
    let gone = |field: &str| refused("CUSTOMER_GONE", field);
    for more in [json!({}), json!({ "dryRun": true })] {
        assert_eq!(codes(&app.erase(&customer, more.clone()).await), gone("customerId"));
        assert_eq!(codes(&app.anonymize(&customer, more).await), gone("customerId"));
    }
    let agent = app.agent();
    let service = app.service_id("web-hosting").await;
    let input = json!({ "customerId": customer, "serviceId": service, "channel": "PHONE" });
    for document in [crate::support::build::START, crate::support::disclose::DELIVER] {
        assert_eq!(codes(&agent.ask(document, json!({ "input": input })).await), gone("customerId"));
    }
    let rectify = json!({ "customerId": customer, "channel": "PHONE", "profile": { "name": "New" } });
    let answer = agent.ask(crate::support::build::RECTIFY, json!({ "input": rectify })).await;
    assert_eq!(codes(&answer), gone("customerId"));
    let hold = json!({ "customerId": customer, "reason": "claim" });
    let answer = app.compliance().ask(crate::support::dispose::HOLD, json!({ "input": hold })).await;
    assert_eq!(codes(&answer), gone("customerId"));
    assert_eq!(codes(&app.try_to_submit(&customer, json!({})).await), gone("customerId"));
    let answer = app.share(&customer, &app.system_id(HOST).await, &["user.name"]).await;
    assert_eq!(codes(&answer), gone("customerId"));
    let line = json!({ "customerId": customer, "category": "user.name", "sourceChannel": "IMPORT",
        "systemId": app.system_id("Projektdatabas").await });
    assert_eq!(codes(&app.record(line).await)[0].0, "CUSTOMER_GONE");
    assert_eq!(codes(&app.end(&subscription, json!({})).await)[0].0, "CUSTOMER_GONE");
    // What is gone does not come back by taking the request back.
    assert_eq!(codes(&app.take_back(&request).await), gone("dataRequestId"));
    assert_eq!(codes(&app.reject(&request, "EXCESSIVE").await), gone("dataRequestId"));
    // And is carried out to its end, and answered.
    for task in app.tasks(&customer).await.iter().filter(|task| task["outcome"].is_null()) {
        assert_eq!(codes(&app.complete(task, json!({})).await), []);
    }
    assert_eq!(app.request(&request).await["status"], "COMPLETED");
    assert_eq!(codes(&app.deliver(&request).await), []);
    app.finish().await;
}

#[tokio::test]
async fn a_plan_holds_for_what_was_planned_and_nothing_else() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-7003").await;
    let planned = app.erase(&customer, json!({ "dryRun": true })).await;
    let hash = planned.data()["eraseCustomer"]["plan"]["planHash"].clone();
    let by = json!({ "planHash": hash });
    assert_eq!(
        codes(&app.erase(&customer, json!({ "planHash": hash, "dryRun": true })).await),
        refused("CHOOSE_ONE", "planHash")
    );
    // A plan to erase is none to anonymize.
    assert_eq!(codes(&app.anonymize(&customer, by.clone()).await), refused("PLAN_CHANGED", "planHash"));
    let before = app.database.dump_but_the_log().await;
    let hold = app.hold(&customer, Some(&["user.name"])).await;
    assert_eq!(codes(&app.erase(&customer, by.clone()).await), refused("PLAN_CHANGED", "planHash"));
    assert_eq!(app.lift(&hold, json!({})).await.user_errors(), []);
    let after = app.database.dump_but_the_log().await;
    for table in
        ["customer", "subject_key", "customer_lookup", "subscription", "consent", "envelope", "data_request"]
    {
        assert_eq!(before[table], after[table], "{table}");
    }
    assert!(app.ledger().is_empty());
    app.advance(chrono::TimeDelta::days(2));
    assert_eq!(codes(&app.erase(&customer, by).await), refused("PLAN_EXPIRED", "planHash"));
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    app.erased(&customer).await;
    app.finish().await;
}

#[tokio::test]
async fn of_two_who_erase_at_once_one_does() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-7004").await;
    let answers = futures::future::join_all((0..4).map(|_| app.erase(&customer, json!({})))).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.user_errors().is_empty());
    assert_eq!(won.len(), 1);
    assert!(lost.iter().all(|answer| codes(answer) == refused("CUSTOMER_GONE", "customerId")));
    assert_eq!(app.ledger().len(), 2);
    app.finish().await;
}

/// Whoever wants their data kept and not used (Art. 18) has that first.
#[tokio::test]
async fn whose_data_is_restricted_is_not_erased() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-7005").await;
    app.database.run("UPDATE customer SET status = 'RESTRICTED' WHERE reference = 'K-7005'").await;
    assert_eq!(codes(&app.erase(&customer, json!({})).await), refused("CUSTOMER_RESTRICTED", "customerId"));
    assert_eq!(
        codes(&app.anonymize(&customer, json!({})).await),
        refused("CUSTOMER_RESTRICTED", "customerId")
    );
    app.finish().await;
}

#[tokio::test]
async fn somebody_is_anonymized_without_having_asked() {
    let app = TestApp::new().await;
    let crm = Crm::with(&[]).await;
    app.connect("Projektdatabas", crm.connector()).await;
    let (customer, _) = app.hosted("K-7006").await;
    // Nothing ever needed these: one where the program can anonymize, and one where it cannot.
    for system in ["Projektdatabas", "E-postsystem"] {
        let line = json!({ "customerId": customer, "category": "user.demographic.date_of_birth",
            "sourceChannel": "IMPORT", "systemId": app.system_id(system).await });
        assert_eq!(app.record(line).await.user_errors(), []);
    }
    let done = app.anonymize(&customer, json!({})).await;
    assert_eq!(codes(&done), []);
    let done = &done.data()["anonymizeCustomer"];
    let expected = written(&[
        ("E-postsystem", "user.demographic.date_of_birth", "ERASE"),
        ("Faktureringssystem", "user.payment", "RESTRICT"),
        (HOST, "user.contact.email", "ERASE"),
        (HOST, "user.name", "ERASE"),
        ("Kartotek", "user.contact.email", "ERASE"),
        ("Kartotek", "user.name", "ERASE"),
        ("Kundregister", "user.name", "ERASE"),
        ("Projektdatabas", "user.demographic.date_of_birth", "ANONYMIZE"),
        ("Ärendesystem", "user.name", "ANONYMIZE"),
    ]);
    assert_eq!(items(done), expected);
    assert_eq!(
        (&done["customer"]["status"], &done["customer"]["profile"]),
        (&json!("ANONYMIZED"), &json!(null))
    );
    assert!(done["tasks"].as_array().unwrap().iter().all(|task| task["cause"] == "ERASURE"));
    let requests = "query ($id: ID!) { customer(id: $id) { dataRequests { totalCount } } }";
    let requests = app.compliance().ask(requests, json!({ "id": customer })).await;
    assert_eq!(requests.data()["customer"]["dataRequests"]["totalCount"], 0);
    assert_eq!(app.ledger()[0]["as"], "ANONYMIZED");
    assert_eq!(app.sweep().await, 0);
    assert_eq!(codes(&app.erase(&customer, json!({})).await), refused("CUSTOMER_GONE", "customerId"));
    app.finish().await;
}

/// Somebody else is not touched by any of it.
#[tokio::test]
async fn nobody_else_is_touched() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-7007").await;
    let (other, _) = app.hosted("K-7008").await;
    let before = (app.map(&other).await, app.standing(&other).await);
    app.erased(&customer).await;
    assert_eq!((app.map(&other).await, app.standing(&other).await), before);
    let find = "query { findCustomer(email: \"K-7008@example.com\") { id } }";
    let found: Value = app.agent().ask(find, json!({})).await.data().clone();
    assert_eq!(found["findCustomer"]["id"], other);
    let find = "query { findCustomer(email: \"K-7007@example.com\") { id } }";
    assert_eq!(app.agent().ask(find, json!({})).await.data()["findCustomer"], json!(null));
    app.finish().await;
}

/// What they asked for before is too late; nothing of it brings anything back.
#[tokio::test]
async fn nothing_more_is_done_for_who_is_gone() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-7090").await;
    let wanted = [
        json!({ "type": "ACCESS" }),
        json!({ "type": "RECTIFICATION", "profile": { "name": "Testa" } }),
        json!({ "type": "RESTRICTION", "restrictionGround": "LEGAL_CLAIMS" }),
        json!({ "type": "OBJECTION" }),
    ];
    let mut requests = Vec::new();
    for one in wanted {
        requests.push(app.submit(&customer, one).await);
    }
    app.erased(&customer).await;
    for request in &requests {
        let verified = app.verify(request, json!({})).await;
        assert_eq!(codes(&verified), refused("CUSTOMER_GONE", "dataRequestId"));
        assert_eq!(codes(&app.take_back(request).await), []);
    }
    assert_eq!(app.standing(&customer).await["status"], "ERASED");
    app.finish().await;
}
