//! A request is on record from the day that it came, and whoever asked has an answer in time.

use crate::support::{
    TestApp,
    ask::{codes, refused},
    request::SUBMIT,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// Tests begin on Monday, 2 March 2026.
#[tokio::test]
async fn a_request_is_due_a_month_after_it_came() {
    let app = TestApp::new().await;
    let customer = app.register("K-4001").await;
    let more = json!({ "receivedAt": "2026-02-27T15:00:00Z", "categories": ["user.contact"], "note": "As in the letter." });
    let answer = app.try_to_submit(&customer, more).await;
    assert_eq!(app.event(&answer).await.ending(), "ALLOWED");
    let request = &answer.data()["submitDataRequest"]["dataRequest"];
    // 27 March, to the end of the day, as summer time has not begun.
    assert_eq!(request["dueAt"], "2026-03-27T23:00:00.000000Z");
    assert_eq!(request["clock"]["firstDueAt"], request["dueAt"]);
    assert_eq!(
        (&request["status"], &request["overdue"], &request["clock"]["daysLeft"]),
        (&json!("RECEIVED"), &json!(false), &json!(25))
    );
    assert_eq!(request["categories"], json!([{ "key": "user.contact" }]));
    assert_eq!((&request["note"], &request["closedAt"]), (&json!("As in the letter."), &json!(null)));

    let findings = async || app.found(json!({ "customerId": customer })).await;
    assert_eq!(findings().await, []);
    app.advance(TimeDelta::days(19));
    let soon = app.findings(json!({ "customerId": customer })).await;
    assert_eq!((&soon[0]["kind"], &soon[0]["severity"]), (&json!("REQUEST_DUE_SOON"), &json!("MEDIUM")));
    assert_eq!((&soon[0]["since"], soon.len()), (&json!("2026-03-20T23:00:00.000000Z"), 1));
    assert!(soon[0]["english"].as_str().unwrap().contains("2026-03-27"), "{soon:?}");
    assert_eq!(soon[0]["subject"]["__typename"], "DataRequest");
    app.advance(TimeDelta::days(7));
    let late = app.findings(json!({ "customerId": customer })).await;
    assert_eq!((&late[0]["kind"], &late[0]["severity"]), (&json!("REQUEST_OVERDUE"), &json!("CRITICAL")));
    assert_eq!((&late[0]["since"], late.len()), (&json!("2026-03-27T23:00:00.000000Z"), 1));
    assert!(late[0]["swedish"].as_str().unwrap().contains("2026-03-27"), "{late:?}");
    let shown = app.request(request["id"].as_str().unwrap()).await;
    assert_eq!((&shown["overdue"], &shown["clock"]["daysLeft"]), (&json!(true), &json!(-1)));
    // Whoever takes it back waits for nothing.
    assert_eq!(codes(&app.take_back(shown["id"].as_str().unwrap()).await), []);
    assert_eq!(findings().await, []);
    let shown = app.request(shown["id"].as_str().unwrap()).await;
    assert_eq!((&shown["overdue"], &shown["clock"]["daysLeft"]), (&json!(false), &json!(null)));
    app.finish().await;
}

#[tokio::test]
async fn the_clock_stands_still_while_the_customer_is_awaited() {
    let app = TestApp::new().await;
    let customer = app.register("K-4002").await;
    let request = app.submit(&customer, json!({})).await;
    let due = async || app.request(&request).await["dueAt"].as_str().unwrap()[..10].to_owned();
    assert_eq!(due().await, "2026-04-02");
    assert_eq!(codes(&app.resume(&request).await), refused("CLOCK_RUNNING", "dataRequestId"));
    assert_eq!(codes(&app.pause(&request).await), []);
    assert_eq!(codes(&app.pause(&request).await), refused("CLOCK_PAUSED", "dataRequestId"));
    // It would be due five days later if it went on now; later, it is still not due, whatever the date.
    app.advance(TimeDelta::days(5));
    assert_eq!(due().await, "2026-04-07");
    app.advance(TimeDelta::days(60));
    assert_eq!(app.found(json!({ "customerId": customer })).await, []);
    let shown = app.request(&request).await;
    assert_eq!((&shown["overdue"], &shown["clock"]["daysLeft"]), (&json!(false), &json!(33)));
    for (overdue, found) in [(true, 0), (false, 1)] {
        let filter = json!({ "filter": { "customerId": customer, "overdue": overdue } });
        let list = app.agent().ask(crate::support::request::REQUESTS, filter).await;
        assert_eq!(list.data()["dataRequests"]["totalCount"], found);
    }
    assert_eq!(codes(&app.resume(&request).await), []);
    let shown = app.request(&request).await;
    let pause = &shown["clock"]["pauses"][0];
    assert_eq!((&pause["reason"], &pause["question"]), (&json!("IDENTITY"), &json!("How can we be sure?")));
    assert!(pause["resumedAt"].is_string());
    assert_eq!(&shown["dueAt"].as_str().unwrap()[..10], "2026-06-08");
    assert_eq!(shown["clock"]["firstDueAt"], "2026-04-02T22:00:00.000000Z");
    // One that begins when the time is over does not bring it back.
    app.advance(TimeDelta::days(40));
    assert_eq!(codes(&app.pause(&request).await), []);
    assert_eq!(app.found(json!({ "customerId": customer })).await[0].0, "REQUEST_OVERDUE");
    assert_eq!(app.request(&request).await["overdue"], true);
    app.finish().await;
}

#[tokio::test]
async fn more_time_is_taken_once_and_early() {
    let app = TestApp::new().await;
    let customer = app.register("K-4003").await;
    let request = app.submit(&customer, json!({ "categories": ["user.payment"] })).await;
    for months in [0, 3, -1] {
        let answer = app.extend(&request, json!({ "months": months })).await;
        assert_eq!(codes(&answer), refused("OUT_OF_RANGE", "months"));
    }
    assert_eq!(
        codes(&app.extend(&request, json!({ "explanation": " " })).await),
        refused("REQUIRED", "explanation")
    );
    let extended = app.extend(&request, json!({})).await;
    let shown = &extended.data()["extendDataRequest"]["dataRequest"];
    assert_eq!(&shown["dueAt"].as_str().unwrap()[..10], "2026-06-02");
    let extension = &shown["clock"]["extension"];
    assert_eq!((&extension["months"], &extension["reason"]), (&json!(2), &json!("COMPLEXITY")));
    assert_eq!(
        (&extension["explanation"], &extension["channel"]),
        (&json!("Many systems."), &json!("LETTER"))
    );
    assert_eq!(
        codes(&app.extend(&request, json!({ "months": 1 })).await),
        refused("ALREADY_EXTENDED", "dataRequestId")
    );
    let other = app.submit(&customer, json!({ "categories": ["user.name"] })).await;
    app.advance(TimeDelta::days(32));
    assert_eq!(codes(&app.extend(&other, json!({})).await), refused("EXTENSION_TOO_LATE", "dataRequestId"));
    app.finish().await;
}

#[tokio::test]
async fn what_is_asked_for_already_is_not_asked_for_twice() {
    let app = TestApp::new().await;
    let customer = app.register("K-4004").await;
    let agent = app.agent();
    let input = json!({ "input": { "customerId": customer, "type": "ERASURE", "channel": "EMAIL",
        "categories": ["user.contact"] } });
    // Two at once: one of them is on record.
    let answers = futures::future::join_all((0..4).map(|_| agent.ask(SUBMIT, input.clone()))).await;
    let (made, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.user_errors().is_empty());
    assert_eq!(made.len(), 1);
    let duplicate = refused("DUPLICATE_REQUEST", "customerId");
    assert!(lost.iter().all(|answer| codes(answer) == duplicate));
    for more in
        [json!({}), json!({ "categories": ["user.contact.email"] }), json!({ "categories": ["user"] })]
    {
        assert_eq!(codes(&app.try_to_submit(&customer, more).await), duplicate);
    }
    // Something else is another request, and so is the same once that one is over.
    app.submit(&customer, json!({ "categories": ["user.payment", "user.name"] })).await;
    let first = made[0].data()["submitDataRequest"]["dataRequest"]["id"].as_str().unwrap();
    assert_eq!(codes(&app.reject(first, "EXCESSIVE").await), []);
    app.submit(&customer, json!({ "categories": ["user.contact.email"] })).await;
    app.finish().await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_says_where() {
    let app = TestApp::new().await;
    let customer = app.register("K-4005").await;
    for (more, code, field) in [
        (json!({ "receivedAt": "2026-03-03T10:00:00Z" }), "OUT_OF_RANGE", "receivedAt"),
        (json!({ "receivedAt": "2018-05-24T10:00:00Z" }), "OUT_OF_RANGE", "receivedAt"),
        (json!({ "categories": [] }), "REQUIRED", "categories"),
        (json!({ "categories": ["user.name", "user.shoe_size"] }), "NOT_FOUND", "categories.1"),
        (json!({ "note": "x".repeat(4_001) }), "TOO_LONG", "note"),
    ] {
        assert_eq!(codes(&app.try_to_submit(&customer, more).await), refused(code, field));
    }
    let nobody = app.try_to_submit("nobody", json!({})).await;
    assert_eq!(codes(&nobody), refused("NOT_FOUND", "customerId"));
    assert_eq!(codes(&app.pause("nobody").await), refused("NOT_FOUND", "dataRequestId"));

    let request = app.submit(&customer, json!({})).await;
    app.pause(&request).await.data();
    let rejected = app.reject(&request, "IDENTITY_NOT_PROVEN").await;
    let shown = &rejected.data()["rejectDataRequest"]["dataRequest"];
    assert_eq!(
        (&shown["status"], &shown["rejection"]["ground"]),
        (&json!("REJECTED"), &json!("IDENTITY_NOT_PROVEN"))
    );
    assert_eq!(shown["rejection"]["explanation"], "As we wrote to you.");
    assert!(shown["closedAt"].is_string() && shown["clock"]["pauses"][0]["resumedAt"].is_string());
    let closed = refused("REQUEST_CLOSED", "dataRequestId");
    assert_eq!(codes(&app.pause(&request).await), closed);
    assert_eq!(codes(&app.resume(&request).await), closed);
    assert_eq!(codes(&app.extend(&request, json!({})).await), closed);
    assert_eq!(codes(&app.reject(&request, "EXCESSIVE").await), closed);
    assert_eq!(codes(&app.take_back(&request).await), closed);
    // Whoever was refused is to be told, and in time.
    app.advance(TimeDelta::days(40));
    assert_eq!(app.found(json!({ "customerId": customer })).await[0].0, "REQUEST_OVERDUE");
    let told = app.deliver(&request).await;
    let told = &told.data()["deliverReply"]["dataRequest"];
    assert_eq!((&told["replyChannel"], &told["overdue"]), (&json!("LETTER"), &json!(false)));
    assert!(told["replyDeliveredAt"].is_string());
    assert_eq!(app.found(json!({ "customerId": customer })).await, []);
    app.finish().await;
}

#[tokio::test]
async fn customers_ask_for_themselves_and_for_nobody_else() {
    let app = TestApp::new().await;
    let (mine, other) = (app.register("K-4006").await, app.register("K-4007").await);
    let me = app.customer_user("K-4006");
    let input = |customer: &str, more: Value| {
        let mut input = json!({ "customerId": customer, "type": "ERASURE", "channel": "PORTAL" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "input": input })
    };
    let backdated = me.ask(SUBMIT, input(&mine, json!({ "receivedAt": "2026-01-01T10:00:00Z" }))).await;
    assert_eq!(codes(&backdated), refused("OUT_OF_RANGE", "receivedAt"));
    assert_eq!(me.ask(SUBMIT, input(&other, json!({}))).await.code(), Some("NOT_FOUND"));
    let answer = me.ask(SUBMIT, input(&mine, json!({}))).await;
    assert_eq!(answer.user_errors(), []);
    let request = answer.data()["submitDataRequest"]["dataRequest"]["id"].as_str().unwrap();
    let theirs = app.submit(&other, json!({})).await;
    let ask = "query ($id: ID!) { dataRequest(id: $id) { status } }";
    assert_eq!(me.ask(ask, json!({ "id": request })).await.data()["dataRequest"]["status"], "RECEIVED");
    assert!(me.ask(ask, json!({ "id": theirs })).await.data()["dataRequest"].is_null());
    let own = "{ viewer { customer { dataRequests { totalCount nodes { id status dueAt } } } } }";
    let own = me.get(own).await.data()["viewer"]["customer"]["dataRequests"].clone();
    assert_eq!((&own["totalCount"], &own["nodes"][0]["id"]), (&json!(1), &json!(request)));
    let withdraw = |id: &str| json!({ "input": { "dataRequestId": id, "channel": "PORTAL" } });
    let document = crate::support::request::WITHDRAW;
    let denied = me.ask(document, withdraw(&theirs)).await;
    assert!(
        denied.code().is_some() || codes(&denied) == refused("NOT_FOUND", "dataRequestId"),
        "{:#}",
        denied.json
    );
    assert_eq!(app.request(&theirs).await["status"], "RECEIVED");
    assert_eq!(me.ask(document, withdraw(request)).await.user_errors(), []);
    assert_eq!(app.request(request).await["status"], "WITHDRAWN");
    app.finish().await;
}
