//! Workers without a server, as `kartotek worker` runs them.

use super::ground::{Ground, NotStarted};
use crate::{
    access::{self, Broken, Clock, Door, Settings},
    connector::Connectors,
    crypto::MasterKeys,
    domain::audit::Log,
    ledger::Ledger,
};
use metrics_exporter_prometheus::PrometheusHandle;
use std::time::Duration;

/// What workers are made from.
#[derive(Debug)]
pub struct WorkParts {
    pub database: Settings,
    pub keys: MasterKeys,
    pub clock: Box<dyn Clock>,
    pub metrics: PrometheusHandle,
    /// How often maps are looked through for what time has changed.
    pub sweep_interval: Duration,
    /// Bulk work about more customers than these waits for a second person.
    pub approval_above: u64,
    /// A group among those who were anonymized is small if it has fewer; up to 1, nobody wants to know.
    pub small_group: u32,
    /// What reaches other systems.
    pub connectors: Connectors,
    /// What says who was erased, outside the database.
    pub ledger: Ledger,
    /// What the audit log is signed with; `None` where somebody else does that.
    pub log: Option<Log>,
}

/// Workers, for as long as they are not closed.
#[derive(Debug)]
pub struct Workers(Ground);

impl Workers {
    /// Connects to a database that is up to date, and starts what a server does besides answering.
    ///
    /// # Errors
    /// When the database cannot be used, is not as this version needs it, or was sealed with other master keys.
    pub async fn start(parts: WorkParts) -> Result<Self, NotStarted> {
        // Opening would migrate it.
        if access::migrations(&parts.database).await?.iter().any(|(_, applied)| !applied) {
            let why = "this database is not up to date: migrations are pending";
            return Err(Broken::Unfit(why.to_owned()).into());
        }
        let door = Door::open(&parts.database, parts.keys, parts.clock).await?;
        let mut ground = Ground::prepare(door, parts.connectors, parts.ledger).await?;
        ground.keep_up(parts.metrics);
        ground.work(parts.sweep_interval, (parts.approval_above, parts.small_group), parts.log);
        Ok(Self(ground))
    }

    /// Ends what is under way, and closes the database.
    pub async fn close(mut self) {
        self.0.end_duties().await;
        self.0.close().await;
    }
}
