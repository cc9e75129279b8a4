//! What an import changes, for people to read.

use crate::domain::catalog_document::{CatalogChange, EntryChange, EntryKind, Imported};
use serde_json::Value;
use std::fmt::Write;

/// How many entries that are left alone are told of by name.
const LEFT_ALONE: usize = 10;

/// `+` for what is new, `~` for what changes, `-` for what goes out of use; then how much is so already.
pub(super) fn told(imported: &Imported) -> String {
    let mut text = String::new();
    for change in &imported.changes {
        tell(change, &mut text);
    }
    let _ = writeln!(text, "= {} are so already", imported.unchanged);
    if !imported.not_in_document.is_empty() {
        let names = imported.not_in_document.iter().map(|one| format!("{} {}", word(one.kind), one.key));
        let names = names.take(LEFT_ALONE).collect::<Vec<_>>().join(", ");
        let more = imported.not_in_document.len().saturating_sub(LEFT_ALONE);
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        let _ = writeln!(text, "  not in the file, and left alone: {names}{more}");
    }
    text
}

fn tell(change: &CatalogChange, text: &mut String) {
    let sign = match change.change {
        EntryChange::Created => '+',
        EntryChange::Changed => '~',
        EntryChange::Retired => '-',
    };
    let _ = writeln!(text, "{sign} {} {}", word(change.kind), change.key);
    for field in &change.fields {
        let _ = match change.change {
            EntryChange::Created => writeln!(text, "    {}: {}", field.field, value(&field.to)),
            _ => writeln!(text, "    {}: {} → {}", field.field, value(&field.from), value(&field.to)),
        };
    }
}

fn value(value: &Value) -> String {
    if value.is_null() { "nothing".to_owned() } else { value.to_string() }
}

fn word(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Controller => "company",
        EntryKind::DataCategory => "data category",
        EntryKind::Purpose => "purpose",
        EntryKind::RetentionRule => "retention rule",
        EntryKind::ThirdParty => "third party",
        EntryKind::Assessment => "assessment",
        EntryKind::System => "system",
        EntryKind::Service => "service",
        EntryKind::DataRequirement => "requirement",
    }
}
