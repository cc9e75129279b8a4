//! Whether the columns of a table can become what the mapping says.

use super::{
    check::Problems,
    fitness::{self, Aim},
    schema::{Column, Table},
};
use entity::{
    connector::{SqlColumn, SqlTable},
    enums::MaskMethod,
};

/// All columns of `mapping` are in `table`.
pub(super) fn check(at: usize, mapping: &SqlTable, table: &Table, problems: &mut Problems) {
    let key = if mapping.primary_key.is_empty() { &table.primary_key } else { &mapping.primary_key };
    for (place, mapped) in mapping.columns.iter().enumerate() {
        let Some(column) = table.column(&mapped.column) else { continue };
        let place = &place.to_string();
        for (aim, mask, path) in
            [(Aim::Erase, &mapped.erase, "erase"), (Aim::Anonymize, &mapped.anonymize, "anonymize")]
        {
            let wrong = fitness::unfit(column, mask, aim).or_else(|| fitness::alike(column, mask));
            if let Some(message) = wrong {
                problems.of_table(at, &["columns", place, path], message);
            } else if key.contains(&column.name) && mask.method != MaskMethod::Delete {
                let message = format!("`{}` tells rows apart, and must stay as it is.", column.name);
                problems.of_table(at, &["columns", place, path], message);
            }
        }
        if let Some(message) = cannot_be_emptied(mapping, mapped, column) {
            problems.of_table(at, &["columns", place, "erase"], message);
        }
        if mapping.columns.iter().filter(|other| other.column == mapped.column).count() > 1 {
            problems.of_table(at, &["columns", place], format!("`{}` is mapped twice.", column.name));
        }
    }
}

/// DELETE leaves NULL for as long as something else keeps the row.
fn cannot_be_emptied(mapping: &SqlTable, mapped: &SqlColumn, column: &Column) -> Option<String> {
    let keeps = |other: &&SqlColumn| {
        other.column != mapped.column
            && (other.category != mapped.category || other.erase.method != MaskMethod::Delete)
    };
    if mapped.erase.method != MaskMethod::Delete || column.nullable {
        return None;
    }
    let other = mapping.columns.iter().find(keeps)?;
    Some(format!(
        "`{}` may not be NULL, which DELETE makes it for as long as `{}` keeps the row. CONSTANT would do.",
        column.name, other.column
    ))
}
