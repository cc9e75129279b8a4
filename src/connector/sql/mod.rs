//! A database of the company's own. The mapping says which column holds what, and how a row is known to be somebody's;
//! what follows from it is put together as SQL (`statement`), run in small transactions (`work`) against a schema that
//! was read first (`schema`), and read again before anything is said to be done.

mod carry_out;
mod check;
mod check_columns;
mod check_order;
mod credentials;
mod database;
mod describe;
mod export;
mod failure;
mod find;
mod fitness;
mod masked;
mod mysql;
mod plan;
mod pseudonym;
mod random;
mod rectify;
mod rows;
mod schema;
mod schema_mysql;
mod schema_postgres;
mod schema_sqlite;
mod statement;
mod subjects;
mod value;
mod work;

pub use check::Problem;
pub use credentials::Credentials;
pub use database::{AT_ONCE, Database, Misplaced, file, host, unfit};
pub use describe::{
    Described, DescribedColumn, DescribedTable, FORMS, Holds, Judge, MOST_COLUMNS, MOST_TABLES,
};
pub use export::Exported;
pub use find::{Found, Listed};
pub use fitness::{Kept, kept};
pub use pseudonym::{Pseudonym, pseudonyms};
pub use statement::Engine;
pub use subjects::{Left, Page, Somebody, Trace, Whose};
