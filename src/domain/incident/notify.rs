//! Somebody was told of a breach.

use super::on_record::{OnRecord, open};
use crate::{
    access::{Code, Command, Stop, Writer},
    domain::checks::{BLOCK, Checks, LINE},
    policy::{Action, Target},
};
use chrono::{DateTime, Utc};
use entity::{
    enums::IncidentRecipient,
    ids::{IncidentId, IncidentNotificationId},
    incident, incident_notification,
};

/// Records that the authority or the customers were told. More than once, where more was known later (Art. 33(4)).
#[derive(Clone, Debug)]
pub struct RecordIncidentNotification {
    pub incident: IncidentId,
    pub recipient: IncidentRecipient,
    pub notified_at: DateTime<Utc>,
    pub method: Option<String>,
    pub reference: Option<String>,
    pub delay_reason: Option<String>,
}

impl Command for RecordIncidentNotification {
    const ACTION: Action = Action::RecordIncidentNotification;
    type Output = OnRecord;

    fn target(&self) -> Target {
        Target::thing(self.incident)
    }

    async fn run(self, w: &mut Writer) -> Result<OnRecord, Stop> {
        let found = open(w, self.incident).await?;
        let mut checks = Checks::new();
        self.check_time(&found, w.now(), &mut checks);
        let made = incident_notification::Model {
            id: IncidentNotificationId(w.id()),
            incident_id: self.incident,
            recipient: self.recipient,
            notified_at: self.notified_at,
            method: self.method.map(|text| checks.line("method", &text, LINE)),
            reference: self.reference.map(|text| checks.line("reference", &text, LINE)),
            delay_reason: self.delay_reason.map(|text| checks.block("delayReason", &text, BLOCK)),
            recorded_by: w.actor_name(),
            recorded_at: w.now(),
        };
        checks.finish()?;
        let made = w.insert::<incident_notification::Entity>(made).await?;
        let OnRecord { row, systems, mut notifications } = found;
        let row = incident::Model { version: row.version + 1, ..row };
        let row = w.update::<incident::Entity>(row).await?;
        let after = notifications.partition_point(|one| one.notified_at <= made.notified_at);
        notifications.insert(after, made);
        Ok(OnRecord { row, systems, notifications })
    }
}

impl RecordIncidentNotification {
    fn check_time(&self, found: &OnRecord, now: DateTime<Utc>, checks: &mut Checks) {
        if self.notified_at > now {
            checks.refuse("notifiedAt", Code::OutOfRange, "This lies in the future.");
        } else if self.notified_at < found.row.aware_at {
            let message = "Nobody can have been told before the company learnt of it (`awareAt`).";
            checks.refuse("notifiedAt", Code::OutOfRange, message);
        }
        let authority = IncidentRecipient::SupervisoryAuthority;
        // What is added later to what was told already is not late (Art. 33(4)).
        let is_late = self.recipient == authority
            && self.notified_at > found.due_at()
            && !found
                .notifications
                .iter()
                .any(|one| one.recipient == authority && one.notified_at <= self.notified_at);
        if is_late && self.delay_reason.is_none() {
            let message = "The authority was told after the 72 hours: say why (Art. 33(1)).";
            checks.refuse("delayReason", Code::Required, message);
        }
    }
}
