//! What data is used for.

use super::translation::{self, Translation, translated};
use crate::graphql::{
    connection::connection,
    context::catalog,
    enums::{LegalBasis, Locale, SpecialCategoryCondition},
    node,
    scalars::DateTime,
};
use async_graphql::{Context, ID, Object};
use entity::purpose;
use std::sync::Arc;

#[derive(Clone)]
pub struct Purpose(pub Arc<purpose::Model>);

connection!(PurposeConnection, PurposeEdge, Purpose);

/// What data is used for.
#[Object]
impl Purpose {
    pub async fn id(&self) -> ID {
        node::id(self.0.key.clone())
    }

    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Such as `DELIVER_SERVICE`. Never changes.
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

    async fn legal_basis(&self) -> LegalBasis {
        self.0.legal_basis.into()
    }

    /// The interest pursued; always there when the basis is LEGITIMATE_INTERESTS (Art. 13(1)(d)).
    async fn legitimate_interest(&self) -> Option<&str> {
        self.0.legitimate_interest.as_deref()
    }

    /// What makes using special categories lawful, if they are used.
    async fn special_category_condition(&self) -> Option<SpecialCategoryCondition> {
        self.0.special_category_condition.map(Into::into)
    }

    /// Whether giving data to a third party for this purpose needs the customer's consent. On record only: this
    /// version asks for none.
    async fn sharing_needs_consent(&self) -> bool {
        self.0.sharing_needs_consent
    }

    /// Where the assessment is kept, such as a legitimate-interests assessment.
    async fn assessment_reference(&self) -> Option<&str> {
        self.0.assessment_reference.as_deref()
    }

    async fn translations(&self) -> Vec<Translation> {
        translation::all(&self.0.translations)
    }

    async fn retired_at(&self) -> Option<DateTime> {
        self.0.retired_at.map(DateTime)
    }
}
