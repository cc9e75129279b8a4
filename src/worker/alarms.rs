//! Looks every so often whether the audit log is what was signed, and whether what keeps it so is there.

use crate::{
    access::{Door, Stop},
    domain::audit::{Log, Sound, alarm},
};
use entity::enums::AuditAlarmKind;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::watch,
    time::{Interval, MissedTickBehavior},
};

/// How often it is looked what protects the log. That takes some small statements.
const PROTECTION: Duration = Duration::from_mins(1);

/// How often what was sealed since is looked at.
const SINCE: Duration = Duration::from_mins(10);

/// How often the whole log is looked through, from its beginning.
const WHOLE: Duration = Duration::from_hours(24);

/// Looks in a row that failed, after which that is a finding as well.
const FAILED: u32 = 3;

fn every(period: Duration) -> Interval {
    let mut tick = tokio::time::interval(period);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tick
}

/// Looks until `stop` says so: at the protection from the start, and through the log a while later. `log` is `None` where nothing
/// is signed.
pub async fn keep_alarms(log: Option<Arc<Log>>, door: Arc<Door>, mut stop: watch::Receiver<bool>) {
    let protection = async {
        let mut tick = every(PROTECTION);
        loop {
            tick.tick().await;
            if let Err(error) = watch_protection(&door, log.is_some()).await {
                tracing::warn!(%error, "it could not be told what protects the audit log");
            }
        }
    };
    let content = async {
        let Some(log) = &log else { return std::future::pending().await };
        let mut tick = every(SINCE);
        // The first one comes at once.
        tick.tick().await;
        let (mut sound, mut whole, mut failed) = (Sound::default(), Instant::now(), 0);
        loop {
            tick.tick().await;
            if whole.elapsed() >= WHOLE {
                (sound, whole) = (Sound::default(), Instant::now());
            }
            let looked = watch_content(log, &door, &mut sound).await;
            failed = if looked.is_err() { failed + 1 } else { 0 };
            let Err(error) = looked else { continue };
            tracing::warn!(%error, failed, "the audit log could not be looked through");
            // Whoever has made it unreadable is not to go unnoticed.
            if failed == FAILED
                && let Err(error) = alarm(&door, AuditAlarmKind::Content, true).await
            {
                tracing::warn!(%error, "and that could not be noted");
            }
        }
    };
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = protection => {}
        () = content => {}
    }
}

/// Whether all is there that protects the log, and it is signed; if not, that is a finding.
///
/// # Errors
/// When the database fails.
pub async fn watch_protection(door: &Arc<Door>, is_signed: bool) -> Result<(), Stop> {
    let mut missing = door.unprotected().await?;
    if !is_signed {
        missing.push("it is not signed: there is no key for it".to_owned());
    }
    metrics::gauge!("audit_protection_missing")
        .set(f64::from(u32::try_from(missing.len()).unwrap_or(u32::MAX)));
    for what in &missing {
        tracing::error!(what, "the audit log is not protected as it should be");
    }
    alarm(door, AuditAlarmKind::Protection, !missing.is_empty()).await
}

/// Whether the log is what was signed, as far as it was not looked through before; if not, that is a finding. That it is over is
/// said by who has looked at all of it alone.
///
/// # Errors
/// When the database or the file of checkpoints fails.
pub async fn watch_content(log: &Log, door: &Arc<Door>, sound: &mut Sound) -> Result<(), Stop> {
    let is_whole = sound.is_nothing();
    let wrong = log.look_through(door, sound).await?;
    metrics::gauge!("audit_tampered").set(f64::from(u32::try_from(wrong.len()).unwrap_or(u32::MAX)));
    for what in wrong.iter().take(20) {
        tracing::error!(%what, "the audit log is not what was signed");
    }
    if wrong.is_empty() && !is_whole {
        Ok(())
    } else {
        alarm(door, AuditAlarmKind::Content, !wrong.is_empty()).await
    }
}
