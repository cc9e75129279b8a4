//! Lists: pages of any size, from either end, in every order, add up to the same list; every filter lets through what
//! it says, on both databases.

use crate::support::{Answer, Client, TestApp};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use kartotek::graphql::NodeId;
use serde_json::{Value, json};

/// Nodes of the connection at `at`, as one field of each.
fn nodes(answer: &Answer, at: &str, field: &str) -> Vec<String> {
    let nodes = answer.data().pointer(&format!("{at}/nodes")).and_then(Value::as_array);
    let nodes = nodes.unwrap_or_else(|| panic!("{:#}", answer.json));
    nodes.iter().map(|node| node[field].as_str().unwrap().to_owned()).collect()
}

/// All of a list, page by page, from its beginning or from its end. The document takes `$first, $after, $last, $before`.
async fn paged(
    client: &Client<'_>,
    document: &str,
    at: &str,
    field: &str,
    size: u64,
    forward: bool,
) -> Vec<String> {
    let mut all = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let variables = if forward {
            json!({ "first": size, "after": cursor })
        } else {
            json!({ "last": size, "before": cursor })
        };
        let answer = client.ask(document, variables).await;
        let page = nodes(&answer, at, field);
        let info = answer.data().pointer(&format!("{at}/pageInfo")).unwrap();
        assert!(page.len() <= usize::try_from(size).unwrap());
        let (more, next) = if forward {
            all.extend(page);
            (&info["hasNextPage"], &info["endCursor"])
        } else {
            all.splice(0..0, page);
            (&info["hasPreviousPage"], &info["startCursor"])
        };
        if *more == json!(false) {
            return all;
        }
        cursor = next.clone();
        assert!(all.len() < 1_000, "the list never ends");
    }
}

const PAGE: &str = "($first: Int, $after: String, $last: Int, $before: String)";
const ARGUMENTS: &str = "first: $first, after: $after, last: $last, before: $before";
const INFO: &str = "totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";

/// (where in the answer, the selection around `LIST`, a field of each node that tells them apart).
const LISTS: &[(&str, &str, &str)] = &[
    ("/customers", "customers(orderBy: REFERENCE_ASC, LIST", "reference"),
    ("/customers", "customers(orderBy: REFERENCE_DESC, LIST", "reference"),
    ("/customers", "customers(orderBy: CREATED_AT_ASC, LIST", "reference"),
    ("/customers", "customers(orderBy: CREATED_AT_DESC, LIST", "reference"),
    ("/customers", "customers(orderBy: STATUS_SINCE_ASC, LIST", "reference"),
    ("/customers", "customers(orderBy: STATUS_SINCE_DESC, LIST", "reference"),
    ("/systems", "systems(orderBy: NAME_ASC, LIST", "name"),
    ("/systems", "systems(orderBy: NAME_DESC, LIST", "name"),
    ("/systems", "systems(orderBy: REVIEW_DUE_ASC, LIST", "name"),
    ("/systems", "systems(orderBy: REVIEW_DUE_DESC, LIST", "name"),
    ("/thirdParties", "thirdParties(LIST", "name"),
    ("/services", "services(LIST", "key"),
    ("/dataCategories", "dataCategories(LIST", "key"),
    ("/purposes", "purposes(LIST", "key"),
    ("/retentionRules", "retentionRules(LIST", "id"),
    ("/customer/dataLocations", "customer(reference: \"K-1001\") { dataLocations(LIST", "id"),
    ("/customer/serviceSubscriptions", "customer(reference: \"K-1001\") { serviceSubscriptions(LIST", "id"),
];

#[tokio::test]
async fn pages_of_any_size_and_from_either_end_add_up_to_the_list() {
    let app = TestApp::new().await;
    let officer = app.compliance();
    for (at, list, field) in LISTS {
        let close = if list.contains('{') { " } }" } else { " }" };
        let list = list.replace("LIST", ARGUMENTS);
        let document = format!("query {PAGE} {{ {list}) {{ {INFO} nodes {{ {field} }} }}{close}");
        let whole = officer.ask(&document, json!({ "first": 200 })).await;
        let expected = nodes(&whole, at, field);
        assert!(expected.len() > 2, "{document}");
        assert_eq!(
            whole.data().pointer(&format!("{at}/totalCount")),
            Some(&json!(expected.len())),
            "{document}"
        );
        for (size, forward) in [(1, true), (3, true), (1, false), (4, false)] {
            let found = paged(&officer, &document, at, field, size, forward).await;
            assert_eq!(found, expected, "{document} {size} {forward}");
        }
        let nothing = officer.ask(&document, json!({ "first": 0 })).await;
        assert_eq!(nodes(&nothing, at, field), [] as [String; 0], "{document}");
    }
    app.finish().await;
}

