//! Months of the log leave the database, once files hold all of them. That they did is on the log, so that what is missing then is
//! told from what somebody removed.

use super::{
    extent::{Tally, tally},
    verify::{Beside, verify},
};
use crate::{
    access::{Command, Door, Stop, Writer},
    policy::{Action, Target},
    transparency::{Detached, Month, verify::Report},
};
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
}

/// Looks through the log with all events of the months that are `leaving` taken from the files, and how many these are. `progress` is
/// told how many places of how many were looked at.
///
/// # Errors
/// When something is wrong with the log, or missing in the files, or the database fails.
pub async fn prepare_to_detach(
    door: &Arc<Door>,
    beside: Beside<'_>,
    progress: impl Fn(u64, u64) + Send + Sync,
) -> Result<Vec<Detached>, NotDetached> {
    let mut leaving = Vec::new();
    for month in beside.leaving.clone() {
        let Tally { events, sealed } = tally(door, month.ids()).await?;
        if sealed < events {
            return Err(NotDetached::Unsealed(month, events - sealed));
        }
        leaving.push(Detached { month, events });
    }
    let (report, _) = verify(door, beside, progress).await?;
    if report.wrong.is_empty() { Ok(leaving) } else { Err(NotDetached::NotAsSigned(Box::new(report))) }
}

/// Puts on record that the events of a month leave the database, and how many there are: before they do.
///
/// # Errors
/// When the database fails.
pub async fn record_detached(door: &Arc<Door>, detached: Detached) -> Result<(), Stop> {
    door.program("audit", Detached::OPERATION).write(DetachMonth(detached)).await
}

#[derive(Clone, Copy, Debug)]
struct DetachMonth(Detached);

impl Command for DetachMonth {
    const ACTION: Action = Action::DetachAuditMonth;
    type Output = ();

    fn target(&self) -> Target {
        Target::thing(self.0)
    }

    async fn run(self, _: &mut Writer) -> Result<(), Stop> {
        Ok(())
    }
}
