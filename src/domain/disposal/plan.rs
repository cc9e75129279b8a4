//! Plan first, then do exactly that. A plan is worked out by making the change, in a transaction that then takes it
//! back, and by judging what is left as carrying out does.

use super::{Judged, open::carry_out_without};
use crate::{
    access::{Code, Refusal, Rehearsal, Stop, Writer},
    domain::{
        catalog::Catalog,
        justification::{Justification, explain},
        people::FEW,
        period::{day_of, start_of},
        task::Why,
    },
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entity::{
    customer, disposal_plan, disposal_plan_item,
    enums::{DisposalDecision, JustificationKind, Locale, TaskCause},
    ids::{ConsentId, CustomerId, DisposalPlanId, SubscriptionId},
    json::{Reason, Reasons},
    retention_rule, task,
};
use jiff::tz::TimeZone;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeSet, HashMap},
    fmt::Write,
};
use uuid::Uuid;

/// How long a plan can be carried out: as long as it takes to ask somebody.
pub(super) const LASTS: TimeDelta = TimeDelta::hours(24);

/// Whether only a plan is asked for, or exactly what an earlier one said. Neither: do it.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub dry_run: bool,
    /// In hex.
    pub plan_hash: Option<String>,
}

/// What a plan is for: with the same of these, and the same hash, it is the same plan.
#[derive(Clone, Debug)]
pub(in crate::domain) struct Subject {
    pub cause: TaskCause,
    pub id: Uuid,
    /// What else was asked for, such as the service to change to.
    pub wish: String,
    pub customer: Option<CustomerId>,
}

impl Subject {
    fn wish(&self) -> Vec<u8> {
        Sha256::digest(self.wish.as_bytes()).to_vec()
    }
}

/// A change under way that is to be planned, or to be carried out as planned.
#[derive(Debug)]
pub struct Planned {
    asked: Asked,
    rehearsal: Option<Rehearsal>,
}

impl Planned {
    /// Begins, before anything is changed.
    ///
    /// # Errors
    /// `CHOOSE_ONE` when both are asked for; `INVALID_FORMAT` for what is no hash.
    pub(in crate::domain) async fn begin(w: &Writer, asked: &Asked) -> Result<Self, Stop> {
        if let Some(hash) = &asked.plan_hash {
            if asked.dry_run {
                let message = "Ask for a plan, or name one to carry it out, not both.";
                return Err(Refusal::new(Code::ChooseOne, message).at("planHash").into());
            }
            must_be_a_hash(hash)?;
        }
        let rehearsal = if asked.dry_run { Some(w.rehearse().await?) } else { None };
        Ok(Self { asked: asked.clone(), rehearsal })
    }

    /// Whether nothing is to be changed.
    #[must_use]
    pub fn is_dry_run(&self) -> bool {
        self.asked.dry_run
    }

    /// Ends what is about one customer: `lines` are all of theirs, `draft` what is told of them. Back come the plan, and
    /// the tasks that it opened.
    ///
    /// # Errors
    /// `PLAN_CHANGED`, `PLAN_EXPIRED` when this is not what was planned.
    pub(in crate::domain) async fn carry_out(
        self,
        w: &Writer,
        catalog: &Catalog,
        subject: &Subject,
        lines: &[Judged],
        draft: Draft,
    ) -> Result<(disposal_plan::Model, Vec<task::Model>), Stop> {
        self.carry_out_for(w, catalog, subject, lines, draft, |_| Why::of(subject.cause)).await
    }

    /// The same, where `why` says of each line why it is disposed of.
    ///
    /// # Errors
    /// `PLAN_CHANGED`, `PLAN_EXPIRED` when this is not what was planned.
    pub(in crate::domain) async fn carry_out_for(
        self,
        w: &Writer,
        catalog: &Catalog,
        subject: &Subject,
        lines: &[Judged],
        draft: Draft,
        why: impl Fn(&Judged) -> Why,
    ) -> Result<(disposal_plan::Model, Vec<task::Model>), Stop> {
        let tasks = if self.is_dry_run() {
            Vec::new()
        } else {
            carry_out_without(w, catalog, lines, why, &[]).await?
        };
        Ok((self.record(w, subject, draft).await?, tasks))
    }

