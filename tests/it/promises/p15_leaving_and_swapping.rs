//! P15: whoever leaves, or swaps one service for another that needs less, is rid of exactly what is no longer needed: no
//! more, as another service or the law may need it, and no less.

use crate::support::{
    Answer, TestApp,
    dispose::{TASK, items, written},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

const HOST: &str = "Fjällripan webbservrar";

fn refused(answer: &Answer) -> Vec<(String, String)> {
    let errors = answer.user_errors().into_iter();
    errors.map(|(code, field)| (code, field.unwrap_or_default())).collect()
}

fn one(code: &str, field: &str) -> Vec<(String, String)> {
    vec![(code.to_owned(), field.to_owned())]
}

#[tokio::test]
async fn swapping_takes_only_what_the_new_service_does_not_need() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-1501").await;
    let before = app.map(&customer).await;
    let planned = app.switch(&subscription, "support-agreement", json!({ "dryRun": true })).await;
    assert_eq!(planned.user_errors(), []);
    let planned = &planned.data()["switchService"];
    assert_eq!((&planned["started"], &planned["ended"]["endedAt"]), (&json!(null), &json!(null)));
    assert_eq!(planned["disclosureCheck"]["allowed"], true);
    let expected = written(&[
        ("Faktureringssystem", "user.payment", "KEEP"),
        (HOST, "user.contact.email", "ERASE"),
        (HOST, "user.name", "ERASE"),
        ("Kartotek", "user.contact.email", "KEEP"),
        ("Kartotek", "user.name", "KEEP"),
        ("Kundregister", "user.name", "KEEP"),
        ("Ärendesystem", "user.name", "KEEP"),
    ]);
    assert_eq!(items(planned), expected);
    assert_eq!(app.map(&customer).await, before);

    let plan = &planned["plan"]["planHash"];
    // The plan was for that service, and for no other.
    let other = app.switch(&subscription, "consulting", json!({ "planHash": plan })).await;
    assert_eq!(refused(&other), one("PLAN_CHANGED", "planHash"));
    let done = app.switch(&subscription, "support-agreement", json!({ "planHash": plan })).await;
    assert_eq!(done.user_errors(), []);
    let done = &done.data()["switchService"];
    assert_eq!(items(done), expected);
    assert_eq!(done["started"]["service"]["key"], "support-agreement");
    assert_eq!(done["ended"]["switchedTo"]["id"], done["started"]["id"]);
    let tasks = done["tasks"].as_array().unwrap();
    assert_eq!((tasks.len(), &tasks[0]["system"]["name"]), (1, &json!(HOST)));
    let task = app.agent().ask(TASK, json!({ "id": tasks[0]["id"] })).await;
    assert_eq!(task.data()["task"], tasks[0]);
    let states = app.map(&customer).await.into_iter().filter(|(_, _, state)| state != "HELD");
    assert_eq!(states.map(|(system, _, _)| system).collect::<Vec<_>>(), [HOST, HOST]);
    assert_eq!(app.sweep().await, 0);
    app.finish().await;
}

