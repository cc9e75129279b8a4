//! Whether tables stand in an order in which rows can be deleted, and whether what says whose a row is lasts for as long
//! as it is needed.

use super::{
    check::Problems,
    fitness::Aim,
    schema::{OnDelete, Reference, Table},
};
use entity::{
    connector::{SqlColumn, SqlConnector, SqlTable},
    enums::MaskMethod,
    ids::CategoryKey,
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(settings: &SqlConnector, schema: &BTreeMap<String, Table>, problems: &mut Problems) {
    for (at, mapping) in settings.tables.iter().enumerate() {
        if let Some(table) = schema.get(&mapping.table).filter(|_| rows_go(mapping)) {
            for reference in table.referred_by.iter().filter(|reference| reference.table != mapping.table) {
                referred(settings, at, reference, problems);
            }
        }
        reached(settings, at, problems);
    }
}

/// Whether erasing deletes rows of this table.
fn rows_go(mapping: &SqlTable) -> bool {
    mapping.columns.iter().any(|column| column.erase.method == MaskMethod::Delete)
}

/// What becomes of rows that refer to a row of the table at `at` when that goes.
fn referred(settings: &SqlConnector, at: usize, reference: &Reference, problems: &mut Problems) {
    let parent = &settings.tables[at];
    let child = settings.tables.iter().enumerate().find(|(_, other)| other.table == reference.table);
    let names = format!("`{}` refers to `{}`", reference.table, parent.table);
    match (child, reference.on_delete) {
        (_, OnDelete::Forget) => {}
        (None, OnDelete::Refuse) => {
            let message = format!("{names} and is not mapped: rows that it refers to cannot be deleted.");
            problems.of_table(at, &[], message);
        }
        (Some((later, _)), OnDelete::Refuse) if later > at => {
            problems.of_table(later, &[], format!("{names}, so it has to come before it."));
        }
        (Some((_, child)), OnDelete::Refuse) => {
            if child.columns.iter().any(|column| column.erase.method != MaskMethod::Delete) {
                let message =
                    format!("{names} and keeps its rows: rows that it refers to cannot be deleted.");
                problems.of_table(at, &[], message);
            }
        }
        (child, OnDelete::Cascade) => {
            // The parent goes once all that is mapped in it has gone. Of the child nothing else may be left by then.
            let gone = categories(parent);
            if child.is_none_or(|(_, child)| !categories(child).is_subset(&gone)) {
                let message =
                    format!("{names} and goes with it (ON DELETE CASCADE), whatever is kept there.");
                problems.of_table(at, &[], message);
            }
        }
    }
}

fn categories(mapping: &SqlTable) -> BTreeSet<&str> {
    mapping.columns.iter().map(|column| column.category.as_str()).collect()
}

/// Whether the way to who owns the rows of the table at `at` lasts until they have been dealt with.
fn reached(settings: &SqlConnector, at: usize, problems: &mut Problems) {
    let mapping = &settings.tables[at];
    let way = way(mapping);
    for (place, earlier) in settings.tables.iter().enumerate() {
        let on_the_way = way.iter().any(|(table, _)| *table == earlier.table);
        if place < at && on_the_way && earlier.table != mapping.table && rows_go(earlier) {
            let message =
                format!("`{}` is reached through `{}`, whose rows go before.", mapping.table, earlier.table);
            problems.of_table(at, &[], message);
        }
        for (number, column) in earlier.columns.iter().enumerate() {
            let needed = way.contains(&(earlier.table.as_str(), column.column.as_str()));
            let alone = mapping.columns.iter().all(|other| other.category == column.category);
            // Of one category, the two go together; where the column goes first, nobody finds the rows any more.
            if needed && (!alone || place < at) {
                let message = format!(
                    "`{}` says whose rows of `{}` are: it cannot go before them.",
                    column.column, mapping.table
                );
                problems.of_table(place, &["columns", &number.to_string()], message);
            }
        }
    }
}

/// Why rows of these categories would not be found any more before they have been dealt with: what leads to them goes first.
pub(super) fn lost(settings: &SqlConnector, categories: &BTreeSet<CategoryKey>, aim: Aim) -> Option<String> {
    let asked = |table: &&SqlTable| table.columns.iter().any(|column| categories.contains(&column.category));
    settings.tables.iter().enumerate().filter(|(_, table)| asked(table)).find_map(|(at, mapping)| {
        let way = way(mapping);
        settings.tables[..at]
            .iter()
            .filter(|earlier| earlier.table != mapping.table)
            .find_map(|earlier| {
                let going = earlier.columns.iter().filter(|column| categories.contains(&column.category));
                let leads = |column: &&SqlColumn| {
                    let row_goes = aim == Aim::Erase && column.erase.method == MaskMethod::Delete;
                    way.iter()
                        .any(|(table, name)| *table == earlier.table && (row_goes || *name == column.column))
                };
                going.filter(leads).map(|column| (earlier, column)).next()
            })
            .map(|(earlier, column)| {
                format!(
                    "`{}`.`{}` leads to rows of `{}` and goes before them: put that table first.",
                    earlier.table, column.column, mapping.table
                )
            })
    })
}

/// The columns that lead from a row to who it belongs to, each with its table.
fn way(mapping: &SqlTable) -> Vec<(&str, &str)> {
    let mut way = Vec::new();
    let mut at = mapping.table.as_str();
    for join in &mapping.joins {
        way.push((at, join.from_column.as_str()));
        way.push((join.to_table.as_str(), join.to_column.as_str()));
        at = &join.to_table;
    }
    way.push((at, mapping.subject_column.as_str()));
    way
}