#[tokio::test]
async fn orders_are_what_they_are_called() {
    let app = TestApp::new().await;
    let officer = app.compliance();
    for (order, field) in
        [("REFERENCE", "reference"), ("CREATED_AT", "createdAt"), ("STATUS_SINCE", "statusSince")]
    {
        for descends in [false, true] {
            let order = format!("{order}_{}", if descends { "DESC" } else { "ASC" });
            let document = format!("{{ customers(orderBy: {order}) {{ nodes {{ {field} }} }} }}");
            let mut found = nodes(&officer.get(&document).await, "/customers", field);
            assert_eq!(found.len(), 24);
            if descends {
                found.reverse();
            }
            assert!(found.is_sorted(), "{order}: {found:?}");
        }
    }
    app.finish().await;
}

impl TestApp {
    async fn references(&self, filter: &str, variables: Value) -> Vec<String> {
        let document = format!(
            "query ($id: ID) {{ customers(orderBy: REFERENCE_ASC, filter: {{ {filter} }}) {{ totalCount nodes {{ reference }} }} }}"
        );
        let document =
            if filter.contains("$id") { document } else { document.replace("query ($id: ID) ", "") };
        let answer = self.compliance().ask(&document, variables).await;
        let found = nodes(&answer, "/customers", "reference");
        assert_eq!(answer.data()["customers"]["totalCount"], found.len(), "{filter}");
        found
    }
}

/// Every filter of customers, with one customer whom it lets through and one whom it does not.
#[tokio::test]
async fn filters_of_customers_let_through_what_they_say() {
    let app = TestApp::new().await;
    let service = app.service_id("backup").await;
    let system = app.system_id("Projektdatabas").await;
    let registry = app.third_party_id("Stiftelsen Exempelregistret").await;
    let none = json!({});
    for (filter, variables, there, not_there) in [
        ("kinds: [PERSON]", none.clone(), "K-1001", "K-9"),
        ("statuses: [ACTIVE]", none.clone(), "K-1001", "K-1024"),
        ("statuses: [DORMANT, RESTRICTED]", none.clone(), "K-1024", "K-1001"),
        ("referencePrefix: \"K-101\"", none.clone(), "K-1010", "K-1001"),
        ("dormantSince: \"2026-03-01\"", none.clone(), "K-1024", "K-1001"),
        ("serviceId: $id", json!({ "id": service }), "K-1004", "K-1001"),
        ("systemId: $id", json!({ "id": system }), "K-1005", "K-1002"),
        ("thirdPartyId: $id", json!({ "id": registry }), "K-1001", "K-1004"),
        ("categories: [\"user.demographic\"]", none.clone(), "K-1005", "K-1002"),
        ("unjustified: true", none.clone(), "K-1005", "K-1001"),
        ("unjustified: false", none.clone(), "K-1001", "K-1005"),
        ("unjustified: true, statuses: [ACTIVE], referencePrefix: \"K-1\"", none, "K-1005", "K-1001"),
    ] {
        let found = app.references(filter, variables).await;
        assert!(found.contains(&there.to_owned()), "{filter}: {found:?}");
        assert!(!found.contains(&not_there.to_owned()), "{filter}: {found:?}");
    }
    for filter in
        ["kinds: [ORGANIZATION]", "statuses: []", "referencePrefix: \"%\"", "dormantSince: \"2025-01-01\""]
    {
        assert_eq!(app.references(filter, json!({})).await, [] as [String; 0], "{filter}");
    }
    app.finish().await;
}

