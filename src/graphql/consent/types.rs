//! A customer's permission, and its history.

use crate::{
    domain::consent::{Ids, Receipt},
    graphql::{
        catalog::{DataCategory, Purpose, categories},
        connection::connection,
        context::{catalog, charge_for, loaders},
        customer::Customer,
        enums::{Channel, ConsentEventKind},
        error::{OrError, missing},
        loaders::One,
        node,
        notice::Notice,
        scalars::{DateTime, Json},
        third_party::ThirdParty,
    },
};
use async_graphql::{Context, ID, Object, Result};
use entity::{consent, consent_event};

#[derive(Clone)]
pub struct Consent(pub consent::Model);

connection!(ConsentConnection, ConsentEdge, Consent);

/// A customer's permission to give one third party these categories for one purpose.
#[Object]
impl Consent {
    pub async fn id(&self) -> ID {
        node::id(self.0.id)
    }

    async fn customer(&self, ctx: &Context<'_>) -> Result<Customer> {
        let found = loaders(ctx).batch.load_one(self.0.customer_id).await.or_error()?;
        found.map(Customer).ok_or_else(missing)
    }

    async fn third_party(&self, ctx: &Context<'_>) -> Result<ThirdParty> {
        catalog(ctx).third_parties.get(&self.0.third_party_id).cloned().map(ThirdParty).ok_or_else(missing)
    }

    async fn purpose(&self, ctx: &Context<'_>) -> Result<Purpose> {
        catalog(ctx).purposes.get(&self.0.purpose).cloned().map(Purpose).ok_or_else(missing)
    }

    async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<DataCategory>> {
        let parts = loaders(ctx).batch.load_one(self.0.id).await.or_error()?.unwrap_or_default();
        categories(ctx, &parts.categories)
    }

    async fn notice(&self, ctx: &Context<'_>) -> Result<Notice> {
        let found = loaders(ctx).batch.load_one(One(self.0.notice_id)).await;
        found.or_error()?.map(Notice).ok_or_else(missing)
    }

    async fn active(&self) -> bool {
        self.0.ended_at.is_none()
    }

    async fn granted_at(&self) -> DateTime {
        DateTime(self.0.granted_at)
    }

    async fn withdrawn_at(&self) -> Option<DateTime> {
        self.0.ended_at.map(DateTime)
    }

    /// Its history, oldest first. Nothing in it is ever changed or removed.
    async fn events(&self, ctx: &Context<'_>) -> Result<Vec<ConsentEvent>> {
        let parts = loaders(ctx).batch.load_one(self.0.id).await.or_error()?.unwrap_or_default();
        Ok(parts.events.into_iter().map(ConsentEvent).collect())
    }

    /// ISO/IEC TS 27560 consent receipt. It says what the notice said, whatever has changed since: only another event
    /// of the consent makes it another receipt.
    async fn receipt(&self, ctx: &Context<'_>) -> Result<Json> {
        let (row, loaders) = (&self.0, loaders(ctx));
        let (parts, notice) =
            tokio::join!(loaders.batch.load_one(row.id), loaders.batch.load_one(One(row.notice_id)),);
        let document = Receipt {
            consent: row,
            parts: &parts.or_error()?.unwrap_or_default(),
            notice: &notice.or_error()?.ok_or_else(missing)?,
            ids: Ids {
                consent: node::id(row.id).0,
                customer: node::id(row.customer_id).0,
                notice: node::id(row.notice_id).0,
                third_party: node::id(row.third_party_id).0,
            },
        };
        let document = document.document();
        charge_for(ctx, &document)?;
        Ok(Json(document))
    }
}

pub struct ConsentEvent(consent_event::Model);

/// One moment in a consent's history.
#[Object]
impl ConsentEvent {
    async fn kind(&self) -> ConsentEventKind {
        self.0.kind.into()
    }

    async fn occurred_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }

    async fn channel(&self) -> Channel {
        self.0.channel.into()
    }

    /// Such as a call's or a letter's reference.
    async fn evidence(&self) -> Option<&str> {
        self.0.evidence.as_deref()
    }

    /// The actor's name.
    async fn recorded_by(&self) -> &str {
        &self.0.recorded_by
    }
}
