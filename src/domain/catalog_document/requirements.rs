//! What services need, as the document has it: all of it with its service, or line by line.

use super::{
    apply::{Applying, At},
    diff::EntryKind,
    model::{NeedEntry, RequirementEntry},
};
use crate::{
    access::{Code, Command, Refusal, Stop},
    domain::{
        catalog::{RequirementLine, SetDataRequirements},
        disposal::Asked,
    },
};
use entity::{
    controller,
    enums::DisposalMethod,
    ids::{CategoryKey, PurposeKey, ServiceId, SystemId},
};
use sea_orm::EntityTrait;
use std::collections::{BTreeMap, BTreeSet};

const SECTION: &str = "requirements";

/// What is needed where, and what for.
pub(super) type Need = (CategoryKey, PurposeKey, SystemId);

/// What becomes of it in the end, and how long it may stay after that.
pub(super) type Terms = (DisposalMethod, String);

/// A line, and where in the document it stands; nowhere, if it was there before.
struct Line {
    key: Need,
    terms: Terms,
    at: Option<At>,
}

impl Applying<'_> {
    /// A service needs these, and nothing else.
    pub(super) async fn require(
        &mut self,
        at: &At,
        service: ServiceId,
        key: &str,
        entries: Vec<RequirementEntry>,
    ) -> Result<(), Stop> {
        let (now, default) = (self.needed_now(service), self.default_grace().await?);
        let mut lines = Vec::with_capacity(entries.len());
        let mut is_whole = true;
        for (place, entry) in entries.into_iter().enumerate() {
            let at = at.below([SECTION.to_owned(), place.to_string()]);
            let RequirementEntry { category, purpose, system, on_end, grace } = entry;
            let said = (category, purpose, system, on_end, grace);
            match self.line(at, said, &now, &default) {
                Some(line) => lines.push(line),
                None => is_whole = false,
            }
        }
        if is_whole { self.set(at, service, key, &now, lines).await } else { Ok(()) }
    }

    /// Services need these as well, or no more.
    pub(super) async fn needs(&mut self, entries: Vec<NeedEntry>) -> Result<(), Stop> {
        let mut by_service = BTreeMap::<String, Vec<(At, NeedEntry)>>::new();
        for (place, entry) in entries.into_iter().enumerate() {
            let at = At::entry(SECTION, place, "");
            by_service.entry(entry.service.clone()).or_default().push((at, entry));
        }
        for (key, entries) in by_service {
            if self.is_undone(EntryKind::Service, &key) {
                continue;
            }
            let Some(service) = self.services.get(&key).copied() else {
                for (at, _) in &entries {
                    let message = "There is no service of this key in use, and the document brings none.";
                    self.refuse(at, "service", Code::NotFound, message);
                }
                continue;
            };
            self.need(service, &key, entries).await?;
        }
        Ok(())
    }

    async fn need(
        &mut self,
        service: ServiceId,
        key: &str,
        entries: Vec<(At, NeedEntry)>,
    ) -> Result<(), Stop> {
        let (now, default) = (self.needed_now(service), self.default_grace().await?);
        let mut lines = now
            .iter()
            .map(|(key, terms)| Line { key: key.clone(), terms: terms.clone(), at: None })
            .collect::<Vec<_>>();
        let mut is_whole = true;
        for (at, entry) in entries {
            let NeedEntry { category, purpose, system, on_end, grace, retired, .. } = entry;
            if retired {
                let system = self.systems.get(&system).copied();
                let gone = system.map(|system| (CategoryKey(category), PurposeKey(purpose), system));
                lines.retain(|line| Some(&line.key) != gone.as_ref());
                continue;
            }
            let said = (category, purpose, system, on_end, grace);
            let Some(line) = self.line(at, said, &now, &default) else {
                is_whole = false;
                continue;
            };
            // In its place, unless the document itself has it twice: that is refused.
            match lines.iter_mut().find(|old| old.key == line.key && old.at.is_none()) {
                Some(old) => *old = line,
                None => lines.push(line),
            }
        }
        let at = At::section(SECTION);
        if is_whole { self.set(&at, service, key, &now, lines).await } else { Ok(()) }
    }

    fn line(
        &mut self,
        at: At,
        (category, purpose, system, on_end, grace): (
            String,
            String,
            String,
            Option<DisposalMethod>,
            Option<String>,
        ),
        now: &BTreeMap<Need, Terms>,
        default: &str,
    ) -> Option<Line> {
        let found = self.system(&at, "system", &system);
        if self.is_undone(EntryKind::DataCategory, &category) || self.is_undone(EntryKind::Purpose, &purpose)
        {
            return None;
        }
        let key = (CategoryKey(category), PurposeKey(purpose), found?);
        let terms = now.get(&key);
        let Some(on_end) = on_end.or(terms.map(|terms| terms.0)) else {
            self.refuse(
                &at,
                "onEnd",
                Code::Required,
                "Say how the data goes in the end: ERASE or ANONYMIZE.",
            );
            return None;
        };
        let grace =
            grace.or_else(|| terms.map(|terms| terms.1.clone())).unwrap_or_else(|| default.to_owned());
        Some(Line { key, terms: (on_end, grace), at: Some(at) })
    }

    async fn set(
        &mut self,
        at: &At,
        service: ServiceId,
        key: &str,
        now: &BTreeMap<Need, Terms>,
        lines: Vec<Line>,
    ) -> Result<(), Stop> {
        self.note_needs(key, now, &lines);
        let wanted = lines.iter().map(|line| (line.key.clone(), line.terms.clone()));
        if wanted.clone().count() == now.len() && wanted.clone().collect::<BTreeMap<_, _>>() == *now {
            return Ok(());
        }
        let requirement = |((category, purpose, system), (on_end, grace)): (Need, Terms)| RequirementLine {
            category,
            purpose,
            system,
            on_end,
            grace: Some(grace),
        };
        let command = SetDataRequirements {
            service,
            expected_version: None,
            requirements: wanted.clone().map(requirement).collect(),
            asked: Asked::default(),
        };
        match Box::pin(command.run(self.w)).await {
            Ok(_) => {
                self.needs.insert(service, wanted.collect());
                Ok(())
            }
            Err(Stop::Refused(refusals)) => {
                for refusal in refusals {
                    self.refuse_line(at, &lines, refusal)?;
                }
                Ok(())
            }
            Err(stop) => Err(stop),
        }
    }

    /// What is wrong with one of the lines is told where it stands in the document.
    fn refuse_line(&mut self, at: &At, lines: &[Line], refusal: Refusal) -> Result<(), Stop> {
        let place = refusal.field.get(1).and_then(|place| place.parse::<usize>().ok());
        let line = place.and_then(|place| lines.get(place)?.at.clone());
        let (at, field) = match line {
            Some(line) => (line, refusal.field.iter().skip(2).cloned().collect()),
            None => (at.clone(), refusal.field.clone()),
        };
        self.outcome::<()>(&at, Err(Refusal { field, ..refusal }.into())).map(drop)
    }

    /// The document names those of them that were there before.
    fn note_needs(&mut self, key: &str, now: &BTreeMap<Need, Terms>, lines: &[Line]) {
        let said =
            lines.iter().filter(|line| line.at.is_some()).map(|line| &line.key).collect::<BTreeSet<_>>();
        let there = now.keys().filter(|need| said.contains(need));
        let ids = there.map(|(category, purpose, system)| format!("{key} {category} {purpose} {system}"));
        self.named.extend(ids.map(|id| (EntryKind::DataRequirement, id)));
    }

    /// What a service needs, with what the document has said of it so far.
    fn needed_now(&self, service: ServiceId) -> BTreeMap<Need, Terms> {
        if let Some(needs) = self.needs.get(&service) {
            return needs.clone();
        }
        let needs = self.before.requirements_of(service);
        needs
            .map(|need| {
                let key = (need.category.clone(), need.purpose.clone(), need.system_id);
                (key, (need.on_end, need.grace.clone()))
            })
            .collect()
    }

    async fn default_grace(&self) -> Result<String, Stop> {
        let controller = self.w.one(controller::Entity::find()).await?;
        Ok(controller.map_or_else(|| "P0D".to_owned(), |row| row.default_grace))
    }
}
