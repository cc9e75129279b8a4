//! The question before something is done that cannot be undone.

use super::job::Plan;
use std::{
    io::{self, Write},
    thread,
};
use tokio::sync::oneshot;

/// Whether somebody can be asked: they read standard error, and answer on standard input.
pub(super) fn can_be_asked() -> bool {
    use io::IsTerminal;
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Shows what would happen, and asks. Only `yes` is yes.
pub(super) async fn confirmed(plan: &Plan, (failed, kept_by_law): (u64, u64)) -> io::Result<bool> {
    let mut err = io::stderr().lock();
    writeln!(
        err,
        "{} customers would be anonymized, with {} places of their data; {} places stay, with {kept_by_law} of the customers, by law or \
         a hold.",
        plan.customer_count, plan.location_count, plan.kept_count
    )?;
    for system in &plan.systems {
        writeln!(err, "  {}: {} go, {} stay", system.name(), system.location_count, system.kept_count)?;
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
    write!(err, "This cannot be undone. Type yes to do it: ")?;
    err.flush()?;
    drop(err);
    // On its own thread, as whoever is asked may well interrupt instead.
    let (sender, answer) = oneshot::channel();
    thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line);
        // Nobody who listens is no failure.
        let _ = sender.send(read.map(|_| line.trim() == "yes"));
    });
    answer.await.unwrap_or(Ok(false))
}
