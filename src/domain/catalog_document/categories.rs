//! Kinds of personal data, as the document has them.

use super::{
    apply::{Applying, At},
    diff::EntryKind,
    export,
    model::CategoryEntry,
    news::news,
};
use crate::{
    access::Stop,
    domain::catalog::{CreateDataCategory, RetireDataCategory, UpdateDataCategory, retired},
};
use entity::{data_category, ids::CategoryKey};

const SECTION: &str = "dataCategories";

impl Applying<'_> {
    /// Adds and changes them, parents first. Back come those that are to go.
    pub(super) async fn categories(
        &mut self,
        entries: Vec<CategoryEntry>,
    ) -> Result<Vec<(At, CategoryKey)>, Stop> {
        let mut leaving = Vec::new();
        let mut entries = entries.into_iter().enumerate().collect::<Vec<_>>();
        entries.sort_by(|(_, a), (_, b)| a.key.cmp(&b.key));
        for (place, entry) in entries {
            let at = At::entry(SECTION, place, &entry.key);
            if !self.is_first(EntryKind::DataCategory, &entry.key, &at, "key") {
                continue;
            }
            let key = CategoryKey(entry.key.clone());
            let now = self.before.categories.get(&key).cloned();
            match now {
                Some(now) if entry.retired || now.retired_at.is_some() => {
                    if now.retired_at.is_none() {
                        self.named.insert((EntryKind::DataCategory, entry.key));
                        leaving.push((at, key));
                    } else if !entry.retired {
                        self.outcome::<()>(&at, Err(retired("key", "category").into()))?;
                        self.was_not_done(EntryKind::DataCategory, &entry.key);
                    }
                }
                Some(now) => self.change_category(&at, entry, &now).await?,
                None if entry.retired => {}
                None => self.create_category(&at, entry).await?,
            }
        }
        Ok(leaving)
    }

    async fn create_category(&mut self, at: &At, entry: CategoryEntry) -> Result<(), Stop> {
        let key = entry.key.clone();
        let name = self.needed(at, "name", entry.name);
        let translations = self.translations(at, entry.translations);
        if let (Some(name), Some(translations)) = (name, translations) {
            let command = CreateDataCategory {
                key: entry.key,
                name,
                description: entry.description.apply(None),
                sensitivity: entry.sensitivity.apply(None),
                translations: translations.apply(None).unwrap_or_default(),
            };
            if self.attempt(at, command).await?.is_some() {
                return Ok(());
            }
        }
        self.was_not_done(EntryKind::DataCategory, &key);
        Ok(())
    }

    async fn change_category(
        &mut self,
        at: &At,
        entry: CategoryEntry,
        now: &data_category::Model,
    ) -> Result<(), Stop> {
        self.named.insert((EntryKind::DataCategory, entry.key.clone()));
        if !news(&entry, &export::category(now)) {
            return Ok(());
        }
        let Some(translations) = self.translations(at, entry.translations) else { return Ok(()) };
        let command = UpdateDataCategory {
            category: now.key.clone(),
            expected_version: None,
            name: entry.name,
            description: entry.description,
            sensitivity: entry.sensitivity,
            translations,
        };
        let Some(row) = self.attempt(at, command).await? else { return Ok(()) };
        if (data_category::Model { version: now.version, ..row }) == *now {
            self.w.update::<data_category::Entity>(now.clone()).await?;
        }
        Ok(())
    }

    /// Takes them out of use, those below others first.
    pub(super) async fn retire_categories(&mut self, leaving: Vec<(At, CategoryKey)>) -> Result<(), Stop> {
        for (at, category) in leaving.into_iter().rev() {
            self.attempt(&at, RetireDataCategory { category }).await?;
        }
        Ok(())
    }
}
