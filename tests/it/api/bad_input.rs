//! Bad input gets a clear error with a code and the field it concerns, changes nothing, and is on record, save what
//! never reached a known caller.
#![expect(clippy::too_many_lines, reason = "tables of cases, one after another")]

use crate::support::{
    Answer, Client, TestApp,
    actors::claims as claims_of,
    audit::Event,
    build::{RECORD, RECTIFY, REGISTER, START},
    dump::Dump,
};
use axum::http::{Request, StatusCode};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use kartotek::auth::{LocalKey, TokenRequest};
use serde_json::{Value, json};

const NOBODY: &str = "Q3VzdG9tZXI6MDAwMDAwMDAwMDAwNzAwMDgwMDAwMDAwMDAwMDAwMDA";
const OK: StatusCode = StatusCode::OK;
const BAD: StatusCode = StatusCode::BAD_REQUEST;

/// What is wrong, and what must come of it.
struct Case<'a> {
    what: &'static str,
    answer: Answer,
    status: StatusCode,
    code: &'a str,
    field: Option<&'a str>,
    /// The outcome on record; `None` where nobody known was asking.
    recorded: Option<&'a str>,
}

impl Case<'_> {
    async fn check(&self, app: &TestApp) {
        let (what, answer) = (self.what, &self.answer);
        assert_eq!(answer.status, self.status, "{what}: {:#}", answer.json);
        let (code, field) = match answer.user_errors().first() {
            Some((code, field)) => (Some(code.clone()), field.clone()),
            None => (answer.code().map(str::to_owned), answer.field()),
        };
        assert_eq!(code.as_deref(), Some(self.code), "{what}: {:#}", answer.json);
        if let Some(wanted) = self.field {
            assert_eq!(field.as_deref(), Some(wanted), "{what}: {:#}", answer.json);
        }
        // On record with the code that the caller got.
        let endings = app.events(answer).await.iter().map(Event::ending).collect::<Vec<_>>();
        let wanted = self.recorded.map(|outcome| format!("{outcome} {}", self.code));
        assert_eq!(endings, wanted.into_iter().collect::<Vec<_>>(), "{what}: {:#}", answer.json);
    }
}

fn case<'a>(
    what: &'static str,
    answer: Answer,
    (status, code, field): (StatusCode, &'a str, Option<&'a str>),
    recorded: Option<&'a str>,
) -> Case<'a> {
    Case { what, answer, status, code, field, recorded }
}

async fn unchanged(app: TestApp, cases: Vec<Case<'_>>, before: Dump) {
    for case in &cases {
        case.check(&app).await;
    }
    assert_eq!(app.database.dump_but_the_log().await, before);
    app.finish().await;
}

