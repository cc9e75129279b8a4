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
use tokio::{sync::watch, time::MissedTickBehavior};

/// How often it is looked what protects the log. That takes some small statements.
const PROTECTION: Duration = Duration::from_mins(1);

/// How often what was sealed since is looked at.
const SINCE: Duration = Duration::from_mins(10);

/// How often the whole log is looked through, from its beginning.
const WHOLE: Duration = Duration::from_hours(24);

/// Looks until `stop` says so: at the protection from the start, and through the log a while later. `log` is `None` where nothing
/// is signed.
pub async fn keep_alarms(log: Option<Arc<Log>>, door: Arc<Door>, mut stop: watch::Receiver<bool>) {
    let watched = async {
        let mut tick = tokio::time::interval(PROTECTION);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut looked, mut whole) = (Instant::now(), Instant::now());
        let mut sound = Sound::default();
        loop {
            tick.tick().await;
            if let Err(error) = watch_protection(&door, log.is_some()).await {
                tracing::warn!(%error, "it could not be told what protects the audit log");
            }
            let Some(log) = log.as_ref().filter(|_| looked.elapsed() >= SINCE) else { continue };
            if whole.elapsed() >= WHOLE {
                (sound, whole) = (Sound::default(), Instant::now());
            }
            if let Err(error) = watch_content(log, &door, &mut sound).await {
                tracing::warn!(%error, "the audit log could not be looked through");
            }
            looked = Instant::now();
        }
    };
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = watched => {}
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

/// Whether the log is what was signed, as far as it was not looked through before; if not, that is a finding.
///
/// # Errors
/// When the database or the file of checkpoints fails.
pub async fn watch_content(log: &Log, door: &Arc<Door>, sound: &mut Sound) -> Result<(), Stop> {
    let wrong = log.look_through(door, sound).await?;
    metrics::gauge!("audit_tampered").set(f64::from(u32::try_from(wrong.len()).unwrap_or(u32::MAX)));
    for what in wrong.iter().take(20) {
        tracing::error!(%what, "the audit log is not what was signed");
    }
    alarm(door, AuditAlarmKind::Content, !wrong.is_empty()).await
}
