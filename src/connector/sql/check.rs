//! Whether a mapping can work: all of what is wrong with it, found without changing anything.

use super::{
    super::Failure,
    check_columns, check_order,
    database::{Database, Purpose},
    plan, pseudonym,
    schema::Table,
    statement::Statement,
};
use entity::{
    connector::{SqlConnector, SqlTable},
    enums::MaskMethod,
};
use std::collections::BTreeMap;

/// One thing that keeps a mapping from working.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The path within the connector's input: `["sql", "tables", "0", "columns", "2"]`.
    pub path: Vec<String>,
    /// Without secrets and personal values.
    pub message: String,
}

/// What was found so far.
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn add(&mut self, path: &[&str], message: impl Into<String>) {
        let path = ["sql"].iter().chain(path).map(|step| (*step).to_owned()).collect();
        self.0.push(Problem { path, message: message.into() });
    }

    /// About a table, or something of it.
    pub(super) fn of_table(&mut self, table: usize, path: &[&str], message: impl Into<String>) {
        let table = table.to_string();
        let path = ["tables", &table].into_iter().chain(path.iter().copied()).collect::<Vec<_>>();
        self.add(&path, message);
    }
}

impl Database {
    /// Everything that is wrong with the mapping. Empty: it works.
    pub async fn check(&self) -> Result<Vec<Problem>, Failure> {
        let mut problems = Problems(Vec::new());
        if self.settings.tables.is_empty() {
            problems.add(&["tables"], "No table is mapped.");
        }
        if names(&self.settings).any(|name| name.is_empty() || name.contains('\0')) {
            problems.add(&["tables"], "A table or a column has no name, or one that no database can have.");
            return Ok(problems.0);
        }
        let mut work = self.begin(Purpose::Reading).await?;
        let schema = plan::schema(&mut work, &self.settings).await?;
        work.roll_back().await;
        for (at, mapping) in self.settings.tables.iter().enumerate() {
            if is_there(at, mapping, &schema, &mut problems) {
                check_columns::check(at, mapping, &schema[&mapping.table], &mut problems);
                self.may_be_changed(at, mapping, &mut problems).await;
            }
        }
        check_order::check(&self.settings, &schema, &mut problems);
        for left in pseudonym::all(&self.settings, Some(&schema)) {
            problems.of_table(left.table, &["columns", &left.column.to_string(), left.mask], left.message);
        }
        problems.0.sort();
        problems.0.dedup();
        Ok(problems.0)
    }

    /// Has the database plan what will be asked of it, which it refuses to somebody who may not do it. Nothing is run.
    async fn may_be_changed(&self, at: usize, mapping: &SqlTable, problems: &mut Problems) {
        let engine = self.engine();
        let columns = || mapping.columns.iter().map(|column| column.column.as_str());
        let mut read = Statement::new(engine);
        read.sql("EXPLAIN SELECT ").list(columns(), ", ", |sql, name| {
            sql.name(name);
        });
        read.sql(" FROM ").table(&mapping.table);
        let mut update = Statement::new(engine);
        update.sql("EXPLAIN UPDATE ").table(&mapping.table).sql(" SET ");
        update.list(columns(), ", ", |sql, name| {
            sql.name(name).sql(" = ").name(name);
        });
        let mut delete = Statement::new(engine);
        delete.sql("EXPLAIN DELETE FROM ").table(&mapping.table);
        let deletes = mapping.columns.iter().any(|column| column.erase.method == MaskMethod::Delete);
        let asks =
            [("read", Some(read)), ("changed", Some(update)), ("deleted from", deletes.then_some(delete))];
        for (what, statement) in asks.into_iter().filter_map(|(what, statement)| Some((what, statement?))) {
            if let Err(failure) = self.plans(statement).await {
                let message = format!("`{}` cannot be {what}. {failure}", mapping.table);
                problems.of_table(at, &[], message);
            }
        }
    }

    async fn plans(&self, statement: Statement) -> Result<(), Failure> {
        let mut work = self.begin(Purpose::Changing).await?;
        let planned = work.change(statement).await;
        work.roll_back().await;
        planned.map(|_| ())
    }
}

/// Whether the table, its columns, its key and the way to who its rows belong to are there.
fn is_there(
    at: usize,
    mapping: &SqlTable,
    schema: &BTreeMap<String, Table>,
    problems: &mut Problems,
) -> bool {
    let Some(table) = schema.get(&mapping.table) else {
        problems.of_table(at, &["table"], format!("There is no table `{}`.", mapping.table));
        return false;
    };
    let before = problems.0.len();
    let missing = |name: &str| format!("`{}` has no column `{name}`.", mapping.table);
    if mapping.columns.is_empty() {
        problems.of_table(at, &["columns"], format!("No column of `{}` is mapped.", mapping.table));
    }
    for (place, mapped) in mapping.columns.iter().enumerate() {
        if table.column(&mapped.column).is_none() {
            problems.of_table(at, &["columns", &place.to_string()], missing(&mapped.column));
        }
    }
    for name in mapping.primary_key.iter().filter(|name| table.column(name).is_none()) {
        problems.of_table(at, &["primaryKey"], missing(name));
    }
    if mapping.primary_key.is_empty() && table.primary_key.is_empty() {
        let message = format!("`{}` has no primary key: say what makes a row unique.", mapping.table);
        problems.of_table(at, &["primaryKey"], message);
    }
    if let Err(failure) = plan::subject(mapping, schema) {
        let path = if mapping.joins.is_empty() { "subjectColumn" } else { "joins" };
        problems.of_table(at, &[path], failure.to_string());
    }
    if table.hides_rows {
        let message = format!("Policies hide rows of `{}` from the user: it needs BYPASSRLS.", mapping.table);
        problems.of_table(at, &[], message);
    }
    problems.0.len() == before
}

/// All names of a mapping.
fn names(settings: &SqlConnector) -> impl Iterator<Item = &String> {
    settings.tables.iter().flat_map(|table| {
        let joins = table.joins.iter().flat_map(|join| [&join.from_column, &join.to_table, &join.to_column]);
        let columns = table.columns.iter().map(|column| &column.column);
        [&table.table, &table.subject_column]
            .into_iter()
            .chain(&table.primary_key)
            .chain(joins)
            .chain(columns)
    })
}
