//! Third parties, as the document has them.

use super::{
    apply::{Applying, At, renamed},
    diff::EntryKind,
    export,
    model::ThirdPartyEntry,
    news::news,
};
use crate::{
    access::{Code, Stop},
    domain::third_party::{CreateThirdParty, RetireThirdParty, UpdateThirdParty},
    policy::Action,
};
use entity::{ids::ThirdPartyId, third_party};
use std::collections::BTreeSet;

const SECTION: &str = "thirdParties";

/// One that is to go, and why.
pub(super) struct Leaving {
    at: At,
    id: ThirdPartyId,
    reason: Option<String>,
}

impl Applying<'_> {
    /// Adds and changes them, those that others work for first. Back come those that are to go.
    pub(super) async fn parties(&mut self, entries: Vec<ThirdPartyEntry>) -> Result<Vec<Leaving>, Stop> {
        let mut leaving = Vec::new();
        for (place, entry) in parents_first(entries) {
            let at = At::entry(SECTION, place, &entry.name);
            if !self.is_first(EntryKind::ThirdParty, &entry.name, &at, "name") {
                continue;
            }
            let named = self.parties.get(&entry.name).copied();
            let id = named.or_else(|| self.parties.get(entry.was.as_ref()?).copied());
            let now = id.and_then(|id| self.before.third_parties.get(&id)).cloned();
            match now {
                Some(now) if entry.retired => {
                    self.named.insert((EntryKind::ThirdParty, now.id.to_string()));
                    leaving.push(Leaving { at, id: now.id, reason: entry.reason });
                }
                Some(now) => self.change_party(&at, entry, &now).await?,
                None if entry.retired => {}
                None => self.create_party(&at, entry).await?,
            }
        }
        Ok(leaving)
    }

    async fn create_party(&mut self, at: &At, entry: ThirdPartyEntry) -> Result<(), Stop> {
        let name = entry.name.clone();
        let kind = self.needed(at, "kind", entry.kind);
        let role = self.needed(at, "role", entry.role);
        let country = self.needed(at, "country", entry.country);
        let parent = self.party_change(at, "subProcessorOf", &entry.sub_processor_of);
        if let (Some(kind), Some(role), Some(country), Some(parent)) = (kind, role, country, parent) {
            let command = CreateThirdParty {
                name: entry.name,
                kind,
                role,
                country,
                privacy_contact: entry.privacy_contact.apply(None),
                sub_processor_of: parent.apply(None),
                announced_on: entry.announced_on.apply(None),
                objection_until: entry.objection_until.apply(None),
            };
            if let Some(row) = self.attempt(at, command).await? {
                self.parties.insert(name, row.id);
                return self.assess(at, row.id, entry.assessments).await;
            }
        }
        self.was_not_done(EntryKind::ThirdParty, &name);
        Ok(())
    }

    async fn change_party(
        &mut self,
        at: &At,
        entry: ThirdPartyEntry,
        now: &third_party::Model,
    ) -> Result<(), Stop> {
        self.named.insert((EntryKind::ThirdParty, now.id.to_string()));
        if news(&entry, &export::without_assessments(self.before, now)) {
            let Some(parent) = self.party_change(at, "subProcessorOf", &entry.sub_processor_of) else {
                return Ok(());
            };
            let command = UpdateThirdParty {
                third_party: now.id,
                expected_version: None,
                name: renamed(&now.name, &entry.name),
                kind: entry.kind,
                role: entry.role,
                country: entry.country,
                privacy_contact: entry.privacy_contact,
                sub_processor_of: parent,
                announced_on: entry.announced_on,
                objection_until: entry.objection_until,
            };
            let Some(row) = self.attempt(at, command).await? else { return Ok(()) };
            self.parties.remove(&now.name);
            self.parties.insert(entry.name, now.id);
            if (third_party::Model { version: now.version, ..row }) == *now {
                self.w.update::<third_party::Entity>(now.clone()).await?;
            }
        }
        self.assess(at, now.id, entry.assessments).await
    }

    /// Ends the relationships.
    pub(super) async fn retire_parties(&mut self, leaving: Vec<Leaving>) -> Result<(), Stop> {
        for Leaving { at, id, reason } in leaving {
            if !self.may(&at, "retired", Action::RetireThirdParty) {
                continue;
            }
            let Some(reason) = reason else {
                self.refuse(&at, "reason", Code::Required, "Say why the relationship ends.");
                continue;
            };
            self.attempt(&at, RetireThirdParty { third_party: id, reason }).await?;
        }
        Ok(())
    }
}

/// In an order in which each comes after whom it works for, with the places that they had. Those that go round in circles
/// keep their order: they are refused.
fn parents_first(entries: Vec<ThirdPartyEntry>) -> Vec<(usize, ThirdPartyEntry)> {
    let mut waiting = entries.into_iter().enumerate().collect::<Vec<_>>();
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let still = waiting.iter().map(|(_, entry)| entry.name.clone()).collect::<BTreeSet<_>>();
        let waits = |entry: &ThirdPartyEntry| {
            entry
                .sub_processor_of
                .value()
                .is_some_and(|parent| *parent != entry.name && still.contains(parent))
        };
        let (later, now): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(_, entry)| waits(entry));
        if now.is_empty() {
            ordered.extend(later);
            break;
        }
        ordered.extend(now);
        waiting = later;
    }
    ordered
}
