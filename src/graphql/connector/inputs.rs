//! What is said of how a place is reached.

use crate::graphql::{
    enums::{Locale, MaskMethod, SubjectKeyKind, TaskAction},
    scalars::Duration,
};
use async_graphql::{InputObject, OneofObject};
use entity::connector::{
    Connector, EmailConnector, HttpConnector, ManualConnector, Mask, SecretReference, SqlColumn,
    SqlConnector, SqlJoin, SqlTable,
};
use entity::{enums, ids::CategoryKey};

/// How to reach a system.
#[derive(Debug, OneofObject)]
pub enum ConnectorInput {
    /// A database of the company's own.
    Sql(SqlConnectorInput),
    /// A third party's privacy API.
    Http(HttpConnectorInput),
    /// A letter to the third party's privacy contact.
    Email(EmailConnectorInput),
    /// A work item for a person.
    Manual(ManualConnectorInput),
}

/// Where the program finds a secret. Only what the operator has set apart for connectors can be named.
#[derive(Debug, OneofObject)]
pub enum SecretReferenceInput {
    /// An environment variable whose name begins with `KARTOTEK_SECRET_`.
    Environment(String),
    /// The name, without a path, of a file in the operator's folder of secrets.
    File(String),
}

#[derive(Debug, InputObject)]
pub struct SqlConnectorInput {
    /// `postgres://host:5432/crm`, `mysql://...` or `sqlite:...`, without user and password. A SQLite file has to be in the
    /// folder that the operator has set apart for that.
    url: String,
    /// Holds `user:password`. Not for SQLite.
    credentials: Option<SecretReferenceInput>,
    /// In the order in which rows may be deleted; foreign keys are checked against it.
    tables: Vec<SqlTableMappingInput>,
    /// 1 to 100.
    #[graphql(default = 10)]
    max_attempts: i32,
}

#[derive(Debug, InputObject)]
pub struct SqlTableMappingInput {
    /// With its schema, where there is one: `public.contacts`.
    table: String,
    /// Makes a row unique; the table's own primary key unless told.
    primary_key: Option<Vec<String>>,
    /// The column that says whose the row is: in this table, or in the last one of `joins`.
    subject_column: String,
    /// What stands in that column.
    #[graphql(default_with = "SubjectKeyKind::ExternalReference")]
    subject_key: SubjectKeyKind,
    /// The way from this table to the one that says whose the row is.
    joins: Option<Vec<SqlJoinInput>>,
    columns: Vec<SqlColumnMappingInput>,
}

#[derive(Debug, InputObject)]
pub struct SqlJoinInput {
    /// In the table that the step starts from.
    from_column: String,
    to_table: String,
    to_column: String,
}

#[derive(Debug, InputObject)]
pub struct SqlColumnMappingInput {
    column: String,
    /// A key.
    category: String,
    /// DELETE unless told.
    erase: Option<MaskInput>,
    /// NULL unless told.
    anonymize: Option<MaskInput>,
}

#[derive(Debug, InputObject)]
pub struct MaskInput {
    method: MaskMethod,
    /// Required by CONSTANT, TRUNCATE_DATE and GENERALIZE; see there.
    parameter: Option<String>,
}

#[derive(Debug, InputObject)]
pub struct HttpConnectorInput {
    /// https; http only on loopback, where the operator allows it.
    url: String,
    /// The key of the HMAC-SHA-256 signatures (Standard Webhooks), both ways: `whsec_` and base64.
    signing_secret: SecretReferenceInput,
    /// A bearer token, where they ask for one.
    authorization: Option<SecretReferenceInput>,
    /// What it can do; the rest are work items for a person. In this version, ERASE and ANONYMIZE.
    actions: Vec<TaskAction>,
    /// What they know a customer by.
    #[graphql(default_with = "SubjectKeyKind::ExternalReference")]
    subject_key: SubjectKeyKind,
    /// Up to PT120S.
    #[graphql(default_with = "Duration(\"PT30S\".to_owned())")]
    timeout: Duration,
    /// How long a final answer may take before a person is asked. PT1H to P1Y.
    #[graphql(default_with = "Duration(\"P14D\".to_owned())")]
    answer_within: Duration,
    /// 1 to 100.
    #[graphql(default = 10)]
    max_attempts: i32,
}

