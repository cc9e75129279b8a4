//! A document becomes what the reference data is, as one change: shown beforehand, and done exactly so.

use super::{
    apply::Applying,
    assess::on_record,
    diff::{CatalogChange, EntryName, compared, hash, not_named},
    entries::Entries,
    model::{Document, ThirdPartyEntry},
};
use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    connector::Connectors,
    domain::{
        catalog::{Catalog, changed, hold},
        change::Change,
    },
    policy::{Action, Target},
};
use entity::connector::Connector;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeSet, sync::Arc};

/// Makes the reference data what a document says. What the document does not name is left alone. In one transaction, by the
/// rules of the commands that make such changes one by one; nothing that people's data would be disposed of by is done.
#[derive(Clone, Debug)]
pub struct ImportCatalog {
    /// A [`Document`].
    pub document: Value,
    /// What the changes must be, by what a dry run has told of them.
    pub expected_hash: Option<String>,
    /// Only tell what would change.
    pub dry_run: bool,
    pub powers: Powers,
    pub connectors: Arc<Connectors>,
}

/// What whoever imports may do beyond what an import is for.
#[derive(Clone, Debug)]
pub struct Powers {
    /// Of [`Powers::BEYOND`].
    pub may: Vec<Action>,
    /// Whether it is a person, or a script in somebody's name, who vets third parties by importing that they were.
    pub in_person: bool,
}

impl Powers {
    /// What is not everybody's who may import.
    pub const BEYOND: [Action; 3] =
        [Action::AssessThirdParty, Action::RetireThirdParty, Action::SetConnector];

    /// Those of the program itself, when the operator runs it.
    #[must_use]
    pub fn of_the_operator() -> Self {
        Self { may: Self::BEYOND.to_vec(), in_person: false }
    }
}

/// What an import has changed, or would.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// In the order of the document's lists, and of names.
    pub changes: Vec<CatalogChange>,
    /// Entries of the document that are so already.
    pub unchanged: usize,
    /// What is in use and not in the document. It is left alone.
    pub not_in_document: Vec<EntryName>,
    /// Of the changes. With the same of it, the same is done.
    pub hash: String,
}

impl Command for ImportCatalog {
    const ACTION: Action = Action::ImportCatalog;
    type Output = Imported;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<Imported, Stop> {
        let document = Document::read(&self.document)?;
        hold(w).await?;
        let before = changed(w).await?;
        let rehearsal = if self.dry_run { Some(w.rehearse().await?) } else { None };
        let mut applying = Applying::new(w, &before, self.connectors, &self.powers);
        applying.all(document).await?;
        let Applying { named, refusals, .. } = applying;
        if !refusals.is_empty() {
            return Err(Stop::Refused(refusals));
        }
        w.about(Target::none());
        let after = changed(w).await?;
        let compared = compared(&before, &after);
        let touched = compared.iter().map(|(id, _)| id).collect::<BTreeSet<_>>();
        let unchanged = named.iter().filter(|id| !touched.contains(id)).count();
        let not_in_document = not_named(&before, &named);
        let changes = compared.into_iter().map(|(_, change)| change).collect::<Vec<_>>();
        let hash = hash(&changes);
        if self.expected_hash.as_ref().is_some_and(|expected| *expected != hash) {
            let message =
                "The reference data, or the document, has changed since: look at the changes once more.";
            return Err(Refusal::new(Code::PlanChanged, message).at("expectedHash").into());
        }
        if let Some(rehearsal) = rehearsal {
            w.take_back(rehearsal).await?;
        }
        Ok(Imported { changes, unchanged, not_in_document, hash })
    }
}

impl Document {
    /// What it asks for beyond what an import is for, of [`Powers::BEYOND`], as far as that can be seen beforehand: for whoever
    /// may not to be denied. What is then done looks for itself.
    #[must_use]
    pub fn asks_for(&self, catalog: &Catalog) -> Vec<Action> {
        let entries = Entries(catalog);
        let party = |entry: &ThirdPartyEntry| {
            entries.party_named(&entry.name).or_else(|| entries.party_named(entry.was.as_ref()?))
        };
        let vets = self.third_parties.iter().any(|entry| {
            let is_new = |one| party(entry).is_none_or(|row| on_record(catalog, row.id, one).is_none());
            entry.assessments.iter().any(is_new)
        });
        let ends = self.third_parties.iter().any(|entry| entry.retired && party(entry).is_some());
        let connects = self.systems.iter().any(|entry| {
            let system =
                entries.system_named(&entry.name).or_else(|| entries.system_named(entry.was.as_ref()?));
            let now = system.and_then(|row| row.connector.as_ref());
            match &entry.connector {
                Change::Keep => false,
                Change::Clear => now.is_some(),
                Change::Set(connector) => Some(&Connector::from(connector.clone())) != now,
            }
        });
        let asked = [
            (vets, Action::AssessThirdParty),
            (ends, Action::RetireThirdParty),
            (connects, Action::SetConnector),
        ];
        asked.into_iter().filter(|(asks, _)| *asks).map(|(_, action)| action).collect()
    }
}
