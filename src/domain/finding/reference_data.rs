//! What is wrong with systems and with what services need, whosever data it is.

use super::{
    branch::{Asked, made},
    kind::FindingKind,
    known::Known,
};
use crate::domain::processing_record::gaps_at;
use entity::enums::Sensitivity;

/// All of it.
pub(super) fn known(asked: &Asked<'_>) -> Vec<Known> {
    let mut all = systems(asked);
    all.extend(incomplete(asked));
    all.extend(requirements(asked));
    all
}

/// In use, and the day by which they were to be reviewed has passed.
fn systems(asked: &Asked<'_>) -> Vec<Known> {
    let systems = asked.catalog.systems.values().filter(|system| system.retired_at.is_none());
    let known = |system: &std::sync::Arc<entity::system::Model>| {
        let last = system.review_due.filter(|last| *last < asked.today)?;
        Some(Known {
            kind: FindingKind::SystemReviewOverdue,
            since: asked.after(last),
            subject: system.id.0,
            system: Some(system.id),
            third_party: system.third_party_id,
            while_held: false,
        })
    };
    systems.filter_map(known).collect()
}

/// In use, and without something that the record of processing activities has to say of it.
fn incomplete(asked: &Asked<'_>) -> Vec<Known> {
    let systems = asked.catalog.systems.values().filter(|system| system.retired_at.is_none());
    let incomplete = systems.filter(|system| !gaps_at(asked.catalog, system).is_empty());
    let known = |system: &std::sync::Arc<entity::system::Model>| Known {
        kind: FindingKind::RecordIncomplete,
        since: made(system.id.0),
        subject: system.id.0,
        system: Some(system.id),
        third_party: system.third_party_id,
        while_held: false,
    };
    incomplete.map(known).collect()
}

/// A service that can be ordered needs a special category (Art. 9) for a purpose without a condition of Art. 9(2).
fn requirements(asked: &Asked<'_>) -> Vec<Known> {
    let catalog = asked.catalog;
    let live = catalog.requirements.values().filter(|need| {
        let service = catalog.services.get(&need.service_id);
        need.retired_at.is_none() && service.is_some_and(|service| service.retired_at.is_none())
    });
    let unconditional = live.filter(|need| {
        let category = catalog.categories.get(&need.category);
        let purpose = catalog.purposes.get(&need.purpose);
        category.is_some_and(|category| category.sensitivity == Sensitivity::Special)
            && purpose.is_some_and(|purpose| purpose.special_category_condition.is_none())
    });
    let known = |need: &std::sync::Arc<entity::data_requirement::Model>| Known {
        kind: FindingKind::SpecialCategoryConditionMissing,
        since: made(need.id.0),
        subject: need.id.0,
        system: Some(need.system_id),
        third_party: catalog.systems.get(&need.system_id).and_then(|system| system.third_party_id),
        while_held: false,
    };
    unconditional.map(known).collect()
}
