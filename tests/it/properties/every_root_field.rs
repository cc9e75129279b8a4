//! Every root field, asked by every role: each leaves exactly the event that its answer calls for.
//!
//! A new root field without a line in `fixtures.rs` fails here, so that nobody can forget to try it.

use super::fixtures::{Fixture, Ids, fixtures};
use crate::support::{
    Answer, Client, TestApp,
    audit::Event,
    snapshot::{golden, table},
    told::fields,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The fields of an object type of the schema.
fn fields_of(name: &str) -> BTreeSet<String> {
    fields(name).into_keys().collect()
}

const ROLES: [&str; 5] = ["CUSTOMER, of themselves", "AGENT", "COMPLIANCE", "AUDITOR", "ADMIN"];

/// The roles that the schema says may use a root field, as columns of the table below.
fn roles_told(field: &str) -> BTreeSet<&'static str> {
    let mut all = fields("Query");
    all.extend(fields("Mutation"));
    let (_, requires) =
        all[field].split_once("Requires: ").unwrap_or_else(|| panic!("{field} does not say who may"));
    let requires = requires.trim().trim_end_matches('.');
    if requires == "any role" {
        return ROLES.into();
    }
    // What is in brackets says whose.
    let roles = requires.split('(').map(|part| part.rsplit_once(')').map_or(part, |(_, rest)| rest));
    let roles = roles.collect::<Vec<_>>().join(" ");
    let words = roles.split([',', ';', ' ']).filter(|word| !word.is_empty());
    let role = |word: &str| {
        let role = ROLES.into_iter().find(|role| role.split(',').next() == Some(word));
        role.unwrap_or_else(|| panic!("{field} names {word}"))
    };
    words.map(role).collect()
}

#[test]
fn every_root_field_has_a_fixture() {
    let asked = |changes| {
        let of = fixtures().filter(|fixture| fixture.changes() == changes);
        of.map(|fixture| fixture.root().to_owned()).collect::<BTreeSet<_>>()
    };
    assert_eq!(asked(false), fields_of("Query"));
    assert_eq!(asked(true), fields_of("Mutation"));
    assert!(asked(false).contains("viewer") && asked(true).contains("registerCustomer"));
}

#[tokio::test]
async fn a_caller_with_every_role_is_told_of_every_root_field() {
    let app = TestApp::new().await;
    let all = app.roles(&["CUSTOMER", "AGENT", "COMPLIANCE", "AUDITOR", "ADMIN"]);
    let told = all.get("{ viewer { allowedOperations } }").await;
    let told = told.data()["viewer"]["allowedOperations"].as_array().unwrap().clone();
    let told = told.iter().map(|field| field.as_str().unwrap().to_owned()).collect::<BTreeSet<_>>();
    let all = ["Query", "Mutation", "Subscription"].into_iter().flat_map(fields_of);
    assert_eq!(told, all.collect());
    app.finish().await;
}

