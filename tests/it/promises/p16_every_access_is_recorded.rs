//! P16: every access is recorded, and the customer can see who looked at their data, when, and why.

use crate::support::{
    Answer, TestApp,
    audit::{self, Event},
    build::{RECTIFY, REGISTER},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const LOG: &str = "query ($reference: String) { customer(reference: $reference) { accessLog { nodes {
    operation kind purpose reason actor roles subjects { nodes { customer { reference } categories { key } } } } } } }";

#[tokio::test]
async fn a_customer_sees_who_looked_at_their_data_and_why() {
    let app = TestApp::new().await;
    let agent = app.agent().because("TICKET-1");
    let looked = agent.get("{ customer(reference: \"K-1001\") { profile { email } } }").await;
    assert_eq!(looked.data()["customer"]["profile"]["email"], "anna.almgren@kund.example");

    let log = app.customer_user("K-1001").ask(LOG, json!({ "reference": "K-1001" })).await;
    assert_eq!(
        log.data()["customer"]["accessLog"]["nodes"][0],
        json!({
            "operation": "customer", "kind": "READ", "purpose": "DELIVER_SERVICE", "reason": "TICKET-1",
            "actor": "kartotek-local test-agent", "roles": ["AGENT"],
            "subjects": { "nodes": [{
                "customer": { "reference": "K-1001" },
                "categories": [{ "key": "user.contact.email" }],
            }] },
        })
    );
    app.finish().await;
}

/// What was changed, who was refused and who only looked at a list: all of it is there, and nothing about others.
#[tokio::test]
async fn the_log_of_a_customer_holds_changes_and_nobody_else() {
    let app = TestApp::new().await;
    let customer = app.register("K-2201").await;
    app.start(&customer, "web-hosting").await;
    let invoicing = app.system_id("Faktureringssystem").await;
    let line = json!({
        "customerId": customer, "category": "user.payment", "systemId": invoicing, "sourceChannel": "PHONE",
    });
    assert_eq!(app.record(line).await.user_errors(), []);
    let input =
        json!({ "customerId": customer, "profile": { "phone": "070-174 06 99" }, "channel": "PHONE" });
    assert_eq!(app.agent().ask(RECTIFY, json!({ "input": input })).await.user_errors(), []);
    let listed = app.compliance().get("{ customers(first: 5) { nodes { reference } } }").await;
    assert_eq!(app.event(&listed).await.subjects.len(), 5);

    let log = "{ customer(reference: \"K-2201\") { accessLog { nodes { operation kind clientAddress
        subjects { nodes { customer { reference } categories { key } changedFields } } } } } }";
    let log = app.customer_user("K-2201").get(log).await;
    let events = log.data()["customer"]["accessLog"]["nodes"].as_array().unwrap().clone();
    let told = events.iter().rev().map(|event| {
        let subjects = event["subjects"]["nodes"].as_array().unwrap();
        assert_eq!(subjects.len(), 1, "{event:#}");
        assert_eq!(subjects[0]["customer"]["reference"], "K-2201");
        assert_eq!(event["clientAddress"], json!(null));
        let changed = subjects[0]["changedFields"].as_array().unwrap();
        let changed = changed.iter().map(|field| field.as_str().unwrap()).collect::<Vec<_>>().join(" ");
        format!("{} {} {changed}", event["kind"].as_str().unwrap(), event["operation"].as_str().unwrap())
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "WRITE registerCustomer email name",
            "WRITE startSubscription serviceSubscriptions",
            "WRITE recordDataLocations dataLocations",
            "WRITE rectifyCustomer phone",
            "READ customers ",
        ]
    );
    // Recording a payment has shown the agent nothing but that.
    let recorded = events.iter().find(|event| event["operation"] == "recordDataLocations").unwrap();
    assert_eq!(recorded["subjects"]["nodes"][0]["categories"], json!([{ "key": "user.payment" }]));
    app.finish().await;
}

