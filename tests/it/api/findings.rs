//! What is wrong right now: every kind of it, in pages, orders and filters.

use crate::support::{
    TestApp,
    build::RECORD,
    dispose::{HOLD, WITHDRAW},
    find::{FINDINGS, written},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const HOST: &str = "Fjällripan webbservrar";

const CATEGORIES: &str =
    "query ($under: String) { dataCategories(filter: { under: $under }) { nodes { id key } } }";

const UPDATE: &str = "mutation ($input: UpdateDataCategoryInput!) { updateDataCategory(input: $input) {
    userErrors { code message field } } }";

impl TestApp {
    /// What lies at the host already, whether or not it may.
    async fn import(&self, customer: &str, category: &str) {
        let line = json!({ "customerId": customer, "category": category, "sourceChannel": "IMPORT",
            "systemId": self.system_id(HOST).await });
        assert_eq!(self.record(line).await.user_errors(), []);
    }

    /// A hold that is looked at again by then.
    async fn hold_until(&self, customer: &str, day: &str) -> String {
        let input = json!({ "customerId": customer, "reason": "claim", "reviewDue": day });
        let answer = self.compliance().ask(HOLD, json!({ "input": input })).await;
        assert_eq!(answer.user_errors(), []);
        answer.data()["placeLegalHold"]["legalHold"]["id"].as_str().unwrap().to_owned()
    }

    /// A category turns out to be special.
    async fn make_special(&self, key: &str) {
        let found = self.compliance().ask(CATEGORIES, json!({ "under": key })).await;
        let id = &found.data()["dataCategories"]["nodes"][0]["id"];
        let input = json!({ "dataCategoryId": id, "sensitivity": "SPECIAL" });
        assert_eq!(self.compliance().ask(UPDATE, json!({ "input": input })).await.user_errors(), []);
    }

    /// Something of almost every kind is wrong; the day is 6 May, nine weeks after the beginning.
    async fn all_wrong() -> Self {
        let app = Self::new().await;
        let (_, subscription) = app.hosted("K-6001").await;
        assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
        let mut imported = Vec::new();
        let projects = app.system_id("Projektdatabas").await;
        for number in 0..25 {
            let customer = app.register(&format!("K-61{number:02}")).await;
            imported.push(json!({ "customerId": customer, "category": "user.demographic.date_of_birth",
                "systemId": projects, "sourceChannel": "IMPORT" }));
            if number < 3 {
                app.start(&customer, "web-hosting").await;
                app.import(&customer, "user.name").await;
                app.hold_until(&customer, "2026-04-10").await;
            }
        }
        let recorded = app.agent().ask(RECORD, json!({ "input": { "locations": imported } })).await;
        assert_eq!(recorded.user_errors(), []);
        app.make_special("user.payment").await;
        app.assess(&app.third_party_id("Fjällripan Hosting AB").await, "SUSPENDED", json!({})).await;
        let party = app.third_party_id("Saimaanranta Konesali Oy").await;
        let ends = json!({ "agreementExpiresOn": "2026-04-01", "reviewDue": "2026-04-02" });
        app.assess(&party, "APPROVED", ends).await;
        app.advance(TimeDelta::days(65));
        app
    }
}

/// Whether a filter should let a finding through.
type Test<'a> = Box<dyn Fn(&Value) -> bool + 'a>;

/// In the order of the list: all of it, page by page.
async fn paged(app: &TestApp, order: &str, size: u64, forward: bool) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let variables = if forward {
            json!({ "order": order, "first": size, "after": cursor })
        } else {
            json!({ "order": order, "last": size, "before": cursor })
        };
        let answer = app.compliance().findings(variables).await;
        let list = &answer.data()["findings"];
        let nodes = list["nodes"].as_array().unwrap().clone();
        assert!(nodes.len() <= usize::try_from(size).unwrap());
        let info = &list["pageInfo"];
        let (more, next) = if forward {
            all.extend(nodes);
            (&info["hasNextPage"], &info["endCursor"])
        } else {
            all.splice(0..0, nodes);
            (&info["hasPreviousPage"], &info["startCursor"])
        };
        if *more == json!(false) {
            return all;
        }
        cursor = next.clone();
        assert!(all.len() < 1_000, "the list never ends");
    }
}

