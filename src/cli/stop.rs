//! How somebody tells the program to stop.

use super::failure::Failure;
use std::time::Duration;
use tokio::{
    signal::unix::{SignalKind, signal},
    time::timeout,
};

/// How long a command may still take that was told to stop.
const LAST: Duration = Duration::from_secs(5);

/// Sees to it that the process ends once it was told to stop a second time, or does not end by itself: a reader who reads no more
/// may keep it from that.
pub(super) fn leave_when_told_again(code: u8) -> Result<(), Failure> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        let mut told = async || {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        told().await;
        let _ = timeout(LAST, told()).await;
        std::process::exit(code.into());
    });
    Ok(())
}

/// Ends with the first SIGTERM or SIGINT.
pub(super) fn told_to_stop() -> Result<impl Future<Output = ()>, Failure> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
