//! Why data may be where it is.

use crate::{
    domain::justification::{self, explain},
    graphql::{
        catalog::{Purpose, RetentionRule},
        context::{access, catalog, loaders},
        data_request::DataRequest,
        enums::Locale,
        error::OrError,
        legal_hold::LegalHold,
        loaders::One,
        scalars::DateTime,
        subscription::ServiceSubscription,
    },
    policy::Action,
};
use async_graphql::{Context, Enum, Object, Result};
use entity::{data_location, enums::JustificationKind as Kind};

/// What can justify data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Kind")]
pub enum JustificationKind {
    /// A live service needs it, or the grace after one runs.
    Subscription,
    RetentionRule,
    LegalHold,
    /// The customer is registered and has ordered nothing yet: steps before a contract (Art. 6(1)(b)), for a time.
    Prospect,
    /// The customer has asked for it, and it has not been collected yet.
    DataRequest,
}

pub struct Justification {
    pub fact: justification::Justification,
    pub location: data_location::Model,
}

/// One fact that lets data be where it is. The object that `kind` names is there; the others are null.
#[Object]
impl Justification {
    async fn kind(&self) -> JustificationKind {
        self.fact.kind.into()
    }

    async fn purpose(&self, ctx: &Context<'_>) -> Option<Purpose> {
        catalog(ctx).purposes.get(self.fact.purpose.as_ref()?).cloned().map(Purpose)
    }

    async fn service_subscription(&self, ctx: &Context<'_>) -> Result<Option<ServiceSubscription>> {
        let Some(id) = self.fact.subscription_id else { return Ok(None) };
        Ok(loaders(ctx).batch.load_one(id).await.or_error()?.map(ServiceSubscription))
    }

    async fn retention_rule(&self, ctx: &Context<'_>) -> Option<RetentionRule> {
        catalog(ctx).retention_rules.get(&self.fact.rule_id?).cloned().map(RetentionRule)
    }

    /// What it is about is for those who look after holds; null for others.
    async fn legal_hold(&self, ctx: &Context<'_>) -> Result<Option<LegalHold>> {
        let Some(id) = self.fact.hold_id else { return Ok(None) };
        if !access(ctx).may(Action::SeeLegalHolds) {
            return Ok(None);
        }
        Ok(loaders(ctx).batch.load_one(One(id)).await.or_error()?.map(LegalHold))
    }

    async fn data_request(&self, ctx: &Context<'_>) -> Result<Option<DataRequest>> {
        let Some(id) = self.fact.request_id else { return Ok(None) };
        Ok(loaders(ctx).batch.load_one(One(id)).await.or_error()?.map(DataRequest))
    }

    /// When it ends, if that is known.
    async fn until(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        Ok(self.explained(ctx, None).await?.0)
    }

    /// For a person to read; names the statute where there is one.
    async fn explanation(&self, ctx: &Context<'_>, locale: Option<Locale>) -> Result<String> {
        Ok(self.explained(ctx, locale).await?.1)
    }
}

impl Justification {
    async fn explained(
        &self,
        ctx: &Context<'_>,
        locale: Option<Locale>,
    ) -> Result<(Option<DateTime>, String)> {
        let catalog = catalog(ctx);
        let locale = locale.map_or(catalog.locale(), Into::into);
        // A prospect's time counts from their registration.
        let registered_at = match self.fact.kind {
            Kind::Prospect => loaders(ctx).batch.load_one(self.location.customer_id).await.or_error()?,
            Kind::Subscription | Kind::RetentionRule | Kind::LegalHold | Kind::DataRequest => None,
        };
        let registered_at = registered_at.map(|customer| customer.row.created_at);
        let (until, text) = explain(&self.fact, &self.location, registered_at, &catalog, locale);
        Ok((until.map(DateTime), text))
    }
}
