//! How a place is reached.

use crate::{
    connector::Problem,
    domain::system::ConnectorOf,
    graphql::{
        catalog::{DataCategory, categories},
        enums::{ConnectorKind, Locale, MaskMethod, SubjectKeyKind, TaskAction},
        scalars::{DateTime, Duration},
    },
};
use async_graphql::{Context, Enum, Interface, Object, Result, SimpleObject};
use entity::{
    connector::{self, SqlColumn, SqlTable},
    connector_state, system,
};

/// How the program reaches a system. Secrets are named, never shown.
#[derive(Interface)]
#[graphql(
    field(name = "kind", ty = "&ConnectorKind"),
    field(name = "actions", ty = "&Vec<TaskAction>", desc = "What it can do there by itself."),
    field(
        name = "reconciles",
        ty = "&bool",
        desc = "Whether it can list whose data the system holds, so that the map can be checked."
    ),
    field(name = "last_succeeded_at", ty = "&Option<DateTime>", desc = "To the minute."),
    field(
        name = "last_error",
        ty = "&Option<String>",
        desc = "What went wrong last; null when the last call went well."
    )
)]
pub enum Connector {
    Sql(SqlConnector),
    Http(HttpConnector),
    Email(EmailConnector),
    Manual(ManualConnector),
}

/// Reads and changes a database of the company's own.
#[derive(SimpleObject)]
pub struct SqlConnector {
    kind: ConnectorKind,
    actions: Vec<TaskAction>,
    reconciles: bool,
    last_succeeded_at: Option<DateTime>,
    last_error: Option<String>,
    /// Without user and password.
    url: String,
    credentials: Option<SecretReference>,
    tables: Vec<SqlTableMapping>,
    /// After so many failures a task needs a person.
    max_attempts: i32,
}

/// Calls a privacy API with signed requests. The answer may come later.
#[derive(SimpleObject)]
pub struct HttpConnector {
    kind: ConnectorKind,
    actions: Vec<TaskAction>,
    reconciles: bool,
    last_succeeded_at: Option<DateTime>,
    last_error: Option<String>,
    url: String,
    /// Signs what is sent, and proves that an answer is theirs.
    signing_secret: SecretReference,
    /// A bearer token that they ask for.
    authorization: Option<SecretReference>,
    subject_key: SubjectKeyKind,
    timeout: Duration,
    /// How long a final answer may take before a person is asked.
    answer_within: Duration,
    /// After so many failures a task needs a person.
    max_attempts: i32,
}

/// Writes to a privacy contact and reminds; they answer by a link, or a person records the answer.
#[derive(SimpleObject)]
pub struct EmailConnector {
    kind: ConnectorKind,
    actions: Vec<TaskAction>,
    reconciles: bool,
    last_succeeded_at: Option<DateTime>,
    last_error: Option<String>,
    /// Empty: nobody can be written to.
    to: String,
    locale: Locale,
    subject_key: SubjectKeyKind,
    remind_every: Duration,
    /// How long an answer may take before a person is asked.
    answer_within: Duration,
}

/// Asks a person to do it.
#[derive(SimpleObject)]
pub struct ManualConnector {
    kind: ConnectorKind,
    actions: Vec<TaskAction>,
    reconciles: bool,
    last_succeeded_at: Option<DateTime>,
    last_error: Option<String>,
    instructions: String,
    /// Who is to do it.
    assignee: Option<String>,
}

/// Where the operator keeps a secret. Its value is never returned.
#[derive(SimpleObject)]
pub struct SecretReference {
    source: SecretSource,
    name: String,
}

/// Where a secret is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SecretSource {
    /// An environment variable.
    Environment,
    /// A file in the operator's folder of secrets.
    File,
}

/// Which column of which table holds what, and how a customer's rows are found.
pub struct SqlTableMapping(SqlTable);

/// Which column of which table holds what, and how a customer's rows are found.
#[Object]
impl SqlTableMapping {
    /// With its schema, where there is one: `public.contacts`.
    async fn table(&self) -> &str {
        &self.0.table
    }

    /// Makes a row unique. Empty: the table's own primary key.
    async fn primary_key(&self) -> &[String] {
        &self.0.primary_key
    }

    /// The column that says whose the row is: in this table, or in the last one of `joins`.
    async fn subject_column(&self) -> &str {
        &self.0.subject_column
    }

    /// What stands in that column.
    async fn subject_key(&self) -> SubjectKeyKind {
        self.0.subject_key.into()
    }

    /// The way from this table to the one that says whose the row is.
    async fn joins(&self) -> Vec<SqlJoin> {
        let step = |join: &connector::SqlJoin| SqlJoin {
            from_column: join.from_column.clone(),
            to_table: join.to_table.clone(),
            to_column: join.to_column.clone(),
        };
        self.0.joins.iter().map(step).collect()
    }