/// Who asks, and what is asked of them: the head of a column, and a client for a field.
type Caller = (&'static str, for<'a> fn(&'a TestApp, &Fixture) -> Client<'a>);

const CALLERS: [Caller; 9] = [
    ("CUSTOMER, of themselves", |app, _| app.customer_user("K-1001")),
    ("CUSTOMER, of another", |app, _| app.customer_user("K-1002")),
    ("AGENT", |app, _| app.agent()),
    ("AGENT, no purpose", |app, _| app.agent().without_purpose()),
    ("COMPLIANCE", |app, _| app.compliance()),
    ("AUDITOR", |app, _| app.auditor()),
    ("ADMIN", |app, _| app.admin()),
    ("SERVICE, in scope", |app, fixture| app.script(&fixture.scopes())),
    ("SERVICE, out of scope", |app, _| app.script(&["registerWidget"])),
];

#[tokio::test]
async fn every_role_gets_the_answer_it_may_have_and_leaves_its_event() {
    let app = TestApp::new().await;
    let mut ids = Ids::of(&app).await;
    let mut rows = Vec::new();
    for fixture in fixtures() {
        let mut row = vec![fixture.name.to_owned()];
        let mut may = BTreeSet::new();
        for (caller, client) in CALLERS {
            let answer = client(&app, fixture).ask(fixture.document, (fixture.variables)(ids.anew())).await;
            let events = app.events(&answer).await;
            check(fixture, &answer, &events);
            row.push(cell(fixture, &answer, &events));
            if answer.errors().is_empty() && !answer.json["data"][fixture.root()].is_null() {
                may.insert(caller);
            }
        }
        if fixture.name == fixture.root() {
            let told = roles_told(fixture.root());
            assert_eq!(
                may.intersection(&ROLES.into()).copied().collect::<BTreeSet<_>>(),
                told,
                "{}",
                fixture.name
            );
        }
        rows.push(row);
    }
    let head = std::iter::once("field").chain(CALLERS.map(|(head, _)| head)).collect::<Vec<_>>();
    golden!("every_root_field", table(&head, &rows));
    app.finish().await;
}

/// What the answer is: data, nothing, a code; and what the log says, unless it is just that.
fn cell(fixture: &Fixture, answer: &Answer, events: &[Event]) -> String {
    let refused = answer.user_errors().into_iter().map(|(code, _)| format!("userErrors {code}")).next();
    let said = match answer.code() {
        Some(code) if answer.json["data"][fixture.root()].is_null() => code.to_owned(),
        Some(code) => format!("data but {code}"),
        None if answer.json["data"][fixture.root()].is_null() => "null".to_owned(),
        None => refused.unwrap_or_else(|| "data".to_owned()),
    };
    let endings = events.iter().map(Event::ending).collect::<Vec<_>>();
    match endings.as_slice() {
        [one] if (said.as_str(), one.as_str()) == ("data", "ALLOWED") => said,
        [one] if *one == format!("DENIED {said}") => said,
        _ => format!("{said} / {}", endings.join(", ")),
    }
}

/// What holds of every answer and its event, whoever asked.
fn check(fixture: &Fixture, answer: &Answer, events: &[Event]) {
    let context = format!("{}: {:#}\n{events:#?}", fixture.name, answer.json);
    let kinds =
        if fixture.changes() { ["WRITE", "ADMINISTER", "DISCLOSE", "DISPOSE"].as_slice() } else { &["READ"] };
    assert!(events.iter().all(|event| event.operation == fixture.root()), "{context}");
    assert!(events.iter().all(|event| kinds.contains(&event.kind.as_str())), "{context}");
    // What was allowed before something below was not is on record, too: the denial is what the answer tells of.
    let decisive = events.iter().find(|event| event.outcome != "ALLOWED").or(events.first());
    let Some(event) = decisive else { panic!("{context}") };
    let subjects = events.iter().map(|event| event.subjects.len()).sum::<usize>();
    match answer.code() {
        Some(code) => {
            assert_eq!((event.code.as_deref(), event.outcome.as_str()), (Some(code), "DENIED"), "{context}");
            assert_eq!(subjects, 0, "{context}");
        }
        None if answer.json["data"][fixture.root()].is_null() => {
            assert!(matches!(event.ending().as_str(), "DENIED NOT_FOUND" | "ALLOWED"), "{context}");
            assert_eq!(subjects, 0, "{context}");
        }
        None if answer.user_errors().is_empty() => assert_eq!(event.outcome, "ALLOWED", "{context}"),
        None => assert_eq!(event.outcome, "FAILED", "{context}"),
    }
    // Whoever is shown is in the event.
    let mut shown = BTreeSet::new();
    references(&answer.json["data"], &mut shown);
    assert!(subjects >= shown.len(), "{context}");
}

fn references(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            into.extend(fields.get("reference").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| references(value, into));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, into)),
        _ => {}
    }
}

#[tokio::test]
async fn each_use_of_a_root_field_has_an_event_of_its_own() {
    let app = TestApp::new().await;
    let document = "{ one: customer(reference: \"K-1001\") { reference } two: customer(reference: \"K-1002\") { reference }
        three: customer(reference: \"K-1001\") { status } nobody: customer(reference: \"K-9\") { reference } viewer { actor } }";
    let answer = app.agent().ask(document, json!({})).await;
    let events = app.events(&answer).await;
    let told =
        events.iter().map(|event| (event.operation.as_str(), event.subjects.len())).collect::<Vec<_>>();
    assert_eq!(told.len(), 5, "{events:#?}");
    assert_eq!(told.iter().filter(|(operation, _)| *operation == "customer").count(), 4);
    assert_eq!(told.iter().map(|(_, subjects)| subjects).sum::<usize>(), 3, "{events:#?}");
    app.finish().await;
}
