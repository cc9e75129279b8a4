//! Documents in forms that other standards define: one spelling of each, so that its hash is the same for everybody.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// The SHA-256 of a document as RFC 8785 spells it: no white space, and the fields of each object in order. That this
/// is what it spells rests on names of fields in ASCII and on numbers that are small and whole; ours have no others.
#[must_use]
pub fn sha256(document: &Value) -> [u8; 32] {
    let mut sorted = document.clone();
    sorted.sort_all_objects();
    Sha256::digest(sorted.to_string()).into()
}

/// The same without the fields that nothing is known of: where a standard lets a field be absent it seldom lets it be
/// null.
#[must_use]
pub fn without_nulls(document: Value) -> Value {
    match document {
        Value::Object(fields) => {
            let known = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(known.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

/// How many values a document holds.
#[must_use]
pub fn values(document: &Value) -> usize {
    match document {
        Value::Object(fields) => fields.values().map(values).sum(),
        Value::Array(items) => items.iter().map(values).sum(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_hash_is_that_of_one_spelling() {
        let spelled = r#"{"a":{"x":"å\n","y":[2,1]},"b":true}"#;
        let document = json!({ "b": true, "a": { "y": [2, 1], "x": "å\n" } });
        assert_eq!(sha256(&document), <[u8; 32]>::from(Sha256::digest(spelled)));
        assert_ne!(sha256(&json!([1, 2])), sha256(&json!([2, 1])));
    }

    #[test]
    fn what_is_not_known_is_left_out_however_deep() {
        let document = json!({ "a": null, "b": [{ "c": null, "d": 1 }], "e": { "f": null } });
        let known = without_nulls(document);
        assert_eq!(known, json!({ "b": [{ "d": 1 }], "e": {} }));
        assert_eq!(values(&json!({ "a": [1, { "b": null, "c": "x" }], "d": [] })), 3);
    }
}
