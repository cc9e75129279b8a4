//! Makes reports that were asked for, and destroys them when their time is over.

use super::Worker;
use crate::{
    access::{Code, Stop},
    domain::report::{
        ExpiredReports, FailReport, ForgetReports, LeaseReport, NotMade, ReportsDue, Taken, make,
    },
    report::File,
};
use futures::FutureExt;
use std::{io, panic::AssertUnwindSafe, time::Duration};
use tokio::{sync::watch, time::MissedTickBehavior};

/// How often it is looked for one, and for what is over.
const EVERY: Duration = Duration::from_secs(1);

/// Makes reports until `stop` says so. One that is under way is begun anew by whoever comes next.
pub async fn keep_reports(worker: Worker, mut stop: watch::Receiver<bool>) {
    let ticks = || {
        let mut tick = tokio::time::interval(EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tick
    };
    let working = async {
        let mut tick = ticks();
        loop {
            tick.tick().await;
            if let Err(error) = worker.make_reports().await {
                metrics::counter!("report_failures_total").increment(1);
                tracing::warn!(%error, "reports could not be made");
            }
        }
    };
    // By itself: what is over does not wait for what is being made.
    let tidying = async {
        let mut tick = ticks();
        loop {
            tick.tick().await;
            if let Err(error) = worker.forget_reports().await {
                metrics::counter!("report_failures_total").increment(1);
                tracing::warn!(%error, "reports whose time is over could not be destroyed yet");
            }
        }
    };
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = working => {}
        () = tidying => {}
    }
}

impl Worker {
    /// Destroys the reports whose time is over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_reports(&self) -> Result<(), Stop> {
        let access = |operation| self.door.program("reports", operation);
        if access("findExpiredReports").read(ExpiredReports).await? {
            access("forgetReports").write(ForgetReports).await?;
            self.erasures.empty_log().await;
        }
        Ok(())
    }

    /// Makes all reports that are asked for, and says how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn make_reports(&self) -> Result<usize, Stop> {
        let access = |operation| self.door.program("reports", operation);
        let mut made = 0;
        while access("findReports").read(ReportsDue).await? {
            let Some(taken) = access("leaseReport").write(LeaseReport).await? else { break };
            made += usize::from(self.make_report(&taken).await?);
        }
        Ok(made)
    }

    /// Whether it was made. One that cannot be is told why; what is not the report's fault is tried again once it is in hand no more.
    async fn make_report(&self, taken: &Taken) -> Result<bool, Stop> {
        let catalog = self.catalogs.current();
        let id = taken.row.id;
        // What writes spreadsheets panics when a disk is full.
        let made = AssertUnwindSafe(make(&self.door, &catalog, taken, File::begin)).catch_unwind();
        let made = made.await.unwrap_or_else(|_| Err(io::Error::other("it panicked").into()));
        let (code, message) = match made {
            Ok(()) => {
                tracing::info!(report.id = %id, "a report was made");
                return Ok(true);
            }
            Err(NotMade::Lost) => return Ok(false),
            Err(NotMade::Unfit(message)) => (Code::OutOfRange, message),
            Err(NotMade::Stopped(Stop::Denied(no))) => (Code::NotFound, no.to_string()),
            Err(NotMade::Stopped(Stop::Refused(refusals))) => {
                let message = refusals.iter().map(|one| one.message.as_str()).collect::<Vec<_>>().join(" ");
                (refusals.first().map_or(Code::OutOfRange, |one| one.code), message)
            }
            Err(NotMade::Stopped(stop)) => return Err(stop),
            Err(NotMade::NotWritten(error)) => {
                tracing::error!(%error, report.id = %id, "a report could not be written");
                let message = "It could not be written. Ask whoever runs this program.";
                (Code::ProgramFailed, message.to_owned())
            }
        };
        metrics::counter!("report_failures_total").increment(1);
        let fail = FailReport { taken: taken.row.clone(), code, message };
        self.door.program("reports", "failReport").write(fail).await?;
        Ok(false)
    }
}
