//! Kinds of personal data.

use super::translation::{self, Translation, translated};
use crate::graphql::{
    connection::connection,
    context::catalog,
    enums::{Locale, Sensitivity},
    node,
    scalars::DateTime,
};
use async_graphql::{Context, ID, Object};
use entity::data_category;
use std::sync::Arc;

#[derive(Clone)]
pub struct DataCategory(pub Arc<data_category::Model>);

connection!(DataCategoryConnection, DataCategoryEdge, DataCategory);

/// A kind of personal data.
#[Object]
impl DataCategory {
    pub async fn id(&self) -> ID {
        node::id(self.0.key.clone())
    }

    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Dotted, from the general to the particular: `user.contact.email`. Never changes.
    async fn key(&self) -> &str {
        self.0.key.as_str()
    }

    /// In this language; in the controller's unless told.
    async fn name(&self, ctx: &Context<'_>, locale: Option<Locale>) -> String {
        translated!(name self ctx locale)
    }

    async fn description(&self, ctx: &Context<'_>, locale: Option<Locale>) -> Option<String> {
        translated!(description self ctx locale)
    }

    async fn sensitivity(&self) -> Sensitivity {
        self.0.sensitivity.into()
    }

    /// The category whose key is this one's without its last part.
    async fn parent(&self, ctx: &Context<'_>) -> Option<DataCategory> {
        let parent = self.0.parent.as_ref()?;
        catalog(ctx).categories.get(parent).cloned().map(Self)
    }

    async fn translations(&self) -> Vec<Translation> {
        translation::all(&self.0.translations)
    }

    async fn retired_at(&self) -> Option<DateTime> {
        self.0.retired_at.map(DateTime)
    }
}