/// What another service of the customer's needs is not touched when one ends, and goes with the last.
#[tokio::test]
async fn what_another_service_needs_stays() {
    let app = TestApp::new().await;
    let (customer, first) = app.hosted("K-1502").await;
    let second = app.start(&customer, "web-hosting").await;
    let before = app.map(&customer).await;
    let ended = app.end(&first, json!({})).await;
    let payload = &ended.data()["endSubscription"];
    assert_eq!((&payload["tasks"], &payload["plan"]["locationCount"]), (&json!([]), &json!(0)));
    assert_eq!(app.map(&customer).await, before);
    let active = "query ($id: ID!) { customer(id: $id) { status consents(active: true) { totalCount } } }";
    let active = app.agent().ask(active, json!({ "id": customer })).await;
    assert_eq!(active.data()["customer"], json!({ "status": "ACTIVE", "consents": { "totalCount": 1 } }));
    assert_eq!(app.end(&second, json!({})).await.data()["endSubscription"]["plan"]["locationCount"], 6);
    app.finish().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-1503").await;
    let before = app.map(&customer).await;
    let end = async |more: Value| refused(&app.end(&subscription, more).await);
    let switch = async |to: &str, more: Value| refused(&app.switch(&subscription, to, more).await);
    assert_eq!(end(json!({ "reason": " " })).await, one("REQUIRED", "reason"));
    assert_eq!(
        end(json!({ "dryRun": true, "planHash": "0".repeat(64) })).await,
        one("CHOOSE_ONE", "planHash")
    );
    assert_eq!(end(json!({ "planHash": "abc" })).await, one("INVALID_FORMAT", "planHash"));
    assert_eq!(end(json!({ "planHash": "0".repeat(64) })).await, one("PLAN_CHANGED", "planHash"));
    let nobody = json!({ "serviceSubscriptionId": customer });
    assert_eq!(end(nobody).await, one("NOT_FOUND", "serviceSubscriptionId"));
    assert_eq!(switch("web-hosting", json!({})).await, one("SAME_SERVICE", "toServiceId"));
    let retire = "mutation ($id: ID!) { retireService(input: { serviceId: $id }) { userErrors { code } } }";
    let chat = app.service_id("live-chat").await;
    assert_eq!(app.compliance().ask(retire, json!({ "id": chat })).await.user_errors(), []);
    assert_eq!(switch("backup", json!({ "toServiceId": chat })).await, one("RETIRED", "toServiceId"));

    let hash = async || {
        let planned = app.end(&subscription, json!({ "dryRun": true })).await;
        planned.data()["endSubscription"]["plan"]["planHash"].as_str().unwrap().to_owned()
    };
    // Somebody recorded something meanwhile.
    let old = hash().await;
    let line = json!({ "customerId": customer, "category": "user.name", "sourceChannel": "EMAIL",
        "systemId": app.system_id("Faktureringssystem").await, "externalReference": "K-1503-2" });
    assert_eq!(app.record(line).await.user_errors(), []);
    assert_eq!(end(json!({ "planHash": old })).await, one("PLAN_CHANGED", "planHash"));
    // A day is time enough.
    let plan = hash().await;
    assert_ne!(plan, old);
    app.advance(TimeDelta::hours(25));
    assert_eq!(end(json!({ "planHash": plan })).await, one("PLAN_EXPIRED", "planHash"));
    assert_eq!(app.map(&customer).await.len(), before.len() + 1);
    assert!(app.map(&customer).await.iter().all(|(_, _, state)| state == "HELD"));
    // Nobody needs to keep what nobody carried out.
    app.sweep().await;
    assert_eq!(end(json!({ "planHash": plan })).await, one("PLAN_CHANGED", "planHash"));

    assert_eq!(end(json!({})).await, []);
    assert_eq!(end(json!({})).await, one("SUBSCRIPTION_ENDED", "serviceSubscriptionId"));
    assert_eq!(switch("backup", json!({})).await, one("SUBSCRIPTION_ENDED", "serviceSubscriptionId"));
    app.finish().await;
}

/// With whoever wants their data kept and not used, and with whoever is gone, nothing is done.
#[tokio::test]
async fn nothing_is_done_with_who_is_restricted_or_gone() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-1506").await;
    let (host, system) = (app.system_id(HOST).await, app.system_id("Kundregister").await);
    let line = json!({ "customerId": customer, "category": "user.name", "sourceChannel": "EMAIL",
        "systemId": system, "externalReference": "another" });
    // No command restricts or erases in this version.
    for (set, code) in [
        ("status = 'RESTRICTED'", "CUSTOMER_RESTRICTED"),
        ("status = 'ERASED', profile = NULL", "CUSTOMER_GONE"),
    ] {
        app.database.run(&format!("UPDATE customer SET {set} WHERE reference = 'K-1506'")).await;
        let before = app.database.dump(|table| table == "data_location" || table == "subscription").await;
        let answers = [
            app.share(&customer, &host, &["user.name"]).await,
            app.record(line.clone()).await,
            app.switch(&subscription, "backup", json!({})).await,
        ];
        for answer in &answers {
            let codes = answer.user_errors().into_iter().map(|(code, _)| code).collect::<Vec<_>>();
            assert_eq!(codes, [code], "{:#}", answer.json);
            assert_eq!(app.event(answer).await.ending(), format!("FAILED {code}"));
        }
        assert_eq!(
            app.database.dump(|table| table == "data_location" || table == "subscription").await,
            before
        );
    }
    app.finish().await;
}

