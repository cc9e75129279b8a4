//! Questions about the audit log.

use super::{
    proofs::{AuditCheckpoint, AuditConsistencyProof, AuditInclusionProof},
    types::{AuditEvent, AuditEventConnection},
};
use crate::{
    domain::audit::{self, EventsByIds, ListEvents, NewestCheckpoint, ProveConsistency},
    graphql::{
        connection::Arguments,
        context::{access, loaders},
        enums::{ActorKind, AuditKind, AuditOutcome},
        error::{OrError, not_found},
        loaders::InclusionOf,
        named,
        node::id_or_nobody,
        scalars::{DateTime, SafeInt},
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
    /// What the filter asks for.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for what there is not.
    pub fn into_domain(self, ctx: &Context<'_>) -> Result<audit::AuditFilter> {
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

    /// The newest signed checkpoint; null until the first events are sealed.
    ///
    /// Requires: any role.
    async fn audit_checkpoint(&self, ctx: &Context<'_>) -> Result<Option<AuditCheckpoint>> {
        Ok(access(ctx).read(NewestCheckpoint).await.or_error()?.map(AuditCheckpoint::from))
    }

    /// Proof that an event is in the log (RFC 9162, 2.1.3). NOT_FOUND while the event is not sealed, or not in
    /// a tree of that size.
    ///
    /// Requires: AUDITOR, COMPLIANCE.
    async fn audit_inclusion_proof(
        &self,
        ctx: &Context<'_>,
        event_id: ID,
        #[graphql(desc = "The newest checkpoint's unless told.")] tree_size: Option<SafeInt>,
    ) -> Result<AuditInclusionProof> {
        let id = id_or_nobody(&event_id);
        let event = access(ctx).read(EventsByIds(vec![id])).await.or_error()?.pop();
        let key = InclusionOf(id, tree_size.map(|size| size.0));
        let inclusion = match event {
            Some(_) => loaders(ctx).batch.load_one(key).await.or_error()?,
            None => None,
        };
        let proof = event.zip(inclusion).map(|(event, inclusion)| AuditInclusionProof { event, inclusion });
        proof.ok_or_else(|| {
            not_found("There is no such event in the tree of that size: it may not be sealed yet.")
        })
    }

    /// Proof that the log of size `to` only adds to the log of size `from` (RFC 9162, 2.1.4).
    ///
    /// Requires: any role.
    async fn audit_consistency_proof(
        &self,
        ctx: &Context<'_>,
        from: SafeInt,
        to: SafeInt,
    ) -> Result<AuditConsistencyProof> {
        let proof = access(ctx).read(ProveConsistency { from: from.0, to: to.0 }).await.or_error()?;
        let proof = proof.ok_or_else(|| not_found("Nothing was signed about a log of that size yet."))?;
        Ok(proof.into())
    }
}
