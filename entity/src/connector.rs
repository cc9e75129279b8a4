//! How the program reaches a system, as it stands in the system's row. Secrets are named here, never held.

use crate::{
    enums::{Locale, MaskMethod, SubjectKeyKind, TaskAction},
    ids::CategoryKey,
};
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// One of the ways. Without any, every task at a system is a work item for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Connector {
    Sql(SqlConnector),
    Http(HttpConnector),
    Email(EmailConnector),
    Manual(ManualConnector),
}

/// Where the program finds a secret. Only what the operator has set apart for connectors can be named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SecretReference {
    /// A variable whose name begins with `KARTOTEK_SECRET_`.
    Environment(String),
    /// The name, without a path, of a file in the operator's folder of secrets.
    File(String),
}

/// A database of the company's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlConnector {
    /// `postgres://host:5432/crm`, `mysql://...` or `sqlite:...`, without user and password.
    pub url: String,
    /// Holds `user:password`. Not for `SQLite`.
    pub credentials: Option<SecretReference>,
    /// In the order in which rows may be deleted.
    pub tables: Vec<SqlTable>,
    /// After so many failures a task needs a person.
    pub max_attempts: i32,
}

/// Which customers' data a table holds, and how it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlTable {
    /// With its schema, where there is one.
    pub table: String,
    /// Makes a row unique; empty for the table's own primary key.
    pub primary_key: Vec<String>,
    /// The column that says whose the row is: in this table, or in the last one of `joins`.
    pub subject_column: String,
    /// What stands in that column.
    pub subject_key: SubjectKeyKind,
    /// The way from this table to the one that says whose the row is.
    pub joins: Vec<SqlJoin>,
    pub columns: Vec<SqlColumn>,
}

/// One step from table to table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlJoin {
    /// In the table that the step starts from.
    pub from_column: String,
    pub to_table: String,
    pub to_column: String,
}

/// What a column holds, and what becomes of its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlColumn {
    pub column: String,
    pub category: CategoryKey,
    pub erase: Mask,
    pub anonymize: Mask,
}

/// What is done to a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mask {
    pub method: MaskMethod,
    /// See the methods.
    pub parameter: Option<String>,
}

/// A third party's privacy API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpConnector {
    /// https; http only on loopback.
    pub url: String,
    /// The key of the signatures, both ways.
    pub signing_secret: SecretReference,
    /// A bearer token, where they ask for one.
    pub authorization: Option<SecretReference>,
    /// What it can do; the rest are work items for a person.
    pub actions: Vec<TaskAction>,
    /// What they know a customer by.
    pub subject_key: SubjectKeyKind,
    /// An ISO 8601 duration, as are all here.
    pub timeout: String,
    /// How long a final answer may take before a person is asked.
    pub answer_within: String,
    pub max_attempts: i32,
}

/// A letter to the third party's privacy contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailConnector {
    /// The third party's privacy contact unless told.
    pub to: Option<String>,
    pub locale: Locale,
    pub subject_key: SubjectKeyKind,
    pub remind_every: String,
    pub answer_within: String,
}

/// A work item for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManualConnector {
    /// What to do, step by step.
    pub instructions: String,
    /// Who is to do it.
    pub assignee: Option<String>,
}
