//! When: loops that run one duty again and again, as a named part of the program, until told to stop.

mod alarms;
mod catalog;
mod erasures;
mod jobs;
mod keys;
mod maps;
mod metrics;
mod months;
mod pushes;
mod reconciliations;
mod rejections;
mod reports;
mod seals;
mod tasks;

pub use alarms::{keep_alarms, watch_content, watch_protection};
pub use catalog::keep_catalog;
pub use erasures::keep_erasures;
pub use jobs::keep_jobs;
pub use keys::keep_keys;
pub use maps::{forget_exports, keep_maps};
pub use metrics::keep_metrics;
pub use months::keep_months;
pub use pushes::keep_pushed;
pub use reconciliations::keep_reconciliations;
pub use rejections::keep_rejections;
pub use reports::keep_reports;
pub use seals::keep_sealed;
pub use tasks::{Worked, Worker, keep_tasks};
