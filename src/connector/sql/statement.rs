//! SQL as it is put together: names are quoted, values are bound, and nothing else comes from outside.

/// Which kind of database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Postgres,
    Sqlite,
    /// MySQL or MariaDB.
    MySql,
}

/// What is bound. A value may be personal, so this does not print.
pub(super) enum Bind {
    Text(String),
    Bytes(Vec<u8>),
}

/// A statement and what is bound in it.
pub(super) struct Statement {
    engine: Engine,
    sql: String,
    binds: Vec<Bind>,
}

impl Statement {
    pub(super) fn new(engine: Engine) -> Self {
        Self { engine, sql: String::new(), binds: Vec::new() }
    }

    pub(super) fn engine(&self) -> Engine {
        self.engine
    }

    /// SQL of ours. Only what stands in the source can be passed.
    pub(super) fn sql(&mut self, sql: &'static str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    /// A name of the mapping: `contacts`, `public.contacts`.
    pub(super) fn table(&mut self, name: &str) -> &mut Self {
        let (schema, table) = split(name);
        if let Some(schema) = schema {
            self.name(schema).sql(".");
        }
        self.name(table)
    }

    /// One name of the mapping, without a schema.
    pub(super) fn name(&mut self, name: &str) -> &mut Self {
        self.sql.push_str(&quoted(self.engine, name));
        self
    }

    /// A type, as the database itself spells it in its catalogue.
    pub(super) fn declared(&mut self, declared: &Declared) -> &mut Self {
        self.sql.push_str(&declared.0);
        self
    }

    pub(super) fn number(&mut self, number: u64) -> &mut Self {
        self.sql.push_str(&number.to_string());
        self
    }

    pub(super) fn bind(&mut self, value: Bind) -> &mut Self {
        self.binds.push(value);
        let number = self.binds.len() as u64;
        match self.engine {
            Engine::Postgres => self.sql("$").number(number),
            Engine::Sqlite | Engine::MySql => self.sql("?"),
        }
    }

    pub(super) fn text(&mut self, value: &str) -> &mut Self {
        self.bind(Bind::Text(value.to_owned()))
    }

    /// Ends a cast that makes a text, which is compared letter by letter.
    pub(super) fn as_text(&mut self) -> &mut Self {
        match self.engine {
            Engine::Postgres | Engine::Sqlite => self.sql(" AS text)"),
            Engine::MySql => self.sql(" AS CHAR) COLLATE utf8mb4_bin"),
        }
    }

    /// How many rows there are.
    pub(super) fn count(&mut self) -> &mut Self {
        self.sql("CAST(count(*)").as_text()
    }

    /// Writes each of `items`, with `between` between them.
    pub(super) fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        between: &'static str,
        mut write: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        for (at, item) in items.into_iter().enumerate() {
            if at > 0 {
                self.sql(between);
            }
            write(self, item);
        }
        self
    }

    pub(super) fn parts(self) -> (String, Vec<Bind>) {
        (self.sql, self.binds)
    }
}

/// A type as the database's own catalogue spells it, which is how it can be told from a text of anybody else's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Declared(String);

impl Declared {
    pub(super) fn by_catalogue(declared: String) -> Self {
        Self(declared)
    }
}

/// The schema, where there is one, and the table.
pub(super) fn split(name: &str) -> (Option<&str>, &str) {
    name.split_once('.').map_or((None, name), |(schema, table)| (Some(schema), table))
}

/// A name as it stands in a statement.
pub(super) fn quoted(engine: Engine, name: &str) -> String {
    match engine {
        Engine::Postgres | Engine::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
        Engine::MySql => format!("`{}`", name.replace('`', "``")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_quotes() {
        let mut statement = Statement::new(Engine::Sqlite);
        statement
            .sql("SELECT * FROM ")
            .table("public.x\"; DROP TABLE y; --")
            .sql(" WHERE a = ")
            .text("' OR 1=1");
        let (sql, binds) = statement.parts();
        assert_eq!(sql, "SELECT * FROM \"public\".\"x\"\"; DROP TABLE y; --\" WHERE a = ?");
        assert_eq!(binds.len(), 1);
    }

    #[test]
    fn values_are_numbered_as_the_engine_has_it() {
        let mut statement = Statement::new(Engine::Postgres);
        statement.list(["a", "b"], ", ", |sql, value| {
            sql.text(value);
        });
        assert_eq!(statement.parts().0, "$1, $2");
    }
}
