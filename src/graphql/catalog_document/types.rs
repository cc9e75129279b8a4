//! What an import changes.

use crate::{
    domain::catalog_document::{self as domain, Imported},
    graphql::{
        connection::{Arguments, connection, page_of},
        scalars::Json,
        user_error::UserError,
    },
};
use async_graphql::{Context, Enum, Object, Result, SimpleObject};

/// What an entry of the reference data is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::domain::catalog_document::EntryKind")]
pub enum CatalogEntryKind {
    Controller,
    DataCategory,
    Purpose,
    RetentionRule,
    ThirdParty,
    Assessment,
    System,
    Service,
    DataRequirement,
}

/// What becomes of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::domain::catalog_document::EntryChange")]
pub enum CatalogEntryChange {
    Created,
    Changed,
    /// It goes out of use; of a requirement: the service needs it no more.
    Retired,
}

/// What a field was, and what it becomes; null where there is nothing.
#[derive(Clone, SimpleObject)]
pub struct CatalogFieldChange {
    /// As the document has it.
    field: String,
    from: Option<Json>,
    to: Option<Json>,
}

/// What one entry of the reference data differs in.
#[derive(Clone, SimpleObject)]
pub struct CatalogChange {
    kind: CatalogEntryKind,
    /// What people call it: a key, a name, or several of them.
    key: String,
    change: CatalogEntryChange,
    /// By name. All that a new one has; none of one that goes out of use.
    fields: Vec<CatalogFieldChange>,
}

/// What an entry of the reference data is called.
#[derive(Clone, SimpleObject)]
pub struct CatalogEntry {
    kind: CatalogEntryKind,
    /// A key, a name, or several of them.
    key: String,
}

connection!(CatalogChangeConnection, CatalogChangeEdge, CatalogChange);
connection!(CatalogEntryConnection, CatalogEntryEdge, CatalogEntry);

impl From<domain::CatalogChange> for CatalogChange {
    fn from(change: domain::CatalogChange) -> Self {
        let some = |value: serde_json::Value| (!value.is_null()).then_some(Json(value));
        let field = |one: domain::FieldChange| CatalogFieldChange {
            field: one.field,
            from: some(one.from),
            to: some(one.to),
        };
        Self {
            kind: change.kind.into(),
            key: change.key,
            change: change.change.into(),
            fields: change.fields.into_iter().map(field).collect(),
        }
    }
}

pub struct ImportCatalogPayload {
    pub imported: Option<Imported>,
    pub user_errors: Vec<UserError>,
}

#[Object]
impl ImportCatalogPayload {
    /// What is changed, or in a dry run would be, in the order of the document.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<CatalogChangeConnection>> {
        const LIST: &str = "changes";
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let Some(imported) = &self.imported else { return Ok(None) };
        let list = imported.changes.iter().cloned().enumerate().collect();
        let page = page_of(&page, list, |(place, _)| vec![place.to_string()])?;
        Ok(Some(CatalogChangeConnection::new(LIST, page.map(|(_, change)| change.into()))))
    }

    /// How many entries of the document are so already.
    async fn unchanged(&self) -> Option<i32> {
        self.imported.as_ref().map(|imported| i32::try_from(imported.unchanged).unwrap_or(i32::MAX))
    }

    /// What is in use and the document does not name. It is left alone: to take something out of use, name it with
    /// `retired`.
    async fn not_in_document(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<CatalogEntryConnection>> {
        const LIST: &str = "notInDocument";
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let Some(imported) = &self.imported else { return Ok(None) };
        let list = imported.not_in_document.iter().cloned().enumerate().collect();
        let page = page_of(&page, list, |(place, _)| vec![place.to_string()])?;
        let entry =
            |(_, one): (usize, domain::EntryName)| CatalogEntry { kind: one.kind.into(), key: one.key };
        Ok(Some(CatalogEntryConnection::new(LIST, page.map(entry))))
    }

    /// Of the changes, in hex. Name it as `expectedHash`, and exactly these are made.
    async fn hash(&self) -> Option<&str> {
        self.imported.as_ref().map(|imported| imported.hash.as_str())
    }

    async fn user_errors(&self) -> &[UserError] {
        &self.user_errors
    }
}