#[tokio::test]
async fn wrong_questions_are_refused_by_name() {
    let app = TestApp::new().await;
    let before = app.database.dump_but_the_log().await;
    let agent = app.agent();
    let wrong = |field| (OK, "BAD_USER_INPUT", Some(field));
    let invalid = (BAD, "GRAPHQL_VALIDATION_FAILED", None);
    let page = agent.get("{ customers(first: 1) { pageInfo { endCursor } } }").await;
    let cursor = page.data()["customers"]["pageInfo"]["endCursor"].clone();
    let made = BASE64_URL_SAFE_NO_PAD.encode("customers CreatedAtDesc\u{1f}yesterday\u{1f}1");
    let backwards = "query ($before: String) { customers(before: $before) { pageInfo { endCursor } } }";
    let after = |list: &str| {
        format!("query ($after: String) {{ {list}, after: $after) {{ pageInfo {{ endCursor }} }} }}")
    };
    let cases = vec![
        case(
            "below nothing",
            agent.get("{ customers(first: -1) { totalCount } }").await,
            wrong("first"),
            Some("FAILED"),
        ),
        case(
            "too many",
            agent.get("{ customers(first: 201) { totalCount } }").await,
            wrong("first"),
            Some("FAILED"),
        ),
        case(
            "both ends",
            agent.get("{ customers(first: 1, last: 1) { totalCount } }").await,
            wrong("last"),
            Some("FAILED"),
        ),
        case(
            "no cursor",
            agent.get("{ customers(after: \"x\") { totalCount } }").await,
            wrong("after"),
            Some("FAILED"),
        ),
        case(
            "a cursor of another list",
            agent.ask(&after("services(first: 1"), json!({ "after": cursor })).await,
            wrong("after"),
            Some("FAILED"),
        ),
        case(
            "a cursor of another order",
            agent.ask(&after("customers(orderBy: REFERENCE_ASC"), json!({ "after": cursor })).await,
            wrong("after"),
            Some("FAILED"),
        ),
        case(
            "a cursor of ones own making",
            agent.ask(&after("customers(orderBy: CREATED_AT_DESC"), json!({ "after": made })).await,
            wrong("after"),
            Some("FAILED"),
        ),
        case(
            "a cursor of ones own making, from the other end",
            agent.ask(backwards, json!({ "before": made })).await,
            wrong("before"),
            Some("FAILED"),
        ),
        case(
            "no such category",
            agent.get("{ customers(filter: { categories: [\"user.shoe_size\"] }) { totalCount } }").await,
            wrong("filter.categories"),
            Some("FAILED"),
        ),
        case("neither id nor reference", agent.get("{ customer { id } }").await, wrong("id"), Some("FAILED")),
        case(
            "a number that cannot be one",
            agent.get("{ findCustomer(nationalId: \"19850312-2388\") { id } }").await,
            wrong("nationalId"),
            Some("FAILED"),
        ),
        case(
            "a malformed day",
            agent.get("{ customers(filter: { dormantSince: \"2026-13-01\" }) { totalCount } }").await,
            invalid,
            Some("FAILED"),
        ),
        case("no such field", agent.get("{ customers { shoeSize } }").await, invalid, Some("FAILED")),
        case(
            "no such value",
            agent.get("{ customers(orderBy: BY_SIZE) { totalCount } }").await,
            invalid,
            Some("FAILED"),
        ),
        case(
            "no GraphQL",
            agent.get("{ customers(").await,
            (BAD, "GRAPHQL_PARSE_FAILED", None),
            Some("FAILED"),
        ),
        case(
            "a purpose that there is not",
            agent.clone().for_purpose("CURIOSITY").get("{ customers { totalCount } }").await,
            (BAD, "BAD_USER_INPUT", Some("Access-Purpose")),
            Some("FAILED"),
        ),
        case(
            "a purpose for somebody else",
            agent.clone().for_purpose("OVERSIGHT").get("{ customers { totalCount } }").await,
            (OK, "FORBIDDEN", None),
            Some("DENIED"),
        ),
        case(
            "no purpose",
            agent.clone().without_purpose().get("{ customers { totalCount } }").await,
            (OK, "PURPOSE_REQUIRED", None),
            Some("DENIED"),
        ),
        case(
            "a role that may not",
            app.admin().get("{ customers { totalCount } }").await,
            (OK, "FORBIDDEN", None),
            Some("DENIED"),
        ),
    ];
    unchanged(app, cases, before).await;
}