    /// Puts the plan on record, and takes the change back if only the plan was asked for.
    ///
    /// # Errors
    /// `PLAN_CHANGED`, `PLAN_EXPIRED` when this is not what was planned.
    pub(in crate::domain) async fn record(
        self,
        w: &Writer,
        subject: &Subject,
        draft: Draft,
    ) -> Result<disposal_plan::Model, Stop> {
        if let Some(rehearsal) = self.rehearsal {
            w.take_back(rehearsal).await?;
            return draft.store(w, subject, None).await;
        }
        let Some(hash) = self.asked.plan_hash else { return draft.store(w, subject, Some(w.now())).await };
        let bytes = hex::decode(&hash).unwrap_or_default();
        let found = disposal_plan::Entity::find()
            .filter(disposal_plan::Column::SubjectId.eq(subject.id))
            .filter(disposal_plan::Column::Hash.eq(bytes.clone()))
            .filter(disposal_plan::Column::Cause.eq(subject.cause))
            .filter(disposal_plan::Column::Wish.eq(subject.wish()))
            .filter(disposal_plan::Column::ExecutedAt.is_null())
            .order_by_desc(disposal_plan::Column::Id);
        let Some(plan) = w.page(found, 1).await?.0.pop() else { return Err(changed().into()) };
        if plan.expires_at <= w.now() {
            return Err(expired().into());
        }
        if draft.hash() != bytes {
            return Err(changed().into());
        }
        // As it is now: what was said of a subscription that was to begin, and moments that went on with the clock.
        let items = disposal_plan_item::Column::DisposalPlanId.eq(plan.id);
        w.delete(disposal_plan_item::Entity::delete_many().filter(items)).await?;
        let now = draft.plan(w, subject, Some(w.now()));
        let plan = disposal_plan::Model {
            id: plan.id,
            created_at: plan.created_at,
            created_by: plan.created_by,
            expires_at: plan.expires_at,
            ..now
        };
        let plan = w.update::<disposal_plan::Entity>(plan).await?;
        draft.store_items(w, &plan).await?;
        Ok(plan)
    }
}

/// # Errors
/// `INVALID_FORMAT` for what is no hash.
pub(super) fn must_be_a_hash(hash: &str) -> Result<(), Refusal> {
    if hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        return Ok(());
    }
    let message = "Give the plan's `planHash`: 64 digits of lower-case hex.";
    Err(Refusal::new(Code::InvalidFormat, message).at("planHash"))
}

pub(super) fn changed() -> Refusal {
    let message = "What was planned and what is there now differ: ask for a new plan.";
    Refusal::new(Code::PlanChanged, message).at("planHash")
}

pub(super) fn expired() -> Refusal {
    Refusal::new(Code::PlanExpired, "This plan has expired: ask for a new one.").at("planHash")
}

/// The items of a plan, as they are found.
#[derive(Debug, Default)]
pub(in crate::domain) struct Draft {
    items: Vec<disposal_plan_item::Model>,
    /// Of each item, all facts behind the decision by what they say, and the day until which it stays.
    facts: Vec<(Vec<String>, Option<NaiveDate>)>,
    /// Consents that end with the change.
    consents: Vec<ConsentId>,
    zone: Option<TimeZone>,
    /// Why, as whoever asked for it said.
    reason: Option<String>,
    /// A subscription that there is not while it is only planned, so that no plan can name it.
    begins: Option<SubscriptionId>,
}

