//! Many rows in few statements, each with a text that comes again: the database reads and plans it once.

use sea_orm::{
    ActiveModelTrait, ActiveValue, DbBackend, EntityTrait, IdenStatic, IntoActiveModel, Iterable, Statement,
    Value, sea_query::ArrayType,
};

/// Rows in one statement for `SQLite`: a page of anything fits, and more of them make it no faster.
const AT_ONCE: usize = 64;

/// The statements that insert these rows, each of them whole.
pub(crate) fn insertions<E>(backend: DbBackend, rows: &[E::Model]) -> Vec<Statement>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel> + Clone,
{
    let names = E::Column::iter().map(|column| format!("\"{}\"", column.as_str())).collect::<Vec<_>>();
    let into = format!("INSERT INTO \"{}\" ({})", E::default().as_str(), names.join(", "));
    let mut columns = names.iter().map(|_| Vec::with_capacity(rows.len())).collect::<Vec<Vec<Value>>>();
    for row in rows {
        let mut row = row.clone().into_active_model();
        for (column, values) in E::Column::iter().zip(&mut columns) {
            // A row as a whole has a value for each of its columns.
            if let ActiveValue::Set(value) | ActiveValue::Unchanged(value) = row.take(column) {
                values.push(value);
            }
        }
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let kinds = columns.iter().map(|values| Column::of(values)).collect::<Option<Vec<_>>>();
    match kinds.filter(|_| backend == DbBackend::Postgres) {
        Some(kinds) => vec![by_column(&into, columns, &kinds)],
        None => by_row(&into, columns, rows.len(), backend),
    }
}

/// How a column's values go to Postgres together.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Column {
    /// All are null.
    Nulls,
    Array(ArrayType),
    /// Some are null, which arrays of the driver's cannot hold: an empty text is one, and all others have a letter before them.
    Texts(ArrayType),
    Bytes,
}

impl Column {
    fn of(values: &[Value]) -> Option<Self> {
        let mut there = values.iter().filter_map(kind);
        let Some(first) = there.next() else {
            return values.iter().all(is_null).then_some(Self::Nulls);
        };
        let alike = 1 + there.filter(|kind| *kind == first).count();
        let nulls = values.iter().filter(|value| is_null(value)).count();
        if alike + nulls < values.len() {
            return None;
        }
        Some(match first {
            kind if nulls == 0 => Self::Array(kind),
            ArrayType::Bytes => Self::Bytes,
            kind => Self::Texts(kind),
        })
    }

    /// The type of the array, and what becomes of one of its values.
    fn read(&self, v: &str) -> (&'static str, String) {
        match self {
            Self::Nulls => ("", "NULL".to_owned()),
            Self::Array(kind) => (name(kind), v.to_owned()),
            Self::Texts(kind) => {
                ("text", format!("CASE WHEN {v} <> '' THEN substr({v}, 2) END::{}", name(kind)))
            }
            Self::Bytes => ("bytea", format!("CASE WHEN length({v}) > 0 THEN substr({v}, 2) END")),
        }
    }

    fn value(&self, values: Vec<Value>) -> Option<Value> {
        let (kind, values) = match self {
            Self::Nulls => return None,
            Self::Array(kind) => (kind.clone(), values),
            Self::Texts(_) => (ArrayType::String, values.iter().map(|value| text(value).into()).collect()),
            Self::Bytes => (ArrayType::Bytes, values.into_iter().map(|value| bytes(value).into()).collect()),
        };
        Some(Value::Array(kind, Some(Box::new(values))))
    }
}

/// The kind of a value that is there, among those that columns of ours have.
fn kind(value: &Value) -> Option<ArrayType> {
    Some(match value {
        Value::Bool(Some(_)) => ArrayType::Bool,
        Value::Int(Some(_)) => ArrayType::Int,
        Value::BigInt(Some(_)) => ArrayType::BigInt,
        Value::String(Some(_)) => ArrayType::String,
        Value::Bytes(Some(_)) => ArrayType::Bytes,
        Value::Uuid(Some(_)) => ArrayType::Uuid,
        Value::ChronoDate(Some(_)) => ArrayType::ChronoDate,
        Value::ChronoDateTimeUtc(Some(_)) => ArrayType::ChronoDateTimeUtc,
        Value::Json(Some(_)) => ArrayType::Json,
        _ => return None,
    })
}

/// What Postgres calls it.
fn name(kind: &ArrayType) -> &'static str {
    match kind {
        ArrayType::Bool => "boolean",
        ArrayType::Int => "integer",
        ArrayType::BigInt => "bigint",
        ArrayType::Bytes => "bytea",
        ArrayType::Uuid => "uuid",
        ArrayType::ChronoDate => "date",
        ArrayType::ChronoDateTimeUtc => "timestamptz",
        ArrayType::Json => "jsonb",
        _ => "text",
    }
}

