//! What the program itself finds wrong with the log, for the list of findings. That it was found, and that it is over, is on
//! record.

use crate::{
    access::{Broken, Command},
    access::{Door, Inquiry, Reader, Sql, Stop, Writer},
    policy::{Action, Target},
};
use entity::{audit_alarm, enums::AuditAlarmKind, ids::AuditEventId};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};
use std::sync::Arc;

/// Says whether something of this kind is wrong now. Only a change of that is written down.
///
/// # Errors
/// When the database fails.
pub async fn alarm(door: &Arc<Door>, kind: AuditAlarmKind, wrong: bool) -> Result<(), Stop> {
    let known = door.program("watch", "watchAuditLog").read(Alarms).await?;
    if known.iter().any(|alarm| alarm.kind == kind) == wrong {
        return Ok(());
    }
    door.program("watch", "watchAuditLog").write(SetAlarm { kind, wrong }).await
}

/// All that is wrong.
#[derive(Clone, Copy, Debug)]
struct Alarms;

impl Inquiry for Alarms {
    const ACTION: Action = Action::WatchAuditLog;
    type Output = Vec<audit_alarm::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        r.all(audit_alarm::Entity::find()).await
    }
}

/// Notes that something is wrong from now on, or is not any more.
#[derive(Clone, Copy, Debug)]
struct SetAlarm {
    kind: AuditAlarmKind,
    wrong: bool,
}

#[derive(FromQueryResult)]
struct Newest {
    event_id: AuditEventId,
}

impl Command for SetAlarm {
    const ACTION: Action = Action::WatchAuditLog;
    type Output = ();

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<(), Stop> {
        // Somebody else may have noted it meanwhile.
        w.delete(audit_alarm::Entity::delete_many().filter(audit_alarm::Column::Kind.eq(self.kind))).await?;
        if self.wrong {
            let newest = Sql::new("SELECT event_id FROM audit_event ORDER BY event_id DESC LIMIT 1");
            let newest = w.numbers::<Newest>(newest).await?.pop();
            let event_id = newest.ok_or(Broken::Stored("the audit log is empty"))?.event_id;
            let (kind, since) = (self.kind, w.now());
            w.insert::<audit_alarm::Entity>(audit_alarm::Model { kind, event_id, since }).await?;
        }
        Ok(())
    }
}
