//! What the database says of its own tables: columns and their types, keys, and what refers to what.

use super::{
    super::Failure,
    schema_mysql, schema_postgres, schema_sqlite,
    statement::{Declared, Engine},
    work::Work,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// For how long it is not read again.
const KNOWN_FOR: Duration = Duration::from_secs(30);

/// Tables, by the names that the mapping has for them.
pub(super) type Schema = BTreeMap<String, Table>;

/// What was read a moment ago.
#[derive(Default)]
pub(super) struct Known(Mutex<Option<(Instant, Arc<Schema>)>>);

impl Known {
    pub(super) fn get(&self) -> Option<Arc<Schema>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, schema) = known.as_ref().filter(|(read, _)| read.elapsed() < KNOWN_FOR)?;
        Some(schema.clone())
    }

    pub(super) fn set(&self, schema: &Arc<Schema>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), schema.clone()));
    }
}

/// What a table is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    /// As the database knows it, by whatever name the mapping calls it: `members`, `Members` and `public.members` may be one.
    pub(super) id: String,
    pub(super) columns: Vec<Column>,
    /// The table's own, in its order.
    pub(super) primary_key: Vec<String>,
    /// Foreign keys that refer to this table.
    pub(super) referred_by: Vec<Reference>,
    /// Policies decide which rows we see: what is not found may be there all the same.
    pub(super) hides_rows: bool,
}

/// What a column is like.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own that the catalogue tells")]
pub(super) struct Column {
    pub(super) name: String,
    /// Without a length, so that nothing that is cast to it is cut off.
    pub(super) declared: Declared,
    pub(super) class: Class,
    pub(super) nullable: bool,
    /// No two rows may hold the same in it.
    pub(super) unique: bool,
    /// It has a part in what no two rows may hold alike, alone or with others.
    pub(super) tells: bool,
    /// By its type it is a whole number or a UUID, which says nothing by itself.
    pub(super) is_bare: bool,
}

/// What can be done with a column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Text,
    Integer,
    Uuid,
    /// A day, with or without a time.
    Date,
    /// With a fraction.
    Number,
    /// Bytes; on SQLite anything at all.
    Binary,
    /// What knows no equality, such as JSON.
    Document,
    Other,
}

/// One foreign key of another table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// As the mapping calls it, or, where it does not know it, as the database does.
    pub(super) table: String,
    pub(super) on_delete: OnDelete,
}

/// What happens to a row when the row that it refers to is to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnDelete {
    Refuse,
    /// It goes as well.
    Cascade,
    /// It stays, and refers to nothing.
    Forget,
}

impl Table {
    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// The tables of these names that are there.
pub(super) async fn read(work: &mut Work, names: &[&str]) -> Result<Schema, Failure> {
    match work.engine() {
        Engine::Postgres => schema_postgres::read(work, names).await,
        Engine::Sqlite => schema_sqlite::read(work, names).await,
        Engine::MySql => schema_mysql::read(work, names).await,
    }
}

/// The text at a place of a row; empty for NULL.
pub(super) fn text(row: &[Option<String>], at: usize) -> &str {
    row.get(at).and_then(Option::as_deref).unwrap_or_default()
}
