//! An event, and what it saw or changed of whom.

use super::proofs::{AuditInclusionProof, AuditPartProof};
use crate::{
    domain::audit::{EventRow, Part, Shown, SubjectBody},
    graphql::{
        catalog::{DataCategory, categories},
        connection::{Arguments, connection, page_of},
        context::{access, charge_beyond_few, loaders},
        customer::Customer,
        enums::{ActorKind, AuditKind, AuditOutcome, Role},
        error::{OrError, missing},
        loaders::{InclusionOf, PlaceOf},
        node,
        scalars::{DateTime, SafeInt},
    },
    policy::Action,
};
use async_graphql::{Context, ID, Lookahead, Object, Result};
use std::collections::HashMap;

/// What a proof is charged for: about as many hashes as it has in a log of a million events.
const HASHES: usize = 20;

#[derive(Clone)]
pub struct AuditEvent(pub EventRow);

connection!(AuditEventConnection, AuditEventEdge, AuditEvent);

/// One operation that someone made, or was refused. It holds no personal values, and never changes.
#[Object]
impl AuditEvent {
    pub async fn id(&self) -> ID {
        node::id(self.0.id)
    }

    async fn occurred_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }

    /// Issuer and subject of the token, or the program's part.
    async fn actor(&self) -> &str {
        &self.0.body.actor.id
    }

    async fn actor_kind(&self) -> ActorKind {
        self.0.body.actor.kind.into()
    }

    async fn roles(&self) -> Vec<Role> {
        self.0.body.actor.roles.iter().map(|role| Role::from(*role)).collect()
    }

    /// A purpose's key.
    async fn purpose(&self) -> Option<&str> {
        self.0.body.purpose.as_deref()
    }

    /// Such as a ticket's number (`Access-Reason`).
    async fn reason(&self) -> Option<&str> {
        self.0.withheld.reason.as_deref()
    }

    /// The name of the root field, command or duty.
    async fn operation(&self) -> &str {
        &self.0.body.operation
    }

    async fn kind(&self) -> AuditKind {
        self.0.body.kind.into()
    }

    /// The type of thing it was about, by its name here.
    async fn target_kind(&self) -> Option<&str> {
        self.0.body.target.as_deref()
    }

    async fn outcome(&self) -> AuditOutcome {
        self.0.body.outcome.into()
    }

    /// Why it was denied or failed.
    async fn error_code(&self) -> Option<&str> {
        self.0.body.code.as_deref()
    }

    /// How many times it happened, when one event stands for several; 1 otherwise.
    async fn count(&self) -> i32 {
        self.0.body.count.and_then(|count| i32::try_from(count).ok()).unwrap_or(1)
    }

    /// `X-Request-Id`.
    async fn request_id(&self) -> &str {
        &self.0.body.request
    }

    /// Where the caller came from. Null for customers: it may be a member of staff's own.
    async fn client_address(&self, ctx: &Context<'_>) -> Option<&str> {
        if only_themselves(ctx) { None } else { self.0.withheld.address.as_deref() }
    }

    /// Whose data was seen or changed. Customers see only themselves here.
    async fn subjects(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<AuditSubjectConnection> {
        const LIST: &str = "subjects";
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let actor = access(ctx).caller().actor.clone();
        let hidden = only_themselves(ctx);
        let mine = |subject: &&SubjectBody| !hidden || Some(subject.customer) == actor.customer;
        // An event never changes, so a place in it will do, and names nobody.
        let list = self.0.withheld.subjects.iter().filter(mine).cloned().enumerate().collect();
        let page = page_of(&page, list, |(place, _)| vec![place.to_string()])?;
        let ahead = ctx.look_ahead();
        let mut proofs = HashMap::new();
        if ["nodes", "edges"].iter().any(|path| asks_for_proofs(&ahead.field(path))) {
            charge_beyond_few(ctx, self.0.withheld.subjects.len())?;
            let all = page.entries.iter().map(|(_, (_, subject))| subject.customer).collect::<Vec<_>>();
            let shown =
                self.0.shown(|part| matches!(part, Part::Subject(one) if all.contains(&one.customer)));
            // Both are in the order of the event.
            proofs.extend(all.into_iter().zip(shown));
        }
        let subject = |(_, body): (_, SubjectBody)| {
            let proof = proofs.get(&body.customer).cloned();
            AuditSubject { body, proof }
        };
        Ok(AuditSubjectConnection::new(LIST, page.map(subject)))
    }

    /// Its place in the Merkle tree; null until sealed (seconds).
    async fn leaf_index(&self, ctx: &Context<'_>) -> Result<Option<SafeInt>> {
        Ok(loaders(ctx).batch.load_one(PlaceOf(self.0.id)).await.or_error()?.map(SafeInt::from))
    }

    /// What proves that it is in the log, in the tree of this size or the one that was signed last; null while it is not.
    async fn inclusion_proof(
        &self,
        ctx: &Context<'_>,
        tree_size: Option<SafeInt>,
    ) -> Result<Option<AuditInclusionProof>> {
        charge_beyond_few(ctx, HASHES)?;
        let key = InclusionOf(self.0.id, tree_size.map(|size| size.0));
        let inclusion = loaders(ctx).batch.load_one(key).await.or_error()?;
        Ok(inclusion.map(|inclusion| AuditInclusionProof { event: self.0.clone(), inclusion }))
    }
}

/// Whether each subject's proof is asked for, below a field of the connection.
fn asks_for_proofs(below: &Lookahead<'_>) -> bool {
    below.field("proof").exists() || below.field("node").field("proof").exists()
}

/// Whether the caller may see nobody but themselves in the log.
fn only_themselves(ctx: &Context<'_>) -> bool {
    access(ctx).sees_only_themselves(Action::SeeAccessLog)
}

#[derive(Clone)]
pub struct AuditSubject {
    body: SubjectBody,
    proof: Option<Shown>,
}

connection!(AuditSubjectConnection, AuditSubjectEdge, AuditSubject);

/// What one event saw or changed of one customer.
#[Object]
impl AuditSubject {
    async fn customer(&self, ctx: &Context<'_>) -> Result<Customer> {
        let found = loaders(ctx).batch.load_one(self.body.customer).await.or_error()?;
        found.map(Customer).ok_or_else(missing)
    }

    async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<DataCategory>> {
        categories(ctx, &self.body.categories)
    }

    /// The names of what was changed; empty for reads.
    async fn changed_fields(&self) -> &[String] {
        &self.body.changed
    }

    /// What proves that the event's entry is about them (see `AuditInclusionProof.entry`).
    async fn proof(&self) -> Option<AuditPartProof> {
        self.proof.clone().map(AuditPartProof::from)
    }
}
