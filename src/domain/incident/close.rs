//! A breach is dealt with.

use super::on_record::{OnRecord, open};
use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::checks::{BLOCK, Checks},
    policy::{Action, Target},
};
use entity::{
    enums::{IncidentRecipient, IncidentRisk},
    ids::IncidentId,
    incident,
};

/// Closes an incident, once everybody was told who must be. It stays in the register.
#[derive(Clone, Debug)]
pub struct CloseIncident {
    pub incident: IncidentId,
    /// What came out; when nobody was notified, why not.
    pub conclusion: String,
    /// Which exception of Art. 34(3) holds, where the risk is high and customers were not told.
    pub not_told_because: Option<String>,
}

impl Command for CloseIncident {
    const ACTION: Action = Action::CloseIncident;
    type Output = OnRecord;

    fn target(&self) -> Target {
        Target::thing(self.incident)
    }

    async fn run(self, w: &mut Writer) -> Result<OnRecord, Stop> {
        let found = open(w, self.incident).await?;
        let mut checks = Checks::new();
        if let Some(refusal) = missing(&found, self.not_told_because.is_some()) {
            checks.add(refusal);
        }
        let conclusion = checks.block("conclusion", &self.conclusion, BLOCK);
        let because = self.not_told_because.map(|text| checks.block("customersNotToldReason", &text, BLOCK));
        checks.finish()?;
        // It says why not only where they should have been told and were not.
        let untold =
            found.row.risk == Some(IncidentRisk::High) && !found.has_told(IncidentRecipient::Customers);
        let row = incident::Model {
            version: found.row.version + 1,
            closed_by: Some(w.actor_name()),
            closed_at: Some(w.now()),
            conclusion: Some(conclusion),
            not_told_because: because.filter(|_| untold),
            ..found.row
        };
        let row = w.update::<incident::Entity>(row).await?;
        Ok(OnRecord { row, ..found })
    }
}

/// What has to come first.
fn missing(found: &OnRecord, is_excepted: bool) -> Option<Refusal> {
    let refuse = |message: &str| Some(Refusal::new(Code::NotificationMissing, message).at("incidentId"));
    match found.row.risk {
        None => refuse("Who must be told depends on the risk: judge it first (`updateIncident`)."),
        Some(IncidentRisk::Unlikely) => None,
        Some(_) if !found.has_told(IncidentRecipient::SupervisoryAuthority) => {
            refuse("The authority must be told first, and that be recorded (Art. 33(1)).")
        }
        Some(IncidentRisk::High) if !found.has_told(IncidentRecipient::Customers) && !is_excepted => refuse(
            "The customers must be told first, and that be recorded (Art. 34(1)); or say which exception of Art. 34(3) holds \
             (`customersNotToldReason`).",
        ),
        Some(_) => None,
    }
}
