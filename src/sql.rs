//! Hand-written statements, put together piece by piece with their values bound in order.

mod insert;

pub(crate) use insert::insertions;
use sea_orm::{DbBackend, Statement, Value, sea_query::ArrayType};
use std::fmt::Write;

/// A statement in the making. Every value becomes a parameter.
#[derive(Clone, Debug, Default)]
pub struct Sql {
    text: String,
    values: Vec<Value>,
    lists: Vec<Vec<Value>>,
}

/// Where a list stands in the text.
const LIST: char = '\u{1}';

/// A join that SQLite carries out from left to right. It keeps no statistics, takes what was set apart just before for large, and
/// would go through a whole table instead of looking some of it up. PostgreSQL knows better than this.
pub const JOIN_IN_ORDER: &str = "\u{2}JOIN";

/// Where it says so.
const ORDER: char = '\u{2}';

impl Sql {
    /// Begins with this text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }

    /// Adds text.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a value.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
        self
    }

    /// Adds values after `IN` as a list; an empty one matches nothing.
    pub fn list<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) -> &mut Self {
        let values = values.into_iter().map(Into::into).collect::<Vec<_>>();
        if values.is_empty() {
            return self.push("(NULL)");
        }
        self.lists.push(values);
        self.text.push(LIST);
        self
    }

    /// The statement for this engine, for who has a connection.
    pub(crate) fn statement(self, backend: DbBackend) -> Statement {
        let Self { text, mut values, lists } = self;
        let mut pieces = text.split(LIST);
        let mut text = pieces.next().unwrap_or_default().to_owned();
        for (list, rest) in lists.into_iter().zip(pieces) {
            let begin = values.len();
            match array(backend, &text, list) {
                Ok((array, before, operator)) => {
                    values.push(array);
                    text.truncate(before);
                    let _ = write!(text, "{operator}(${})", values.len());
                }
                Err(list) => {
                    values.extend(if text.ends_with("IN ") { filled_up(list) } else { list });
                    let places = (begin + 1..=values.len()).map(|at| format!("${at}")).collect::<Vec<_>>();
                    let _ = write!(text, "({})", places.join(", "));
                }
            }
            text.push_str(rest);
        }
        let text = text.replace(ORDER, if backend == DbBackend::Sqlite { "CROSS " } else { "" });
        // `$1` is a name to SQLite, and it looks through all names for each: with thousands of them that takes seconds.
        let text = if backend == DbBackend::Sqlite { text.replace('$', "?") } else { text };
        Statement::from_sql_and_values(backend, text, values)
    }
}

/// A list with its last value so many times more that lengths come again, and with them the texts of statements: to read and plan a
/// large one may take longer than to carry it out.
fn filled_up(mut list: Vec<Value>) -> Vec<Value> {
    let length =
        if list.len() > STEP { list.len().next_multiple_of(STEP) } else { list.len().next_power_of_two() };
    if let Some(last) = list.last().cloned() {
        list.resize(length, last);
    }
    list
}

/// From here on lengths of lists go up by as much, as a statement takes only so many values.
const STEP: usize = 512;

/// A list as one array, the length of the text before its `IN`, and what to say in place of that. Postgres then has the same text
/// however many values there are, and reads and plans it once.
fn array(
    backend: DbBackend,
    text: &str,
    list: Vec<Value>,
) -> Result<(Value, usize, &'static str), Vec<Value>> {
    let (before, operator) = match (text.strip_suffix("NOT IN "), text.strip_suffix("IN ")) {
        (Some(before), _) => (before.len(), "<> ALL"),
        (None, Some(before)) => (before.len(), "= ANY"),
        (None, None) => return Err(list),
    };
    let kind = match list.first() {
        Some(Value::Uuid(_)) => ArrayType::Uuid,
        Some(Value::String(_)) => ArrayType::String,
        Some(Value::Bytes(_)) => ArrayType::Bytes,
        _ => return Err(list),
    };
    let is_there = |value: &Value| match value {
        Value::Uuid(value) => value.is_some() && kind == ArrayType::Uuid,
        Value::String(value) => value.is_some() && kind == ArrayType::String,
        Value::Bytes(value) => value.is_some() && kind == ArrayType::Bytes,
        _ => false,
    };
    if backend != DbBackend::Postgres || !list.iter().all(is_there) {
        return Err(list);
    }
    Ok((Value::Array(kind, Some(Box::new(list))), before, operator))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(backend: DbBackend) -> (String, usize) {
        let mut sql = Sql::new("SELECT 1 FROM t WHERE a IN ");
        sql.list(["x".to_owned(), "y".to_owned()]).push(" AND b = ").bind(1);
        sql.push(" AND c NOT IN ").list(["z".to_owned()]).push(" AND d IN ").list(Vec::<String>::new());
        let statement = sql.statement(backend);
        (statement.sql, statement.values.map_or(0, |values| values.0.len()))
    }

    #[test]
    fn a_list_is_one_value_where_the_engine_has_arrays() {
        let postgres = "SELECT 1 FROM t WHERE a = ANY($2) AND b = $1 AND c <> ALL($3) AND d IN (NULL)";
        assert_eq!(told(DbBackend::Postgres), (postgres.to_owned(), 3));
        let sqlite = "SELECT 1 FROM t WHERE a IN (?2, ?3) AND b = ?1 AND c NOT IN (?4) AND d IN (NULL)";
        assert_eq!(told(DbBackend::Sqlite), (sqlite.to_owned(), 4));
    }

    #[test]
    fn a_join_is_kept_in_order_where_the_engine_does_not_know_better() {
        let told = |backend| {
            Sql::new(&format!("SELECT 1 FROM a {JOIN_IN_ORDER} b ON b.x = a.x")).statement(backend).sql
        };
        assert_eq!(told(DbBackend::Postgres), "SELECT 1 FROM a JOIN b ON b.x = a.x");
        assert_eq!(told(DbBackend::Sqlite), "SELECT 1 FROM a CROSS JOIN b ON b.x = a.x");
    }

    #[test]
    fn lengths_of_lists_come_again() {
        let length = |many: i32| {
            let mut sql = Sql::new("SELECT 1 FROM t WHERE a IN ");
            sql.list(1..=many);
            let values = sql.statement(DbBackend::Sqlite).values.unwrap().0;
            assert_eq!(
                values[usize::try_from(many).unwrap() - 1..]
                    .iter()
                    .filter(|value| **value != many.into())
                    .count(),
                0
            );
            values.len()
        };
        assert_eq!([1, 2, 3, 5, 500, 513, 1_024, 1_500].map(length), [1, 2, 4, 8, 512, 1_024, 1_024, 1_536]);
    }
}
