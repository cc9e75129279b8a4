//! It is certain who asks, and what they asked for is done.

use super::{
    gather::gather,
    open::{Open, PATH, find_open, read},
    parts::categories,
    request::Request,
};
use crate::{
    access::{Broken, Code, Command, Profile, Refusal, Sql, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        checks::{Checks, LINE},
        customer::{ProfileChange, Rectification, gone, is_restricted, only_kept, rectify},
        disposal::{Asked, Draft, Judged, Planned, Subject, ask_anew, judged, sooner},
        justification::meets,
        restriction::{Placing, place},
        task::{Why, do_for, done_for, unseal},
    },
    policy::{Action, Target},
};
use entity::{
    data_request, disposal_plan,
    enums::{DataRequestType, TaskCause},
    ids::{CategoryKey, DataRequestId},
    sealed, task,
};
use sea_orm::EntityTrait;
use std::{collections::BTreeSet, sync::Arc};

/// Records how it was made sure who asks, and disposes of what they asked for; or says what that would be.
#[derive(Clone, Debug)]
pub struct VerifyIdentity {
    pub catalog: Arc<Catalog>,
    pub request: DataRequestId,
    pub method: String,
    pub reference: Option<String>,
    pub asked: Asked,
}

/// A request whose customer is known, and what follows.
#[derive(Clone, Debug)]
pub struct Verified {
    /// As it was, where only a plan was asked for.
    pub request: Request,
    /// What is disposed of, where the request is for that.
    pub plan: Option<disposal_plan::Model>,
    /// All that are to fulfil it, those that were open before as well.
    pub tasks: Vec<task::Model>,
}

impl Command for VerifyIdentity {
    const ACTION: Action = Action::VerifyIdentity;
    type Output = Verified;

    fn target(&self) -> Target {
        // Whose it is, the request says.
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<Verified, Stop> {
        let mut checks = Checks::new();
        let method = checks.line("method", &self.method, LINE);
        let reference = self.reference.as_ref().map(|text| checks.line("reference", text, LINE));
        checks.finish()?;
        let catalog = catalog::held(w, &self.catalog).await?;
        let mut open = find_open(w, self.request).await?;
        if open.request.row.verified_at.is_some() {
            let message = "It is on record already who asks.";
            return Err(Refusal::new(Code::AlreadyVerified, message).at(PATH).into());
        }
        if open.customer.disposed_as.is_some() {
            return Err(gone(PATH).into());
        }
        let scope = categories(w, &[self.request]).await?.remove(&self.request).unwrap_or_default();
        let before = open.request.clone();
        let disposes = matches!(before.row.kind, DataRequestType::Erasure | DataRequestType::Objection);
        if !disposes && (self.asked.dry_run || self.asked.plan_hash.is_some()) {
            let message = "Only a request that something is disposed of for has a plan: leave this out.";
            let path = if self.asked.dry_run { "dryRun" } else { "planHash" };
            return Err(Refusal::new(Code::OutOfRange, message).at(path).into());
        }
        if disposes && is_restricted(&open.customer) {
            return Err(only_kept(PATH).into());
        }
        let planned = Planned::begin(w, &self.asked).await?;
        open.resume(w).await?;
        let row = data_request::Model {
            verified_method: Some(method),
            verified_reference: reference,
            verified_by: Some(w.actor_name()),
            verified_at: Some(w.now()),
            ..before.row.clone()
        };
        open.store(w, &catalog, row).await?;
        let (plan, tasks) = match before.row.kind {
            DataRequestType::Access | DataRequestType::Portability => {
                (None, gather(w, &catalog, &open, &scope).await?)
            }
            DataRequestType::Rectification => {
                self.rectify(w, &catalog, &open).await?;
                (None, done_for(w, self.request).await?)
            }
            DataRequestType::Restriction => {
                self.restrict(w, &catalog, &open).await?;
                (None, done_for(w, self.request).await?)
            }
            DataRequestType::Erasure | DataRequestType::Objection => {
                let (plan, lines, dry_run) = self.dispose(w, &catalog, &open, &scope, planned).await?;
                if dry_run {
                    return Ok(Verified { request: before, plan: Some(plan), tasks: Vec::new() });
                }
                self.take_over(w, &lines).await?;
                (Some(plan), done_for(w, self.request).await?)
            }
        };
        Ok(Verified { request: read(w, self.request).await?, plan, tasks })
    }
}

impl VerifyIdentity {
    /// Everything of the customer's is only kept from now on. It may be already, on another ground, and somebody may still have
    /// to be told.
    async fn restrict(&self, w: &Writer, catalog: &Catalog, open: &Open) -> Result<(), Stop> {
        let row = &open.request.row;
        let ground =
            row.restriction_ground.ok_or(Broken::Stored("a request for restriction has no ground"))?;
        let reason = row.note.clone().unwrap_or_else(|| "The customer asked for it.".to_owned());
        let (channel, why) = (row.channel, Why::request(self.request));
        let placing = Placing { ground, reason, channel, why };
        if place(w, catalog, open.customer.clone(), placing, PATH).await?.is_none() {
            do_for(w, self.request, |sql| _ = sql.push("t.action = 'RESTRICT' AND NOT t.lifts")).await?;
        }
        Ok(())
    }

