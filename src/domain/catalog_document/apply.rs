//! Carries a document out, entry by entry, with the commands that make such changes one by one. What is wrong is collected,
//! so that it is told all at once.

use super::{
    diff::{EntryId, EntryKind},
    entries::Entries,
    import::Powers,
    model::{Document, TranslationEntry},
    read::ROOT,
    requirements::{Need, Terms},
};
use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    connector::Connectors,
    domain::{catalog::Catalog, change::Change},
    policy::Action,
};
use entity::{
    ids::{ServiceId, SystemId, ThirdPartyId},
    json::Translation,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Where in the document an entry is: `document`, the list, and what it is called there.
#[derive(Clone, Debug)]
pub(super) struct At(Vec<String>);

impl At {
    pub(super) fn section(section: &str) -> Self {
        Self(vec![ROOT.to_owned(), section.to_owned()])
    }

    /// An entry by its name; by its place where it has none.
    pub(super) fn entry(section: &str, place: usize, name: &str) -> Self {
        let name = if name.is_empty() { place.to_string() } else { name.to_owned() };
        Self::section(section).below([name])
    }

    pub(super) fn below(&self, steps: impl IntoIterator<Item = String>) -> Self {
        Self(self.0.iter().cloned().chain(steps).collect())
    }
}

/// A document on its way.
pub(super) struct Applying<'a> {
    pub(super) w: &'a mut Writer,
    /// The reference data as it was.
    pub(super) before: &'a Catalog,
    pub(super) connectors: Arc<Connectors>,
    pub(super) powers: &'a Powers,
    /// What is there now, by name.
    pub(super) parties: BTreeMap<String, ThirdPartyId>,
    pub(super) systems: BTreeMap<String, SystemId>,
    pub(super) services: BTreeMap<String, ServiceId>,
    /// What services need whose needs have changed on the way.
    pub(super) needs: BTreeMap<ServiceId, BTreeMap<Need, Terms>>,
    /// What the document names of what was there.
    pub(super) named: BTreeSet<EntryId>,
    pub(super) refusals: Vec<Refusal>,
    said: BTreeSet<(EntryKind, String)>,
    /// What the document has, and could not be done: what refers to it is not wrong because of that.
    undone: BTreeSet<(EntryKind, String)>,
}

impl<'a> Applying<'a> {
    pub(super) fn new(
        w: &'a mut Writer,
        before: &'a Catalog,
        connectors: Arc<Connectors>,
        powers: &'a Powers,
    ) -> Self {
        let entries = Entries(before);
        let (parties, systems) = (entries.party_ids(), entries.system_ids());
        let services = entries.services().map(|row| (row.key.clone(), row.id)).collect();
        Self {
            w,
            before,
            connectors,
            powers,
            parties,
            systems,
            services,
            needs: BTreeMap::new(),
            named: BTreeSet::new(),
            refusals: Vec::new(),
            said: BTreeSet::new(),
            undone: BTreeSet::new(),
        }
    }

    /// What others refer to comes before them, and goes after them.
    pub(super) async fn all(&mut self, document: Document) -> Result<(), Stop> {
        let Document {
            controller,
            data_categories,
            purposes,
            retention_rules,
            third_parties,
            systems,
            services,
            requirements,
        } = document;
        if let Some(controller) = controller {
            self.controller(controller).await?;
        }
        let leaving_categories = self.categories(data_categories).await?;
        let leaving_purposes = self.purposes(purposes).await?;
        let leaving_parties = self.parties(third_parties).await?;
        let leaving_systems = self.systems(systems).await?;
        let leaving_services = self.services(services).await?;
        self.needs(requirements).await?;
        let leaving_rules = self.retention_rules(retention_rules).await?;

        self.retire_services(leaving_services).await?;
        self.retire_rules(leaving_rules).await?;
        self.retire_systems(leaving_systems).await?;
        self.retire_parties(leaving_parties).await?;
        self.retire_purposes(leaving_purposes).await?;
        self.retire_categories(leaving_categories).await
    }

    pub(super) fn refuse(&mut self, at: &At, field: &str, code: Code, message: impl Into<String>) {
        let steps = field.split('.').filter(|step| !step.is_empty()).map(str::to_owned);
        self.refusals.push(Refusal { code, message: message.into(), field: at.below(steps).0 });
    }

    /// Whether whoever imports may do this as well. Those who may not were denied before, save what only shows on the way, such as
    /// an entry that is another thing once the one of its name is called something else.
    pub(super) fn may(&mut self, at: &At, field: &str, action: Action) -> bool {
        let may = self.powers.may.contains(&action);
        if !may {
            let message =
                "Your role may not do this, which only showed on the way: do it by its own mutation.";
            self.refuse(at, field, Code::PlanChanged, message);
        }
        may
    }

    /// Whether this is the first entry of its name, which it must have.
    pub(super) fn is_first(&mut self, kind: EntryKind, name: &str, at: &At, field: &str) -> bool {
        if name.is_empty() {
            self.refuse(at, field, Code::Required, "Say which one this is.");
            return false;
        }
        let is_first = self.said.insert((kind, name.to_owned()));
        if !is_first {
            self.refuse(
                at,
                field,
                Code::AlreadyExists,
                "An earlier entry of the document is about the same.",
            );
        }
        is_first
    }

