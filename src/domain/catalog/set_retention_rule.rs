//! The law makes the company keep something.

use super::{begin_change, live};
use crate::{
    access::{Command, Stop, Writer},
    domain::checks::{Checks, LINE},
    policy::{Action, Target},
};
use entity::{
    data_category,
    enums::RetentionStart,
    ids::{CategoryKey, PurposeKey, RetentionRuleId},
    purpose, retention_rule,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Says how long the law keeps a category, and everything below it, for a purpose. Replaces the rule that these
/// two had, unless it says the same.
#[derive(Clone, Debug)]
pub struct SetRetentionRule {
    pub category: CategoryKey,
    pub purpose: PurposeKey,
    /// ISO 8601.
    pub keep_for: String,
    pub counted_from: RetentionStart,
    /// As cited to the customer.
    pub statute: String,
}

impl Command for SetRetentionRule {
    const ACTION: Action = Action::SetRetentionRule;
    type Output = retention_rule::Model;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<retention_rule::Model, Stop> {
        begin_change(w).await?;
        let mut checks = Checks::new();
        let category = w.one(data_category::Entity::find_by_id(self.category.clone())).await?;
        checks.must(live(category, |row| row.retired_at.is_some(), "category", "category"));
        let purpose = w.one(purpose::Entity::find_by_id(self.purpose.clone())).await?;
        checks.must(live(purpose, |row| row.retired_at.is_some(), "purpose", "purpose"));
        let rule = retention_rule::Model {
            id: RetentionRuleId(w.id()),
            keep_for: checks.period("keepFor", &self.keep_for),
            statute: checks.line("statute", &self.statute, LINE),
            category: self.category,
            purpose: self.purpose,
            counted_from: self.counted_from,
            retired_at: None,
        };
        checks.finish()?;
        replace(rule, w).await
    }
}

async fn replace(rule: retention_rule::Model, w: &mut Writer) -> Result<retention_rule::Model, Stop> {
    let now = retention_rule::Entity::find()
        .filter(retention_rule::Column::Category.eq(rule.category.clone()))
        .filter(retention_rule::Column::Purpose.eq(rule.purpose.clone()))
        .filter(retention_rule::Column::RetiredAt.is_null());
    if let Some(old) = w.lock(now).await? {
        if (retention_rule::Model { id: old.id, ..rule.clone() }) == old {
            w.about(Target::thing(old.id));
            return Ok(old);
        }
        let retired_at = Some(w.now());
        w.update::<retention_rule::Entity>(retention_rule::Model { retired_at, ..old }).await?;
    }
    w.about(Target::thing(rule.id));
    w.insert::<retention_rule::Entity>(rule).await
}
