//! What stands in pictures.

use crate::domain::catalog::Catalog;
use entity::{
    enums::{JustificationKind, Locale},
    ids::SystemId,
};

pub(super) struct Words<'a> {
    pub catalog: &'a Catalog,
    pub locale: Locale,
}

impl Words<'_> {
    pub fn say<'s>(&self, sv: &'s str, en: &'s str) -> &'s str {
        match self.locale {
            Locale::Sv => sv,
            Locale::En => en,
        }
    }

    pub fn system(&self, id: SystemId) -> (String, String) {
        let Some(row) = self.catalog.systems.get(&id) else { return (String::new(), String::new()) };
        let holder = row.third_party_id.and_then(|id| self.catalog.third_parties.get(&id));
        let holder = holder.map_or_else(|| self.say("Internt", "In-house"), |holder| holder.name.as_str());
        (row.name.clone(), format!("{holder}, {}", row.country))
    }

    /// What lets data be where it is, other than a service.
    pub fn reason(&self, kind: JustificationKind) -> &'static str {
        let (sv, en) = match kind {
            JustificationKind::Subscription => ("En tjänst", "A service"),
            JustificationKind::RetentionRule => ("Lagen", "The law"),
            JustificationKind::LegalHold => ("Ett rättsligt anspråk", "A legal hold"),
            JustificationKind::Prospect => ("Inför avtal", "Before a contract"),
            JustificationKind::DataRequest => ("Kundens begäran", "The customer's request"),
        };
        match self.locale {
            Locale::Sv => sv,
            Locale::En => en,
        }
    }

    pub fn unjustified(&self, number: i64) -> String {
        format!("{}: {number}", self.say("Utan grund", "Without a reason"))
    }

    pub fn overdue(&self, number: i64) -> String {
        format!("{}: {number}", self.say("Försenade uppgifter", "Tasks overdue"))
    }
}
