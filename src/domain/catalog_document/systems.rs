//! Places where data is stored, as the document has them.

use super::{
    apply::{Applying, At, list, renamed},
    diff::EntryKind,
    export,
    model::SystemEntry,
    news::news,
};
use crate::{
    access::{Code, Stop},
    domain::{
        change::Change,
        system::{CreateSystem, RetireSystem, UpdateSystem},
    },
    policy::Action,
};
use entity::{connector::Connector, ids::SystemId, system};

const SECTION: &str = "systems";

impl Applying<'_> {
    /// Adds and changes them. Back come those that are to go.
    pub(super) async fn systems(&mut self, entries: Vec<SystemEntry>) -> Result<Vec<(At, SystemId)>, Stop> {
        let mut leaving = Vec::new();
        for (place, entry) in entries.into_iter().enumerate() {
            let at = At::entry(SECTION, place, &entry.name);
            if !self.is_first(EntryKind::System, &entry.name, &at, "name") {
                continue;
            }
            let named = self.systems.get(&entry.name).copied();
            let itself = self.before.built_in_system().filter(|_| entry.built_in).map(|row| row.id);
            let id = itself.or(named).or_else(|| self.systems.get(entry.was.as_ref()?).copied());
            let now = id.and_then(|id| self.before.systems.get(&id)).cloned();
            match now {
                Some(now) if entry.retired => {
                    self.named.insert((EntryKind::System, now.id.to_string()));
                    leaving.push((at, now.id));
                }
                Some(now) => self.change_system(&at, entry, &now).await?,
                None if entry.retired => {}
                None => self.create_system(&at, entry).await?,
            }
        }
        Ok(leaving)
    }

    async fn create_system(&mut self, at: &At, entry: SystemEntry) -> Result<(), Stop> {
        let name = entry.name.clone();
        let country = self.needed(at, "country", entry.country);
        let party = self.party_change(at, "thirdParty", &entry.third_party);
        let may_connect =
            entry.connector.value().is_none() || self.may(at, "connector", Action::SetConnector);
        if let (Some(country), Some(party), true) = (country, party, may_connect) {
            let command = CreateSystem {
                name: entry.name,
                third_party: party.apply(None),
                country,
                owner: entry.owner.apply(None),
                measures: entry.measures.apply(None).unwrap_or_default(),
                review_due: entry.review_due.apply(None),
                connector: entry.connector.map(Into::into).apply(None),
                connectors: self.connectors.clone(),
            };
            if let Some(row) = self.attempt(at, command).await? {
                self.systems.insert(name, row.id);
                return Ok(());
            }
        }
        self.was_not_done(EntryKind::System, &name);
        Ok(())
    }

    async fn change_system(&mut self, at: &At, entry: SystemEntry, now: &system::Model) -> Result<(), Stop> {
        self.named.insert((EntryKind::System, now.id.to_string()));
        if entry.built_in && !now.built_in {
            self.refuse(at, "builtIn", Code::NotFound, "This is not Kartotek itself.");
            return Ok(());
        }
        if !news(&entry, &export::system(self.before, now)) {
            return Ok(());
        }
        let connector = entry.connector.map(Connector::from);
        let stays = connector.is_keep() || connector.value() == now.connector.as_ref();
        if !stays && !self.may(at, "connector", Action::SetConnector) {
            return Ok(());
        }
        let Some(party) = self.party_change(at, "thirdParty", &entry.third_party) else { return Ok(()) };
        let command = UpdateSystem {
            system: now.id,
            expected_version: None,
            name: renamed(&now.name, &entry.name),
            third_party: party,
            country: entry.country,
            owner: entry.owner,
            measures: list(entry.measures),
            review_due: entry.review_due,
            connector: if stays { Change::Keep } else { connector },
            connectors: self.connectors.clone(),
        };
        let Some(row) = self.attempt(at, command).await? else { return Ok(()) };
        self.systems.remove(&now.name);
        self.systems.insert(entry.name, now.id);
        if (system::Model { version: now.version, ..row }) == *now {
            self.w.update::<system::Entity>(now.clone()).await?;
        }
        Ok(())
    }

    /// Takes them out of use.
    pub(super) async fn retire_systems(&mut self, leaving: Vec<(At, SystemId)>) -> Result<(), Stop> {
        for (at, system) in leaving {
            self.attempt(&at, RetireSystem { system }).await?;
        }
        Ok(())
    }
}
