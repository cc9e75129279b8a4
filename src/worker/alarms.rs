//! Looks every so often whether the audit log is what was signed, and whether what keeps it so is there.

use crate::{
    access::{Door, Stop},
    domain::audit::{Log, NewestCheckpoint, Sound, alarm},
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

/// How long it may take until something is signed at all, where there is a key.
const FIRST: Duration = Duration::from_mins(2);

/// How often it is looked again while something is known to be wrong.
const KNOWN: Duration = Duration::from_hours(1);

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
        watch_owner(&door).await;
        let (mut tick, began) = (every(PROTECTION), Instant::now());
        loop {
            tick.tick().await;
            let watched = async {
                let is_signed = log.is_some() && (began.elapsed() < FIRST || is_signed(&door).await?);
                watch_protection(&door, is_signed).await
            };
            if let Err(error) = watched.await {
                tracing::warn!(%error, "it could not be told what protects the audit log");
            }
        }
    };
    let content = async {
        let Some(log) = &log else { return std::future::pending().await };
        let mut tick = every(SINCE);
        // The first one comes at once.
        tick.tick().await;
        let (mut sound, mut whole, mut known, mut failed) = (Sound::default(), Instant::now(), None, 0);
        loop {
            tick.tick().await;
            if whole.elapsed() >= WHOLE {
                (sound, whole, known) = (Sound::default(), Instant::now(), None);
            }
            // What is wrong stays wrong until somebody has put it right, and need not be looked at all the time.
            if known.is_some_and(|known: Instant| known.elapsed() < KNOWN) {
                continue;
            }
            let looked = watch_content(log, &door, &mut sound).await;
            known = matches!(looked, Ok(false)).then(Instant::now);
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

/// Tells when the server's own login could take the protection away: that is no change of what was set up, and may be meant so.
async fn watch_owner(door: &Door) {
    match door.owner_in_reach().await {
        Ok(in_reach) => {
            metrics::gauge!("audit_owner_in_reach").set(f64::from(u8::from(in_reach)));
            if in_reach {
                tracing::info!(
                    "the server's login can become the owner of the audit log: docs/operations.md says how it cannot"
                );
            }
        }
        Err(error) => {
            tracing::debug!(%error, "it could not be told who can become the owner of the audit log");
        }
    }
}

/// Whether anything is signed.
async fn is_signed(door: &Arc<Door>) -> Result<bool, Stop> {
    Ok(door.program("watch", "watchAuditLog").read(NewestCheckpoint).await?.is_some())
}

/// Whether all is there that protects the log, and it is signed; if not, that is a finding.
///
/// # Errors
/// When the database fails.
pub async fn watch_protection(door: &Arc<Door>, is_signed: bool) -> Result<(), Stop> {
    let mut missing = match door.unprotected().await {
        // Whoever keeps the program from looking is not to go unnoticed either.
        Err(broken) if !broken.is_outage() => vec![format!("it cannot be told: {broken}")],
        missing => missing?,
    };
    if !is_signed {
        missing.push("it is not signed: there is no key for it, or signing it fails".to_owned());
    }
    metrics::gauge!("audit_protection_missing")
        .set(f64::from(u32::try_from(missing.len()).unwrap_or(u32::MAX)));
    for what in &missing {
        tracing::error!(what, "the audit log is not protected as it should be");
    }
    alarm(door, AuditAlarmKind::Protection, !missing.is_empty()).await
}

/// Whether the log is what was signed, as far as it was not looked through before; if not, that is a finding. That it is over is
/// said by who has looked at all of it alone. Back comes whether it is sound.
///
/// # Errors
/// When the database or the file of checkpoints fails.
pub async fn watch_content(log: &Log, door: &Arc<Door>, sound: &mut Sound) -> Result<bool, Stop> {
    let is_whole = sound.is_nothing();
    let wrong = log.look_through(door, sound).await?;
    metrics::gauge!("audit_tampered").set(f64::from(u32::try_from(wrong.len()).unwrap_or(u32::MAX)));
    for what in wrong.iter().take(20) {
        tracing::error!(%what, "the audit log is not what was signed");
    }
    if !wrong.is_empty() || is_whole {
        alarm(door, AuditAlarmKind::Content, !wrong.is_empty()).await?;
    }
    Ok(wrong.is_empty())
}
