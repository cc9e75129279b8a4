//! Whether an entry says anything that is not so already. Pure.

use serde::Serialize;
use serde_json::{Value, json};

/// What an entry says of itself, and not of what it is about; or what is looked at by itself.
const ASIDE: [&str; 6] = ["was", "builtIn", "retired", "reason", "requirements", "assessments"];

/// Whether `entry` says something of a field that `now`, what is on record in the same form, does not.
pub(super) fn news(entry: &impl Serialize, now: &impl Serialize) -> bool {
    let now = json!(now);
    let said = json!(entry);
    let mut said =
        said.as_object().into_iter().flatten().filter(|(field, _)| !ASIDE.contains(&field.as_str()));
    said.any(|(field, value)| !same(value, &now[field]))
}

/// An empty list is as none.
fn same(one: &Value, other: &Value) -> bool {
    let is_nothing = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    one == other || (is_nothing(one) && is_nothing(other))
}
