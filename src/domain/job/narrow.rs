//! A condition that bulk work goes by has to leave somebody out.

use crate::{
    access::{Code, Refusal, Stop, Writer},
    domain::{
        catalog::zone,
        customer::CustomerFilter,
        period::{day_of, start_of},
    },
};
use entity::enums::{CustomerKind, CustomerStatus};

/// All that customers are who are not gone; those who are, are never meant.
const KINDS: [CustomerKind; 2] = [CustomerKind::Person, CustomerKind::Organization];
const STATUSES: [CustomerStatus; 3] =
    [CustomerStatus::Active, CustomerStatus::Dormant, CustomerStatus::Restricted];

/// Refuses a filter by which everybody would be meant, and one that says what cannot be true yet.
pub(super) async fn narrows(w: &Writer, filter: &CustomerFilter) -> Result<(), Stop> {
    if filter.reference_prefix.as_deref().is_some_and(|prefix| prefix.trim().is_empty()) {
        let message = "Give what their references begin with: everybody's begins with nothing.";
        return Err(Refusal::new(Code::Required, message).at("filter.referencePrefix").into());
    }
    if let Some(since) = filter.dormant_since {
        let zone = zone(w).await?;
        let ends = day_of(w.now(), &zone).succ_opt().and_then(|tomorrow| start_of(tomorrow, &zone));
        if ends.is_none_or(|ends| since > ends) {
            let message = "This day lies in the future: give one that has come.";
            return Err(Refusal::new(Code::OutOfRange, message).at("filter.dormantSince").into());
        }
    }
    if leaves_somebody_out(filter) {
        return Ok(());
    }
    let message = "Give at least one condition that leaves somebody out: everybody is never meant. All kinds, all statuses, \
                   `onHold: false` and `unjustified: false` are none by themselves.";
    Err(Refusal::new(Code::Required, message).at("filter").into())
}

fn leaves_somebody_out(filter: &CustomerFilter) -> bool {
    let kinds = filter.kinds.as_ref().is_some_and(|some| KINDS.iter().any(|kind| !some.contains(kind)));
    let statuses = filter.statuses.as_ref();
    let statuses = statuses.is_some_and(|some| STATUSES.iter().any(|status| !some.contains(status)));
    kinds
        || statuses
        || filter.reference_prefix.is_some()
        || filter.dormant_since.is_some()
        || filter.service.is_some()
        || filter.system.is_some()
        || filter.third_party.is_some()
        || filter.categories.is_some()
        || filter.on_hold == Some(true)
        || filter.unjustified == Some(true)
}
