//! Plans and what becomes of them: what a plan counts, when it is another plan, and what needs none.

use crate::support::{
    Answer, TestApp,
    build::{RECORD, RECTIFY},
    dispose::items,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

const HOST: &str = "Fjällripan webbservrar";

const RULE: &str = "mutation ($input: SetRetentionRuleInput!) { setRetentionRule(input: $input) {
    retentionRule { statute } plan { planHash locationCount } userErrors { code message field } } }";

fn codes(answer: &Answer) -> Vec<String> {
    answer.user_errors().into_iter().map(|(code, _)| code).collect()
}

/// Only what goes because of a change is lost by it, not what was on its way out before.
#[tokio::test]
async fn what_goes_already_is_not_lost_by_a_change() {
    let app = TestApp::new().await;
    let (_, subscription) = app.hosted("K-6001").await;
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    let (service, mut lines) = app.needs("web-hosting").await;
    for line in &mut lines {
        line["grace"] = json!(if line["grace"] == "P30D" { "P31D" } else { "P91D" });
    }
    assert_eq!(codes(&app.set(&service, &lines, json!({})).await), [] as [&str; 0]);

    // What goes sooner than was said is lost by it.
    let mut shorter = lines.clone();
    for line in &mut shorter {
        line["grace"] = json!("P1D");
    }
    assert_eq!(codes(&app.set(&service, &shorter, json!({})).await), ["REQUIRED"]);

    // A plan is for what is to be needed, in whatever order that is said.
    lines.remove(0);
    let planned = app.set(&service, &lines, json!({ "dryRun": true })).await;
    let hash = &planned.data()["setDataRequirements"]["plan"]["planHash"];
    lines.reverse();
    assert_eq!(codes(&app.set(&service, &lines, json!({ "planHash": hash })).await), [] as [&str; 0]);
    app.finish().await;
}

/// More that is kept takes no plan, whatever is on its way out where the rule would have kept it.
#[tokio::test]
async fn a_rule_that_only_adds_needs_no_plan() {
    let app = TestApp::new().await;
    let (_, subscription) = app.hosted("K-6002").await;
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    app.advance(TimeDelta::days(400));
    app.sweep().await;
    let mut input = json!({ "category": "user.name", "purpose": "DELIVER_SERVICE", "keepFor": "P30D",
        "countedFrom": "SUBSCRIPTION_ENDED", "statute": "a law" });
    for _ in 0..2 {
        // The second time it says the same.
        assert_eq!(codes(&app.compliance().ask(RULE, json!({ "input": input })).await), [] as [&str; 0]);
    }
    // One can plan it, too, and carry that out.
    input["category"] = json!("user.contact");
    input["dryRun"] = json!(true);
    let planned = app.compliance().ask(RULE, json!({ "input": input })).await;
    let planned = &planned.data()["setRetentionRule"];
    assert_eq!((&planned["retentionRule"], &planned["plan"]["locationCount"]), (&json!(null), &json!(0)));
    input["dryRun"] = json!(false);
    input["planHash"] = planned["plan"]["planHash"].clone();
    let done = app.compliance().ask(RULE, json!({ "input": input })).await;
    assert_eq!(done.data()["setRetentionRule"]["retentionRule"]["statute"], "a law");
    app.finish().await;
}

/// What comes with a change is another row each time that it is tried, and the same plan.
#[tokio::test]
async fn a_change_that_keeps_one_thing_and_loses_another_can_be_planned() {
    let app = TestApp::new().await;
    let (_, subscription) = app.hosted("K-6010").await;
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    app.advance(TimeDelta::days(100));
    app.sweep().await;
    let mut input = json!({ "category": "user.payment", "purpose": "ACCOUNTING", "keepFor": "P10Y",
        "countedFrom": "FISCAL_YEAR_ENDED", "statute": "another law", "dryRun": true });
    let plan = async |input: &Value| {
        let planned = app.compliance().ask(RULE, json!({ "input": input })).await;
        planned.data()["setRetentionRule"]["plan"]["planHash"].clone()
    };
    let hash = plan(&input).await;
    assert_eq!(plan(&input).await, hash);
    input["dryRun"] = json!(false);
    input["planHash"] = hash;
    assert_eq!(codes(&app.compliance().ask(RULE, json!({ "input": input })).await), [] as [&str; 0]);

    // One line of what a service needs is for another purpose from then on, and another is dropped.
    app.hosted("K-6011").await;
    let (service, mut lines) = app.needs("web-hosting").await;
    let host = app.system_id(HOST).await;
    lines.retain(|line| line["systemId"] != host.as_str() || line["category"] != "user.name");
    for line in lines.iter_mut().filter(|line| line["systemId"] == host.as_str()) {
        line["purpose"] = json!("SECURITY");
    }
    let planned = app.set(&service, &lines, json!({ "dryRun": true })).await;
    let hash = &planned.data()["setDataRequirements"]["plan"]["planHash"];
    assert_eq!(codes(&app.set(&service, &lines, json!({ "planHash": hash })).await), [] as [&str; 0]);
    app.finish().await;
}

