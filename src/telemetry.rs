//! Logs and metrics: set up once, before anything happens.
//!
//! Logs may name a customer by id. They never hold a customer's data, a token, a key, a GraphQL variable or SQL.

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use std::io;
use tracing_subscriber::{EnvFilter, filter::ParseError, util::TryInitError};

/// Libraries that would drown our own lines, or log statements. An operator's directive for the same target wins.
const QUIET: &str =
    "sqlx=warn,sea_orm=warn,sea_orm_migration=warn,hyper=warn,hyper_util=warn,reqwest=warn,rustls=warn";

/// From a millisecond, where a cached read is, to the ten seconds after which nobody waits.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// How many requests share a commit of the audit log.
const BATCHES: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// Why there is no telemetry.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The directives of what to log make no sense.
    #[error("`log_level` must be a level such as info, or directives such as info,kartotek=debug")]
    Directives(#[from] ParseError),
    /// There is a subscriber already.
    #[error("logging was set up twice")]
    Logs(#[from] TryInitError),
    /// There is a recorder already.
    #[error("metrics cannot be set up")]
    Metrics(#[from] BuildError),
}

/// Sends logs to standard error, as text or as one JSON object a line. Standard output is for data.
pub fn start_logs(json: bool, directives: &str) -> Result<(), TelemetryError> {
    let logs = tracing_subscriber::fmt().with_env_filter(filter(directives)?).with_writer(io::stderr);
    if json {
        tracing_subscriber::util::SubscriberInitExt::try_init(logs.json().flatten_event(true).finish())?;
    } else {
        tracing_subscriber::util::SubscriberInitExt::try_init(logs.with_ansi(false).finish())?;
    }
    Ok(())
}

fn filter(directives: &str) -> Result<EnvFilter, ParseError> {
    EnvFilter::builder().parse(format!("{QUIET},{directives}"))
}

/// Collects metrics from now on. The handle renders them for `/metrics`; somebody has to call its `run_upkeep` every
/// few seconds, or the measurements of histograms pile up between two scrapes.
pub fn start_metrics() -> Result<PrometheusHandle, TelemetryError> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .set_buckets_for_metric(Matcher::Full("audit_batch_requests".to_owned()), &BATCHES)?
        .install_recorder()?;
    // There from the start, so that an alarm sees its first step.
    metrics::counter!("audit_write_failures_total").absolute(0);
    Ok(handle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_quiet_unless_somebody_wants_to_hear_them() {
        let shown = |directives| filter(directives).unwrap().to_string();
        let quiet = shown("debug");
        assert!(quiet.contains("sqlx=warn") && quiet.split(',').any(|one| one == "debug"), "{quiet}");
        let loud = shown("info,sqlx=debug");
        assert!(loud.contains("sqlx=debug") && !loud.contains("sqlx=warn"), "{loud}");
        assert!(filter("kartotek=loud").is_err());
    }
}
