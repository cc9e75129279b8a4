//! The law makes the company keep something.

use super::{begin_change, changed, live, retire_retention_rule::places};
use crate::{
    access::{Command, Stop, Writer},
    domain::{
        checks::{Checks, LINE},
        disposal::{Asked, Planned, Reach, Subject, plan_losses},
    },
    policy::{Action, Target},
};
use entity::{
    data_category, disposal_plan,
    enums::{RetentionStart, TaskCause},
    ids::{CategoryKey, PurposeKey, RetentionRuleId},
    purpose, retention_rule,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Says how long the law keeps a category, and everything below it, for a purpose. Replaces the rule that these
/// two had, unless it says the same. One that keeps less than the old one takes a plan first.
#[derive(Clone, Debug)]
pub struct SetRetentionRule {
    pub category: CategoryKey,
    pub purpose: PurposeKey,
    /// ISO 8601.
    pub keep_for: String,
    pub counted_from: RetentionStart,
    /// As cited to the customer.
    pub statute: String,
    pub asked: Asked,
}

impl Command for SetRetentionRule {
    const ACTION: Action = Action::SetRetentionRule;
    /// The rule, and the plan when anything goes or one was asked for.
    type Output = (retention_rule::Model, Option<disposal_plan::Model>);

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<Self::Output, Stop> {
        let planned = Planned::begin(w, &self.asked).await?;
        if !planned.is_dry_run() {
            begin_change(w).await?;
        }
        let rule = self.check(w).await?;
        let old = w.lock(alike(&rule)).await?;
        let same = |old: &retention_rule::Model| retention_rule::Model { id: old.id, ..rule.clone() } == *old;
        if let Some(old) = old.clone().filter(same) {
            w.about(Target::thing(old.id));
            return self.plan(w, planned, Some(old.clone()), old).await;
        }
        w.about(Target::thing(rule.id));
        if let Some(old) = &old {
            let retired = retention_rule::Model { retired_at: Some(w.now()), ..old.clone() };
            w.update::<retention_rule::Entity>(retired).await?;
        }
        let rule = w.insert::<retention_rule::Entity>(rule).await?;
        self.plan(w, planned, old, rule).await
    }
}

impl SetRetentionRule {
    async fn check(&self, w: &Writer) -> Result<retention_rule::Model, Stop> {
        let mut checks = Checks::new();
        let category = w.one(data_category::Entity::find_by_id(self.category.clone())).await?;
        checks.must(live(category, |row| row.retired_at.is_some(), "category", "category"));
        let purpose = w.one(purpose::Entity::find_by_id(self.purpose.clone())).await?;
        checks.must(live(purpose, |row| row.retired_at.is_some(), "purpose", "purpose"));
        let rule = retention_rule::Model {
            id: RetentionRuleId(w.id()),
            keep_for: checks.period("keepFor", &self.keep_for),
            statute: checks.line("statute", &self.statute, LINE),
            category: self.category.clone(),
            purpose: self.purpose.clone(),
            counted_from: self.counted_from,
            retired_at: None,
        };
        checks.finish()?;
        Ok(rule)
    }

    /// What becomes of what the old rule kept. Nothing goes where there was none: more is kept.
    async fn plan(
        &self,
        w: &Writer,
        planned: Planned,
        old: Option<retention_rule::Model>,
        rule: retention_rule::Model,
    ) -> Result<(retention_rule::Model, Option<disposal_plan::Model>), Stop> {
        let catalog = changed(w).await?;
        let places = old.as_ref().map(|old| places(&catalog, old)).unwrap_or_default();
        let retention_rule::Model { category, purpose, keep_for, counted_from, statute, .. } = &rule;
        let subject = Subject {
            cause: TaskCause::PeriodEnded,
            id: old.as_ref().map_or_else(uuid::Uuid::nil, |old| old.id.0),
            wish: format!("{category} {purpose} {keep_for} {counted_from:?} {statute}"),
            customer: None,
        };
        let reach = Reach { places, service: None };
        let shown = if planned.is_dry_run() { old.unwrap_or(rule) } else { rule };
        let plan = plan_losses(w, &catalog, &reach, &subject, &self.asked, planned).await?;
        Ok((shown, plan))
    }
}

/// The rule of the same category and purpose that is in force.
fn alike(rule: &retention_rule::Model) -> sea_orm::Select<retention_rule::Entity> {
    retention_rule::Entity::find()
        .filter(retention_rule::Column::Category.eq(rule.category.clone()))
        .filter(retention_rule::Column::Purpose.eq(rule.purpose.clone()))
        .filter(retention_rule::Column::RetiredAt.is_null())
}