/// Two agents at the same instant: whoever comes second sees what the first has done.
#[tokio::test]
async fn ending_meets_sharing_recording_and_ending() {
    let app = TestApp::new().await;
    for round in 0..4 {
        let (customer, subscription) = app.hosted(&format!("K-151{round}")).await;
        let host = app.system_id(HOST).await;
        let line = json!({ "customerId": customer, "category": "user.name", "sourceChannel": "EMAIL",
            "systemId": app.system_id("E-postsystem").await, "externalReference": "late" });
        let line = json!({ "category": "user.contact.email", "customerId": line["customerId"],
            "sourceChannel": "EMAIL", "systemId": line["systemId"], "externalReference": "late" });
        let (one, two, shared, recorded) = futures::join!(
            app.end(&subscription, json!({})),
            app.end(&subscription, json!({})),
            app.share(&customer, &host, &["user.account.username"]),
            app.record(line),
        );
        let ends = [&one, &two].map(|answer| answer.user_errors().len());
        assert_eq!(ends.iter().sum::<usize>(), 1, "{ends:?}");
        // Either it was there in time and goes with the rest, or it was refused.
        for answer in [&shared, &recorded] {
            let refused = answer.user_errors().into_iter().map(|(code, _)| code).collect::<Vec<_>>();
            let late = ["NOT_REQUIRED_BY_A_LIVE_SERVICE", "CONSENT_MISSING", "NOT_JUSTIFIED"];
            assert!(refused.iter().all(|code| late.contains(&&**code)), "{refused:?}");
        }
        assert!(app.map(&customer).await.iter().all(|(_, _, state)| state != "HELD"), "{round}");
        assert_eq!(app.sweep().await, 0);
    }
    app.finish().await;
}

const SET: &str = "mutation ($input: SetDataRequirementsInput!) { setDataRequirements(input: $input) {
    service { version } plan { planHash customerCount locationCount keptCount executedAt
        items(decisions: [ERASE]) { totalCount nodes { dataLocation { customer { reference } } } } }
    userErrors { code message field } } }";

/// A service that needs less is subject to the same rule: who would lose what is shown first, and has to be said.
#[tokio::test]
async fn needing_less_takes_a_plan_first() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-1504").await;
    let needs = "{ service(key: \"web-hosting\") { id requirements { category { key } purpose { key } system { id name }
        onEnd grace } } }";
    let service = app.compliance().get(needs).await.data()["service"].clone();
    let less = service["requirements"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|need| need["system"]["name"] != HOST || need["category"]["key"] != "user.contact.email");
    let less = less.map(|need| {
        json!({ "category": need["category"]["key"], "purpose": need["purpose"]["key"],
        "systemId": need["system"]["id"], "onEnd": need["onEnd"], "grace": need["grace"] })
    });
    let less = less.collect::<Vec<_>>();
    let set = async |more: Value| {
        let mut input = json!({ "serviceId": service["id"], "requirements": less });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app.compliance().ask(SET, json!({ "input": input })).await
    };
    let version = app.server.catalogs.refresh().await.unwrap().version;
    let answer = set(json!({})).await;
    assert_eq!(refused(&answer), one("REQUIRED", "planHash"));
    let message = answer.json["data"]["setDataRequirements"]["userErrors"][0]["message"].as_str().unwrap();
    assert!(message.contains("dryRun"), "{message}");
    let planned = set(json!({ "dryRun": true })).await;
    let plan = planned.data()["setDataRequirements"]["plan"].clone();
    let count = plan["locationCount"].as_u64().unwrap();
    let numbers = format!("(locations: {count}, customers: {})", plan["customerCount"]);
    assert!(message.contains(&numbers), "{message}");
    assert!(count > 5, "{plan}");
    let items = plan["items"]["nodes"].as_array().unwrap();
    assert!(items.iter().any(|item| item["dataLocation"]["customer"]["reference"] == "K-1504"));
    assert_eq!(app.server.catalogs.refresh().await.unwrap().version, version);
    assert!(app.map(&customer).await.iter().all(|(_, _, state)| state == "HELD"));

    let done = set(json!({ "planHash": plan["planHash"] })).await;
    assert_eq!(done.user_errors(), []);
    assert!(done.data()["setDataRequirements"]["plan"]["executedAt"].is_string());
    // The sweep does exactly that.
    assert_eq!(app.sweep().await as u64, count);
    let there = app.at(&customer, HOST).await;
    let expected = [("user.contact.email", "DISPOSAL_PENDING"), ("user.name", "HELD")];
    assert_eq!(there, expected.map(|(category, state)| (category.to_owned(), state.to_owned())));
    let task = &app.tasks(&customer).await[0];
    assert_eq!(
        (&task["cause"], &task["categories"][0]["key"]),
        (&json!("REQUIREMENTS_CHANGED"), &json!("user.contact.email"))
    );
    assert_eq!(app.sweep().await, 0);
    // Nothing is lost by needing the same, or more.
    assert_eq!(refused(&set(json!({})).await), []);
    app.finish().await;
}

