//! What customers can order, as the document has it.

use super::{
    apply::{Applying, At, list},
    diff::EntryKind,
    export,
    model::ServiceEntry,
    news::news,
};
use crate::{
    access::Stop,
    domain::catalog::{CreateService, RetireService, UpdateService, retired},
};
use entity::{ids::ServiceId, service};

pub(super) const SECTION: &str = "services";

impl Applying<'_> {
    /// Adds and changes them, and says what they need. Back come those that are to go.
    pub(super) async fn services(
        &mut self,
        entries: Vec<ServiceEntry>,
    ) -> Result<Vec<(At, ServiceId)>, Stop> {
        let mut leaving = Vec::new();
        for (place, mut entry) in entries.into_iter().enumerate() {
            let at = At::entry(SECTION, place, &entry.key);
            if !self.is_first(EntryKind::Service, &entry.key, &at, "key") {
                continue;
            }
            let requirements = entry.requirements.take();
            let now = self.before.service_by_key(&entry.key).cloned();
            let (key, is_retired) = (entry.key.clone(), entry.retired);
            let id = match now {
                Some(now) if now.retired_at.is_some() => {
                    if !is_retired {
                        self.outcome::<()>(&at, Err(retired("key", "service").into()))?;
                        self.was_not_done(EntryKind::Service, &key);
                    }
                    continue;
                }
                Some(now) if is_retired => {
                    self.named.insert((EntryKind::Service, key));
                    leaving.push((at, now.id));
                    continue;
                }
                Some(now) => self.change_service(&at, entry, &now).await?,
                None if is_retired => continue,
                None => self.create_service(&at, entry).await?,
            };
            match (id, requirements) {
                (Some(id), Some(requirements)) => self.require(&at, id, &key, requirements).await?,
                (Some(_), None) => {}
                (None, _) => self.was_not_done(EntryKind::Service, &key),
            }
        }
        Ok(leaving)
    }

    async fn create_service(&mut self, at: &At, entry: ServiceEntry) -> Result<Option<ServiceId>, Stop> {
        let name = self.needed(at, "name", entry.name);
        let translations = self.translations(at, entry.translations);
        let (Some(name), Some(translations)) = (name, translations) else { return Ok(None) };
        let command = CreateService {
            key: entry.key.clone(),
            name,
            description: entry.description.apply(None),
            processed_on_behalf: entry.processed_on_behalf.apply(None).unwrap_or_default(),
            impact_assessment_reference: entry.impact_assessment_reference.apply(None),
            translations: translations.apply(None).unwrap_or_default(),
        };
        let Some(row) = self.attempt(at, command).await? else { return Ok(None) };
        self.services.insert(entry.key, row.id);
        Ok(Some(row.id))
    }

    async fn change_service(
        &mut self,
        at: &At,
        entry: ServiceEntry,
        now: &service::Model,
    ) -> Result<Option<ServiceId>, Stop> {
        self.named.insert((EntryKind::Service, entry.key.clone()));
        if !news(&entry, &export::without_requirements(now)) {
            return Ok(Some(now.id));
        }
        let Some(translations) = self.translations(at, entry.translations) else { return Ok(None) };
        let command = UpdateService {
            service: now.id,
            expected_version: None,
            name: entry.name,
            description: entry.description,
            processed_on_behalf: list(entry.processed_on_behalf),
            impact_assessment_reference: entry.impact_assessment_reference,
            translations,
        };
        let Some(row) = self.attempt(at, command).await? else { return Ok(None) };
        if (service::Model { version: now.version, ..row }) == *now {
            self.w.update::<service::Entity>(now.clone()).await?;
        }
        Ok(Some(now.id))
    }

    /// Takes them off the list.
    pub(super) async fn retire_services(&mut self, leaving: Vec<(At, ServiceId)>) -> Result<(), Stop> {
        for (at, service) in leaving {
            self.attempt(&at, RetireService { service }).await?;
        }
        Ok(())
    }
}
