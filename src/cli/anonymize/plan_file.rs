//! A plan in a file: its hash and its numbers, for somebody to look at, and to be carried out later exactly as it is.

use super::job::{Job, Plan};
use crate::{auth::write_new_secret, cli::failure::Failure};
use serde::{Deserialize, Serialize};
use std::{fs::File, io::Read, path::Path};

/// What this program writes.
const FORMAT: &str = "kartotek-plan-1";

/// The longest file that is read, in bytes.
const LONGEST: u64 = 1 << 20;

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlanFile {
    format: String,
    /// The dry run that it comes from.
    pub job_id: String,
    pub reason: String,
    /// Customers with whom it cannot be done. They are not in the plan.
    pub failed: u64,
    pub kept_by_law: u64,
    #[serde(flatten)]
    pub plan: Plan,
}

impl PlanFile {
    pub(super) fn of(job: &Job, plan: &Plan) -> Self {
        Self {
            format: FORMAT.to_owned(),
            job_id: job.id.clone(),
            reason: job.reason.clone(),
            failed: job.failed,
            kept_by_law: job.kept_by_law,
            plan: plan.clone(),
        }
    }

    /// A name for carrying it out: always the same, since that is done once.
    pub(super) fn key(&self) -> String {
        format!("plan of {}", self.job_id)
    }

    /// Whether another one would have the same done, and says the same of it. Small groups change with what others do.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        let said = |file: &Self| {
            let Plan { hash, customer_count, location_count, kept_count, systems, .. } = &file.plan;
            let systems = systems.iter().map(|system| (system.location_count, system.kept_count));
            let numbers = (*customer_count, *location_count, *kept_count, file.failed, file.kept_by_law);
            (file.job_id.clone(), hash.clone(), numbers, systems.collect::<Vec<_>>())
        };
        said(self) == said(other)
    }

    /// Writes it for its owner alone. A file that is there stays as it is.
    pub(super) fn write(&self, path: &Path, there: &str) -> Result<(), Failure> {
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        write_new_secret(path, &text).map_err(|error| {
            let hint = format!(
                "{} is to be a new file; kartotek anonymize{there} --job {} --plan-out FILE",
                path.display(),
                self.job_id
            );
            Failure::new(error).hint(hint)
        })
    }

    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let mut text = String::new();
        let read = File::open(path).and_then(|file| file.take(LONGEST).read_to_string(&mut text));
        read.map_err(|error| Failure::usage(error).hint(format!("see {}", path.display())))?;
        let plan = serde_json::from_str::<Self>(&text).ok().filter(|plan| plan.format == FORMAT);
        plan.ok_or_else(|| {
            Failure::usage(format!("{} is no plan", path.display()))
                .hint("a plan is what --dry-run --plan-out FILE writes")
        })
    }
}
