//! The law no longer makes the company keep something, and what only that kept goes.

use super::{Catalog, begin_change, changed, live};
use crate::{
    access::{Command, Stop, Writer},
    domain::disposal::{Asked, Planned, Reach, Subject, plan_losses},
    policy::{Action, Target},
};
use entity::{
    disposal_plan,
    enums::TaskCause,
    ids::{CategoryKey, RetentionRuleId, SystemId},
    retention_rule,
};
use sea_orm::EntityTrait;
use std::collections::BTreeSet;

/// Ends a rule. What it alone kept is found by the sweep.
#[derive(Clone, Debug)]
pub struct RetireRetentionRule {
    pub rule: RetentionRuleId,
    pub asked: Asked,
}

impl Command for RetireRetentionRule {
    const ACTION: Action = Action::RetireRetentionRule;
    type Output = (retention_rule::Model, Option<disposal_plan::Model>);

    fn target(&self) -> Target {
        Target::thing(self.rule)
    }

    async fn run(self, w: &mut Writer) -> Result<Self::Output, Stop> {
        let planned = Planned::begin(w, &self.asked).await?;
        if !planned.is_dry_run() {
            begin_change(w).await?;
        }
        let row = w.lock(retention_rule::Entity::find_by_id(self.rule)).await?;
        let row = live(row, |row| row.retired_at.is_some(), "retentionRuleId", "rule")?;
        let retired = retention_rule::Model { retired_at: Some(w.now()), ..row.clone() };
        let retired = w.update::<retention_rule::Entity>(retired).await?;
        let catalog = changed(w).await?;
        let subject =
            Subject { cause: TaskCause::PeriodEnded, id: row.id.0, wish: String::new(), customer: None };
        let reach = Reach { places: places(&catalog, &row), service: None };
        let shown = if planned.is_dry_run() { row } else { retired };
        let plan = plan_losses(w, &catalog, &reach, &subject, &self.asked, planned).await?;
        Ok((shown, plan))
    }
}

/// Where the rule keeps data: wherever a service, of now or of once, put it for the rule's purpose.
pub(super) fn places(catalog: &Catalog, rule: &retention_rule::Model) -> BTreeSet<(CategoryKey, SystemId)> {
    let under = catalog
        .requirements
        .values()
        .filter(|need| need.purpose == rule.purpose && need.category.is_within(rule.category.as_str()));
    under.map(|need| (need.category.clone(), need.system_id)).collect()
}
