//! Months of the log leave the database, once files hold all of them. That they did is on the log, so that what is missing then is
//! told from what somebody removed.

use super::{
    extent::{Tally, tally},
    verify::{Beside, verify},
};
use crate::{
    access::{Broken, Command, Door, Inquiry, Reader, Sql, Stop, Writer},
    policy::{Action, Target},
    transparency::{
        Detached, Month,
        note::SigningKeys,
        verify::{Report, Wrong},
    },
};
use sea_orm::FromQueryResult;
use std::sync::Arc;

/// Why months stay where they are.
#[derive(Debug, thiserror::Error)]
pub enum NotDetached {
    #[error(transparent)]
    Stopped(#[from] Stop),
    #[error("{1} events of {0} have no place in the tree yet")]
    Unsealed(Month, u64),
    /// With the events of these months as the files have them.
    #[error("the log is not what was signed, or the files do not hold all of these months")]
    NotAsSigned(Box<Report>),
    #[error("{month} has {places} places in the tree, and {events} events in the database")]
    Changed { month: Month, places: u64, events: u64 },
}

/// What is to be put on record.
#[derive(Clone, Debug, Default)]
pub struct Leaving {
    /// The months that leave.
    pub months: Vec<Detached>,
    /// Months that left before, of which that is said in one of these: it has to be said again.
    pub before: Vec<Detached>,
}

/// Looks through the log with all events of the months that are `leaving` taken from the files, and what places these have.
/// `progress` is told how many places of how many were looked at.
///
/// # Errors
/// When something is wrong with the log, or missing in the files, or the database fails.
pub async fn prepare_to_detach(
    door: &Arc<Door>,
    beside: Beside<'_>,
    progress: impl Fn(u64, u64) + Send + Sync,
) -> Result<Leaving, NotDetached> {
    let mut leaving = Vec::new();
    for month in beside.leaving.clone() {
        let Tally { events, sealed } = tally(door, month.ids()).await?;
        if sealed < events {
            return Err(NotDetached::Unsealed(month, events - sealed));
        }
        leaving.push((month, events));
    }
    let (mut report, _) = verify(door, beside, progress).await?;
    // Of one that was broken off this is what is expected.
    let again = |wrong: &Wrong| matches!(wrong, Wrong::StillThere(month) if leaving.iter().any(|(one, _)| one == month));
    report.wrong.retain(|wrong| !again(wrong));
    // What was said of a month before does not make up for what a file lacks now.
    if !report.wrong.is_empty() || leaving.iter().any(|(month, _)| report.unseen.contains_key(month)) {
        return Err(NotDetached::NotAsSigned(Box::new(report)));
    }
    let goes = |month: &Month| leaving.iter().any(|(leaving, _)| leaving == month);
    let before = report.detached.iter().filter(|(month, (_, said_in))| !goes(month) && goes(said_in));
    let before = before.map(|(month, (places, _))| Detached { month: *month, places: *places }).collect();
    let detached = |(month, events): &(Month, u64)| {
        let (month, events) = (*month, *events);
        let places = report.months.get(&month).copied().unwrap_or_default();
        if places.count == events {
            Ok(Detached { month, places })
        } else {
            Err(NotDetached::Changed { month, places: places.count, events })
        }
    };
    Ok(Leaving { months: leaving.iter().map(detached).collect::<Result<_, _>>()?, before })
}

/// Puts on record, signed, that a month stays which was said to leave.
///
/// # Errors
/// When the database fails.
pub async fn record_kept(door: &Arc<Door>, keys: &SigningKeys, month: Month) -> Result<(), Stop> {
    let note = Detached::keep(month, keys).map_err(|_| UNSIGNED)?;
    door.program("audit", Detached::OPERATION).write(DetachMonth(note)).await
}

const UNSIGNED: Broken = Broken::Stored("what is said of a month could not be signed");

/// Puts on record, signed, that all events of a month leave the database: before they do.
///
/// # Errors
/// When the database fails.
pub async fn record_detached(door: &Arc<Door>, keys: &SigningKeys, detached: Detached) -> Result<(), Stop> {
    let note = detached.sign(keys).map_err(|_| UNSIGNED)?;
    door.program("audit", Detached::OPERATION).write(DetachMonth(note)).await
}

#[derive(Clone, Debug)]
struct DetachMonth(String);

impl Command for DetachMonth {
    const ACTION: Action = Action::DetachAuditMonth;
    type Output = ();

    fn target(&self) -> Target {
        Target::thing(&self.0)
    }

    async fn run(self, _: &mut Writer) -> Result<(), Stop> {
        Ok(())
    }
}

/// Whether all that was recorded of months has its place in the tree.
#[derive(Clone, Copy, Debug)]
pub struct DetachedAreSealed;

#[derive(FromQueryResult)]
struct Waiting {
    count: i64,
}

impl Inquiry for DetachedAreSealed {
    const ACTION: Action = Action::SeeCheckpoint;
    type Output = bool;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<bool, Stop> {
        let mut sql = Sql::new("SELECT count(*) AS count FROM audit_event e WHERE e.operation = ");
        sql.bind(Detached::OPERATION.to_owned());
        sql.push(" AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.event_id = e.event_id)");
        Ok(r.numbers::<Waiting>(sql).await?.iter().all(|row| row.count == 0))
    }
}
