//! One pass of the sweep over all maps.

use super::{ForgetPlans, SettleCustomers, UnsettledCustomers};
use crate::{
    access::{Door, Stop},
    domain::catalog::Catalog,
};
use std::sync::Arc;

/// Customers who are looked for at a time: so many ids are in memory at once.
const FOUND_AT_ONCE: i64 = 50_000;

/// Customers who are settled in one transaction. It is short, so that nobody waits for it who works with one of them.
const SETTLED_AT_ONCE: usize = 200;

/// Puts right what time, or a change of the reference data, has changed on maps, and says how many lines that were.
/// Each transaction goes on record by itself, with whom it was about; a pass that finds nothing leaves no trace.
///
/// # Errors
/// When the database fails. What was settled until then stays so, and the next pass goes on.
pub async fn sweep(door: &Arc<Door>, catalog: &Arc<Catalog>) -> Result<usize, Stop> {
    let access = |operation| door.program("sweep", operation);
    let (mut after, mut lines) = (None, 0);
    loop {
        let find = UnsettledCustomers { catalog: catalog.clone(), after, limit: FOUND_AT_ONCE };
        let found = access("findUnsettled").read(find).await?;
        for some in found.chunks(SETTLED_AT_ONCE) {
            let settle = SettleCustomers { catalog: catalog.clone(), customers: some.to_vec() };
            lines += access("settleCustomers").write(settle).await?;
        }
        match found.last() {
            Some(last) if i64::try_from(found.len()).is_ok_and(|found| found == FOUND_AT_ONCE) => {
                after = Some(*last);
            }
            _ => break,
        }
    }
    if access("findExpiredPlans").read(super::ExpiredPlans).await? {
        access("forgetPlans").write(ForgetPlans).await?;
    }
    Ok(lines)
}