/// Who is refused leaves an event, with why, and it is in nobody's own log: nothing was seen.
#[tokio::test]
async fn a_refusal_is_on_record_and_shows_nothing() {
    let app = TestApp::new().await;
    let me = app.customer_user("K-1001");
    let theirs = me.get("{ customer(reference: \"K-1002\") { reference } }").await;
    assert_eq!(theirs.data()["customer"], json!(null));
    let events = app.events_as_auditor(&theirs).await;
    assert_eq!(events.len(), 1);
    let event = &events[0];
    assert_eq!((&event["outcome"], &event["errorCode"]), (&json!("DENIED"), &json!("NOT_FOUND")));
    assert_eq!(
        (&event["actor"], &event["purpose"]),
        (&json!("kartotek-local test-customer"), &json!("SELF"))
    );
    assert_eq!((&event["clientAddress"], &event["subjects"]["nodes"]), (&json!("192.0.2.17"), &json!([])));

    // Tokens that nobody vouches for: one event a minute for an address, which says how many there were.
    let stranger = app.stranger().from("198.51.100.7");
    for _ in 0..5 {
        assert_eq!(stranger.get("{ viewer { actor } }").await.code(), Some("UNAUTHENTICATED"));
    }
    app.advance(chrono::TimeDelta::minutes(2));
    let last = stranger.get("{ viewer { actor } }").await;
    let event = app.event(&last).await;
    assert_eq!(
        (event.operation.as_str(), event.ending().as_str()),
        ("authenticate", "DENIED UNAUTHENTICATED")
    );
    assert_eq!((event.count, event.address.as_deref()), (Some(5), Some("198.51.100.7")));

    // How often they came is told without their coming back.
    assert_eq!(stranger.get("{ viewer { actor } }").await.code(), Some("UNAUTHENTICATED"));
    app.advance(chrono::TimeDelta::minutes(2));
    let counts = async || {
        let all = audit::all(&app.database).await.into_iter();
        let about = all.filter(|event| event.address.as_deref() == Some("198.51.100.7"));
        about.map(|event| event.count).collect::<Vec<_>>()
    };
    let told = async {
        let mut often = tokio::time::interval(std::time::Duration::from_millis(50));
        while counts().await != [Some(1), Some(5), Some(1)] {
            often.tick().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), told).await.unwrap();
    app.finish().await;
}

/// However often a document asks for what its caller may not have, or asks wrongly, one event says so, and how often.
#[tokio::test]
async fn one_document_leaves_no_flood_of_events() {
    let app = TestApp::new().await;
    let aliases = (0..40).map(|n| format!("o{n}: owner")).collect::<Vec<_>>().join(" ");
    let document =
        format!("{{ services(first: 10) {{ nodes {{ requirements {{ system {{ {aliases} }} }} }} }} }}");
    let answer = app.customer_user("K-1001").get(&document).await;
    assert_eq!(answer.code(), Some("FORBIDDEN"));
    let events = app.events(&answer).await;
    let endings = events.iter().map(|event| (event.ending(), event.count.is_some_and(|count| count > 400)));
    assert_eq!(
        endings.collect::<Vec<_>>(),
        [("DENIED FORBIDDEN".to_owned(), true), ("ALLOWED".to_owned(), false)]
    );

    // What was shown beside it is on record all the same.
    let document = "{ customers(first: 20) { nodes { reference dataLocations(first: -1) { totalCount } } } }";
    let answer = app.agent().get(document).await;
    assert_eq!(answer.field().as_deref(), Some("first"));
    let mut events = app.events(&answer).await;
    events.sort_by_key(Event::ending);
    let endings = events.iter().map(|event| (event.ending(), event.subjects.len())).collect::<Vec<_>>();
    assert_eq!(endings, [("ALLOWED".to_owned(), 20), ("FAILED BAD_USER_INPUT".to_owned(), 0)]);
    app.finish().await;
}

/// A document that is not carried out goes by its only root field, if it has one, and by what it would have done.
#[tokio::test]
async fn what_was_not_carried_out_is_filed_as_what_it_was() {
    let app = TestApp::new().await;
    let agent = app.agent();
    let missing =
        "mutation ($input: RegisterCustomerInput!) { registerCustomer(input: $input) { customer { id } } }";
    for (document, kind, operation) in [
        ("{ customers(first: \"many\") { totalCount } }", "READ", "customers"),
        ("{ customers(first: \"many\") { totalCount } viewer { actor } }", "READ", "graphql"),
        ("{ noSuchField }", "READ", "graphql"),
        (missing, "WRITE", "registerCustomer"),
        ("{ no document", "READ", "graphql"),
    ] {
        let answer = agent.get(document).await;
        assert_eq!(answer.status.as_u16(), 400, "{document}: {:#}", answer.json);
        let event = app.event(&answer).await;
        assert_eq!(
            (&*event.kind, &*event.operation, &*event.outcome),
            (kind, operation, "FAILED"),
            "{document}"
        );
    }
    app.finish().await;
}

