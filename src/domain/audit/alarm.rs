//! What the program itself finds wrong with the log, for the list of findings. That it was found, and that it is over, is on
//! record.

use crate::{
    access::{Broken, Command},
    access::{Door, Inquiry, Reader, Sql, Stop, Writer},
    policy::{Action, Target},
};
use chrono::{DateTime, Utc};
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

/// Puts on record that events were found which came before others that had their places in the tree already: a database that was
/// restored has such, and so has one that somebody has put events into.
///
/// # Errors
/// When the database fails.
pub(super) async fn note_left_out(door: &Arc<Door>, first: AuditEventId) -> Result<(), Stop> {
    tracing::warn!(%first, "events were sealed after others that came later: they were put into the log, or it was restored");
    door.program("seal", "sealLeftOut").write(NoteLeftOut(first)).await
}

#[derive(Clone, Copy, Debug)]
struct NoteLeftOut(AuditEventId);

impl Command for NoteLeftOut {
    const ACTION: Action = Action::WatchAuditLog;
    type Output = ();

    fn target(&self) -> Target {
        Target::thing(self.0)
    }

    async fn run(self, _: &mut Writer) -> Result<(), Stop> {
        Ok(())
    }
}

/// When the first event came that has no place in the tree.
#[derive(Clone, Copy, Debug)]
pub struct OldestUnsealed;

#[derive(FromQueryResult)]
struct Oldest {
    occurred_at: DateTime<Utc>,
}

impl Inquiry for OldestUnsealed {
    const ACTION: Action = Action::SeeCheckpoint;
    type Output = Option<DateTime<Utc>>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut sql = Sql::new("SELECT a.occurred_at ");
        sql.push(UNSEALED);
        Ok(r.numbers::<Oldest>(sql).await?.pop().map(|row| row.occurred_at))
    }
}

/// The first event `a` that came of those without a place. After a restored dump places are counted anew, until something is sealed.
pub(in crate::domain) const UNSEALED: &str = "FROM audit_arrival a WHERE a.place >= (SELECT CASE WHEN s.sealed_below <= t.below \
    THEN s.sealed_below ELSE 0 END FROM audit_sealer s, audit_settled t) AND NOT EXISTS (SELECT 1 FROM audit_leaf l \
    WHERE l.event_id = a.event_id AND l.leaf_index >= 0) ORDER BY a.place, a.event_id LIMIT 1";

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
