//! What every mutation that disposes of something takes: `dryRun`, or the `planHash` of an earlier answer.

use crate::domain::disposal::Asked;

/// What was asked for.
pub fn asked(dry_run: bool, plan_hash: Option<String>) -> Asked {
    Asked { dry_run, plan_hash }
}
