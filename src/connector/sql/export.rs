//! What a database holds of somebody, for them to see or to take along.

use super::{
    super::{Call, Failure},
    database::{Database, Purpose},
    failure::lasting,
    plan::{self, Place},
    rows,
    schema::{Class, Column},
    statement::Statement,
    value,
    work::{Texts, Work},
};
use entity::ids::CategoryKey;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, fmt};

/// Rows of one table and one person at most. More is no person.
const MOST: usize = 10_000;

/// What a table holds of a person.
#[derive(Clone, PartialEq)]
pub struct Exported {
    pub table: String,
    /// What each column holds.
    pub categories: BTreeMap<String, CategoryKey>,
    /// By column. Without what is NULL.
    pub rows: Vec<Map<String, Value>>,
}

/// Values are personal, so only the number of rows is printed.
impl fmt::Debug for Exported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exported")
            .field("table", &self.table)
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}

impl Database {
    /// Everything that is mapped to the categories of `call`. The values are in what is returned and nowhere else.
    pub async fn export(&self, call: &Call) -> Result<Vec<Exported>, Failure> {
        let schema = self.schema().await?;
        let mut work = self.begin(Purpose::Reading).await?;
        let mut exported = Vec::new();
        for place in plan::places(self, &schema, call, None)? {
            let rows = of_table(&mut work, &place, call).await?;
            let asked =
                place.mapping.columns.iter().filter(|column| call.categories.contains(&column.category));
            exported.push(Exported {
                table: place.mapping.table.clone(),
                categories: asked.map(|column| (column.column.clone(), column.category.clone())).collect(),
                rows: rows.into_iter().map(|row| object(&place, row)).collect(),
            });
        }
        work.roll_back().await;
        Ok(exported)
    }
}

async fn of_table(work: &mut Work, place: &Place<'_>, call: &Call) -> Result<Vec<Texts>, Failure> {
    let mut statement = Statement::new(work.engine());
    statement.sql("SELECT ").list(&place.asked, ", ", |sql, asked| value::read(sql, asked.column));
    statement.sql(" FROM ").table(&place.mapping.table).sql(" WHERE ");
    rows::belong(&mut statement, place, &call.subject);
    statement.sql(" AND ");
    rows::hold_something(&mut statement, place);
    rows::in_order(&mut statement, place);
    statement.sql(" LIMIT ").number(MOST as u64 + 1);
    let rows = work.rows(statement).await?;
    if rows.len() > MOST {
        return Err(lasting(format!("`{}` has more than {MOST} rows of one person.", place.mapping.table)));
    }
    Ok(rows)
}

fn object(place: &Place<'_>, row: Texts) -> Map<String, Value> {
    let values = place.asked.iter().zip(row);
    values.filter_map(|(asked, text)| Some((asked.column.name.clone(), json(asked.column, text?)))).collect()
}

/// A number as a number and a document as itself; everything else as text.
fn json(column: &Column, text: String) -> Value {
    let parsed = match column.class {
        Class::Integer | Class::Number => serde_json::from_str(&text).ok().map(Value::Number),
        Class::Document => serde_json::from_str(&text).ok(),
        // What such a column of SQLite is read as begins with what it was.
        Class::Binary => text.strip_prefix(['t', 'x']).map(Value::from),
        _ => None,
    };
    parsed.unwrap_or(Value::String(text))
}