/// Literals and variables alike: nothing of the request is carried out, and the answer says which value, and what
/// should have been there.
#[tokio::test]
async fn malformed_days_and_times_are_refused_before_anything_is_done() {
    let app = TestApp::new().await;
    let (customer, system) = (app.customer_id("K-1001").await, app.system_id("Kundregister").await);
    let before = app.database.dump_but_the_log().await;
    let literal = |at: &str| format!("{{ customers(filter: {{ {at} }}) {{ totalCount }} }}");
    let by_variable = "query ($since: Date, $kinds: [CustomerKind!]) {
        customers(filter: { dormantSince: $since, kinds: $kinds }) { totalCount } }";
    // Valid at first: what is remembered of a document says nothing of the values to come.
    app.agent().ask(by_variable, json!({ "since": "2026-03-31" })).await.data();
    let twice = "mutation ($first: RegisterCustomerInput!, $then: RecordDataLocationsInput!) {
        registerCustomer(input: $first) { userErrors { code } }
        recordDataLocations(input: $then) { userErrors { code } } }";
    let first = json!({ "reference": "K-1", "kind": "PERSON", "locale": "SV", "channel": "CHAT",
        "profile": { "name": "Ny Kund" } });
    let line = json!({ "customerId": customer, "category": "user.name", "systemId": system,
        "sourceChannel": "PHONE", "collectedAt": "yesterday" });
    let grace = "mutation ($grace: Duration) { updateController(input: { defaultGrace: $grace }) {
        userErrors { code } } }";
    let (day, time) = ("a day as RFC 3339", "a time as RFC 3339");
    let cases = [
        (app.agent(), literal("dormantSince: \"2026-13-01\""), json!({}), "filter.dormantSince", day),
        (app.agent(), literal("dormantSince: \"0000-01-01\""), json!({}), "filter.dormantSince", day),
        (app.agent(), literal("dormantSince: 2026"), json!({}), "filter.dormantSince", day),
        (app.agent(), by_variable.to_owned(), json!({ "since": "today" }), "filter.dormantSince", day),
        (
            app.agent(),
            by_variable.replace("$since: Date", "$since: Date = \"+12345-1-1\""),
            json!({}),
            "since",
            day,
        ),
        (
            app.agent(),
            twice.to_owned(),
            json!({ "first": first, "then": { "locations": [line] } }),
            "input.locations.0.collectedAt",
            time,
        ),
        (
            app.compliance(),
            "query ($from: DateTime) { auditEvents(filter: { occurredFrom: $from }) { nodes { id } } }"
                .to_owned(),
            json!({ "from": "9999-12-31T23:59:59-01:00" }),
            "filter.occurredFrom",
            time,
        ),
        (app.admin(), grace.to_owned(), json!({ "grace": "a while" }), "input.defaultGrace", "such as P30D"),
    ];
    for (client, document, variables, path, form) in cases {
        let answer = client.ask(&document, variables).await;
        assert_eq!((answer.status, answer.code()), (BAD, Some("GRAPHQL_VALIDATION_FAILED")), "{document}");
        let message = answer.errors()[0]["message"].as_str().unwrap();
        assert!(message.contains(&format!("\"{path}\"")) && message.contains(form), "{document}: {message}");
        assert!(answer.json.get("data").is_none(), "{:#}", answer.json);
        let event = app.event(&answer).await;
        assert_eq!((event.outcome.as_str(), event.subjects.len()), ("FAILED", 0), "{document}");
    }
    assert_eq!(app.database.dump_but_the_log().await, before);
    app.finish().await;
}

#[tokio::test]
async fn ids_that_lead_nowhere_are_nobodys() {
    let app = TestApp::new().await;
    let system = app.system_id("Kundregister").await;
    for id in [NOBODY, system.as_str(), "", "!", "Q3VzdG9tZXI6eA"] {
        let answer =
            app.agent().ask("query ($id: ID!) { customer(id: $id) { id } }", json!({ "id": id })).await;
        assert_eq!(answer.json, json!({ "data": { "customer": null } }), "{id}");
        let event = app.event(&answer).await;
        assert_eq!((event.outcome.as_str(), event.subjects.len()), ("ALLOWED", 0), "{id}");
        let input = json!({ "customerId": id, "serviceId": id, "channel": "PHONE" });
        let answer = app.agent().ask(START, json!({ "input": input })).await;
        assert_eq!(answer.user_errors(), [("NOT_FOUND".to_owned(), Some("customerId".to_owned()))], "{id}");
        assert_eq!(app.event(&answer).await.outcome, "FAILED", "{id}");
    }
    app.finish().await;
}