    async fn columns(&self) -> Vec<SqlColumnMapping> {
        self.0.columns.iter().cloned().map(SqlColumnMapping).collect()
    }
}

/// One step from table to table.
#[derive(SimpleObject)]
pub struct SqlJoin {
    /// In the table that the step starts from.
    from_column: String,
    to_table: String,
    to_column: String,
}

/// What a column holds, and what becomes of its value.
pub struct SqlColumnMapping(SqlColumn);

/// What a column holds, and what becomes of its value.
#[Object]
impl SqlColumnMapping {
    async fn column(&self) -> &str {
        &self.0.column
    }

    async fn category(&self, ctx: &Context<'_>) -> Result<DataCategory> {
        let mut found = categories(ctx, std::slice::from_ref(&self.0.category))?;
        found.pop().ok_or_else(crate::graphql::error::missing)
    }

    async fn erase(&self) -> Mask {
        Mask::from(&self.0.erase)
    }

    async fn anonymize(&self) -> Mask {
        Mask::from(&self.0.anonymize)
    }
}

/// What is done to a value.
#[derive(SimpleObject)]
pub struct Mask {
    method: MaskMethod,
    /// See the methods.
    parameter: Option<String>,
}

/// One thing that keeps a connector from working.
#[derive(SimpleObject)]
pub struct ConnectorProblem {
    /// Without secrets and personal values.
    message: String,
    /// The path within the connector's input: ["sql", "tables", "0", "columns", "2"]. Null: all of it.
    field: Option<Vec<String>>,
}

impl From<Problem> for ConnectorProblem {
    fn from(problem: Problem) -> Self {
        let field = (!problem.path.is_empty()).then_some(problem.path);
        Self { message: problem.message, field }
    }
}

impl From<&connector::Mask> for Mask {
    fn from(mask: &connector::Mask) -> Self {
        Self { method: mask.method.into(), parameter: mask.parameter.clone() }
    }
}

impl From<&connector::SecretReference> for SecretReference {
    fn from(reference: &connector::SecretReference) -> Self {
        let (source, name) = match reference {
            connector::SecretReference::Environment(name) => (SecretSource::Environment, name),
            connector::SecretReference::File(name) => (SecretSource::File, name),
        };
        Self { source, name: name.clone() }
    }
}

/// How a place is reached, and how calls to it have gone.
/// `contact` is that of whoever runs it.
pub fn connector_of(
    system: &system::Model,
    state: Option<connector_state::Model>,
    contact: Option<String>,
) -> Option<Connector> {
    let actions = ConnectorOf(system).actions().into_iter().map(Into::into).collect();
    let (last_succeeded_at, last_error) =
        state.map_or((None, None), |state| (state.last_succeeded_at.map(DateTime), state.last_error));
    Some(match system.connector.as_ref()? {
        connector::Connector::Sql(sql) => Connector::Sql(SqlConnector {
            kind: ConnectorKind::Sql,
            actions,
            reconciles: true,
            last_succeeded_at,
            last_error,
            url: sql.url.clone(),
            credentials: sql.credentials.as_ref().map(Into::into),
            tables: sql.tables.iter().cloned().map(SqlTableMapping).collect(),
            max_attempts: sql.max_attempts,
        }),
        connector::Connector::Http(http) => Connector::Http(HttpConnector {
            kind: ConnectorKind::Http,
            actions,
            reconciles: false,
            last_succeeded_at,
            last_error,
            url: http.url.clone(),
            signing_secret: (&http.signing_secret).into(),
            authorization: http.authorization.as_ref().map(Into::into),
            subject_key: http.subject_key.into(),
            timeout: Duration(http.timeout.clone()),
            answer_within: Duration(http.answer_within.clone()),
            max_attempts: http.max_attempts,
        }),
        connector::Connector::Manual(manual) => Connector::Manual(ManualConnector {
            kind: ConnectorKind::Manual,
            actions,
            reconciles: false,
            last_succeeded_at,
            last_error,
            instructions: manual.instructions.clone(),
            assignee: manual.assignee.clone(),
        }),
        connector::Connector::Email(email) => Connector::Email(EmailConnector {
            kind: ConnectorKind::Email,
            actions,
            reconciles: false,
            last_succeeded_at,
            last_error,
            to: email.to.clone().or(contact).unwrap_or_default(),
            locale: email.locale.into(),
            subject_key: email.subject_key.into(),
            remind_every: Duration(email.remind_every.clone()),
            answer_within: Duration(email.answer_within.clone()),
        }),
    })
}
