//! One pass of the sweep over all maps.

use super::{ExpiredPlans, ForgetPlans, NextCustomers, SettleCustomers, Unsettled, UnsettledCustomers};
use crate::{
    access::{Door, Stop},
    domain::catalog::Catalog,
};
use std::sync::Arc;

/// Customers who are looked through at a time: however many there are, no statement takes long, and no more ids than these
/// are in memory at once.
const LOOKED_AT_ONCE: i64 = 10_000;

/// Lines that are looked at in one transaction. It is short, so that nobody waits for it who works with one of their
/// customers.
const LINES: i64 = 2_000;

/// And where everybody who writes waits for it, whoever looks at a map as well: that goes on record.
const LINES_ALONE: i64 = 200;

/// How many lines one transaction may be about.
#[must_use]
pub(in crate::domain) fn lines_at_once(door: &Door) -> i64 {
    if door.has_one_writer() { LINES_ALONE } else { LINES }
}

/// What a pass has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Lines that changed.
    pub lines: usize,
    /// Transactions that failed. What they were about is left to the next pass.
    pub failed: usize,
}

/// Puts right what time, or a change of the reference data, has changed on maps. Each transaction goes on record by itself,
/// with whom it was about; a pass that finds nothing leaves no trace.
///
/// # Errors
/// When it cannot be told what there is to do. Where only some of it fails, the rest is done.
pub async fn sweep(door: &Arc<Door>, catalog: &Arc<Catalog>) -> Result<Swept, Stop> {
    let access = |operation| door.program("sweep", operation);
    let most = lines_at_once(door);
    let (mut after, mut swept) = (None, Swept::default());
    while let Some(upto) =
        access("findUnsettled").read(NextCustomers { after, count: LOOKED_AT_ONCE }).await?
    {
        let find = UnsettledCustomers { catalog: catalog.clone(), after, upto };
        let found = access("findUnsettled").read(find).await?;
        for customers in chunks(&found, most) {
            let settle = SettleCustomers { catalog: catalog.clone(), customers };
            match access("settleCustomers").write(settle).await {
                Ok(lines) => swept.lines += lines,
                Err(error) => {
                    tracing::warn!(%error, "some maps could not be brought up to date");
                    swept.failed += 1;
                }
            }
        }
        after = Some(upto);
    }
    if access("findExpiredPlans").read(ExpiredPlans).await? {
        access("forgetPlans").write(ForgetPlans).await?;
    }
    Ok(swept)
}

/// Customers in groups that have about so many lines together; one with more is a group by themselves.
fn chunks(found: &[Unsettled], most: i64) -> Vec<Vec<entity::ids::CustomerId>> {
    let (mut chunks, mut lines) = (Vec::<Vec<_>>::new(), most);
    for one in found {
        if lines + one.lines > most {
            chunks.push(Vec::new());
            lines = 0;
        }
        lines += one.lines;
        if let Some(chunk) = chunks.last_mut() {
            chunk.push(one.customer_id);
        }
    }
    chunks
}
