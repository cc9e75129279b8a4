//! What somebody is shown before they are asked.

use super::job::Plan;
use crate::cli::output::shown;
use std::io::{self, Write};

/// Shows what would happen.
pub(super) fn show(plan: &Plan, (failed, kept_by_law): (u64, u64)) -> io::Result<()> {
    let mut err = io::stderr().lock();
    writeln!(
        err,
        "{} customers would be anonymized, with {} places of their data; {} places stay, with {kept_by_law} of the customers, by law or \
         a hold.",
        plan.customer_count, plan.location_count, plan.kept_count
    )?;
    for system in &plan.systems {
        writeln!(
            err,
            "  {}: {} go, {} stay",
            shown(system.name()),
            system.location_count,
            system.kept_count
        )?;
    }
    if let Some(small) = plan.small_groups.as_ref().filter(|small| small.customer_count > 0) {
        writeln!(
            err,
            "{} of them would be in groups of fewer than {} who agree in all that is left of them, and might be told apart by it.",
            small.customer_count, small.below
        )?;
    }
    if failed > 0 {
        writeln!(err, "{failed} more cannot be, and stay as they are.")?;
    }
    Ok(())
}