/// Every filter of a customer's map: what is let through and what is not are together the map.
#[tokio::test]
async fn filters_of_a_map_let_through_what_they_say() {
    let app = TestApp::new().await;
    let system = app.system_id("Faktureringssystem").await;
    let party = app.third_party_id("Stiftelsen Exempelregistret").await;
    let lines = async |filter: &str| {
        let document = format!(
            "query ($system: ID!, $party: ID!) {{ node(id: $system) {{ id }} other: node(id: $party) {{ id }}
             customer(reference: \"K-1001\") {{ dataLocations(first: 200, filter: {{ {filter} }}) {{ totalCount nodes {{
             category {{ key }} system {{ name thirdParty {{ name }} }} state justifications {{ kind }} }} }} }} }}"
        );
        let answer = app.agent().ask(&document, json!({ "system": system, "party": party })).await;
        let map = answer.data()["customer"]["dataLocations"].clone();
        let nodes = map["nodes"].as_array().unwrap().clone();
        assert_eq!(map["totalCount"], nodes.len(), "{filter}");
        nodes
    };
    let all = lines("").await.len();
    assert!(all > 10);
    let held = lines("systemIds: [$system]").await;
    assert!(!held.is_empty() && held.iter().all(|line| line["system"]["name"] == "Faktureringssystem"));
    let held = lines("thirdPartyIds: [$party]").await;
    assert!(!held.is_empty());
    assert!(held.iter().all(|line| line["system"]["thirdParty"]["name"] == "Stiftelsen Exempelregistret"));
    let contact = lines("categories: [\"user.contact\"]").await;
    assert!(contact.len() > 1 && contact.len() < all);
    assert!(contact.iter().all(|line| line["category"]["key"].as_str().unwrap().starts_with("user.contact")));
    assert_eq!(lines("states: [HELD]").await.len(), all);
    assert_eq!(lines("states: [ERASED, LOST_TRACK]").await.len(), 0);
    assert_eq!(lines("justified: true").await.len() + lines("justified: false").await.len(), all);
    assert_eq!(lines("heldAt: \"2026-03-02T09:00:00Z\"").await.len(), all);
    assert_eq!(lines("heldAt: \"2020-01-01T00:00:00Z\"").await.len(), 0);
    app.finish().await;
}

/// Every filter of the audit log, and two at once.
#[tokio::test]
async fn filters_of_the_log_let_through_what_they_say() {
    let app = TestApp::new().await;
    let agent = app.agent().because("T-1").request_id("one-of-these");
    agent.get("{ customer(reference: \"K-1003\") { profile { phone } } }").await.data();
    app.roles(&["ADMIN"]).get("{ customers { totalCount } }").await;
    app.agent().get("{ customers(first: -1) { totalCount } }").await;
    let customer = app.customer_id("K-1003").await;
    let events = async |filter: &str| {
        let document = format!(
            "query ($id: ID) {{ customer(id: $id) {{ id }} auditEvents(first: 200, filter: {{ {filter} }}) {{ totalCount
             nodes {{ operation outcome actor actorKind kind purpose requestId }} }} }}"
        );
        let answer = app.compliance().ask(&document, json!({ "id": customer })).await;
        let log = answer.data()["auditEvents"].clone();
        let nodes = log["nodes"].as_array().unwrap().clone();
        assert_eq!(log["totalCount"].as_u64().unwrap().min(200), nodes.len() as u64, "{filter}");
        nodes
    };
    for (filter, field, value) in [
        ("actor: \"kartotek-local test-agent\"", "actor", "kartotek-local test-agent"),
        ("actorKinds: [PROGRAM]", "actorKind", "PROGRAM"),
        ("operations: [\"registerCustomer\"]", "operation", "registerCustomer"),
        ("kinds: [WRITE]", "kind", "WRITE"),
        ("outcomes: [DENIED]", "outcome", "DENIED"),
        ("outcomes: [FAILED]", "outcome", "FAILED"),
        ("purposes: [\"DELIVER_SERVICE\"]", "purpose", "DELIVER_SERVICE"),
        ("requestId: \"one-of-these\"", "requestId", "one-of-these"),
        ("categories: [\"user.contact\"], actorKinds: [PERSON], kinds: [READ]", "requestId", "one-of-these"),
        (
            "customerId: $id, actorKinds: [PERSON], purposes: [\"DELIVER_SERVICE\"]",
            "requestId",
            "one-of-these",
        ),
        (
            "occurredFrom: \"2026-03-02T09:00:00Z\", operations: [\"customer\"], outcomes: [ALLOWED], \
          purposes: [\"DELIVER_SERVICE\"]",
            "requestId",
            "one-of-these",
        ),
        ("occurredTo: \"2026-03-02T09:00:00Z\"", "actorKind", "PROGRAM"),
    ] {
        let found = events(filter).await;
        assert!(!found.is_empty(), "{filter}");
        assert!(found.iter().all(|event| event[field] == value), "{filter}: {found:#?}");
    }
    assert_eq!(events("occurredTo: \"2020-01-01T00:00:00Z\"").await.len(), 0);
    assert_eq!(events("categories: [\"user.biometric\"]").await.len(), 0);
    assert!(events("").await.len() > 100);
    app.finish().await;
}