const RETIRE: &str = "mutation ($input: RetireRetentionRuleInput!) { retireRetentionRule(input: $input) {
    retentionRule { retiredAt } plan { planHash locationCount executedAt } userErrors { code message field } } }";

#[tokio::test]
async fn keeping_for_less_long_takes_a_plan_first() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-1505").await;
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    app.advance(TimeDelta::days(100));
    app.sweep().await;
    let rules = "{ retentionRules(first: 200) { nodes { id category { key } purpose { key } statute countedFrom } } }";
    let rules = app.compliance().get(rules).await.data()["retentionRules"]["nodes"].clone();
    let rule =
        rules.as_array().unwrap().iter().find(|rule| rule["category"]["key"] == "user.payment").unwrap();
    let retire = async |more: Value| {
        let mut input = json!({ "retentionRuleId": rule["id"] });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app.compliance().ask(RETIRE, json!({ "input": input })).await
    };
    assert_eq!(refused(&retire(json!({})).await), one("REQUIRED", "planHash"));
    // The same by saying that it is kept for less long.
    let shorter =
        "mutation ($input: SetRetentionRuleInput!) { setRetentionRule(input: $input) { plan { locationCount }
        userErrors { code message field } } }";
    let mut input = json!({ "category": "user.payment", "purpose": rule["purpose"]["key"], "keepFor": "P0D",
        "countedFrom": "COLLECTED", "statute": "none" });
    let answer = app.compliance().ask(shorter, json!({ "input": input })).await;
    assert_eq!(refused(&answer), one("REQUIRED", "planHash"));
    input["dryRun"] = json!(true);
    let answer = app.compliance().ask(shorter, json!({ "input": input })).await;
    assert_eq!(answer.data()["setRetentionRule"]["plan"]["locationCount"], 1);

    let planned = retire(json!({ "dryRun": true })).await;
    let planned = &planned.data()["retireRetentionRule"];
    assert_eq!(
        (&planned["plan"]["locationCount"], &planned["retentionRule"]["retiredAt"]),
        (&json!(1), &json!(null))
    );
    let done = retire(json!({ "planHash": planned["plan"]["planHash"] })).await;
    assert!(done.data()["retireRetentionRule"]["retentionRule"]["retiredAt"].is_string());
    assert_eq!(app.sweep().await, 1);
    assert_eq!(app.at(&customer, "Faktureringssystem").await[0].1, "DISPOSAL_PENDING");
    assert_eq!(refused(&retire(json!({})).await), one("RETIRED", "retentionRuleId"));
    app.finish().await;
}