impl Draft {
    /// Adds what becomes of these lines.
    pub(in crate::domain) fn add<'a>(
        &mut self,
        catalog: &Catalog,
        customers: &[customer::Model],
        lines: impl IntoIterator<Item = &'a Judged>,
    ) {
        let registered =
            customers.iter().map(|customer| (customer.id, customer.created_at)).collect::<HashMap<_, _>>();
        for one in lines {
            // Nobody is asked again for what its holder keeps.
            let Some(decision) = one.verdict.decision().filter(|_| one.changes() || !one.stays) else {
                continue;
            };
            let keeps = matches!(decision, DisposalDecision::Restrict | DisposalDecision::Keep);
            let until = until(one, registered.get(&one.line.customer_id).copied(), catalog);
            let said = one.facts.iter().map(|fact| said(fact, self.begins, catalog)).collect();
            let (reasons, kept_until) =
                if keeps { (reasons(one), until) } else { (Reasons::default(), None) };
            let last_day = until.map(|until| day_of(until - TimeDelta::microseconds(1), &catalog.zone()));
            self.facts.push((said, last_day));
            self.zone.get_or_insert_with(|| catalog.zone());
            self.items.push(disposal_plan_item::Model {
                // Known once it is stored.
                disposal_plan_id: DisposalPlanId(Uuid::nil()),
                data_location_id: one.line.id,
                customer_id: one.line.customer_id,
                category: one.line.category.clone(),
                system_id: one.line.system_id,
                decision,
                kept_until,
                reasons,
            });
        }
    }

    /// That these consents end with the change.
    pub(in crate::domain) fn ends(&mut self, consents: Vec<ConsentId>) {
        self.consents = consents;
    }

    /// Why it is to be, in the words of whoever asked for it.
    pub(in crate::domain) fn because(&mut self, reason: &str) {
        self.reason = Some(reason.to_owned());
    }

    /// That this subscription begins with the change. Said before anything is added.
    pub(in crate::domain) fn begins(&mut self, subscription: SubscriptionId) {
        self.begins = Some(subscription);
    }

    /// Notes whom numbers tell about that are so small that they are about somebody in particular.
    pub(in crate::domain) fn tells(&self, w: &Writer) {
        let whose = self.items.iter().map(|item| item.customer_id).collect::<BTreeSet<_>>();
        if whose.len() as u64 <= FEW {
            for item in &self.items {
                w.tells(item.customer_id, std::slice::from_ref(&item.category));
            }
        }
    }

    /// How many lines would go, and of how many customers.
    pub(in crate::domain) fn losses(&self) -> (usize, usize) {
        let lost = self.items.iter().filter(|item| is_lost(item));
        (lost.clone().count(), lost.map(|item| item.customer_id).collect::<BTreeSet<_>>().len())
    }

    /// The SHA-256 of the items in canonical form: a line for each in the order of their ids, of the location's id, the
    /// decision, the last day that it stays, or `-` where none is known, and what each fact behind it says, in order,
    /// between spaces; then a line for each consent that ends. The day, and not the moment: a grace that begins now ends a
    /// little later each time one asks. What facts say, and not their ids: those that the change itself makes are others
    /// each time.
    pub(super) fn hash(&self) -> Vec<u8> {
        let mut items = self.items.iter().zip(&self.facts).collect::<Vec<_>>();
        items.sort_by_key(|(item, _)| item.data_location_id);
        let mut hasher = Sha256::new();
        for (item, (facts, day)) in items {
            let day = day.map_or_else(|| "-".to_owned(), |day| day.to_string());
            let mut line = format!("{} {} {day}", item.data_location_id, word(item.decision));
            let mut facts = facts.clone();
            facts.sort();
            for fact in facts {
                let _ = write!(line, " {fact}");
            }
            line.push('\n');
            hasher.update(line.as_bytes());
        }
        let mut consents = self.consents.iter().map(ConsentId::to_string).collect::<Vec<_>>();
        consents.sort();
        for consent in consents {
            hasher.update(format!("{consent} LAPSED\n").as_bytes());
        }
        hasher.finalize().to_vec()
    }

    /// What names a day is another plan on the next one.
    pub(super) fn expires_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let names_a_day = self.facts.iter().any(|(_, day)| day.is_some());
        let zone = self.zone.as_ref().filter(|_| names_a_day);
        let midnight = zone.and_then(|zone| start_of(day_of(now, zone).succ_opt()?, zone));
        midnight.map_or(now + LASTS, |midnight| midnight.min(now + LASTS))
    }

    fn plan(
        &self,
        w: &Writer,
        subject: &Subject,
        executed_at: Option<DateTime<Utc>>,
    ) -> disposal_plan::Model {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let lost = self.losses().0;
        let customers = self.items.iter().map(|item| item.customer_id).collect::<BTreeSet<_>>();
        disposal_plan::Model {
            id: DisposalPlanId(w.id()),
            customer_id: subject.customer,
            cause: subject.cause,
            subject_id: subject.id,
            wish: subject.wish(),
            hash: self.hash(),
            created_at: w.now(),
            created_by: w.actor_name(),
            expires_at: self.expires_at(w.now()),
            executed_at,
            customers: count(customers.len()),
            locations: count(lost),
            kept: count(self.items.len() - lost),
            reason: self.reason.clone(),
            small_groups: None,
        }
    }

    async fn store(
        self,
        w: &Writer,
        subject: &Subject,
        executed_at: Option<DateTime<Utc>>,
    ) -> Result<disposal_plan::Model, Stop> {
        let plan = w.insert::<disposal_plan::Entity>(self.plan(w, subject, executed_at)).await?;
        self.store_items(w, &plan).await?;
        Ok(plan)
    }

    /// What it has found so far, as items of this plan.
    pub(super) fn into_items(self, plan: DisposalPlanId) -> Vec<disposal_plan_item::Model> {
        self.items
            .into_iter()
            .map(|item| disposal_plan_item::Model { disposal_plan_id: plan, ..item })
            .collect()
    }

    /// Whether the law or a hold keeps something.
    pub(super) fn keeps(&self) -> bool {
        self.items.iter().any(|item| item.decision == DisposalDecision::Restrict)
    }

    async fn store_items(mut self, w: &Writer, plan: &disposal_plan::Model) -> Result<(), Stop> {
        for item in &mut self.items {
            item.disposal_plan_id = plan.id;
            if plan.executed_at.is_none() {
                let to_be = item.reasons.0.iter_mut().filter(|reason| reason.subscription_id == self.begins);
                to_be.for_each(|reason| reason.subscription_id = None);
            }
        }
        if u64::try_from(plan.customers).is_ok_and(|customers| customers <= FEW) {
            return w.insert_all::<disposal_plan_item::Entity>(&self.items).await;
        }
        // Numbers that tell of nobody in particular. Who looks at the items is told of each, and that is on record.
        w.insert_unseen::<disposal_plan_item::Entity>(&self.items).await
    }
}

