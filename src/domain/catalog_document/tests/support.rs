use crate::{
    domain::{
        catalog_document::{Document, ImportCatalog, Imported, Powers},
        testing::{Ground, connectors},
    },
    policy::Action,
};
use serde_json::{Value, json};

/// As somebody who may do everything.
pub(super) fn import(document: &impl serde::Serialize) -> ImportCatalog {
    let powers = Powers { may: Powers::BEYOND.to_vec(), in_person: true };
    ImportCatalog {
        document: json!(document),
        expected_hash: None,
        dry_run: false,
        powers,
        connectors: connectors(),
    }
}

pub(super) fn without(command: ImportCatalog, action: Action) -> ImportCatalog {
    let may = command.powers.may.iter().copied().filter(|may| *may != action).collect();
    ImportCatalog { powers: Powers { may, ..command.powers }, ..command }
}

pub(super) async fn export(ground: &Ground) -> Document {
    Document::of(&*ground.catalog().await)
}

/// What changes, in short.
pub(super) fn told(imported: &Imported) -> Vec<String> {
    let tell = |change: &crate::domain::catalog_document::CatalogChange| {
        let fields = change.fields.iter().map(|field| field.field.as_str()).collect::<Vec<_>>();
        format!("{:?} {:?} {}: {}", change.change, change.kind, change.key, fields.join(" "))
    };
    imported.changes.iter().map(tell).collect()
}

/// A service with a system of a third party's and a category of its own.
pub(super) fn letterbox() -> Value {
    json!({
        "dataCategories": [
            { "key": "user.post", "name": "Post" },
            { "key": "user.post.letter", "name": "Brev", "sensitivity": "CONFIDENTIAL" },
        ],
        "purposes": [{ "key": "DELIVER_POST", "name": "Dela ut post", "legalBasis": "CONTRACT" }],
        "retentionRules": [{ "category": "user.post", "purpose": "ACCOUNTING", "keepFor": "P1Y",
            "countedFrom": "COLLECTED", "statute": "Postlagen 1 §" }],
        "thirdParties": [
            { "name": "Budet AB", "kind": "COURIER", "role": "PROCESSOR", "country": "SE", "subProcessorOf": "Posten AB" },
            { "name": "Posten AB", "kind": "POST", "role": "PROCESSOR", "country": "SE" },
        ],
        "systems": [{ "name": "Postrum", "thirdParty": "Posten AB", "country": "SE", "measures": ["Lås"] }],
        "services": [{ "key": "letterbox", "name": "Postbox",
            "translations": [{ "locale": "EN", "name": "Letterbox" }],
            "requirements": [
                { "category": "user.post.letter", "purpose": "DELIVER_POST", "system": "Postrum", "onEnd": "ERASE" },
                { "category": "user.name", "purpose": "DELIVER_POST", "system": "Kartotek", "onEnd": "ERASE", "grace": "P1D" },
            ] }],
    })
}