#[derive(Debug, InputObject)]
pub struct EmailConnectorInput {
    /// The third party's privacy contact unless told.
    to: Option<String>,
    locale: Locale,
    /// What they know a customer by.
    #[graphql(default_with = "SubjectKeyKind::ExternalReference")]
    subject_key: SubjectKeyKind,
    /// PT1H to P1Y.
    #[graphql(default_with = "Duration(\"P7D\".to_owned())")]
    remind_every: Duration,
    /// How long an answer may take before a person is asked. PT1H to P1Y.
    #[graphql(default_with = "Duration(\"P21D\".to_owned())")]
    answer_within: Duration,
}

#[derive(Debug, InputObject)]
pub struct ManualConnectorInput {
    /// What to do, step by step.
    instructions: String,
    /// Who is to do it.
    assignee: Option<String>,
}

impl From<ConnectorInput> for Connector {
    fn from(input: ConnectorInput) -> Self {
        match input {
            ConnectorInput::Sql(sql) => Self::Sql(SqlConnector {
                url: sql.url,
                credentials: sql.credentials.map(Into::into),
                tables: sql.tables.into_iter().map(Into::into).collect(),
                max_attempts: sql.max_attempts,
            }),
            ConnectorInput::Http(http) => Self::Http(HttpConnector {
                url: http.url,
                signing_secret: http.signing_secret.into(),
                authorization: http.authorization.map(Into::into),
                actions: http.actions.into_iter().map(Into::into).collect(),
                subject_key: http.subject_key.into(),
                timeout: http.timeout.0,
                answer_within: http.answer_within.0,
                max_attempts: http.max_attempts,
            }),
            ConnectorInput::Email(email) => Self::Email(EmailConnector {
                to: email.to,
                locale: email.locale.into(),
                subject_key: email.subject_key.into(),
                remind_every: email.remind_every.0,
                answer_within: email.answer_within.0,
            }),
            ConnectorInput::Manual(manual) => {
                Self::Manual(ManualConnector { instructions: manual.instructions, assignee: manual.assignee })
            }
        }
    }
}

impl From<SecretReferenceInput> for SecretReference {
    fn from(input: SecretReferenceInput) -> Self {
        match input {
            SecretReferenceInput::Environment(name) => Self::Environment(name),
            SecretReferenceInput::File(name) => Self::File(name),
        }
    }
}

impl From<SqlTableMappingInput> for SqlTable {
    fn from(input: SqlTableMappingInput) -> Self {
        Self {
            table: input.table,
            primary_key: input.primary_key.unwrap_or_default(),
            subject_column: input.subject_column,
            subject_key: input.subject_key.into(),
            joins: input.joins.unwrap_or_default().into_iter().map(Into::into).collect(),
            columns: input.columns.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<SqlJoinInput> for SqlJoin {
    fn from(input: SqlJoinInput) -> Self {
        Self { from_column: input.from_column, to_table: input.to_table, to_column: input.to_column }
    }
}

impl From<SqlColumnMappingInput> for SqlColumn {
    fn from(input: SqlColumnMappingInput) -> Self {
        let unless_told = |method| Mask { method, parameter: None };
        Self {
            column: input.column,
            category: CategoryKey::from(input.category.as_str()),
            erase: input.erase.map_or_else(|| unless_told(enums::MaskMethod::Delete), Into::into),
            anonymize: input.anonymize.map_or_else(|| unless_told(enums::MaskMethod::Null), Into::into),
        }
    }
}

impl From<MaskInput> for Mask {
    fn from(input: MaskInput) -> Self {
        Self { method: input.method.into(), parameter: input.parameter }
    }
}