fn is_lost(item: &disposal_plan_item::Model) -> bool {
    matches!(item.decision, DisposalDecision::Erase | DisposalDecision::Anonymize)
}

fn reasons(one: &Judged) -> Reasons {
    let reason = |fact: &Justification| Reason {
        kind: fact.kind,
        purpose: fact.purpose.clone(),
        subscription_id: fact.subscription_id,
        requirement_id: fact.requirement_id,
        rule_id: fact.rule_id,
        hold_id: fact.hold_id,
        ended_at: fact.ended_at,
        request_id: fact.request_id,
    };
    Reasons(one.facts.iter().map(reason).collect())
}

/// When the last fact behind a decision ends, if that is known.
fn until(one: &Judged, registered_at: Option<DateTime<Utc>>, catalog: &Catalog) -> Option<DateTime<Utc>> {
    let until = |fact| explain(fact, &one.line, registered_at, catalog, Locale::En).0;
    let ends = one.facts.iter().map(until).collect::<Option<Vec<_>>>()?;
    ends.into_iter().max()
}

fn word(decision: DisposalDecision) -> &'static str {
    match decision {
        DisposalDecision::Erase => "ERASE",
        DisposalDecision::Anonymize => "ANONYMIZE",
        DisposalDecision::Restrict => "RESTRICT",
        DisposalDecision::Keep => "KEEP",
    }
}

/// A fact's kind, and what it rests on.
fn said(fact: &Justification, begins: Option<SubscriptionId>, catalog: &Catalog) -> String {
    match fact.kind {
        JustificationKind::Subscription => {
            let subscription = fact.subscription_id.filter(|id| Some(*id) != begins);
            let subscription = subscription.map(|id| id.to_string()).unwrap_or_default();
            let need = fact.requirement_id.and_then(|id| catalog.requirements.get(&id));
            let need = need.map(|need| format!("{}+{}", need.purpose, need.grace)).unwrap_or_default();
            format!("SUBSCRIPTION:{subscription}+{need}")
        }
        JustificationKind::RetentionRule => {
            let rule = fact.rule_id.and_then(|id| catalog.retention_rules.get(&id));
            let rule = rule.map(|rule| {
                let retention_rule::Model { category, purpose, keep_for, counted_from, .. } = &**rule;
                format!("{category}+{purpose}+{keep_for}+{counted_from:?}")
            });
            format!("RETENTION_RULE:{}", rule.unwrap_or_default())
        }
        JustificationKind::LegalHold => {
            format!("LEGAL_HOLD:{}", fact.hold_id.map(|id| id.to_string()).unwrap_or_default())
        }
        JustificationKind::Prospect => "PROSPECT:".to_owned(),
        JustificationKind::DataRequest => {
            format!("DATA_REQUEST:{}", fact.request_id.map(|id| id.to_string()).unwrap_or_default())
        }
    }
}