    /// Corrects what the customer said is wrong, here and everywhere else. What is right here already may still be on its way to
    /// others.
    async fn rectify(&self, w: &Writer, catalog: &Catalog, open: &Open) -> Result<(), Stop> {
        let asked = sealed::Entity::find_by_id(self.request.0);
        let asked = w.one(asked).await?.ok_or(Broken::Stored("a request's corrections are gone"))?;
        let profile = ProfileChange::to(&unseal::<Profile>(w, &asked)?);
        let (channel, why) = (open.request.row.channel, Why::request(self.request));
        let correction = Rectification { profile: &profile, locale: None, channel, why };
        rectify(w, catalog, open.customer.clone(), correction).await?;
        let about = |sql: &mut Sql| {
            sql.push("t.action = 'RECTIFY' AND EXISTS (SELECT 1 FROM task_location x JOIN data_location l ");
            sql.push("ON l.id = x.data_location_id WHERE x.task_id = t.id AND ").push(&meets("l")).push(")");
        };
        do_for(w, self.request, about).await
    }

    /// Judges the customer's lines now that the request stands. Back come the plan, the lines that were asked for, and
    /// whether only the plan was.
    async fn dispose(
        &self,
        w: &Writer,
        catalog: &Catalog,
        open: &Open,
        scope: &[CategoryKey],
        planned: Planned,
    ) -> Result<(disposal_plan::Model, Vec<Judged>, bool), Stop> {
        let customers = [open.customer.clone()];
        let in_scope = |one: &Judged| {
            scope.is_empty() || scope.iter().any(|above| one.line.category.is_within(above.as_str()))
        };
        // An objection is about what it leaves without a reason; what has another one is not its business.
        let objects = open.request.row.kind == DataRequestType::Objection;
        let mut lines = judged(w, catalog, &customers).await?;
        let sooner = if objects { sooner(w, &lines, TaskCause::DataRequest).await? } else { BTreeSet::new() };
        let loses_its_reason =
            |one: &Judged| one.changes() && one.verdict.task().is_some() || sooner.contains(&one.line.id);
        let is_asked_for = |one: &Judged| in_scope(one) && (!objects || loses_its_reason(one));
        // A customer who asks is reason enough to ask once more who kept something before.
        let kept = lines.iter_mut().filter(|one| one.stays && is_asked_for(one));
        let kept = kept.map(|one| {
            one.stays = false;
            one.line.id
        });
        ask_anew(w, &kept.collect::<Vec<_>>()).await?;
        let mut draft = Draft::default();
        draft.add(catalog, &customers, lines.iter().filter(|one| one.changes() || is_asked_for(one)));
        let subject = Subject {
            cause: TaskCause::DataRequest,
            id: self.request.0,
            wish: String::new(),
            customer: Some(open.customer.id),
        };
        let why = |one: &Judged| {
            if is_asked_for(one) { Why::request(self.request) } else { Why::of(TaskCause::PeriodEnded) }
        };
        let dry_run = planned.is_dry_run();
        let (plan, _) = planned.carry_out_for(w, catalog, &subject, &lines, draft, why).await?;
        lines.retain(|one| is_asked_for(one));
        Ok((plan, lines, dry_run))
    }

    /// What is to be done with these lines, for whatever reason, is done for the request as well from here on.
    async fn take_over(&self, w: &Writer, lines: &[Judged]) -> Result<(), Stop> {
        for some in lines.chunks(1_000) {
            let about = |sql: &mut Sql| {
                sql.push("t.action IN ('ERASE', 'ANONYMIZE') AND t.id IN (");
                sql.push("SELECT x.task_id FROM task_location x WHERE x.data_location_id IN ");
                sql.list(some.iter().map(|one| one.line.id.0)).push(")");
            };
            do_for(w, self.request, about).await?;
        }
        Ok(())
    }
}
