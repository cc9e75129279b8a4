//! Whatever a document says that can be done: what is then exported says the same, here and on another database.

use super::support::{export, import};
use crate::domain::{catalog_document::Document, testing::Ground};
use proptest::{
    prelude::*,
    sample::subsequence,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};

/// A text, sometimes with space around it that is not meant.
fn text() -> impl Strategy<Value = String> {
    "( )?[A-Za-zåäö0-9:#'\"&*-]{1,12}( [a-z]{1,8})?( )?"
}

fn maybe(
    name: &'static str,
    value: impl Strategy<Value = Value>,
) -> impl Strategy<Value = Vec<(&'static str, Value)>> {
    prop_oneof![Just(vec![]), value.prop_map(move |value| vec![(name, value)])]
}

fn said() -> impl Strategy<Value = Value> {
    prop_oneof![4 => text().prop_map(Value::from), 1 => Just(Value::Null)]
}

fn entry(name: (&str, &str), parts: Vec<Vec<(&str, Value)>>) -> Value {
    let fields = parts.into_iter().flatten().map(|(field, value)| (field.to_owned(), value));
    Value::Object(std::iter::once((name.0.to_owned(), json!(name.1))).chain(fields).collect())
}

fn system(name: &'static str) -> impl Strategy<Value = Value> {
    let party = prop_oneof![Just(json!("P1")), Just(json!("P2")), Just(Value::Null)];
    let measures = prop::collection::vec(text(), 0..3).prop_map(|all| json!(all));
    let country = prop_oneof![Just("SE"), Just("NO"), Just("US")];
    (maybe("owner", said()), maybe("thirdParty", party), maybe("measures", measures), country).prop_map(
        move |(owner, party, measures, country)| {
            entry(("name", name), vec![owner, party, measures, vec![("country", json!(country))]])
        },
    )
}

fn party(name: &'static str) -> impl Strategy<Value = Value> {
    let role = prop_oneof![Just("PROCESSOR"), Just("CONTROLLER")];
    let fixed =
        role.prop_map(|role| vec![("role", json!(role)), ("kind", json!("POST")), ("country", json!("SE"))]);
    let parent = maybe("subProcessorOf", Just(json!(if name == "P1" { "P2" } else { "P3" })));
    (fixed, parent, maybe("announcedOn", Just(json!("2026-01-02"))))
        .prop_map(move |(fixed, parent, announced)| entry(("name", name), vec![fixed, parent, announced]))
}

fn service(key: &'static str) -> impl Strategy<Value = Value> {
    let needs = [
        json!({ "category": "user.name", "purpose": "CONTACT", "system": "S1", "onEnd": "ERASE" }),
        json!({ "category": "user.name", "purpose": "INVOICE", "system": "S2", "onEnd": "ANONYMIZE", "grace": "P1D" }),
        json!({ "category": "user.own", "purpose": "CONTACT", "system": "Kartotek", "onEnd": "ERASE" }),
    ];
    let needs = subsequence(needs.to_vec(), 0..=3).prop_shuffle().prop_map(|needs| json!(needs));
    let english = text().prop_map(|name| json!([{ "locale": "EN", "name": name }]));
    (maybe("description", said()), maybe("requirements", needs), maybe("translations", english), text())
        .prop_map(move |(description, needs, english, name)| {
            entry(("key", key), vec![description, needs, english, vec![("name", json!(name))]])
        })
}

/// All things are there, each time in other words.
fn document() -> impl Strategy<Value = Value> {
    (
        (system("S1"), system("S2"), party("P1"), party("P2"), party("P3")),
        (service("one"), service("two")),
        (maybe("phone", said()), maybe("defaultGrace", Just(json!("P7D"))), text(), said()),
    )
        .prop_map(|((s1, s2, p1, p2, p3), (one, two), (phone, grace, name, about))| {
            let mut p3 = p3;
            p3.as_object_mut().unwrap().remove("subProcessorOf");
            json!({
                "controller": entry(("name", "Bolaget"), vec![phone, grace]),
                "dataCategories": [{ "key": "user.own", "name": name, "description": about }],
                "systems": [s1, s2], "thirdParties": [p1, p2, p3], "services": [one, two],
            })
        })
}

#[tokio::test]
async fn what_was_imported_is_exported() {
    let mut runner = TestRunner::new(Config::default());
    let ground = Ground::seeded().await;
    for _ in 0..24 {
        let document = document().new_tree(&mut runner).unwrap().current();
        ground.run(import(&document)).await;
        let exported = export(&ground).await;
        // It says all that was said.
        contains(&json!(exported), &json!(Document::read(&document).unwrap()), "");
        for again in [document, json!(exported)] {
            assert_eq!(ground.run(import(&again)).await.changes, [], "{again:#}");
        }
        let elsewhere = Ground::seeded().await;
        elsewhere.run(import(&exported)).await;
        assert_eq!(export(&elsewhere).await, exported);
    }
}

/// Lists of things are compared by names, and others as they are.
fn contains(all: &Value, said: &Value, at: &str) {
    let key = |entry: &Value| {
        let names = ["key", "name", "category", "purpose", "system"];
        names.map(|name| entry[name].to_string()).join(" ")
    };
    match said {
        Value::Object(fields) => {
            for (field, value) in fields {
                contains(&all[field], value, &format!("{at}.{field}"));
            }
        }
        Value::Array(list) if list.is_empty() => {
            assert!(all.is_null() || all == said, "{at}: {all} is not empty");
        }
        Value::Array(list) if list[0].is_object() && !at.ends_with("translations") => {
            for entry in list {
                let found = all.as_array().unwrap().iter().find(|other| {
                    if entry["key"].is_string() || entry["name"].is_string() {
                        other["key"] == entry["key"]
                            && (entry["key"].is_string() || other["name"] == entry["name"])
                    } else {
                        key(other) == key(entry)
                    }
                });
                contains(found.unwrap_or_else(|| panic!("{at}: {entry} is missing")), entry, at);
            }
        }
        _ => assert_eq!(all, said, "{at}"),
    }
}
