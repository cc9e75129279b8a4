//! A plan of many customers, put together some of them at a time: they are never in memory all at once.

use super::{
    Draft, Judged,
    plan::{LASTS, changed, expired, must_be_a_hash},
};
use crate::{
    access::{Sql, Stop, Writer},
    domain::catalog::Catalog,
};
use entity::{
    customer, disposal_plan, disposal_plan_item,
    enums::TaskCause,
    ids::{ConsentId, CustomerId, DisposalPlanId},
    job,
    json::SmallGroups,
};
use sea_orm::EntityTrait;
use sha2::{Digest, Sha256};

/// What a plan says of one of its customers.
#[derive(Debug)]
pub(in crate::domain) struct Part {
    pub customer: CustomerId,
    /// The SHA-256 of that in canonical form, as a plan of them alone would have it, and of what they had with the company.
    pub hash: Vec<u8>,
    /// Whether the law or a hold keeps something.
    pub keeps: bool,
    draft: Draft,
}

impl Part {
    /// Of this customer: `lines` are all of theirs, these consents end, and `before` is what else they had with the company.
    pub(in crate::domain) fn new<'a>(
        catalog: &Catalog,
        customer: &customer::Model,
        lines: impl IntoIterator<Item = &'a Judged>,
        ended: Vec<ConsentId>,
        before: &str,
    ) -> Self {
        let mut draft = Draft::default();
        draft.ends(ended);
        draft.add(catalog, std::slice::from_ref(customer), lines);
        let hash = Sha256::new().chain_update(draft.hash()).chain_update(before).finalize().to_vec();
        Self { customer: customer.id, hash, keeps: draft.keeps(), draft }
    }
}

/// The hash of a plan of many: over those of its customers, in the order of their ids.
#[derive(Debug, Default)]
pub(in crate::domain) struct BulkHash(Sha256);

impl BulkHash {
    /// The next one.
    pub(in crate::domain) fn add(&mut self, customer: CustomerId, hash: &[u8]) {
        self.0.update(customer.0.as_bytes());
        self.0.update(hash);
    }
}

/// A plan of a job's.
#[derive(Debug)]
pub(in crate::domain) struct BulkPlan(pub disposal_plan::Model);

impl BulkPlan {
    /// One with nobody in it so far.
    pub(in crate::domain) async fn begin(w: &Writer, job: &job::Model) -> Result<Self, Stop> {
        let plan = disposal_plan::Model {
            id: DisposalPlanId(w.id()),
            customer_id: None,
            cause: TaskCause::BulkJob,
            subject_id: job.id.0,
            wish: Sha256::digest([]).to_vec(),
            // Not known before everybody is in it.
            hash: vec![0; 32],
            created_at: w.now(),
            created_by: job.requested_by_name.clone(),
            expires_at: w.now() + LASTS,
            executed_at: None,
            customers: 0,
            locations: 0,
            kept: 0,
            reason: Some(job.reason.clone()),
            small_groups: None,
        };
        Ok(Self(w.insert::<disposal_plan::Entity>(plan).await?))
    }

    /// The one of this job.
    pub(in crate::domain) async fn of(w: &Writer, id: DisposalPlanId) -> Result<Option<Self>, Stop> {
        Ok(w.lock(disposal_plan::Entity::find_by_id(id)).await?.map(Self))
    }

    /// The one that is named by its hash, and that nobody has carried out.
    ///
    /// # Errors
    /// `INVALID_FORMAT`, `PLAN_CHANGED`, `PLAN_EXPIRED`.
    pub(in crate::domain) async fn named(w: &Writer, hash: &str) -> Result<Self, Stop> {
        must_be_a_hash(hash)?;
        // Others may have come to the same plan for work of their own.
        let mut sql = Sql::new(
            "SELECT p.* FROM disposal_plan p JOIN job j ON j.disposal_plan_id = p.id AND j.state = 'PREVIEW' WHERE p.cause = ",
        );
        sql.bind(TaskCause::BulkJob)
            .push(" AND p.executed_at IS NULL AND p.hash = ")
            .bind(hex::decode(hash).unwrap_or_default());
        sql.push(" AND NOT EXISTS (SELECT 1 FROM job o WHERE o.disposal_plan_id = p.id AND o.state NOT IN ('PREVIEW', 'CANCELLED'))");
        sql.push(" ORDER BY p.id DESC LIMIT 1");
        let plan = w.numbers::<disposal_plan::Model>(sql).await?.pop().ok_or_else(changed)?;
        let plan = Self(plan);
        plan.must_last(w)?;
        Ok(plan)
    }

    /// Whether it is the one of this hash, and can still be carried out.
    ///
    /// # Errors
    /// `INVALID_FORMAT`, `PLAN_CHANGED`, `PLAN_EXPIRED`.
    pub(in crate::domain) fn must_be(&self, w: &Writer, hash: &str) -> Result<(), Stop> {
        must_be_a_hash(hash)?;
        if self.0.hash != hex::decode(hash).unwrap_or_default() {
            return Err(changed().into());
        }
        self.must_last(w)
    }

    fn must_last(&self, w: &Writer) -> Result<(), Stop> {
        if self.0.expires_at <= w.now() { Err(expired().into()) } else { Ok(()) }
    }

    /// With these as well.
    pub(in crate::domain) async fn add(self, w: &Writer, parts: Vec<Part>) -> Result<Self, Stop> {
        let Self(mut plan) = self;
        let mut items = Vec::new();
        for part in parts {
            let (lost, _) = part.draft.losses();
            plan.expires_at = plan.expires_at.min(part.draft.expires_at(plan.created_at));
            let more = part.draft.into_items(plan.id);
            plan.customers += 1;
            plan.locations += i64::try_from(lost).unwrap_or(i64::MAX);
            plan.kept += i64::try_from(more.len() - lost).unwrap_or(i64::MAX);
            items.extend(more);
        }
        // Who looks at the items is told of each, and that is on record.
        w.insert_unseen::<disposal_plan_item::Entity>(&items).await?;
        Ok(Self(w.update::<disposal_plan::Entity>(plan).await?))
    }

    /// Everybody is in it. What small groups there are is no part of what is done, and so not of the hash.
    pub(in crate::domain) async fn end(
        self,
        w: &Writer,
        hash: BulkHash,
        small_groups: Option<SmallGroups>,
    ) -> Result<Self, Stop> {
        let plan = disposal_plan::Model { hash: hash.0.finalize().to_vec(), small_groups, ..self.0 };
        Ok(Self(w.update::<disposal_plan::Entity>(plan).await?))
    }

    /// It is being carried out.
    pub(in crate::domain) async fn begin_to_carry_out(self, w: &Writer) -> Result<(), Stop> {
        if self.0.executed_at.is_none() {
            let plan = disposal_plan::Model { executed_at: Some(w.now()), ..self.0 };
            w.update::<disposal_plan::Entity>(plan).await?;
        }
        Ok(())
    }
}