/// What a plan says of a day is part of it: on the next day, or after another grace, it is another plan.
#[tokio::test]
async fn a_plan_holds_for_the_day_that_it_names() {
    let app = TestApp::new().await;
    let (_, subscription) = app.hosted("K-6003").await;
    let midnight = "2026-12-31T23:00:00Z".parse::<DateTime<Utc>>().unwrap();
    app.advance(midnight - TimeDelta::minutes(20) - app.now());
    let plan = async || {
        let planned = app.end(&subscription, json!({ "dryRun": true })).await;
        assert_eq!(planned.user_errors(), []);
        planned.data()["endSubscription"]["plan"]["planHash"].clone()
    };
    let old = plan().await;
    assert_eq!(plan().await, old);
    app.advance(TimeDelta::minutes(30));
    // Kept until the end of another year by now.
    assert_eq!(codes(&app.end(&subscription, json!({ "planHash": old })).await), ["PLAN_EXPIRED"]);

    let old = plan().await;
    let (service, mut lines) = app.needs("web-hosting").await;
    for line in &mut lines {
        line["grace"] = json!("P0D");
    }
    assert_eq!(codes(&app.set(&service, &lines, json!({})).await), [] as [&str; 0]);
    assert_eq!(codes(&app.end(&subscription, json!({ "planHash": old })).await), ["PLAN_CHANGED"]);
    let done = app.end(&subscription, json!({ "planHash": plan().await })).await;
    assert_eq!(codes(&done), [] as [&str; 0]);
    app.finish().await;
}

/// The customer's last word counts: whoever allowed it anew keeps the grace, and what is needed again.
#[tokio::test]
async fn what_was_allowed_anew_and_lapsed_was_not_taken_back() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-6004").await;
    let me = app.customer_user("K-6004");
    let mine = me.get("{ viewer { customer { consents { nodes { id } } } } }").await;
    let consent = &mine.data()["viewer"]["customer"]["consents"]["nodes"][0]["id"];
    let input = json!({ "consentId": consent, "channel": "PORTAL" });
    let withdrawn = me.ask(crate::support::dispose::WITHDRAW, json!({ "input": input })).await;
    assert_eq!(withdrawn.user_errors(), []);
    app.allow(&customer, "web-hosting").await;
    let ended = app.end(&subscription, json!({})).await;
    let tasks = ended.data()["endSubscription"]["tasks"].as_array().unwrap().clone();
    let host = tasks.iter().find(|task| task["system"]["name"] == HOST).unwrap();
    assert_eq!(host["nextAttemptAt"], "2026-04-01T22:00:00.000000Z");
    app.start(&customer, "web-hosting").await;
    assert!(app.at(&customer, HOST).await.iter().all(|(_, state)| state == "HELD"));
    app.finish().await;
}

/// What nothing ever justified stays for a person to look at, whatever holds come and go.
#[tokio::test]
async fn a_hold_explains_nothing() {
    let app = TestApp::new().await;
    let customer = app.register("K-6005").await;
    app.start(&customer, "consulting").await;
    let line = json!({ "customerId": customer, "category": "user.name", "sourceChannel": "IMPORT",
        "systemId": app.system_id(HOST).await, "externalReference": "x" });
    assert_eq!(app.record(line).await.user_errors(), []);
    let held = vec![("user.name".to_owned(), "HELD".to_owned())];
    let hold = app.hold(&customer, None).await;
    assert_eq!(app.at(&customer, HOST).await, held);
    let lifted = app.lift(&hold, json!({})).await;
    assert!(items(&lifted.data()["liftLegalHold"]).iter().all(|(system, _, _)| system != HOST));
    assert_eq!(app.at(&customer, HOST).await, held);
    assert_eq!(app.sweep().await, 0);
    app.finish().await;
}