#[tokio::test]
async fn wrong_changes_are_refused_by_field_and_change_nothing() {
    let app = TestApp::new().await;
    let (customer, system) = (app.customer_id("K-1001").await, app.system_id("Kundregister").await);
    let before = app.database.dump_but_the_log().await;
    let agent = app.agent();
    let person = |change: Value| {
        let mut input = json!({ "reference": "K-1", "kind": "PERSON", "locale": "SV", "channel": "CHAT",
            "profile": { "name": "Ny Kund" } });
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        json!({ "input": input })
    };
    let line = |change: Value| {
        let mut line = json!({ "customerId": customer, "category": "user.name", "systemId": system,
            "sourceChannel": "PHONE" });
        line.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        line
    };
    let lines = |lines: Vec<Value>| json!({ "input": { "locations": lines } });
    let refused = |code: &'static str, field: &'static str| (OK, code, Some(field));
    let stale = json!({ "input": { "customerId": customer, "expectedVersion": 99, "channel": "CHAT",
        "profile": { "name": "Ny" } } });
    let many = (0..1_001).map(|_| line(json!({}))).collect::<Vec<_>>();
    let malformed = |field| (BAD, "BAD_USER_INPUT", field);
    let raw = |text: &str| {
        format!(
            r#"{{"query":"query($r: String) {{ customer(reference: $r) {{ id }} }}","variables":{{"r":"{text}"}}}}"#
        )
    };
    let cases = vec![
        case(
            "taken",
            agent.ask(REGISTER, person(json!({ "reference": "K-1001" }))).await,
            refused("ALREADY_EXISTS", "reference"),
            Some("FAILED"),
        ),
        case(
            "empty",
            agent.ask(REGISTER, person(json!({ "reference": " " }))).await,
            refused("REQUIRED", "reference"),
            Some("FAILED"),
        ),
        case(
            "a personal number for a reference",
            agent.ask(REGISTER, person(json!({ "reference": "K-19850312-2387" }))).await,
            refused("INVALID_FORMAT", "reference"),
            Some("FAILED"),
        ),
        case(
            "a phone number for a reference",
            agent.ask(REGISTER, person(json!({ "reference": "070-174 06 99" }))).await,
            refused("INVALID_FORMAT", "reference"),
            Some("FAILED"),
        ),
        case(
            "a wrong check digit",
            agent
                .ask(REGISTER, person(json!({ "profile": { "name": "N", "nationalId": "19850312-2388" } })))
                .await,
            refused("INVALID_NATIONAL_ID", "profile.nationalId"),
            Some("FAILED"),
        ),
        case(
            "somebody else's number",
            agent
                .ask(REGISTER, person(json!({ "profile": { "name": "N", "nationalId": "850312-2387" } })))
                .await,
            refused("ALREADY_EXISTS", "profile.nationalId"),
            Some("FAILED"),
        ),
        case(
            "no address",
            agent.ask(REGISTER, person(json!({ "profile": { "name": "N", "email": "n" } }))).await,
            refused("INVALID_FORMAT", "profile.email"),
            Some("FAILED"),
        ),
        case(
            "too long",
            agent.ask(REGISTER, person(json!({ "profile": { "name": "N".repeat(201) } }))).await,
            refused("TOO_LONG", "profile.name"),
            Some("FAILED"),
        ),
        case(
            "no such kind",
            agent.ask(REGISTER, person(json!({ "kind": "ROBOT" }))).await,
            (BAD, "GRAPHQL_VALIDATION_FAILED", None),
            Some("FAILED"),
        ),
        case(
            "a field too many",
            agent.ask(REGISTER, person(json!({ "role": "ADMIN" }))).await,
            (BAD, "GRAPHQL_VALIDATION_FAILED", None),
            Some("FAILED"),
        ),
        case(
            "a field too few",
            agent.ask(REGISTER, json!({ "input": { "reference": "K-1" } })).await,
            (BAD, "GRAPHQL_VALIDATION_FAILED", None),
            Some("FAILED"),
        ),
        case(
            "stale",
            agent.ask(RECTIFY, stale).await,
            refused("VERSION_CONFLICT", "expectedVersion"),
            Some("FAILED"),
        ),
        case(
            "no lines",
            agent.ask(RECORD, lines(vec![])).await,
            refused("REQUIRED", "locations"),
            Some("FAILED"),
        ),
        case(
            "too many lines",
            agent.ask(RECORD, lines(many)).await,
            refused("TOO_LONG", "locations"),
            Some("FAILED"),
        ),
        case(
            "no such category",
            agent.ask(RECORD, lines(vec![line(json!({ "category": "user.shoe_size" }))])).await,
            refused("NOT_FOUND", "locations.0.category"),
            Some("FAILED"),
        ),
        case(
            "a customer for a system",
            agent.ask(RECORD, lines(vec![line(json!({})), line(json!({ "systemId": customer }))])).await,
            refused("NOT_FOUND", "locations.1.systemId"),
            Some("FAILED"),
        ),
        case(
            "tomorrow",
            agent.ask(RECORD, lines(vec![line(json!({ "collectedAt": "2099-01-01T00:00:00Z" }))])).await,
            refused("OUT_OF_RANGE", "locations.0.collectedAt"),
            Some("FAILED"),
        ),
        case(
            "what nothing justifies",
            agent.ask(RECORD, lines(vec![line(json!({ "category": "user.biometric" }))])).await,
            refused("NOT_JUSTIFIED", "locations.0"),
            Some("FAILED"),
        ),
        case("a NUL", agent.post(raw("\\u0000")).await, malformed(None), Some("FAILED")),
        case("a lone surrogate", agent.post(raw("\\ud800")).await, malformed(None), Some("FAILED")),
        case("no document", agent.post("{}").await, malformed(Some("query")), Some("FAILED")),
        case(
            "too long a reason",
            agent.clone().because(&"x".repeat(201)).get("{ viewer { actor } }").await,
            malformed(Some("Access-Reason")),
            Some("FAILED"),
        ),
        case(
            "ten megabytes",
            agent.post(raw(&"x".repeat(10_000_000))).await,
            (StatusCode::PAYLOAD_TOO_LARGE, "BAD_USER_INPUT", None),
            None,
        ),
    ];
    unchanged(app, cases, before).await;
}

