//! What a database says of itself, and how it could be mapped.

use super::System;
use crate::{
    connector::Problem,
    domain::system::{self, DescribeSystem, ProposedColumn, ProposedTable},
    graphql::{
        catalog::{DataCategory, categories},
        connector::{ConnectorProblem, SecretReferenceInput},
        context::{access, catalog, connectors},
        enums::SubjectKeyKind,
        node::id_or_nobody,
        user_error::{UserError, outcome},
    },
};
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use std::sync::Arc;

#[derive(Default)]
pub struct DescribeMutation;

#[derive(Debug, InputObject)]
pub struct DescribeSystemInput {
    system_id: ID,
    /// Where the database is, before there is a mapping; what the system's connector says unless told.
    connection: Option<SqlConnectionInput>,
    /// Only these tables, where there are more than are described at a time.
    tables: Option<Vec<String>>,
}

#[derive(Debug, InputObject)]
pub struct SqlConnectionInput {
    /// As in `SqlConnectorInput`, and within the same bounds.
    url: String,
    /// Holds `user:password`. Not for SQLite.
    credentials: Option<SecretReferenceInput>,
}

#[derive(SimpleObject)]
pub struct DescribeSystemPayload {
    system: Option<System>,
    /// In the order in which rows may be deleted: a table that refers to another comes before it.
    tables: Vec<DescribedTable>,
    /// Whether there are tables that were left out: name them.
    more_tables: bool,
    /// Why the database said nothing.
    problems: Vec<ConnectorProblem>,
    user_errors: Vec<UserError>,
}

/// What sort of values a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::connector::sql::Holds")]
pub enum ColumnType {
    Text,
    Integer,
    Uuid,
    /// A day, with or without a time.
    Date,
    Number,
    /// Bytes; on SQLite anything at all.
    Binary,
    /// Such as JSON.
    Document,
    Other,
}

/// Why a category is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "system::Ground")]
pub enum ProposalGround {
    /// The column's name.
    Name,
    /// Most of the values that were looked at are in the category's form. None of them is told.
    Content,
}

/// A table, as its database describes it.
pub struct DescribedTable(ProposedTable);

/// A table, as its database describes it.
#[Object]
impl DescribedTable {
    /// As `SqlTableMappingInput.table` takes it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    async fn primary_key(&self) -> &[String] {
        &self.0.primary_key
    }

    /// Those of the described tables that its foreign keys refer to.
    async fn refers_to(&self) -> &[String] {
        &self.0.refers_to
    }

    async fn columns(&self) -> Vec<DescribedColumn> {
        self.0.columns.iter().cloned().map(DescribedColumn).collect()
    }

    /// Whether there are columns that were left out.
    async fn more_columns(&self) -> bool {
        self.0.more_columns
    }
}

/// A column, and what it seems to hold.
pub struct DescribedColumn(ProposedColumn);

/// A column, and what it seems to hold.
#[Object]
impl DescribedColumn {
    async fn name(&self) -> &str {
        &self.0.column.name
    }

    #[graphql(name = "type")]
    async fn holds(&self) -> ColumnType {
        self.0.column.holds.into()
    }

    async fn nullable(&self) -> bool {
        self.0.column.nullable
    }

    /// Whether no two rows may hold the same in it.
    async fn unique(&self) -> bool {
        self.0.column.unique
    }

    /// The category that it seems to hold. A proposal: somebody has to look.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<DataCategory>> {
        let Some(proposal) = &self.0.proposal else { return Ok(None) };
        Ok(categories(ctx, std::slice::from_ref(&proposal.category))?.pop())
    }

    /// Why that one.
    async fn grounds(&self) -> Vec<ProposalGround> {
        self.0.proposal.iter().flat_map(|one| one.grounds.iter().copied().map(Into::into)).collect()
    }

    /// How many values were looked at, of 200 rows at the most; null where they are no text, or may not be read.
    async fn looked_at(&self) -> Option<i32> {
        self.0.column.looked_at.and_then(|number| i32::try_from(number).ok())
    }

    /// How many of them are in the category's form: a valid e-mail address or phone number, or a national id whose check
    /// digit is right. Null where the category has no such form.
    async fn valid(&self) -> Option<i32> {
        self.0.proposal.as_ref().and_then(|one| one.valid).and_then(|number| i32::try_from(number).ok())
    }

    /// Not null: the column could say whose a row is, by this key.
    async fn subject_key(&self) -> Option<SubjectKeyKind> {
        self.0.subject_key.map(Into::into)
    }
}

#[Object]
impl DescribeMutation {
    /// Asks a database what is where in it, and proposes how to map it: by the names of its columns, and by how many of some
    /// of their values are in a known form. Nothing is changed, and no value is kept, told or logged. At most 40 tables with
    /// 60 columns each are described at a time.
    ///
    /// userErrors: RETIRED, CONNECTOR_UNSUITABLE, ADDRESS_NOT_ALLOWED, SECRET_IN_INPUT, SECRET_NOT_FOUND.
    ///
    /// Requires: ADMIN.
    async fn describe_system(
        &self,
        ctx: &Context<'_>,
        input: DescribeSystemInput,
    ) -> Result<DescribeSystemPayload> {
        let asked = DescribeSystem {
            system: id_or_nobody(&input.system_id),
            connection: input.connection.map(|to| (to.url, to.credentials.map(Into::into))),
            tables: input.tables,
            connectors: connectors(ctx),
        };
        let described = system::describe_system(&access(ctx), &catalog(ctx), asked).await;
        let (described, user_errors) = outcome(described)?;
        let Some(described) = described else {
            let (tables, problems) = (Vec::new(), Vec::new());
            return Ok(DescribeSystemPayload {
                system: None,
                tables,
                more_tables: false,
                problems,
                user_errors,
            });
        };
        let problem =
            described.failure.map(|failure| Problem { message: failure.to_string(), path: Vec::new() });
        Ok(DescribeSystemPayload {
            system: Some(System(Arc::new(described.system))),
            tables: described.tables.into_iter().map(DescribedTable).collect(),
            more_tables: described.more_tables,
            problems: problem.into_iter().map(Into::into).collect(),
            user_errors,
        })
    }
}
