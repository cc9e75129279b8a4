//! A breach is put on record, and its 72 hours run.

use super::on_record::{IncidentKind, OnRecord};
use crate::{
    access::{Code, Command, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        checks::{BLOCK, Checks},
    },
    policy::{Action, Target},
};
use chrono::{DateTime, Utc};
use entity::{
    enums::IncidentRisk,
    ids::{IncidentId, SystemId, ThirdPartyId},
    incident, incident_system,
};
use std::{collections::BTreeSet, sync::Arc};

/// The most systems that one incident names.
pub const MOST_SYSTEMS: usize = 100;

/// Where an incident happened.
#[derive(Clone, Debug)]
pub enum IncidentPlace {
    Systems(Vec<SystemId>),
    /// At all of its systems.
    ThirdParty(ThirdPartyId),
}

/// Puts a breach on record.
#[derive(Clone, Debug)]
pub struct ReportIncident {
    pub catalog: Arc<Catalog>,
    pub summary: String,
    pub kinds: Vec<IncidentKind>,
    pub place: IncidentPlace,
    pub window_start: DateTime<Utc>,
    /// `None`: not known, or not over.
    pub window_end: Option<DateTime<Utc>>,
    /// When the company learnt of it.
    pub aware_at: DateTime<Utc>,
    /// `None` until judged.
    pub risk: Option<IncidentRisk>,
    pub consequences: Option<String>,
    pub measures: Option<String>,
}

impl Command for ReportIncident {
    const ACTION: Action = Action::ReportIncident;
    type Output = OnRecord;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<OnRecord, Stop> {
        let catalog = catalog::held(w, &self.catalog).await?;
        let mut checks = Checks::new();
        let systems = self.systems(&catalog, &mut checks);
        let row = self.row(w, &catalog, &systems, &mut checks);
        checks.finish()?;
        w.about(Target::thing(row.id));
        let row = w.insert::<incident::Entity>(row).await?;
        let of = |system_id: &SystemId| incident_system::Model { incident_id: row.id, system_id: *system_id };
        w.insert_all::<incident_system::Entity>(&systems.iter().map(of).collect::<Vec<_>>()).await?;
        Ok(OnRecord { row, systems: systems.into_iter().collect(), notifications: Vec::new() })
    }
}

impl ReportIncident {
    /// The systems that it is about.
    fn systems(&self, catalog: &Catalog, checks: &mut Checks) -> BTreeSet<SystemId> {
        match &self.place {
            IncidentPlace::Systems(ids) => {
                if ids.is_empty() {
                    checks.refuse("place.systemIds", Code::Required, "Name at least one system.");
                }
                checks.at_most("place.systemIds", ids, MOST_SYSTEMS);
                known_systems("place.systemIds", ids, catalog, checks)
            }
            IncidentPlace::ThirdParty(id) => {
                let theirs = catalog.systems.values().filter(|system| system.third_party_id == Some(*id));
                let theirs = theirs.map(|system| system.id).collect::<BTreeSet<_>>();
                if !catalog.third_parties.contains_key(id) {
                    checks.refuse("place.thirdPartyId", Code::NotFound, "There is no such third party.");
                } else if theirs.is_empty() {
                    let message = "This third party has no systems on record: add them, so that it is known whose data is there.";
                    checks.refuse("place.thirdPartyId", Code::OutOfRange, message);
                }
                if theirs.len() > MOST_SYSTEMS {
                    let message = format!("It has more than {MOST_SYSTEMS} systems: name those concerned.");
                    checks.refuse("place.thirdPartyId", Code::TooLong, message);
                }
                theirs
            }
        }
    }

    fn row(
        &self,
        w: &Writer,
        catalog: &Catalog,
        systems: &BTreeSet<SystemId>,
        checks: &mut Checks,
    ) -> incident::Model {
        if self.aware_at > w.now() {
            checks.refuse("awareAt", Code::OutOfRange, "This lies in the future.");
        }
        check_window(self.window_start, self.window_end, self.aware_at, w.now(), checks);
        let [confidentiality, integrity, availability] = flags("kinds", &self.kinds, checks);
        incident::Model {
            id: IncidentId(w.id()),
            version: 1,
            summary: checks.block("summary", &self.summary, BLOCK),
            confidentiality,
            integrity,
            availability,
            risk: self.risk,
            third_party_id: holder(catalog, systems),
            window_start: self.window_start,
            window_end: self.window_end,
            aware_at: self.aware_at,
            consequences: self.consequences.as_ref().map(|text| checks.block("consequences", text, BLOCK)),
            measures: self.measures.as_ref().map(|text| checks.block("measures", text, BLOCK)),
            reported_by: w.actor_name(),
            created_at: w.now(),
            closed_by: None,
            closed_at: None,
            conclusion: None,
            not_told_because: None,
        }
    }
}

/// These systems, each once, as far as there are such. One that is out of use by now may well have been in use then.
pub(super) fn known_systems(
    path: &str,
    ids: &[SystemId],
    catalog: &Catalog,
    checks: &mut Checks,
) -> BTreeSet<SystemId> {
    for (at, _) in ids.iter().enumerate().filter(|(_, id)| !catalog.systems.contains_key(*id)) {
        checks.refuse(&format!("{path}.{at}"), Code::NotFound, "There is no such system.");
    }
    ids.iter().copied().collect()
}

/// The third party that has all of these systems; none in-house, and none where several have some.
pub(super) fn holder<'a>(
    catalog: &Catalog,
    systems: impl IntoIterator<Item = &'a SystemId>,
) -> Option<ThirdPartyId> {
    let rows = systems.into_iter().filter_map(|id| catalog.systems.get(id));
    let holders = rows.map(|system| system.third_party_id).collect::<BTreeSet<_>>();
    if holders.len() == 1 { holders.into_iter().next().flatten() } else { None }
}

/// When it happened: it began before it was known, and what is not over has no end yet.
pub(super) fn check_window(
    start: DateTime<Utc>,
    end: Option<DateTime<Utc>>,
    aware_at: DateTime<Utc>,
    now: DateTime<Utc>,
    checks: &mut Checks,
) {
    if start > aware_at {
        let message = "It cannot have begun after the company learnt of it (`awareAt`).";
        checks.refuse("windowStart", Code::OutOfRange, message);
    }
    if end.is_some_and(|end| end < start) {
        checks.refuse("windowEnd", Code::OutOfRange, "It cannot end before it begins (`windowStart`).");
    } else if end.is_some_and(|end| end > now) {
        checks.refuse(
            "windowEnd",
            Code::OutOfRange,
            "This lies in the future: leave it out while it goes on.",
        );
    }
}

/// Whether somebody saw, changed, or lost what they should not have.
pub(super) fn flags(path: &str, kinds: &[IncidentKind], checks: &mut Checks) -> [bool; 3] {
    if kinds.is_empty() {
        checks.refuse(path, Code::Required, "Say what happened to the data.");
    }
    [IncidentKind::Confidentiality, IncidentKind::Integrity, IncidentKind::Availability]
        .map(|kind| kinds.contains(&kind))
}