#[tokio::test]
async fn who_is_not_known_gets_nothing() {
    let app = TestApp::new().await;
    let before = app.database.dump_but_the_log().await;
    let claims = |change: fn(&mut TokenRequest)| {
        let mut claims = claims_of(&["AGENT"]);
        change(&mut claims);
        claims
    };
    let good = app.agent().token.unwrap();
    let forged = |token: &str| -> String {
        let parts = token.split('.').collect::<Vec<_>>();
        // {"alg":"none"}
        format!("eyJhbGciOiJub25lIn0.{}.", parts[1])
    };
    let another = tempfile::tempdir().unwrap();
    let stranger_key = LocalKey::load_or_create(&another.path().join("key.pem")).unwrap();
    let strange = stranger_key.mint(&claims(|_| {}), app.now().timestamp()).unwrap();
    let callers: Vec<(&str, Client<'_>)> = vec![
        ("no token", app.stranger()),
        (
            "another issuer",
            app.bearer(&claims(|claims| claims.issuer = "https://elsewhere.example".to_owned())),
        ),
        ("another audience", app.bearer(&claims(|claims| claims.audience = "elsewhere".to_owned()))),
        ("over", app.bearer(&claims(|claims| claims.lifetime_seconds = -1))),
        ("signed by nobody", app.stranger().with_token(&forged(&good))),
        ("signed by somebody else", app.stranger().with_token(&strange)),
        ("cut", app.stranger().with_token(&good[..good.len() - 4])),
    ];
    for (number, (what, client)) in callers.into_iter().enumerate() {
        // Each from an address of its own: rejections of one address within a minute share an event.
        let answer =
            client.from(&format!("192.0.2.{number}")).get("{ customers { nodes { reference } } }").await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::UNAUTHORIZED, Some("UNAUTHENTICATED")),
            "{what}"
        );
        assert!(answer.json.get("data").is_none(), "{what}: {:#}", answer.json);
        let event = app.event(&answer).await;
        assert_eq!((event.operation.as_str(), event.outcome.as_str()), ("authenticate", "DENIED"), "{what}");
    }
    assert_eq!(app.database.dump_but_the_log().await, before);
    app.finish().await;
}

#[tokio::test]
async fn a_url_changes_nothing_and_finds_nobody() {
    let app = TestApp::new().await;
    let before = app.database.dump_but_the_log().await;
    let get = |query: &str| {
        Request::get(format!("/graphql?query={query}")).body(axum::body::Body::empty()).unwrap()
    };
    let change = app
        .agent()
        .send(get("mutation%7BretireService(input:%7BserviceId:%22x%22%7D)%7BuserErrors%7Bcode%7D%7D%7D"))
        .await;
    assert_eq!(change.status, StatusCode::METHOD_NOT_ALLOWED);
    let found =
        app.agent().send(get("%7BfindCustomer(email:%22anna.almgren@kund.example%22)%7Bid%7D%7D")).await;
    assert_eq!(found.code(), Some("BAD_USER_INPUT"), "{:#}", found.json);
    assert_eq!(found.json["data"]["findCustomer"], Value::Null);
    assert_eq!(app.event(&found).await.outcome, "FAILED");
    assert_eq!(app.database.dump_but_the_log().await, before);
    app.finish().await;
}
