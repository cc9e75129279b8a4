//! A plan, its counts and its items.

use crate::{
    domain::{
        disposal::{ItemsOfPlan, PlanItems, SystemCount},
        justification,
    },
    graphql::{
        connection::{Arguments, connection},
        context::{access, catalog, loaders},
        data_location::{DataLocation, Justification},
        enums::{Channel, CustomerKind, DisposalDecision, Locale},
        error::{OrError, missing},
        loaders::One,
        node::{self, id_or_nobody},
        scalars::DateTime,
        system::System,
    },
};
use async_graphql::{Context, ID, Object, Result};
use entity::{
    disposal_plan, disposal_plan_item,
    json::{self, Reason},
};

pub struct DisposalPlan(pub disposal_plan::Model);

/// What a disposal will do, location by location, and what it leaves and why. Asking for one changes nothing. Naming
/// its hash carries out exactly this: at one customer all or nothing (PLAN_CHANGED); in a bulk job, customers that no longer match are
/// left out and listed as failures.
#[Object]
impl DisposalPlan {
    pub async fn id(&self) -> ID {
        node::id(self.0.id)
    }

    /// Lower-case hex SHA-256 over its items in canonical form: one line for each, in the order of their ids, of the
    /// location's id, the decision, the last day that it stays, and what each fact behind it says; and one for each consent
    /// that ends with it. In bulk work it is SHA-256 over each customer's id and the hash of what is theirs.
    async fn plan_hash(&self) -> String {
        hex::encode(&self.0.hash)
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// The actor's name.
    async fn created_by(&self) -> &str {
        &self.0.created_by
    }

    /// Until then it can be carried out: a day, or until midnight where it says until which day something stays.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.0.expires_at)
    }

    async fn executed_at(&self) -> Option<DateTime> {
        self.0.executed_at.map(DateTime)
    }

    async fn customer_count(&self) -> i32 {
        count(self.0.customers)
    }

    /// Locations that will be disposed of.
    async fn location_count(&self) -> i32 {
        count(self.0.locations)
    }

    /// Locations that law, a hold, or another need keeps.
    async fn kept_count(&self) -> i32 {
        count(self.0.kept)
    }

    /// Who would stand out among those of whom only a little is left. Null where it is about one customer, where nobody wants to know
    /// (`small_group` is 0 or 1), and a month after the end of the job.
    async fn small_groups(&self) -> Option<SmallGroups> {
        self.0.small_groups.clone().map(SmallGroups)
    }

    async fn systems(&self, ctx: &Context<'_>) -> Result<Vec<DisposalPlanSystem>> {
        let counts = loaders(ctx).batch.load_one(self.0.id).await.or_error()?.unwrap_or_default();
        Ok(counts.into_iter().map(DisposalPlanSystem).collect())
    }

    /// Those kept: `decisions: [RESTRICT, KEEP]`.
    async fn items(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        decisions: Option<Vec<DisposalDecision>>,
        customer_id: Option<ID>,
    ) -> Result<DisposalPlanItemConnection> {
        const LIST: &str = "planItems";
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let of = PlanItems {
            decisions: decisions.map(|any| any.into_iter().map(Into::into).collect()),
            customer: customer_id.map(|id| id_or_nobody(&id)),
            page,
        };
        let page = access(ctx).read(ItemsOfPlan { plan: self.0.id, of }).await.or_error()?;
        Ok(DisposalPlanItemConnection::new(LIST, page.map(DisposalPlanItem)))
    }
}

pub struct SmallGroups(json::SmallGroups);

/// Groups of customers who agree in all that Kartotek keeps of them once they are anonymized, and who are fewer than they should be
/// (k-anonymity): whoever knows that much of somebody may find them. It is no part of `planHash`, and keeps nothing from being carried
/// out: have them erased, or wait until more are like them.
#[Object]
impl SmallGroups {
    /// A group is small if it has fewer (`small_group`).
    async fn below(&self) -> i32 {
        i32::try_from(self.0.below).unwrap_or(i32::MAX)
    }

    async fn group_count(&self) -> i32 {
        count(self.0.groups)
    }

    /// Customers of the plan who are in one.
    async fn customer_count(&self) -> i32 {
        count(self.0.customers)
    }

    /// At most 20, the smallest first.
    async fn smallest(&self) -> Vec<SmallGroup> {
        self.0.smallest.iter().cloned().map(SmallGroup).collect()
    }
}

pub struct SmallGroup(json::SmallGroup);

/// What the customers of one group have in common. It names nobody.
#[Object]
impl SmallGroup {
    /// With those who were anonymized before.
    async fn size(&self) -> i32 {
        count(self.0.size)
    }

    async fn kind(&self) -> CustomerKind {
        self.0.kind.into()
    }

    async fn locale(&self) -> Locale {
        self.0.locale.into()
    }

    /// By which way they came.
    async fn channel(&self) -> Channel {
        self.0.channel.into()
    }

    /// When they came.
    async fn year(&self) -> i32 {
        self.0.year
    }

    /// The keys of all services that they had at any time.
    async fn services(&self) -> &[String] {
        &self.0.services
    }
}

fn count(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

pub struct DisposalPlanSystem(SystemCount);

/// The plan's counts for one system.
#[Object]
impl DisposalPlanSystem {
    async fn system(&self, ctx: &Context<'_>) -> Result<System> {
        catalog(ctx).systems.get(&self.0.system_id).cloned().map(System).ok_or_else(missing)
    }

    async fn location_count(&self) -> i32 {
        count(self.0.locations)
    }

    async fn kept_count(&self) -> i32 {
        count(self.0.kept)
    }
}

pub struct DisposalPlanItem(disposal_plan_item::Model);

connection!(DisposalPlanItemConnection, DisposalPlanItemEdge, DisposalPlanItem);

/// One location, and what the plan says of it.
#[Object]
impl DisposalPlanItem {
    async fn data_location(&self, ctx: &Context<'_>) -> Result<DataLocation> {
        let found = loaders(ctx).batch.load_one(One(self.0.data_location_id)).await.or_error()?;
        found.map(DataLocation).ok_or_else(missing)
    }

    async fn decision(&self) -> DisposalDecision {
        self.0.decision.into()
    }

    /// Why it is kept, as of when the plan was made; empty when it is disposed of.
    async fn reasons(&self, ctx: &Context<'_>) -> Result<Vec<Justification>> {
        if self.0.reasons.0.is_empty() {
            return Ok(Vec::new());
        }
        let found = loaders(ctx).batch.load_one(One(self.0.data_location_id)).await.or_error()?;
        let location = found.ok_or_else(missing)?;
        let fact = |reason: &Reason| Justification {
            fact: justification::Justification {
                location_id: location.id,
                customer_id: location.customer_id,
                category: location.category.clone(),
                kind: reason.kind,
                purpose: reason.purpose.clone(),
                subscription_id: reason.subscription_id,
                requirement_id: reason.requirement_id,
                rule_id: reason.rule_id,
                hold_id: reason.hold_id,
                ended_at: reason.ended_at,
                request_id: reason.request_id,
            },
            location: location.clone(),
        };
        Ok(self.0.reasons.0.iter().map(fact).collect())
    }

    /// When the last reason ends, if that is known.
    async fn kept_until(&self) -> Option<DateTime> {
        self.0.kept_until.map(DateTime)
    }
}