    /// What a new thing cannot be without.
    pub(super) fn needed<T>(&mut self, at: &At, field: &str, said: Change<T>) -> Option<T> {
        match said {
            Change::Set(value) => Some(value),
            Change::Keep | Change::Clear => {
                self.refuse(at, field, Code::Required, "This is new, and cannot be without it.");
                None
            }
        }
    }

    /// Does one thing. `None` when it was refused, which is noted.
    pub(super) async fn attempt<C: Command>(
        &mut self,
        at: &At,
        command: C,
    ) -> Result<Option<C::Output>, Stop> {
        let done = Box::pin(command.run(self.w)).await;
        self.outcome(at, done)
    }

    /// What came of one thing.
    pub(super) fn outcome<T>(&mut self, at: &At, done: Result<T, Stop>) -> Result<Option<T>, Stop> {
        match done {
            Ok(output) => Ok(Some(output)),
            Err(Stop::Refused(refusals)) => {
                self.refusals.extend(refusals.into_iter().map(|refusal| in_document(at, refusal)));
                Ok(None)
            }
            Err(stop) => Err(stop),
        }
    }

    pub(super) fn was_not_done(&mut self, kind: EntryKind, name: &str) {
        self.undone.insert((kind, name.to_owned()));
    }

    pub(super) fn is_undone(&self, kind: EntryKind, name: &str) -> bool {
        self.undone.contains(&(kind, name.to_owned()))
    }

    /// The third party of this name.
    pub(super) fn party(&mut self, at: &At, field: &str, name: &str) -> Option<ThirdPartyId> {
        let found = self.parties.get(name).copied();
        if found.is_none() && !self.is_undone(EntryKind::ThirdParty, name) {
            let message = "There is no third party of this name in use, and the document brings none.";
            self.refuse(at, field, Code::NotFound, message);
        }
        found
    }

    /// The system of this name.
    pub(super) fn system(&mut self, at: &At, field: &str, name: &str) -> Option<SystemId> {
        let found = self.systems.get(name).copied();
        if found.is_none() && !self.is_undone(EntryKind::System, name) {
            let message = "There is no system of this name in use, and the document brings none.";
            self.refuse(at, field, Code::NotFound, message);
        }
        found
    }

    /// What is said of a third party by its name; `None` when there is no such.
    pub(super) fn party_change(
        &mut self,
        at: &At,
        field: &str,
        said: &Change<String>,
    ) -> Option<Change<ThirdPartyId>> {
        match said {
            Change::Keep => Some(Change::Keep),
            Change::Clear => Some(Change::Clear),
            Change::Set(name) => self.party(at, field, name).map(Change::Set),
        }
    }

    pub(super) fn translations(
        &mut self,
        at: &At,
        said: Change<Vec<TranslationEntry>>,
    ) -> Option<Change<Vec<Translation>>> {
        let Change::Set(entries) = said else {
            return Some(if said.is_keep() { Change::Keep } else { Change::Set(Vec::new()) });
        };
        let mut translations = Vec::with_capacity(entries.len());
        for (place, TranslationEntry { locale, name, description }) in entries.into_iter().enumerate() {
            let Some(locale) = locale else {
                self.refuse(
                    at,
                    &format!("translations.{place}.locale"),
                    Code::Required,
                    "Say which language.",
                );
                return None;
            };
            translations.push(Translation { locale, name, description });
        }
        Some(Change::Set(translations))
    }
}

/// What a list becomes: none of it where it goes.
pub(super) fn list(said: Change<Vec<String>>) -> Change<Vec<String>> {
    match said {
        Change::Clear => Change::Set(Vec::new()),
        said => said,
    }
}

/// What a thing is called from now on, if that is something else.
pub(super) fn renamed(now: &str, name: &str) -> Change<String> {
    if name == now { Change::Keep } else { Change::Set(name.to_owned()) }
}

/// A command's refusal, in the words of the document.
fn in_document(at: &At, refusal: Refusal) -> Refusal {
    if refusal.field == ["planHash"] {
        let what = refusal.message.split(": ask").next().unwrap_or_default();
        let message = format!(
            "{what}. An import disposes of nothing: make this change by its own mutation, where the plan is seen first."
        );
        return Refusal { code: refusal.code, message, field: at.0.clone() };
    }
    let word = |step: String| match step.as_str() {
        "thirdPartyId" => "thirdParty".to_owned(),
        "subProcessorOfId" => "subProcessorOf".to_owned(),
        "systemId" => "system".to_owned(),
        _ => step,
    };
    // What an entry is about is the entry itself.
    let is_itself = matches!(
        refusal.field.iter().map(String::as_str).collect::<Vec<_>>()[..],
        ["dataCategoryId" | "purposeId" | "serviceId" | "retentionRuleId"]
    );
    let steps = if is_itself { Vec::new() } else { refusal.field.into_iter().map(word).collect() };
    Refusal { field: at.below(steps).0, ..refusal }
}