fn keys(all: &[Value]) -> Vec<String> {
    all.iter().map(|one| one["key"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pages_in_every_order_and_from_either_end_give_each_finding_once() {
    let app = TestApp::all_wrong().await;
    let mut everything = BTreeSet::new();
    for order in ["SEVERITY_DESC", "SEVERITY_ASC", "SINCE_DESC", "SINCE_ASC"] {
        let whole = app.compliance().findings(json!({ "order": order, "first": 200 })).await;
        let whole = whole.data()["findings"].clone();
        let nodes = whole["nodes"].as_array().unwrap();
        let expected = keys(nodes);
        assert!(expected.len() > 40, "{expected:?}");
        assert_eq!(whole["totalCount"], expected.len());
        for (size, forward) in [(7, true), (1, false), (20, false)] {
            assert_eq!(keys(&paged(&app, order, size, forward).await), expected, "{order} {size} {forward}");
        }
        let set = expected.iter().cloned().collect::<BTreeSet<_>>();
        assert_eq!(set.len(), expected.len(), "{order}");
        if everything.is_empty() {
            everything = set;
        } else {
            assert_eq!(everything, set, "{order}");
        }
        let urgency = |one: &Value| {
            let all = ["CRITICAL", "HIGH", "MEDIUM", "LOW"];
            all.iter().position(|severity| one["severity"] == *severity).unwrap()
        };
        let since = |one: &Value| one["since"].as_str().unwrap().to_owned();
        let mut sorted = nodes.clone();
        if order.starts_with("SINCE") {
            sorted.sort_by_key(since);
        } else {
            sorted.sort_by_key(|one| (urgency(one), since(one)));
        }
        if order == "SEVERITY_ASC" || order == "SINCE_DESC" {
            sorted.reverse();
        }
        // Among equal ones, by kind and subject.
        let by_severity = order.starts_with("SEVERITY");
        let told = |all: &[Value]| {
            let of = |one| (if by_severity { urgency(one) } else { 0 }, since(one));
            all.iter().map(of).collect::<Vec<_>>()
        };
        assert_eq!(told(nodes), told(&sorted), "{order}");
    }
    app.finish().await;
}

/// Every kind but what ends by itself before that day, each with what it is about.
#[tokio::test]
async fn each_kind_is_found_and_says_what_to_do() {
    let app = TestApp::all_wrong().await;
    let all = app.findings(json!({})).await;
    let mut kinds = BTreeMap::<&str, (&str, usize)>::new();
    for one in &all {
        let of = kinds.entry(one["kind"].as_str().unwrap());
        of.or_insert((one["subject"]["__typename"].as_str().unwrap(), 0)).1 += 1;
        for message in [&one["swedish"], &one["english"]] {
            let message = message.as_str().unwrap();
            assert!(message.ends_with('.') && message.contains(": ") && !message.contains('?'), "{message}");
            assert!(!message.contains("K-6") && !message.contains("Testsson"), "{message}");
        }
        assert_ne!(one["swedish"], one["english"]);
    }
    let special = kinds["SPECIAL_CATEGORY_CONDITION_MISSING"].1;
    assert!(special > 3);
    // Whatever of the demo's was to be looked at by then is not counted.
    for kind in ["SYSTEM_REVIEW_OVERDUE", "THIRD_PARTY_REVIEW_OVERDUE"] {
        kinds.entry(kind).and_modify(|of| of.1 = of.1.min(1));
    }
    let expected = [
        ("CONSENT_MISSING", ("DataLocation", 3)),
        ("HOLD_REVIEW_OVERDUE", ("LegalHold", 3)),
        ("NOTICE_NOT_DELIVERED", ("DataLocation", 3)),
        ("NO_AGREEMENT", ("ThirdParty", 1)),
        ("SPECIAL_CATEGORY_CONDITION_MISSING", ("DataRequirement", special)),
        ("SYSTEM_REVIEW_OVERDUE", ("System", 1)),
        // What has ninety days of grace is not due yet.
        ("TASK_OVERDUE", ("Task", 3)),
        ("THIRD_PARTY_NOT_APPROVED", ("ThirdParty", 1)),
        ("THIRD_PARTY_REVIEW_OVERDUE", ("ThirdParty", 1)),
        // Three of the demo's, and all but the three that are on hold.
        ("UNJUSTIFIED_DATA", ("DataLocation", 25)),
    ];
    assert_eq!(kinds, BTreeMap::from(expected));

    // A month past its date, a task is critical.
    let severities = async || {
        let tasks = app.findings(json!({ "kinds": ["TASK_OVERDUE"] })).await;
        let of = tasks.iter().map(|one| one["severity"].as_str().unwrap().to_owned());
        of.collect::<BTreeSet<_>>()
    };
    assert_eq!(severities().await, BTreeSet::from(["HIGH".to_owned()]));
    let critical = json!({ "kinds": ["TASK_OVERDUE"], "severities": ["CRITICAL"] });
    assert_eq!(app.found(critical.clone()).await, []);
    app.advance(TimeDelta::days(60));
    assert!(severities().await.contains("CRITICAL"));
    assert!(!app.found(critical).await.is_empty());
    app.finish().await;
}

/// What lies at a third party without a notice is found until one comes; without consent, until that comes.
#[tokio::test]
async fn what_the_customer_was_not_told_or_did_not_allow_is_found_until_they_were_and_did() {
    let app = TestApp::new().await;
    let customer = app.register("K-6002").await;
    app.start(&customer, "web-hosting").await;
    app.import(&customer, "user.name").await;
    let wrong = json!({ "customerId": customer });
    let one = |kind: &str| written(kind, "DataLocation", Some("K-6002"), Some(HOST));
    assert_eq!(app.found(wrong.clone()).await, [one("NOTICE_NOT_DELIVERED"), one("CONSENT_MISSING")]);
    app.tell(&customer, "web-hosting").await;
    assert_eq!(app.found(wrong.clone()).await, [one("CONSENT_MISSING")]);
    app.allow(&customer, "web-hosting").await;
    assert_eq!(app.found(wrong.clone()).await, []);
    // Nothing needs it there: consent would not help, and that it is there is wrong for another reason.
    app.import(&customer, "user.demographic.date_of_birth").await;
    assert_eq!(app.found(wrong).await, [one("UNJUSTIFIED_DATA"), one("NOTICE_NOT_DELIVERED")]);
    app.finish().await;
}

#[tokio::test]
async fn filters_let_through_what_they_say() {
    let app = TestApp::all_wrong().await;
    let all = app.findings(json!({})).await;
    let (customer, host) = (app.customer_id("K-6100").await, app.system_id(HOST).await);
    let party = app.third_party_id("Fjällripan Hosting AB").await;
    let is = |at: &'static str, value: &'static str| {
        move |one: &Value| one.pointer(at).and_then(Value::as_str) == Some(value)
    };
    let id = party.clone();
    let of_party = move |one: &Value| {
        one["subject"]["id"] == *id
            || one["system"]["name"].as_str().is_some_and(|name| name.starts_with("Fjällripan"))
    };
    let cases: [(Value, Test<'_>); 8] = [
        (json!({ "kinds": ["UNJUSTIFIED_DATA"] }), Box::new(is("/kind", "UNJUSTIFIED_DATA"))),
        (json!({ "severities": ["CRITICAL"] }), Box::new(is("/severity", "CRITICAL"))),
        (json!({ "severities": ["MEDIUM"] }), Box::new(is("/severity", "MEDIUM"))),
        (json!({ "customerId": customer }), Box::new(is("/customer/reference", "K-6100"))),
        (json!({ "systemIds": [host] }), Box::new(is("/system/name", HOST))),
        (json!({ "thirdPartyIds": [party] }), Box::new(of_party)),
        (
            json!({ "customerId": customer, "systemIds": [host], "kinds": ["CONSENT_MISSING", "TASK_OVERDUE"] }),
            Box::new(|one| one["customer"]["reference"] == "K-6100" && one["kind"] == "CONSENT_MISSING"),
        ),
        (json!({}), Box::new(|_| true)),
    ];
    for (filter, test) in cases {
        let expected = all.iter().filter(|one| test(one)).cloned().collect::<Vec<_>>();
        assert!(!expected.is_empty(), "{filter}");
        assert_eq!(keys(&app.findings(filter.clone()).await), keys(&expected), "{filter}");
    }
    for filter in [
        json!({ "kinds": [] }),
        json!({ "severities": ["LOW"] }),
        json!({ "systemIds": [] }),
        json!({ "thirdPartyIds": [] }),
        json!({ "customerId": "nobody" }),
        json!({ "customerId": customer, "kinds": ["NO_AGREEMENT"] }),
    ] {
        assert_eq!(app.found(filter.clone()).await, [], "{filter}");
    }
    app.finish().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_by_name() {
    let app = TestApp::new().await;
    let officer = app.compliance();
    let customer = app.customer_id("K-1001").await;
    let page = officer.findings(json!({ "first": 1 })).await;
    let cursor = page.data()["findings"]["pageInfo"]["endCursor"].clone();
    let customers = officer.get("{ customers(first: 1) { pageInfo { endCursor } } }").await;
    let foreign = customers.data()["customers"]["pageInfo"]["endCursor"].clone();
    let forged = {
        use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
        BASE64_URL_SAFE_NO_PAD.encode("findings SeverityDesc\u{1f}1\u{1f}yesterday\u{1f}1\u{1f}me")
    };
    for (variables, field) in [
        (json!({ "first": 201 }), "first"),
        (json!({ "last": -1 }), "last"),
        (json!({ "first": 1, "last": 1 }), "last"),
        (json!({ "after": foreign }), "after"),
        (json!({ "before": cursor, "order": "SINCE_ASC" }), "before"),
        (json!({ "after": forged }), "after"),
        (json!({ "after": forged, "filter": { "kinds": [] } }), "after"),
        (json!({ "filter": { "systemIds": [customer] } }), "filter.systemIds"),
        (json!({ "filter": { "thirdPartyIds": [customer] } }), "filter.thirdPartyIds"),
    ] {
        let answer = officer.findings(variables.clone()).await;
        assert_eq!(answer.code(), Some("BAD_USER_INPUT"), "{variables}: {:#}", answer.json);
        assert_eq!(answer.field().as_deref(), Some(field), "{variables}: {:#}", answer.json);
    }
    let unknown = officer.ask(FINDINGS, json!({ "filter": { "kinds": ["WEATHER_BAD"] } })).await;
    assert!(!unknown.errors().is_empty());
    assert_eq!(app.agent().findings(json!({})).await.code(), Some("FORBIDDEN"));
    app.finish().await;
}

/// Whom a page shows is on record with the category; whom a small number tells of, as well.
#[tokio::test]
async fn whoever_is_told_of_is_on_record() {
    let app = TestApp::new().await;
    let shown = app.compliance().get("{ findings(first: 1) { nodes { kind } } }").await;
    let event = app.event(&shown).await;
    let subjects = event.subjects.values().cloned().collect::<Vec<_>>();
    assert_eq!(subjects, [vec!["user.demographic.date_of_birth".to_owned()]]);
    let counted = app.compliance().get("{ findings(first: 0) { totalCount } }").await;
    assert_eq!(counted.data()["findings"]["totalCount"], 3);
    assert_eq!(app.event(&counted).await.subjects.len(), 3);
    // That nothing is wrong is told of somebody, too.
    let customer = app.customer_id("K-1001").await;
    let nothing = app.compliance().findings(json!({ "filter": { "customerId": customer } })).await;
    assert_eq!(nothing.data()["findings"]["totalCount"], 0);
    assert_eq!(app.event(&nothing).await.subjects.len(), 1);
    app.finish().await;
}

/// A finding goes by what the gate goes by, and says nothing against the map.
#[tokio::test]
async fn findings_agree_with_the_gate_and_with_the_map() {
    let app = TestApp::new().await;
    let kinds = async |customer: &str| {
        let found = app.found(json!({ "customerId": customer })).await.into_iter();
        found.map(|(kind, _, _, _)| kind).collect::<BTreeSet<_>>()
    };
    let withdraw = async |customer: &str| {
        let document = "query ($id: ID!) { customer(id: $id) { consents(active: true) { nodes { id } } } }";
        let consents = app.agent().ask(document, json!({ "id": customer })).await;
        let consent = &consents.data()["customer"]["consents"]["nodes"][0]["id"];
        let input = json!({ "consentId": consent, "channel": "EMAIL" });
        assert_eq!(app.agent().ask(WITHDRAW, json!({ "input": input })).await.user_errors(), []);
    };
    // Held until further notice, and taken back: it lies there against the withdrawal.
    let (held, _) = app.hosted("K-6101").await;
    app.hold(&held, None).await;
    withdraw(&held).await;
    assert_eq!(kinds(&held).await, ["CONSENT_MISSING", "RETENTION_WITHOUT_END"].map(str::to_owned).into());

    // Kept on the customer's own request (Art. 18): nobody is to be told to remove it.
    let (kept, subscription) = app.hosted("K-6102").await;
    app.database.run("UPDATE customer SET status = 'RESTRICTED' WHERE reference = 'K-6102'").await;
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    assert!(app.map(&kept).await.iter().all(|(_, _, state)| state == "RESTRICTED"));
    assert_eq!(kinds(&kept).await, [].into());

    // For another purpose, which needs no consent and which the customer was not told of.
    let (customer, _) = app.hosted("K-6103").await;
    let host = app.system_id("Fjällripan webbservrar").await;
    let (service, mut lines) = app.needs("web-hosting").await;
    let also = lines.iter().find(|line| line["systemId"] == host.as_str() && line["category"] == "user.name");
    let mut also = also.unwrap().clone();
    also["purpose"] = json!("ACCOUNTING");
    lines.push(also);
    assert_eq!(app.set(&service, &lines, json!({})).await.user_errors(), []);
    withdraw(&customer).await;
    assert_eq!(app.check(&customer, "web-hosting").await["allowed"], false);
    // Somebody has to see to what they took back, too.
    let both = ["NOTICE_NOT_DELIVERED", "TASK_NEEDS_HUMAN"].map(str::to_owned);
    assert_eq!(kinds(&customer).await, both.into());
    app.finish().await;
}
