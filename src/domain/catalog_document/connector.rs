//! How a system is reached, as people write it: as the API has it. Secrets are named, never held.

use entity::{
    connector::{
        Connector, EmailConnector, HttpConnector, ManualConnector, Mask, SecretReference, SqlColumn,
        SqlConnector, SqlJoin, SqlTable,
    },
    enums::{Locale, MaskMethod, SubjectKeyKind, TaskAction},
    ids::CategoryKey,
};
use serde::{Deserialize, Serialize};

/// One of the ways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub enum ConnectorEntry {
    Sql(SqlEntry),
    Http(HttpEntry),
    Email(EmailEntry),
    Manual(ManualEntry),
}

/// A structure of the document, with a row's structure that has the same fields.
macro_rules! mirrors {
    ($($(#[$doc:meta])* $name:ident of $row:ident { $($(#[$attribute:meta])* $field:ident: $type:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "camelCase")]
        pub struct $name { $($(#[$attribute])* pub $field: $type),* }

        impl From<$name> for $row {
            fn from(entry: $name) -> Self {
                Self { $($field: Said::into_row(entry.$field)),* }
            }
        }

        impl From<&$row> for $name {
            fn from(row: &$row) -> Self {
                Self { $($field: Said::of_row(&row.$field)),* }
            }
        }
    )*};
}

mirrors! {
    /// A database of the company's own.
    SqlEntry of SqlConnector {
        url: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<SecretReference>,
        tables: Vec<TableEntry>,
        #[serde(default = "attempts")]
        max_attempts: i32,
    }

    /// Which customers' data a table holds, and how it goes.
    TableEntry of SqlTable {
        table: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        primary_key: Vec<String>,
        subject_column: String,
        #[serde(default = "external_reference")]
        subject_key: SubjectKeyKind,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        joins: Vec<JoinEntry>,
        columns: Vec<ColumnEntry>,
    }

    /// One step from table to table.
    JoinEntry of SqlJoin { from_column: String, to_table: String, to_column: String }

    /// What a column holds, and what becomes of its value.
    ColumnEntry of SqlColumn {
        column: String,
        category: CategoryKey,
        #[serde(default = "delete")]
        erase: MaskEntry,
        #[serde(default = "null")]
        anonymize: MaskEntry,
    }

    /// What is done to a value.
    MaskEntry of Mask {
        method: MaskMethod,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parameter: Option<String>,
    }

    /// A third party's privacy API.
    HttpEntry of HttpConnector {
        url: String,
        signing_secret: SecretReference,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        authorization: Option<SecretReference>,
        actions: Vec<TaskAction>,
        #[serde(default = "external_reference")]
        subject_key: SubjectKeyKind,
        #[serde(default = "half_a_minute")]
        timeout: String,
        #[serde(default = "two_weeks")]
        answer_within: String,
        #[serde(default = "attempts")]
        max_attempts: i32,
    }

    /// A letter to the third party's privacy contact.
    EmailEntry of EmailConnector {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        locale: Locale,
        #[serde(default = "external_reference")]
        subject_key: SubjectKeyKind,
        #[serde(default = "a_week")]
        remind_every: String,
        #[serde(default = "three_weeks")]
        answer_within: String,
    }

    /// A work item for a person.
    ManualEntry of ManualConnector {
        instructions: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        assignee: Option<String>,
    }
}

impl From<ConnectorEntry> for Connector {
    fn from(entry: ConnectorEntry) -> Self {
        match entry {
            ConnectorEntry::Sql(entry) => Self::Sql(entry.into()),
            ConnectorEntry::Http(entry) => Self::Http(entry.into()),
            ConnectorEntry::Email(entry) => Self::Email(entry.into()),
            ConnectorEntry::Manual(entry) => Self::Manual(entry.into()),
        }
    }
}

impl From<&Connector> for ConnectorEntry {
    fn from(row: &Connector) -> Self {
        match row {
            Connector::Sql(row) => Self::Sql(row.into()),
            Connector::Http(row) => Self::Http(row.into()),
            Connector::Email(row) => Self::Email(row.into()),
            Connector::Manual(row) => Self::Manual(row.into()),
        }
    }
}

/// The same thing in the document and in a row.
trait Said<Row>: Sized {
    fn into_row(self) -> Row;
    fn of_row(row: &Row) -> Self;
}

macro_rules! the_same {
    ($($type:ty),*) => {$(
        impl Said<$type> for $type {
            fn into_row(self) -> $type {
                self
            }

            fn of_row(row: &$type) -> Self {
                row.clone()
            }
        }
    )*};
}

the_same!(
    String,
    Option<String>,
    Vec<String>,
    i32,
    CategoryKey,
    Locale,
    MaskMethod,
    SecretReference,
    Option<SecretReference>,
    SubjectKeyKind,
    Vec<TaskAction>
);

macro_rules! another {
    ($($entry:ty => $row:ty),*) => {$(
        impl Said<$row> for $entry {
            fn into_row(self) -> $row {
                self.into()
            }

            fn of_row(row: &$row) -> Self {
                row.into()
            }
        }

        impl Said<Vec<$row>> for Vec<$entry> {
            fn into_row(self) -> Vec<$row> {
                self.into_iter().map(Into::into).collect()
            }

            fn of_row(rows: &Vec<$row>) -> Self {
                rows.iter().map(Into::into).collect()
            }
        }
    )*};
}

another!(TableEntry => SqlTable, JoinEntry => SqlJoin, ColumnEntry => SqlColumn, MaskEntry => Mask);

// What the API takes when it is told nothing.

fn attempts() -> i32 {
    10
}

fn external_reference() -> SubjectKeyKind {
    SubjectKeyKind::ExternalReference
}

fn delete() -> MaskEntry {
    MaskEntry { method: MaskMethod::Delete, parameter: None }
}

fn null() -> MaskEntry {
    MaskEntry { method: MaskMethod::Null, parameter: None }
}

fn half_a_minute() -> String {
    "PT30S".to_owned()
}

fn a_week() -> String {
    "P7D".to_owned()
}

fn two_weeks() -> String {
    "P14D".to_owned()
}

fn three_weeks() -> String {
    "P21D".to_owned()
}