/// Whoever sees only themselves cannot find out which numbers there are: not by the answer, and not by the log.
#[tokio::test]
async fn a_number_of_somebody_else_is_as_one_of_nobody() {
    let app = TestApp::new().await;
    let mine = app.customer_id("K-1001").await;
    for below in ["reference", "id dataLocations { nodes { id } }", "accessLog { totalCount }"] {
        let document = format!("query ($it: String) {{ customer(reference: $it) {{ {below} }} }}");
        // One who is on record, and one whose token names a number that is not.
        for me in [app.customer_user("K-1001"), app.customer_user("K-9999")] {
            let mut told = Vec::new();
            for reference in ["K-1002", "K-9998", "", "k-1001", "K-1001 "] {
                let answer = me.ask(&document, json!({ "it": reference })).await;
                let event = app.event(&answer).await;
                let mut shown = app.events_as_auditor(&answer).await;
                shown[0]["requestId"].take();
                told.push((
                    answer.status,
                    answer.json["data"].clone(),
                    answer.code().map(str::to_owned),
                    event.target,
                    shown,
                ));
            }
            assert_eq!(told[0].1, json!({ "customer": null }));
            assert_eq!(told[0].4[0]["errorCode"], "NOT_FOUND", "{told:#?}");
            assert!(told.iter().all(|one| *one == told[0]), "{told:#?}");
            assert_ne!(told[0].3.as_deref(), Some(mine.as_str()));
        }
        let answer = app.customer_user("K-1001").ask(&document, json!({ "it": "K-1001" })).await;
        assert!(answer.data()["customer"].is_object(), "{:#}", answer.json);
        assert_eq!(app.event(&answer).await.subjects.len(), 1);
    }
    app.finish().await;
}

/// A good token of somebody without a role names who it was, wherever they come from, once a minute.
#[tokio::test]
async fn whoever_has_no_role_is_on_record_by_name() {
    let app = TestApp::new().await;
    let bearer = app.roles(&["INTERN"]);
    for number in 1..=5 {
        let answer = bearer.clone().from(&format!("192.0.2.{number}")).get("{ viewer { actor } }").await;
        assert_eq!((answer.status.as_u16(), answer.code()), (403, Some("FORBIDDEN")));
        assert_eq!(app.events(&answer).await.len(), usize::from(number == 1));
    }
    app.advance(chrono::TimeDelta::minutes(2));
    let last = bearer.get("{ viewer { actor } }").await;
    let event = app.event(&last).await;
    assert_eq!((event.operation.as_str(), event.ending().as_str()), ("authenticate", "DENIED FORBIDDEN"));
    assert_eq!((event.count, event.address.as_deref()), (Some(5), Some("192.0.2.17")));
    let told = &app.events_as_auditor(&last).await[0];
    assert_eq!((&told["actor"], &told["roles"]), (&json!("kartotek-local test-intern"), &json!([])));
    // Nobody vouches for the bearer of a token that is over: it is the address that counts.
    app.advance(chrono::TimeDelta::hours(24));
    let over = bearer.get("{ viewer { actor } }").await;
    assert_eq!(app.event(&over).await.ending(), "DENIED UNAUTHENTICATED");
    app.finish().await;
}