/// A filter that names what there is not is a mistake, and an empty answer would hide it.
#[tokio::test]
async fn filters_by_what_there_is_not_are_refused_by_name() {
    let app = TestApp::new().await;
    let customer = app.customer_id("K-1001").await;
    for (list, filter, field) in [
        ("customers", "serviceId: $id", "filter.serviceId"),
        ("customers", "systemId: $id", "filter.systemId"),
        ("customers", "thirdPartyId: $id", "filter.thirdPartyId"),
        ("systems", "thirdPartyId: $id", "filter.thirdPartyId"),
        ("auditEvents", "customerId: $id, purposes: [\"NO_SUCH\"]", "filter.purposes"),
        ("customer(reference: \"K-1001\") { dataLocations", "systemIds: [$id]", "filter.systemIds"),
        ("customer(reference: \"K-1001\") { dataLocations", "thirdPartyIds: [$id]", "filter.thirdPartyIds"),
    ] {
        let close = if list.contains('{') { "}" } else { "" };
        let document =
            format!("query ($id: ID!) {{ {list}(filter: {{ {filter} }}) {{ nodes {{ id }} }} {close} }}");
        let answer = app.compliance().ask(&document, json!({ "id": customer })).await;
        assert_eq!(answer.code(), Some("BAD_USER_INPUT"), "{list} {filter}: {:#}", answer.json);
        assert_eq!(answer.field().as_deref(), Some(field), "{list} {filter}: {:#}", answer.json);
    }
    app.finish().await;
}

/// A list that starts over when the entry of a cursor has gone is read twice without anybody noticing.
#[tokio::test]
async fn a_cursor_whose_entry_has_gone_is_refused() {
    let app = TestApp::new().await;
    let officer = app.compliance();
    let made = "mutation { createService(input: { key: \"aaa\", name: \"A\" }) { service { id version } } }";
    let made = officer.get(made).await.data()["createService"]["service"].clone();
    let page = officer.get("{ services(first: 1) { nodes { key } pageInfo { endCursor } } }").await;
    assert_eq!(page.data()["services"]["nodes"][0]["key"], "aaa");
    let after = page.data()["services"]["pageInfo"]["endCursor"].clone();
    let next = "query ($after: String) { services(first: 1, after: $after) { nodes { key } } }";
    let there = officer.ask(next, json!({ "after": after })).await;
    assert_eq!(there.data()["services"]["nodes"].as_array().unwrap().len(), 1);
    let retire = "mutation ($id: ID!) { retireService(input: { serviceId: $id }) { userErrors { code } } }";
    assert_eq!(officer.ask(retire, json!({ "id": made["id"] })).await.user_errors(), []);
    let gone = officer.ask(next, json!({ "after": after })).await;
    assert_eq!((gone.code(), gone.field().as_deref()), (Some("BAD_USER_INPUT"), Some("after")));
    app.finish().await;
}

/// Cursors travel through logs and addresses; those of an event's subjects say nothing of whom it was about.
#[tokio::test]
async fn cursors_of_subjects_name_nobody() {
    let app = TestApp::new().await;
    let customer = app.customer_id("K-1001").await;
    let Some(NodeId::Customer(id)) = NodeId::parse(&customer.into()) else { panic!("no customer's id") };
    app.agent().get("{ customers(first: 20) { nodes { reference } } }").await.data();
    let document =
        "{ auditEvents(first: 1) { nodes { subjects(first: 3) { totalCount nodes { customer { reference } }
        edges { cursor } } } } }";
    let answer = app.auditor().get(document).await;
    let subjects = &answer.data()["auditEvents"]["nodes"][0]["subjects"];
    assert_eq!(subjects["totalCount"], 20);
    for edge in subjects["edges"].as_array().unwrap() {
        let cursor = BASE64_URL_SAFE_NO_PAD.decode(edge["cursor"].as_str().unwrap()).unwrap();
        assert!(cursor.len() < id.0.to_string().len(), "{}", String::from_utf8_lossy(&cursor));
    }
    app.finish().await;
}
