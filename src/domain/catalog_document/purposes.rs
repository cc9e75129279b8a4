//! What data is used for, as the document has it.

use super::{
    apply::{Applying, At},
    diff::EntryKind,
    export,
    model::PurposeEntry,
    news::news,
};
use crate::{
    access::{Code, Stop},
    domain::{
        catalog::{CreatePurpose, RetirePurpose, UpdatePurpose, retired},
        disposal::Asked,
    },
};
use entity::{ids::PurposeKey, purpose};

const SECTION: &str = "purposes";

impl Applying<'_> {
    /// Adds and changes them. Back come those that are to go.
    pub(super) async fn purposes(
        &mut self,
        entries: Vec<PurposeEntry>,
    ) -> Result<Vec<(At, PurposeKey)>, Stop> {
        let mut leaving = Vec::new();
        for (place, entry) in entries.into_iter().enumerate() {
            let at = At::entry(SECTION, place, &entry.key);
            if !self.is_first(EntryKind::Purpose, &entry.key, &at, "key") {
                continue;
            }
            let key = PurposeKey(entry.key.clone());
            match self.before.purposes.get(&key).cloned() {
                Some(now) if entry.retired || now.retired_at.is_some() => {
                    if now.retired_at.is_none() {
                        self.named.insert((EntryKind::Purpose, entry.key));
                        leaving.push((at, key));
                    } else if !entry.retired {
                        self.outcome::<()>(&at, Err(retired("key", "purpose").into()))?;
                        self.was_not_done(EntryKind::Purpose, &entry.key);
                    }
                }
                Some(now) => self.change_purpose(&at, entry, &now).await?,
                None if entry.retired => {}
                None => self.create_purpose(&at, entry).await?,
            }
        }
        Ok(leaving)
    }

    async fn create_purpose(&mut self, at: &At, entry: PurposeEntry) -> Result<(), Stop> {
        let key = entry.key.clone();
        let name = self.needed(at, "name", entry.name);
        let legal_basis = self.needed(at, "legalBasis", entry.legal_basis);
        let translations = self.translations(at, entry.translations);
        if let (Some(name), Some(legal_basis), Some(translations)) = (name, legal_basis, translations) {
            let command = CreatePurpose {
                key: entry.key,
                name,
                description: entry.description.apply(None),
                legal_basis,
                legitimate_interest: entry.legitimate_interest.apply(None),
                special_category_condition: entry.special_category_condition.apply(None),
                // As the API has it: to need no consent is the exception, which is said.
                sharing_needs_consent: entry.sharing_needs_consent.apply(None).unwrap_or(true),
                assessment_reference: entry.assessment_reference.apply(None),
                translations: translations.apply(None).unwrap_or_default(),
            };
            if self.attempt(at, command).await?.is_some() {
                return Ok(());
            }
        }
        self.was_not_done(EntryKind::Purpose, &key);
        Ok(())
    }

    async fn change_purpose(
        &mut self,
        at: &At,
        entry: PurposeEntry,
        now: &purpose::Model,
    ) -> Result<(), Stop> {
        self.named.insert((EntryKind::Purpose, entry.key.clone()));
        if !news(&entry, &export::purpose(now)) {
            return Ok(());
        }
        if !entry.legal_basis.is_keep() && entry.legal_basis.value() != Some(&now.legal_basis) {
            let message =
                "The legal basis of a purpose is fixed: a new basis is a new purpose (Art. 5(1)(b)).";
            self.refuse(at, "legalBasis", Code::InvalidTransition, message);
            return Ok(());
        }
        let Some(translations) = self.translations(at, entry.translations) else { return Ok(()) };
        let command = UpdatePurpose {
            purpose: now.key.clone(),
            expected_version: None,
            name: entry.name,
            description: entry.description,
            legitimate_interest: entry.legitimate_interest,
            special_category_condition: entry.special_category_condition,
            sharing_needs_consent: entry.sharing_needs_consent,
            assessment_reference: entry.assessment_reference,
            translations,
            asked: Asked::default(),
        };
        let Some((row, _)) = self.attempt(at, command).await? else { return Ok(()) };
        if (purpose::Model { version: now.version, ..row }) == *now {
            self.w.update::<purpose::Entity>(now.clone()).await?;
        }
        Ok(())
    }

    /// Takes them out of use.
    pub(super) async fn retire_purposes(&mut self, leaving: Vec<(At, PurposeKey)>) -> Result<(), Stop> {
        for (at, purpose) in leaving {
            self.attempt(&at, RetirePurpose { purpose }).await?;
        }
        Ok(())
    }
}
