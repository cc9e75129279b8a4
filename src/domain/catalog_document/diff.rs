//! What two states of the reference data differ in, as people name it. Pure.

use super::{
    entries::{Entries, shipped},
    export,
};
use crate::domain::catalog::Catalog;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// What sort of thing an entry is about, in the order of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EntryKind {
    Controller,
    DataCategory,
    Purpose,
    RetentionRule,
    ThirdParty,
    Assessment,
    System,
    Service,
    DataRequirement,
}

/// What becomes of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EntryChange {
    Created,
    Changed,
    /// It goes out of use; of a requirement: the service needs it no more.
    Retired,
}

/// What one entry differs in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CatalogChange {
    pub kind: EntryKind,
    /// What people call it: a key, a name, or several with spaces between them.
    pub key: String,
    pub change: EntryChange,
    /// By name. All that a new one has; none of one that is retired.
    pub fields: Vec<FieldChange>,
}

/// What a field was, and what it becomes; `null` where there is nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// As the document has it.
    pub field: String,
    pub from: Value,
    pub to: Value,
}

/// What an entry is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EntryName {
    pub kind: EntryKind,
    pub key: String,
}

/// An entry by what never changes of it.
pub(super) type EntryId = (EntryKind, String);

type Flat = BTreeMap<EntryId, (String, Map<String, Value>)>;

/// What has become of the one on the way to the other, in the order of the document and of names.
#[must_use]
pub fn diff(before: &Catalog, after: &Catalog) -> Vec<CatalogChange> {
    compared(before, after).into_iter().map(|(_, change)| change).collect()
}

/// The same, each with what it is about.
pub(super) fn compared(before: &Catalog, after: &Catalog) -> Vec<(EntryId, CatalogChange)> {
    let (before, after) = (flat(before), flat(after));
    let ids = before.keys().chain(after.keys()).collect::<BTreeSet<_>>();
    let change = |id: &EntryId| Some((id.clone(), change(id.0, before.get(id), after.get(id))?));
    let mut changes = ids.into_iter().filter_map(change).collect::<Vec<_>>();
    changes.sort_by(|(_, a), (_, b)| (a.kind, &a.key, a.change).cmp(&(b.kind, &b.key, b.change)));
    changes
}

fn change(
    kind: EntryKind,
    before: Option<&(String, Map<String, Value>)>,
    after: Option<&(String, Map<String, Value>)>,
) -> Option<CatalogChange> {
    let none = Map::new();
    let (key, change, was, is) = match (before, after) {
        (None, Some((key, is))) => (key, EntryChange::Created, &none, is),
        (Some((_, was)), Some((key, is))) if was != is => (key, EntryChange::Changed, was, is),
        (Some((key, _)), None) => (key, EntryChange::Retired, &none, &none),
        _ => return None,
    };
    let names = was.keys().chain(is.keys()).collect::<BTreeSet<_>>();
    let value = |of: &Map<String, Value>, name: &str| of.get(name).cloned().unwrap_or_default();
    let fields = names.into_iter().filter(|name| was.get(*name) != is.get(*name));
    let fields =
        fields.map(|name| FieldChange { field: name.clone(), from: value(was, name), to: value(is, name) });
    Some(CatalogChange { kind, key: key.clone(), change, fields: fields.collect() })
}

/// What stands in the database and not in a document: what is in use, is not among `named`, and did not just ship with the
/// program.
pub(super) fn not_named(catalog: &Catalog, named: &BTreeSet<EntryId>) -> Vec<EntryName> {
    let ships = |kind: EntryKind, id: &str| {
        let own =
            |row| shipped().get(id).is_none_or(|shipped| export::category(shipped) != export::category(row));
        kind == EntryKind::DataCategory && catalog.categories.get(id).is_some_and(|row| !own(row))
    };
    let left = flat(catalog).into_iter().filter(|((kind, id), _)| {
        // These go with what they are about.
        let is_part =
            matches!(kind, EntryKind::Assessment | EntryKind::DataRequirement | EntryKind::Controller);
        !is_part && !named.contains(&(*kind, id.clone())) && !ships(*kind, id)
    });
    let mut left = left.map(|((kind, _), (key, _))| EntryName { kind, key }).collect::<Vec<_>>();
    left.sort();
    left
}

/// The SHA-256 of the changes in hex: of their JSON, which has one form, since fields and entries are in order.
pub(super) fn hash(changes: &[CatalogChange]) -> String {
    hex::encode(Sha256::digest(json!(changes).to_string().as_bytes()))
}

/// Every entry by itself.
fn flat(catalog: &Catalog) -> Flat {
    let mut flat = Flat::new();
    let mut add = |kind: EntryKind, id: String, key: String, fields: Value| {
        let Value::Object(mut fields) = fields else { return };
        // Where the name is all there is to an entry, it is said once.
        fields.remove("key");
        flat.insert((kind, id), (key, fields));
    };
    let entries = Entries(catalog);
    if let Some(row) = &catalog.controller {
        add(EntryKind::Controller, String::new(), row.name.clone(), json!(export::controller(row)));
    }
    for row in entries.categories() {
        add(EntryKind::DataCategory, row.key.0.clone(), row.key.0.clone(), json!(export::category(row)));
    }
    for row in entries.purposes() {
        add(EntryKind::Purpose, row.key.0.clone(), row.key.0.clone(), json!(export::purpose(row)));
    }
    for row in entries.rules() {
        let key = format!("{} {}", row.purpose, row.category);
        add(EntryKind::RetentionRule, key.clone(), key, json!(export::retention_rule(row)));
    }
    for row in entries.third_parties() {
        let entry = json!(export::without_assessments(catalog, row));
        add(EntryKind::ThirdParty, row.id.to_string(), row.name.clone(), entry);
        let mut before = None;
        for one in export::history(catalog, row.id) {
            let entry = export::assessment(catalog, before, one);
            let day = entry.assessed_on.map(|day| format!(" {day}")).unwrap_or_default();
            add(EntryKind::Assessment, one.id.to_string(), format!("{}{day}", row.name), json!(entry));
            before = Some(one);
        }
    }
    for row in entries.systems() {
        add(EntryKind::System, row.id.to_string(), row.name.clone(), json!(export::system(catalog, row)));
    }
    for row in entries.services() {
        add(EntryKind::Service, row.key.clone(), row.key.clone(), json!(export::without_requirements(row)));
        for need in catalog.requirements_of(row.id) {
            let system = export::name_of_system(catalog, need.system_id);
            let id = format!("{} {} {} {}", row.key, need.category, need.purpose, need.system_id);
            let key = format!("{} {} {} {system}", row.key, need.category, need.purpose);
            add(EntryKind::DataRequirement, id, key, json!(export::requirement(catalog, need)));
        }
    }
    flat
}
