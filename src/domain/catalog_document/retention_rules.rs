//! What the law makes the company keep, as the document has it.

use super::{
    apply::{Applying, At},
    diff::EntryKind,
    entries::Entries,
    export,
    model::RetentionRuleEntry,
    news::news,
};
use crate::{
    access::Stop,
    domain::{
        catalog::{RetireRetentionRule, SetRetentionRule},
        change::Change,
        disposal::Asked,
    },
};
use entity::ids::{CategoryKey, PurposeKey, RetentionRuleId};

const SECTION: &str = "retentionRules";

impl Applying<'_> {
    /// Sets them. Back come those that are to go.
    pub(super) async fn retention_rules(
        &mut self,
        entries: Vec<RetentionRuleEntry>,
    ) -> Result<Vec<(At, RetentionRuleId)>, Stop> {
        let mut leaving = Vec::new();
        for (place, entry) in entries.into_iter().enumerate() {
            let key = format!("{} {}", entry.purpose, entry.category);
            let at = At::entry(SECTION, place, key.trim());
            let field = if entry.category.is_empty() { "category" } else { "purpose" };
            let is_named = !entry.category.is_empty() && !entry.purpose.is_empty();
            if !self.is_first(EntryKind::RetentionRule, if is_named { &key } else { "" }, &at, field) {
                continue;
            }
            if self.is_undone(EntryKind::DataCategory, &entry.category)
                || self.is_undone(EntryKind::Purpose, &entry.purpose)
            {
                continue;
            }
            let of_both = |row: &&entity::retention_rule::Model| {
                row.category.0 == entry.category && row.purpose.0 == entry.purpose
            };
            let now = Entries(self.before).rules().find(of_both).cloned();
            if let Some(now) = &now {
                self.named.insert((EntryKind::RetentionRule, key));
                if entry.retired {
                    leaving.push((at, now.id));
                    continue;
                }
            }
            if entry.retired || now.as_ref().is_some_and(|now| !news(&entry, &export::retention_rule(now))) {
                continue;
            }
            self.set_rule(&at, entry, now.as_ref()).await?;
        }
        Ok(leaving)
    }

    async fn set_rule(
        &mut self,
        at: &At,
        entry: RetentionRuleEntry,
        now: Option<&entity::retention_rule::Model>,
    ) -> Result<(), Stop> {
        fn or<T>(said: Change<T>, now: Option<T>) -> Change<T> {
            if said.is_keep() { now.map_or(Change::Keep, Change::Set) } else { said }
        }
        let keep_for = self.needed(at, "keepFor", or(entry.keep_for, now.map(|now| now.keep_for.clone())));
        let counted_from =
            self.needed(at, "countedFrom", or(entry.counted_from, now.map(|now| now.counted_from)));
        let statute = self.needed(at, "statute", or(entry.statute, now.map(|now| now.statute.clone())));
        let (Some(keep_for), Some(counted_from), Some(statute)) = (keep_for, counted_from, statute) else {
            return Ok(());
        };
        let command = SetRetentionRule {
            category: CategoryKey(entry.category),
            purpose: PurposeKey(entry.purpose),
            keep_for,
            counted_from,
            statute,
            asked: Asked::default(),
        };
        self.attempt(at, command).await.map(drop)
    }

    /// Ends them.
    pub(super) async fn retire_rules(&mut self, leaving: Vec<(At, RetentionRuleId)>) -> Result<(), Stop> {
        for (at, rule) in leaving {
            self.attempt(&at, RetireRetentionRule { rule, asked: Asked::default() }).await?;
        }
        Ok(())
    }
}
