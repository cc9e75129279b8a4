//! All rows of all tables as text, to see that nothing has changed.

use super::Database;
use super::database::Engine;
use std::collections::BTreeMap;

/// Rows by table.
pub type Dump = BTreeMap<String, Vec<String>>;

impl Database {
    /// The names of our own tables.
    pub async fn tables(&self) -> Vec<String> {
        let sql = match self.engine {
            Engine::Sqlite => {
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            }
            Engine::Postgres => {
                "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
                 AND relnamespace = current_schema()::regnamespace"
            }
        };
        let mut tables = self.texts(sql).await;
        tables.sort();
        tables
    }

    /// The columns of a table, in their order.
    pub async fn columns(&self, table: &str) -> Vec<String> {
        self.texts(&match self.engine {
            Engine::Sqlite => format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid"),
            Engine::Postgres => format!(
                "SELECT column_name::text FROM information_schema.columns
                 WHERE table_schema = current_schema() AND table_name = '{table}' ORDER BY ordinal_position"
            ),
        })
        .await
    }

    /// Everything in these tables.
    pub async fn dump(&self, wanted: impl Fn(&str) -> bool) -> Dump {
        let mut dump = Dump::new();
        for table in self.tables().await.into_iter().filter(|table| wanted(table)) {
            let row = match self.engine {
                Engine::Postgres => format!("SELECT t::text FROM {table} t"),
                Engine::Sqlite => {
                    let columns = self.columns(&table).await;
                    let quoted = columns.iter().map(|column| format!("quote({column})")).collect::<Vec<_>>();
                    format!("SELECT {} FROM {table}", quoted.join(" || ',' || "))
                }
            };
            let mut rows = self.texts(&row).await;
            rows.sort();
            dump.insert(table, rows);
        }
        dump
    }

    /// Everything but the audit log.
    pub async fn dump_but_the_log(&self) -> Dump {
        self.dump(|table| !table.starts_with("audit_")).await
    }
}
