//! What two frozen records differ in.

use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What has become of a part of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordChange {
    Added,
    Changed,
    Removed,
}

/// What one part of the record differs in.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordChanged {
    /// The key of an activity, that of the service of one on customers' behalf, or what part it is: `controller`.
    pub key: String,
    pub change: RecordChange,
    /// By name. All that a new one has; none of one that is gone.
    pub fields: Vec<FieldChanged>,
}

/// What a field was, and what it has become; `null` where there is nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChanged {
    pub field: String,
    pub from: Value,
    pub to: Value,
}

/// All that has changed from one document to the other, by keys.
#[must_use]
pub fn changes(before: &Value, after: &Value) -> Vec<RecordChanged> {
    let (before, after) = (parts(before), parts(after));
    let keys = before.keys().chain(after.keys()).collect::<BTreeSet<_>>();
    let none = Map::new();
    let change = |key: &String| {
        let (change, was, is) = match (before.get(key), after.get(key)) {
            (None, Some(is)) => (RecordChange::Added, &none, is),
            (Some(was), Some(is)) if was != is => (RecordChange::Changed, was, is),
            (Some(_), None) => (RecordChange::Removed, &none, &none),
            _ => return None,
        };
        let names = was.keys().chain(is.keys()).collect::<BTreeSet<_>>();
        let value = |of: &Map<String, Value>, name: &String| of.get(name).cloned().unwrap_or_default();
        let fields = names.into_iter().filter(|name| was.get(*name) != is.get(*name));
        let fields = fields.map(|name| FieldChanged {
            field: name.clone(),
            from: value(was, name),
            to: value(is, name),
        });
        Some(RecordChanged { key: key.clone(), change, fields: fields.collect() })
    };
    keys.into_iter().filter_map(change).collect()
}

/// The parts of a document, each by what it is called.
fn parts(document: &Value) -> BTreeMap<String, Map<String, Value>> {
    let mut parts = BTreeMap::new();
    let mut add = |key: String, part: &Value| {
        if let Value::Object(fields) = part {
            parts.insert(key, fields.clone());
        }
    };
    let text = |part: &Value, name: &str| part[name].as_str().unwrap_or_default().to_owned();
    add("controller".to_owned(), &document["controller"]);
    for part in document["activities"].as_array().into_iter().flatten() {
        add(text(part, "key"), part);
    }
    for part in document["processorActivities"].as_array().into_iter().flatten() {
        add(format!("processor: {}", text(part, "key")), part);
    }
    parts.insert(
        "as a whole".to_owned(),
        ["jointControllers", "gaps"]
            .map(|name| (name.to_owned(), document[name].clone()))
            .into_iter()
            .collect(),
    );
    parts
}

#[cfg(test)]
mod tests {
    use super::{
        RecordChange::{Added, Changed, Removed},
        *,
    };
    use serde_json::json;

    #[test]
    fn what_came_went_and_changed_is_told_by_its_key_and_field() {
        let before = json!({ "controller": { "name": "A" }, "gaps": [],
            "activities": [{ "key": "x/DELIVER", "measures": ["TLS"] }, { "key": "y/DELIVER", "measures": [] }] });
        let after = json!({ "controller": { "name": "A" }, "gaps": [],
            "activities": [{ "key": "x/DELIVER", "measures": ["TLS", "Backup"] }, { "key": "z/SELL", "measures": [] }] });
        let told = changes(&before, &after);
        let short = told.iter().map(|one| (one.key.as_str(), one.change)).collect::<Vec<_>>();
        assert_eq!(short, [("x/DELIVER", Changed), ("y/DELIVER", Removed), ("z/SELL", Added)]);
        let field =
            FieldChanged { field: "measures".to_owned(), from: json!(["TLS"]), to: json!(["TLS", "Backup"]) };
        assert_eq!(told[0].fields, [field]);
        assert_eq!(changes(&after, &after), []);
    }
}
