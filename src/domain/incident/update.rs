//! More is known of a breach.

use super::{
    on_record::{IncidentKind, OnRecord, open},
    report::{check_window, flags},
};
use crate::{
    access::{Command, Stop, Writer},
    domain::{
        change::Change,
        checks::{BLOCK, Checks, same_version},
    },
    policy::{Action, Target},
};
use chrono::{DateTime, Utc};
use entity::{enums::IncidentRisk, ids::IncidentId, incident};

/// Corrects or completes what is known. What is left out stays.
#[derive(Clone, Debug)]
pub struct UpdateIncident {
    pub incident: IncidentId,
    pub expected_version: Option<i32>,
    pub summary: Option<String>,
    pub kinds: Option<Vec<IncidentKind>>,
    pub window_start: Option<DateTime<Utc>>,
    pub window_end: Change<DateTime<Utc>>,
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
        let found = open(w, self.incident).await?;
        same_version(self.expected_version, found.row.version)?;
        let mut checks = Checks::new();
        let row = self.updated(found.row, &mut checks);
        check_window(row.window_start, row.window_end, row.aware_at, w.now(), &mut checks);
        checks.finish()?;
        let row = w.update::<incident::Entity>(row).await?;
        Ok(OnRecord { row, ..found })
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
            window_end: self.window_end.apply(row.window_end),
            consequences: consequences.apply(row.consequences),
            measures: measures.apply(row.measures),
            ..row
        }
    }
}
