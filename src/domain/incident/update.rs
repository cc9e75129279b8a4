//! More is known of a breach.

use super::{
    on_record::{IncidentKind, OnRecord, open},
    report::{MOST_SYSTEMS, check_window, flags, holder, known_systems},
};
use crate::{
    access::{Code, Command, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        change::Change,
        checks::{BLOCK, Checks, same_version},
    },
    policy::{Action, Target},
};
use chrono::{DateTime, Utc};
use entity::{
    enums::IncidentRisk,
    ids::{IncidentId, SystemId},
    incident, incident_system,
};
use std::sync::Arc;

/// Corrects or completes what is known. What is left out stays.
#[derive(Clone, Debug)]
pub struct UpdateIncident {
    pub catalog: Arc<Catalog>,
    pub incident: IncidentId,
    pub expected_version: Option<i32>,
    pub summary: Option<String>,
    pub kinds: Option<Vec<IncidentKind>>,
    /// Systems that turn out to be concerned as well.
    pub more_systems: Vec<SystemId>,
    pub window_start: Option<DateTime<Utc>>,
    pub window_end: Change<DateTime<Utc>>,
    /// When the company learnt of it, where that was put down wrong.
    pub aware_at: Option<DateTime<Utc>>,
    pub risk: Change<IncidentRisk>,
    pub consequences: Change<String>,
    pub measures: Change<String>,
}

impl Command for UpdateIncident {
    const ACTION: Action = Action::UpdateIncident;
    type Output = OnRecord;

    fn target(&self) -> Target {
        Target::thing(self.incident)
    }

    async fn run(self, w: &mut Writer) -> Result<OnRecord, Stop> {
        let catalog = catalog::held(w, &self.catalog).await?;
        let OnRecord { row, mut systems, notifications } = open(w, self.incident).await?;
        same_version(self.expected_version, row.version)?;
        let mut checks = Checks::new();
        let mut more = known_systems("addSystemIds", &self.more_systems, &catalog, &mut checks);
        more.retain(|system| !systems.contains(system));
        systems.extend(&more);
        checks.at_most("addSystemIds", &systems, MOST_SYSTEMS);
        let row = self.updated(row, &mut checks);
        if row.aware_at > w.now() {
            checks.refuse("awareAt", Code::OutOfRange, "This lies in the future.");
        }
        check_window(row.window_start, row.window_end, row.aware_at, w.now(), &mut checks);
        checks.finish()?;
        let row = incident::Model { third_party_id: holder(&catalog, &systems), ..row };
        let row = w.update::<incident::Entity>(row).await?;
        let of = |system_id: &SystemId| incident_system::Model { incident_id: row.id, system_id: *system_id };
        w.insert_all::<incident_system::Entity>(&more.iter().map(of).collect::<Vec<_>>()).await?;
        Ok(OnRecord { row, systems, notifications })
    }
}

impl UpdateIncident {
    fn updated(self, row: incident::Model, checks: &mut Checks) -> incident::Model {
        let now = [row.confidentiality, row.integrity, row.availability];
        let [confidentiality, integrity, availability] =
            self.kinds.map_or(now, |kinds| flags("kinds", &kinds, checks));
        let summary = self.summary.map(|text| checks.block("summary", &text, BLOCK));
        let consequences = self.consequences.map(|text| checks.block("consequences", &text, BLOCK));
        let measures = self.measures.map(|text| checks.block("measures", &text, BLOCK));
        incident::Model {
            version: row.version + 1,
            summary: summary.unwrap_or(row.summary),
            confidentiality,
            integrity,
            availability,
            risk: self.risk.apply(row.risk),
            window_start: self.window_start.unwrap_or(row.window_start),
            aware_at: self.aware_at.unwrap_or(row.aware_at),
            window_end: self.window_end.apply(row.window_end),
            consequences: consequences.apply(row.consequences),
            measures: measures.apply(row.measures),
            ..row
        }
    }
}
