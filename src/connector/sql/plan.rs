//! A call and the mapping, brought together with what the database says of its tables. What cannot be done as a whole is
//! not begun.

use super::{
    super::{Call, Failure},
    database::{Database, Purpose},
    failure::lasting,
    fitness::{self, Aim},
    pseudonym,
    schema::{self, Column, Schema, Table},
    work::Work,
};
use entity::{
    connector::{Mask, SqlColumn, SqlConnector, SqlTable},
    enums::{MaskMethod, TaskAction},
};
use std::{collections::BTreeSet, sync::Arc};

/// A table that a call is about.
pub(super) struct Place<'a> {
    pub(super) mapping: &'a SqlTable,
    /// What makes a row unique.
    pub(super) key: Vec<&'a Column>,
    /// Says whose the row is: in the table itself, or at the end of the joins.
    pub(super) subject: &'a Column,
    /// The columns of the categories that were asked for, and what becomes of them.
    pub(super) asked: Vec<Asked<'a>>,
    /// All other columns of the mapping.
    pub(super) others: Vec<&'a Column>,
}

/// A column that a call is about.
pub(super) struct Asked<'a> {
    pub(super) column: &'a Column,
    pub(super) mask: &'a Mask,
}

impl Place<'_> {
    /// Those that let a row go.
    pub(super) fn deleted(&self) -> impl Iterator<Item = &Column> {
        self.asked.iter().filter(|asked| asked.mask.method == MaskMethod::Delete).map(|asked| asked.column)
    }

    /// Those that have to be empty before a row goes.
    pub(super) fn kept(&self) -> impl Iterator<Item = &Column> {
        let masked = self.asked.iter().filter(|asked| asked.mask.method != MaskMethod::Delete);
        masked.map(|asked| asked.column).chain(self.others.iter().copied())
    }

    pub(super) fn random(&self) -> impl Iterator<Item = &Column> {
        self.asked.iter().filter(|asked| asked.mask.method == MaskMethod::Random).map(|asked| asked.column)
    }
}

/// The schema of all tables that the mapping names, as it is now.
pub(super) async fn schema(work: &mut Work, settings: &SqlConnector) -> Result<Schema, Failure> {
    let joined =
        settings.tables.iter().flat_map(|table| table.joins.iter().map(|join| join.to_table.as_str()));
    let names =
        settings.tables.iter().map(|table| table.table.as_str()).chain(joined).collect::<BTreeSet<_>>();
    schema::read(work, &names.into_iter().collect::<Vec<_>>()).await
}

impl Database {
    /// The same, as it was a moment ago: one thing that is to be done follows another, and asking for it takes longer than
    /// doing it. After a failure the database is reached anew, and nothing is known of it any more.
    pub(super) async fn schema(&self) -> Result<Arc<Schema>, Failure> {
        if let Some(schema) = self.known.get() {
            return Ok(schema);
        }
        let mut work = self.begin(Purpose::Reading).await?;
        let schema = Arc::new(schema(&mut work, &self.settings).await?);
        work.roll_back().await;
        self.known.set(&schema);
        Ok(schema)
    }
}

/// The tables that `call` is about, in the order in which rows may be deleted.
pub(super) fn places<'a>(
    database: &'a Database,
    schema: &'a Schema,
    call: &Call,
    aim: Option<Aim>,
) -> Result<Vec<Place<'a>>, Failure> {
    let mut places = Vec::new();
    let asked = |column: &SqlColumn| call.categories.contains(&column.category);
    for (at, mapping) in database.settings.tables.iter().enumerate() {
        if !mapping.columns.iter().any(asked) {
            continue;
        }
        places.push(place(mapping, schema, call, aim)?);
        let Some(aim) = aim else { continue };
        let of_call = mapping.columns.iter().enumerate().filter(|(_, column)| asked(column));
        for (place, _) in of_call {
            if let Some(message) = pseudonym::left(&database.settings, Some(schema), (at, place), aim, &asked)
            {
                return Err(lasting(format!("`{}`: {message}", mapping.table)));
            }
        }
    }
    let mapped = |category| {
        places.iter().any(|place: &Place| place.mapping.columns.iter().any(|c| c.category == category))
    };
    if let Some(category) = call.categories.iter().find(|category| !mapped((*category).clone())) {
        return Err(lasting(format!("No column is mapped to `{}`.", category.as_str())));
    }
    for place in &places {
        if call.subject.values(place.mapping.subject_key).next().is_none() {
            return Err(lasting(format!("`{}`: the person's key there is not known.", place.mapping.table)));
        }
    }
    Ok(places)
}

fn place<'a>(
    mapping: &'a SqlTable,
    schema: &'a Schema,
    call: &Call,
    aim: Option<Aim>,
) -> Result<Place<'a>, Failure> {
    let table = table(schema, &mapping.table)?;
    let mut asked = Vec::new();
    let mut others = Vec::new();
    for mapped in &mapping.columns {
        let column = column(schema, &mapping.table, &mapped.column)?;
        if !call.categories.contains(&mapped.category) {
            others.push(column);
            continue;
        }
        let mask = if aim == Some(Aim::Anonymize) { &mapped.anonymize } else { &mapped.erase };
        if let Some(problem) = aim.and_then(|aim| fitness::unfit(column, mask, aim)) {
            return Err(lasting(format!("`{}`: {problem}", mapping.table)));
        }
        asked.push(Asked { column, mask });
    }
    let names = if mapping.primary_key.is_empty() { &table.primary_key } else { &mapping.primary_key };
    if names.is_empty() {
        return Err(lasting(format!("`{}` has no primary key, and the mapping names none.", mapping.table)));
    }
    let key = names.iter().map(|name| column(schema, &mapping.table, name)).collect::<Result<_, _>>()?;
    Ok(Place { mapping, key, subject: subject(mapping, schema)?, asked, others })
}

/// The column that says whose a row is, after each step of the way to it was found to be there.
pub(super) fn subject<'a>(mapping: &SqlTable, schema: &'a Schema) -> Result<&'a Column, Failure> {
    let mut at = mapping.table.as_str();
    for join in &mapping.joins {
        column(schema, at, &join.from_column)?;
        column(schema, &join.to_table, &join.to_column)?;
        at = &join.to_table;
    }
    column(schema, at, &mapping.subject_column)
}

fn table<'a>(schema: &'a Schema, name: &str) -> Result<&'a Table, Failure> {
    schema.get(name).ok_or_else(|| lasting(format!("There is no table `{name}`.")))
}

fn column<'a>(schema: &'a Schema, table_name: &str, name: &str) -> Result<&'a Column, Failure> {
    let found = table(schema, table_name)?.column(name);
    found.ok_or_else(|| lasting(format!("`{table_name}` has no column `{name}`.")))
}

/// What the masks of a call are for.
pub(super) fn aim(action: TaskAction) -> Option<Aim> {
    match action {
        TaskAction::Erase => Some(Aim::Erase),
        TaskAction::Anonymize => Some(Aim::Anonymize),
        _ => None,
    }
}
