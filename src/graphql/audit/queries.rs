//! Questions about the audit log.

use super::types::{AuditEvent, AuditEventConnection};
use crate::{
    domain::audit::{self, ListEvents},
    graphql::{
        connection::Arguments,
        context::access,
        enums::{ActorKind, AuditKind, AuditOutcome},
        error::OrError,
        named,
        node::id_or_nobody,
        scalars::DateTime,
    },
    policy::Action,
};
use async_graphql::{Context, ID, InputObject, Object, Result};

#[derive(Default)]
pub struct AuditQuery;

#[derive(Debug, Default, InputObject)]
pub struct AuditFilter {
    /// Events that saw or changed this customer's data.
    customer_id: Option<ID>,
    /// Issuer and subject, as in `AuditEvent.actor`.
    actor: Option<String>,
    actor_kinds: Option<Vec<ActorKind>>,
    operations: Option<Vec<String>>,
    kinds: Option<Vec<AuditKind>>,
    outcomes: Option<Vec<AuditOutcome>>,
    /// Keys.
    purposes: Option<Vec<String>>,
    categories: Option<Vec<String>>,
    request_id: Option<String>,
    occurred_from: Option<DateTime>,
    occurred_to: Option<DateTime>,
}

impl AuditFilter {
    fn into_domain(self, ctx: &Context<'_>) -> Result<audit::AuditFilter> {
        Ok(audit::AuditFilter {
            customer: self.customer_id.as_ref().map(id_or_nobody),
            actor: self.actor,
            actor_kinds: self.actor_kinds.map(|any| any.into_iter().map(Into::into).collect()),
            operations: self.operations,
            kinds: self.kinds.map(|any| any.into_iter().map(Into::into).collect()),
            outcomes: self.outcomes.map(|any| any.into_iter().map(Into::into).collect()),
            purposes: self.purposes.map(|keys| named::purposes(ctx, "filter.purposes", keys)).transpose()?,
            categories: self
                .categories
                .map(|keys| named::categories(ctx, "filter.categories", keys))
                .transpose()?,
            request_id: self.request_id,
            from: self.occurred_from.map(|moment| moment.0),
            to: self.occurred_to.map(|moment| moment.0),
        })
    }
}

#[Object]
impl AuditQuery {
    /// The audit log. Reading it is on it.
    ///
    /// Requires: AUDITOR, COMPLIANCE.
    async fn audit_events(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<AuditFilter>,
    ) -> Result<AuditEventConnection> {
        const LIST: &str = "auditEvents";
        access(ctx).require(Action::ReadAuditLog).await.or_error()?;
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let filter = filter.unwrap_or_default().into_domain(ctx)?;
        let page = access(ctx).read(ListEvents { filter, page }).await.or_error()?;
        Ok(AuditEventConnection::new(LIST, page.map(AuditEvent)))
    }
}