/// A refusal can tell a caller about somebody, and then it stands in that customer's log.
#[tokio::test]
async fn whoever_a_refusal_tells_about_is_named() {
    let app = TestApp::new().await;
    let customer = app.customer_id("K-1001").await;
    let agent = app.agent();
    let person = |reference: &str, id: &str| {
        let profile = json!({ "name": "Ny Kund", "nationalId": id });
        json!({ "input": { "reference": reference, "kind": "PERSON", "locale": "SV", "channel": "CHAT",
            "profile": profile } })
    };
    let stale = json!({ "input": { "customerId": customer, "expectedVersion": 99, "channel": "CHAT",
        "profile": { "name": "Ny" } } });
    let refused = [
        agent.ask(REGISTER, person("K-9001", "19850312-2387")).await,
        agent.ask(REGISTER, person("K-1001", "19900101-2385")).await,
        agent.ask(RECTIFY, stale).await,
    ];
    let log = app.customer_user("K-1001").ask(LOG, json!({ "reference": "K-1001" })).await;
    let log = log.data()["customer"]["accessLog"]["nodes"].as_array().unwrap().clone();
    for answer in &refused {
        let event = app.event(answer).await;
        assert_eq!(event.outcome, "FAILED", "{:#}", answer.json);
        assert_eq!(event.subjects.len(), 1, "{:#}", answer.json);
    }
    let operations = log.iter().take(3).map(|event| event["operation"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(operations, ["rectifyCustomer", "registerCustomer", "registerCustomer"]);
    app.finish().await;
}

#[tokio::test]
async fn what_is_told_by_a_number_or_by_an_empty_list_is_on_record() {
    let app = TestApp::new().await;
    let customer = app.customer_id("K-1001").await;
    let [people, auditor] = [app.compliance(), app.auditor()];
    let prefix = "filter: { referencePrefix: \"K-1001\" }";
    let nowhere = "user.criminal_history";
    for (who, document, categories) in [
        (&people, format!("{{ customers(first: 0, {prefix}) {{ totalCount }} }}"), vec![]),
        (&people, format!("{{ customers(first: 0, {prefix}) {{ pageInfo {{ hasNextPage }} }} }}"), vec![]),
        (
            &people,
            format!(
                "{{ customer(reference: \"K-1001\") {{ dataLocations(filter: {{ categories: [\"{nowhere}\"] }}) \
                 {{ nodes {{ id }} }} }} }}"
            ),
            vec![nowhere],
        ),
        (
            &auditor,
            format!(
                "{{ auditEvents(filter: {{ customerId: \"{customer}\", kinds: [DISPOSE] }}) {{ nodes {{ id }} }} }}"
            ),
            vec![],
        ),
    ] {
        let answer = who.get(&document).await;
        answer.data();
        let told = app.event(&answer).await.subjects.into_values().collect::<Vec<_>>();
        assert_eq!(told, [categories], "{document}");
    }

    // Who passes a filter by category is told to have some of it.
    let query =
        "{ customers(first: 1, filter: { categories: [\"user.contact.email\"] }) { nodes { reference } } }";
    let event = app.event(&people.get(query).await).await;
    assert_eq!(event.subjects.into_values().collect::<Vec<_>>(), [["user.contact.email"]]);

    // Nobody is no subject.
    let answer = auditor.get("{ auditEvents(filter: { customerId: \"typo\" }) { totalCount } }").await;
    assert_eq!(answer.field().as_deref(), Some("filter.customerId"), "{:#}", answer.json);
    assert!(app.event(&answer).await.subjects.is_empty());

    // How many there are in all tells of nobody.
    let answer = people.get("{ customers(first: 0) { totalCount } }").await;
    assert!(answer.data()["customers"]["totalCount"].as_u64().unwrap() > 20);
    assert!(app.event(&answer).await.subjects.is_empty());
    app.finish().await;
}

/// By its id an event is answered as in the log that it stands in, to whoever may look into that.
#[tokio::test]
async fn an_event_is_found_by_its_id_where_it_stands() {
    let app = TestApp::new().await;
    let agent = app.agent();
    let listed = agent.get("{ customers(first: 3, orderBy: REFERENCE_ASC) { nodes { reference } } }").await;
    let shown = &listed.data()["customers"]["nodes"];
    let reference = |n: usize| shown[n]["reference"].as_str().unwrap();
    let about_nobody = agent.get("{ services(first: 1) { nodes { key } } }").await;
    let find = "query ($request: String) { auditEvents(filter: { requestId: $request }) { nodes { id } } }";
    let mut ids = Vec::new();
    for answer in [&listed, &about_nobody] {
        let found = app.auditor().ask(find, json!({ "request": answer.request_id })).await;
        ids.push(found.data()["auditEvents"]["nodes"][0]["id"].clone());
    }
    let told = |answer: &Answer| {
        let nodes = answer.json["data"]["node"]["subjects"]["nodes"].as_array().cloned().unwrap_or_default();
        let reference = |subject: &Value| subject["customer"]["reference"].as_str().unwrap().to_owned();
        nodes.iter().map(reference).collect::<BTreeSet<_>>()
    };
    let (all, one) = (vec![reference(0), reference(1), reference(2)], vec![reference(1)]);
    let (mine, other) = (app.customer_user(reference(1)), app.customer_user("K-2201"));
    app.register("K-2201").await;
    let node =
        "query ($id: ID!) { node(id: $id) { ... on AuditEvent { operation subjects { nodes { customer {
        reference } } } } } }";
    for (who, id, wanted, ending, subjects) in [
        (&agent, 0, all, "ALLOWED", 3),
        (&mine, 0, one, "ALLOWED", 1),
        (&other, 0, vec![], "DENIED NOT_FOUND", 0),
        (&agent, 1, vec![], "ALLOWED", 0),
        (&mine, 1, vec![], "ALLOWED", 0),
        (&app.admin(), 0, vec![], "DENIED FORBIDDEN", 0),
    ] {
        let answer = who.ask(node, json!({ "id": ids[id] })).await;
        assert_eq!(answer.json["data"]["node"].is_null(), wanted.is_empty(), "{:#}", answer.json);
        assert_eq!(told(&answer), wanted.into_iter().map(str::to_owned).collect(), "{:#}", answer.json);
        let event = app.event(&answer).await;
        assert_eq!((event.ending().as_str(), event.subjects.len()), (ending, subjects), "{:#}", answer.json);
    }
    // Looking into the whole log is about the log.
    let whole = "query ($id: ID!) { node(id: $id) { ... on AuditEvent { operation } } }";
    for (id, operation) in ids.iter().zip(["customers", "services"]) {
        let answer = app.auditor().ask(whole, json!({ "id": id })).await;
        assert_eq!(answer.data()["node"]["operation"], operation);
        assert_eq!(app.event(&answer).await.subjects.len(), 0);
    }
    app.finish().await;
}