/// A profile that is corrected while it is on its way out: what is taken out needs no task, and what comes goes with the
/// rest.
#[tokio::test]
async fn a_profile_is_corrected_on_its_way_out() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-6006").await;
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    let profile = json!({ "email": null, "phone": "+46 70 123 45 67" });
    let input = json!({ "customerId": customer, "channel": "EMAIL", "profile": profile });
    assert_eq!(app.agent().ask(RECTIFY, json!({ "input": input })).await.user_errors(), []);
    let states = app.at(&customer, "Kartotek").await;
    let expected = [
        ("user.contact.email", "ERASED"),
        ("user.contact.phone_number", "DISPOSAL_PENDING"),
        ("user.name", "DISPOSAL_PENDING"),
    ];
    assert_eq!(states, expected.map(|(category, state)| (category.to_owned(), state.to_owned())));
    let tasks = app.tasks(&customer).await;
    let open = tasks.iter().filter(|task| task["state"] == "PENDING" && task["system"]["name"] == "Kartotek");
    let lines = open.flat_map(|task| task["dataLocations"]["nodes"].as_array().unwrap().clone());
    assert_eq!(lines.filter(|line| line["state"] == "DISPOSAL_PENDING").count(), 2);
    assert_eq!(app.sweep().await, 0);
    app.finish().await;
}

/// Other changes of the reference data are subject to the same rule.
#[tokio::test]
async fn fiscal_years_and_permissions_take_a_plan_where_they_take_something_away() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-6007").await;
    let (another, _) = app.hosted("K-6008").await;
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    let month =
        "mutation ($input: UpdateControllerInput!) { updateController(input: $input) { controller { name }
        plan { planHash locationCount } userErrors { code message field } } }";
    let set = async |input: Value| app.compliance().ask(month, json!({ "input": input })).await;
    assert_eq!(codes(&set(json!({ "fiscalYearEndMonth": 2 })).await), [] as [&str; 0]);
    app.advance("2034-06-01T12:00:00Z".parse::<DateTime<Utc>>().unwrap() - app.now());
    app.sweep().await;
    assert_eq!(app.at(&customer, "Faktureringssystem").await[0].1, "RESTRICTED");
    assert_eq!(codes(&set(json!({ "fiscalYearEndMonth": 12 })).await), ["REQUIRED"]);
    // Anything else about the company takes none.
    assert_eq!(codes(&set(json!({ "name": "Another" })).await), [] as [&str; 0]);
    let planned = set(json!({ "fiscalYearEndMonth": 12, "dryRun": true })).await;
    let plan = &planned.data()["updateController"]["plan"];
    assert!(plan["locationCount"].as_u64().unwrap() >= 1);
    let done = set(json!({ "fiscalYearEndMonth": 12, "planHash": plan["planHash"] })).await;
    assert_eq!(codes(&done), [] as [&str; 0]);
    assert!(app.sweep().await >= 1);
    assert_eq!(app.at(&customer, "Faktureringssystem").await[0].1, "DISPOSAL_PENDING");

    let customer = another;
    let consents = "query ($id: ID!) { customer(id: $id) { consents { nodes { id } } } }";
    let consents = app.agent().ask(consents, json!({ "id": customer })).await;
    let consent = &consents.data()["customer"]["consents"]["nodes"][0]["id"];
    let purposes = app.compliance().get("{ purposes(first: 100) { nodes { id key } } }").await;
    let purposes = purposes.data()["purposes"]["nodes"].as_array().unwrap().clone();
    let purpose = &purposes.iter().find(|purpose| purpose["key"] == "DELIVER_SERVICE").unwrap()["id"];
    let document = "mutation ($input: UpdatePurposeInput!) { updatePurpose(input: $input) { purpose { key }
        plan { planHash locationCount } userErrors { code message field } } }";
    let ask_first = async |asked: bool, more: Value| {
        let mut input = json!({ "purposeId": purpose, "sharingNeedsConsent": asked });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app.compliance().ask(document, json!({ "input": input })).await
    };
    assert_eq!(codes(&ask_first(false, json!({})).await), [] as [&str; 0]);
    let input = json!({ "consentId": consent, "channel": "PHONE" });
    let withdrawn = app.agent().ask(crate::support::dispose::WITHDRAW, json!({ "input": input })).await;
    assert_eq!(withdrawn.data()["withdrawConsent"]["plan"]["locationCount"], 0);
    let refused = ask_first(true, json!({})).await;
    assert_eq!(codes(&refused), ["REQUIRED"]);
    // A number that is about somebody in particular has them on record.
    assert_eq!(app.event(&refused).await.subjects.len(), 1);
    let planned = ask_first(true, json!({ "dryRun": true })).await;
    let plan = &planned.data()["updatePurpose"]["plan"];
    assert_eq!(plan["locationCount"], 2);
    assert_eq!(codes(&ask_first(true, json!({ "planHash": plan["planHash"] })).await), [] as [&str; 0]);
    assert_eq!(app.sweep().await, 2);
    app.finish().await;
}