fn is_null(value: &Value) -> bool {
    *value == value.as_null()
}

fn text(value: &Value) -> String {
    match value {
        Value::Bool(Some(value)) => format!(" {value}"),
        Value::Int(Some(value)) => format!(" {value}"),
        Value::BigInt(Some(value)) => format!(" {value}"),
        Value::String(Some(value)) => format!(" {value}"),
        Value::Uuid(Some(value)) => format!(" {value}"),
        Value::ChronoDate(Some(value)) => format!(" {value}"),
        Value::ChronoDateTimeUtc(Some(value)) => format!(" {}", value.to_rfc3339()),
        Value::Json(Some(value)) => format!(" {value}"),
        _ => String::new(),
    }
}

fn bytes(value: Value) -> Vec<u8> {
    match value {
        Value::Bytes(Some(value)) => [b" ", value.as_slice()].concat(),
        _ => Vec::new(),
    }
}

/// An array for each column.
fn by_column(into: &str, columns: Vec<Vec<Value>>, kinds: &[Column]) -> Statement {
    let (mut arrays, mut names, mut read, mut all) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (values, kind) in columns.into_iter().zip(kinds) {
        let at = all.len() + 1;
        let name = format!("v{at}");
        let (of, how) = kind.read(&name);
        read.push(how);
        if let Some(array) = kind.value(values) {
            all.push(array);
            arrays.push(format!("${at}::{of}[]"));
            names.push(name);
        }
    }
    let sql = format!(
        "{into} SELECT {} FROM unnest({}) AS new ({})",
        read.join(", "),
        arrays.join(", "),
        names.join(", ")
    );
    Statement::from_sql_and_values(DbBackend::Postgres, sql, all)
}

/// A place for each value: so many rows at once that the same few texts come again.
fn by_row(into: &str, columns: Vec<Vec<Value>>, rows: usize, backend: DbBackend) -> Vec<Statement> {
    let width = columns.len();
    let mut columns = columns.into_iter().map(Vec::into_iter).collect::<Vec<_>>();
    let (mut left, mut statements) = (rows, Vec::new());
    while left > 0 {
        let some = if backend == DbBackend::Sqlite { left.min(AT_ONCE) } else { left };
        left -= some;
        let mut values = Vec::with_capacity(some * width);
        for _ in 0..some {
            values.extend(columns.iter_mut().filter_map(Iterator::next));
        }
        statements.push(Statement::from_sql_and_values(backend, places(into, some, width, backend), values));
    }
    statements
}

fn places(into: &str, rows: usize, width: usize, backend: DbBackend) -> String {
    let place = |at: usize| if backend == DbBackend::Postgres { format!("${at}") } else { "?".to_owned() };
    let row = |row: usize| {
        let places = (1..=width).map(|column| place(row * width + column)).collect::<Vec<_>>();
        format!("({})", places.join(", "))
    };
    format!("{into} VALUES {}", (0..rows).map(row).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_with_nulls_keep_them_apart_from_what_is_empty() {
        let some = |text: Option<&str>| Value::from(text.map(str::to_owned));
        let columns = vec![
            vec![1.into(), 2.into()],
            vec![some(Some("")), some(None)],
            vec![Value::Uuid(None), Value::Uuid(None)],
        ];
        let kinds = columns.iter().map(|values| Column::of(values)).collect::<Option<Vec<_>>>().unwrap();
        let statement = by_column("INSERT INTO t (a, b, c)", columns, &kinds);
        let sql = "INSERT INTO t (a, b, c) SELECT v1, CASE WHEN v2 <> '' THEN substr(v2, 2) END::text, NULL \
                   FROM unnest($1::integer[], $2::text[]) AS new (v1, v2)";
        assert_eq!(statement.sql, sql);
        let texts = Value::from(vec![" ".to_owned(), String::new()]);
        assert_eq!(statement.values.unwrap().0[1], texts);
    }

    #[test]
    fn rows_go_in_pieces_whose_texts_come_again() {
        let columns = vec![(0..150).map(Value::from).collect(), (0..150).map(Value::from).collect()];
        let all = by_row("INSERT INTO t (a, b)", columns, 130, DbBackend::Sqlite);
        let counts = all.iter().map(|one| one.values.as_ref().unwrap().0.len() / 2);
        assert_eq!(counts.collect::<Vec<_>>(), [64, 64, 2]);
        assert_eq!(all[0].sql, all[1].sql);
        assert_eq!(all[2].sql, "INSERT INTO t (a, b) VALUES (?, ?), (?, ?)");
    }
}
