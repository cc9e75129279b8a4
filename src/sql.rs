//! Hand-written statements, put together piece by piece with their values bound in order.

use sea_orm::{DbBackend, Statement, Value};

/// A statement in the making. Every value becomes a parameter.
#[derive(Clone, Debug, Default)]
pub struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// Begins with this text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), values: Vec::new() }
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

    /// Adds values as `($1, $2, …)`; an empty list matches nothing.
    pub fn list<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) -> &mut Self {
        self.push("(");
        let mut empty = true;
        for value in values {
            if !std::mem::take(&mut empty) {
                self.push(", ");
            }
            self.bind(value);
        }
        self.push(if empty { "NULL)" } else { ")" })
    }

    /// The statement for this engine, for who has a connection.
    pub(crate) fn statement(self, backend: DbBackend) -> Statement {
        // `$1` is a name to SQLite, and it looks through all names for each: with thousands of them that takes seconds.
        let text = if backend == DbBackend::Sqlite { self.text.replace('$', "?") } else { self.text };
        Statement::from_sql_and_values(backend, text, self.values)
    }
}
