//! The audit log, read behind the server's back, and through the API.

use super::{Answer, Database, TestApp};
use base64::{Engine, engine::general_purpose::STANDARD};
use kartotek::transparency::{Link, Withheld};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// An event as its body and what is withheld of it tell it, read without the program's own code.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub request_id: String,
    pub operation: String,
    pub kind: String,
    pub outcome: String,
    pub code: Option<String>,
    pub purpose: Option<String>,
    pub reason: Option<String>,
    pub actor: String,
    pub address: Option<String>,
    pub count: Option<u64>,
    pub target: Option<String>,
    /// Categories by customer.
    pub subjects: BTreeMap<String, Vec<String>>,
    /// Changed fields by customer.
    pub changed: BTreeMap<String, Vec<String>>,
}

impl Event {
    fn of(body: &Value, withheld: &Value) -> Self {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let must = |name: &str| text(&body[name]).unwrap_or_else(|| panic!("{name} in {body}"));
        let words = |value: &Value| {
            value.as_array().into_iter().flatten().map(|word| word.as_str().unwrap().to_owned()).collect()
        };
        let subjects = withheld["subjects"].as_array().cloned().unwrap_or_default();
        let by_customer = |field: &str| {
            let of = |subject: &Value| (text(&subject["customer"]).unwrap(), words(&subject[field]));
            subjects.iter().map(of).collect()
        };
        Self {
            request_id: must("request"),
            operation: must("operation"),
            kind: must("kind"),
            outcome: must("outcome"),
            code: text(&body["code"]),
            purpose: text(&body["purpose"]),
            reason: text(&withheld["reason"]),
            actor: text(&body["actor"]["id"]).unwrap(),
            address: text(&withheld["address"]),
            count: body["count"].as_u64(),
            target: text(&withheld["target"]),
            subjects: by_customer("categories"),
            changed: by_customer("changed"),
        }
    }

    /// `ALLOWED`, or the outcome with its reason.
    pub fn ending(&self) -> String {
        self.code.as_ref().map_or_else(|| self.outcome.clone(), |code| format!("{} {code}", self.outcome))
    }
}

/// The whole log, in the order in which events were given their ids.
pub async fn all(database: &Database) -> Vec<Event> {
    found(database, "true").await
}

async fn found(database: &Database, condition: &str) -> Vec<Event> {
    let sql = format!("SELECT body, withheld FROM audit_event WHERE {condition} ORDER BY event_id");
    let events = database.rows(&sql).await;
    let body = |row: &sea_orm::QueryResult| parse(&row.try_get::<Vec<u8>>("", "body").unwrap());
    events.iter().map(|row| Event::of(&body(row), &withheld(row))).collect()
}

/// A version byte, then JSON.
fn parse(body: &[u8]) -> Value {
    assert_eq!(body[0], 1, "an unknown version");
    serde_json::from_slice(&body[1..]).unwrap()
}

fn withheld(row: &sea_orm::QueryResult) -> Value {
    let bytes: Option<Vec<u8>> = row.try_get("", "withheld").unwrap();
    bytes.map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).unwrap())
}

/// Asserts of every row: `leaf` is the RFC 9162 hash of `body`, the columns to search by say what the body says, it has the root
/// of what is withheld, and what it says came before it is in the log.
pub async fn check_whole_log(database: &Database) {
    let mut subjects = BTreeMap::<uuid::Uuid, BTreeMap<String, Value>>::new();
    for row in database.rows("SELECT customer_id, event_id, categories FROM audit_subject").await {
        let customer: uuid::Uuid = row.try_get("", "customer_id").unwrap();
        let categories: String = row.try_get("", "categories").unwrap();
        let of = subjects.entry(row.try_get("", "event_id").unwrap()).or_default();
        of.insert(customer.to_string(), serde_json::from_str(&categories).unwrap());
    }
    let (mut leaves, mut written) = (BTreeSet::new(), BTreeMap::<uuid::Uuid, (u64, u64)>::new());
    let mut named = BTreeSet::new();
    for row in database.rows("SELECT * FROM audit_event").await {
        let bytes: Vec<u8> = row.try_get("", "body").unwrap();
        let leaf: Vec<u8> = row.try_get("", "leaf").unwrap();
        assert_eq!(leaf, Sha256::digest([&[0], bytes.as_slice()].concat()).as_slice());

        let body = parse(&bytes);
        let id: uuid::Uuid = row.try_get("", "event_id").unwrap();
        let at: chrono::DateTime<chrono::Utc> = row.try_get("", "occurred_at").unwrap();
        let text = |column: &str| row.try_get::<Option<String>>("", column).unwrap();
        let columns = json!({
            "id": id, "time": at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true), "actor": text("actor"),
            "actor_kind": text("actor_kind"), "operation": text("operation"), "kind": text("kind"),
            "outcome": text("outcome"), "code": text("error_code"), "purpose": text("purpose"),
            "request": text("request_id"), "subjects": subjects.remove(&id).unwrap_or_default(),
        });
        let link = serde_json::from_value::<Link>(body["writer"].clone()).unwrap();
        leaves.insert(STANDARD.encode(&leaf));
        let counts = written.entry(link.id).or_default();
        *counts = (counts.0 + 1, counts.1.max(link.before + 1));
        named.extend(link.after);
        let withheld = withheld(&row);
        let whole = serde_json::from_value::<Option<Withheld>>(withheld.clone()).unwrap();
        let root = whole.and_then(|withheld| withheld.commitment().unwrap());
        assert_eq!(body["withheld"], serde_json::to_value(root).unwrap());
        let told = withheld["subjects"].as_array().cloned().unwrap_or_default();
        let told = told.iter().map(|one| (one["customer"].as_str().unwrap(), one["categories"].clone()));
        let said = json!({
            "id": body["id"], "time": body["time"], "actor": body["actor"]["id"],
            "actor_kind": body["actor"]["kind"], "operation": body["operation"], "kind": body["kind"],
            "outcome": body["outcome"], "code": body["code"], "purpose": body["purpose"],
            "request": body["request"], "subjects": told.collect::<BTreeMap<_, _>>(),
        });
        assert_eq!(columns, said);
    }
    assert!(subjects.is_empty(), "subjects without an event: {subjects:?}");
    assert!(named.is_subset(&leaves), "{:?} were named and are not there", named.difference(&leaves));
    assert!(written.values().all(|(seen, said)| seen >= said), "{written:?}");
}

const EVENTS: &str = "query ($request: String!) { auditEvents(filter: { requestId: $request }) { nodes {
    operation kind outcome errorCode purpose reason actor actorKind roles targetKind requestId clientAddress count
    subjects { nodes { customer { reference } categories { key } changedFields } } } } }";

impl TestApp {
    /// The events of an answer, read from the database.
    pub async fn events(&self, answer: &Answer) -> Vec<Event> {
        found(&self.database, &format!("request_id = '{}'", answer.request_id)).await
    }

    /// The only event of an answer.
    pub async fn event(&self, answer: &Answer) -> Event {
        let mut events = self.events(answer).await;
        assert_eq!(events.len(), 1, "{events:#?} of {:#}", answer.json);
        events.remove(0)
    }

    /// The events of an answer as an auditor sees them, newest first. Looking is itself on record.
    pub async fn events_as_auditor(&self, answer: &Answer) -> Vec<Value> {
        let found = self.auditor().ask(EVENTS, json!({ "request": answer.request_id })).await;
        found.data()["auditEvents"]["nodes"].as_array().unwrap().clone()
    }
}