/// A statement takes only so many values: those of many lines and of many rules are not multiplied.
#[tokio::test]
async fn many_rules_and_many_lines() {
    let app = TestApp::new().await;
    let categories = app.compliance().get("{ dataCategories(first: 200) { nodes { key } } }").await;
    let categories = categories.data()["dataCategories"]["nodes"].as_array().unwrap().clone();
    for category in categories.iter().take(60) {
        let input = json!({ "category": category["key"], "purpose": "INVOICE", "keepFor": "P1D",
            "countedFrom": "COLLECTED", "statute": "a law" });
        assert_eq!(codes(&app.compliance().ask(RULE, json!({ "input": input })).await), [] as [&str; 0]);
    }
    let (customer, subscription) = app.hosted("K-6009").await;
    let system = app.system_id("Kundregister").await;
    let line = |number: usize| {
        json!({ "customerId": customer, "category": "user.name", "systemId": system, "sourceChannel": "EMAIL",
            "externalReference": format!("many {number}") })
    };
    let lines = (0..1_000).map(line).collect::<Vec<_>>();
    let made = app.agent().ask(RECORD, json!({ "input": { "locations": lines } })).await;
    assert_eq!(made.user_errors(), []);
    let ended = app.end(&subscription, json!({})).await;
    assert_eq!(ended.data()["endSubscription"]["plan"]["locationCount"], 1_006);
    let reasons = "query ($id: ID!) { customer(id: $id) { dataLocations(first: 200) { nodes { justifications { kind } } } } }";
    let reasons = app.agent().ask(reasons, json!({ "id": customer })).await;
    let nodes = reasons.data()["customer"]["dataLocations"]["nodes"].as_array().unwrap().clone();
    assert!(nodes.iter().all(|line| line["justifications"][0]["kind"] == "SUBSCRIPTION"));
    app.finish().await;
}

/// A company that keeps nothing for the law has its maps in order, and findings, as any other.
#[tokio::test]
async fn without_any_rules() {
    let app = TestApp::new().await;
    let rules = "{ retentionRules(first: 200) { nodes { id } } }";
    let rules = app.compliance().get(rules).await.data()["retentionRules"]["nodes"].clone();
    let retire = "mutation ($input: RetireRetentionRuleInput!) { retireRetentionRule(input: $input) {
        userErrors { code message field } } }";
    for rule in rules.as_array().unwrap() {
        let input = json!({ "retentionRuleId": rule["id"] });
        assert_eq!(codes(&app.compliance().ask(retire, json!({ "input": input })).await), [] as [&str; 0]);
    }
    let (customer, subscription) = app.hosted("K-6010").await;
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    app.advance(TimeDelta::days(400));
    app.sweep().await;
    let there = app.at(&customer, "Faktureringssystem").await;
    assert!(there.iter().all(|(_, state)| state == "DISPOSAL_PENDING") && !there.is_empty(), "{there:?}");
    let unjustified =
        "{ customers(filter: { unjustified: true, referencePrefix: \"K-60\" }) { nodes { reference } } }";
    let unjustified = app.compliance().get(unjustified).await;
    assert_eq!(unjustified.data()["customers"]["nodes"], json!([{ "reference": "K-6010" }]));
    app.finish().await;
}
