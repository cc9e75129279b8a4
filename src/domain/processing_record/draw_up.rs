//! The record as it is right now.

use super::{
    activity::{Activity, Known, ProcessorActivity, activities, processor_activities},
    document::document,
    gap::{Gap, gaps, of_systems},
};
use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{canonical, catalog::Catalog},
    policy::{Action, Target},
};
use entity::{
    enums::{Channel, CustomerKind},
    ids::{CategoryKey, ServiceId, SystemId},
};
use sea_orm::FromQueryResult;
use serde_json::Value;
use std::sync::Arc;

/// The record of processing activities.
#[derive(Clone, Debug)]
pub struct Record {
    /// By the keys of services, and then what the law asks for.
    pub activities: Vec<Activity>,
    pub processor_activities: Vec<ProcessorActivity>,
    /// What it lacks.
    pub gaps: Vec<Gap>,
    /// The same as it is frozen: by names, in the company's language.
    pub document: Value,
}

impl Record {
    /// What tells it from another, in hex.
    #[must_use]
    pub fn hash(&self) -> String {
        hex::encode(canonical::sha256(&self.document))
    }

    /// What one activity lacks.
    #[must_use]
    pub fn gaps_of(activity: &Activity, catalog: &Catalog) -> Vec<Gap> {
        of_systems(catalog, activity.systems.iter().copied())
    }
}

/// Draws the record up from services, requirements, systems and third parties, and from who has them.
#[derive(Clone, Debug)]
pub struct DrawUpRecord(pub Arc<Catalog>);

#[derive(FromQueryResult)]
struct Subject {
    service_id: ServiceId,
    kind: CustomerKind,
}

#[derive(FromQueryResult)]
struct Source {
    system_id: SystemId,
    category: CategoryKey,
    channel: Channel,
}

impl Inquiry for DrawUpRecord {
    const ACTION: Action = Action::SeeProcessingRecord;
    const SEARCH: bool = true;
    const SNAPSHOT: bool = true;
    type Output = Record;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Record, Stop> {
        draw_up(r, &self.0).await
    }
}

/// See [`DrawUpRecord`].
///
/// # Errors
/// When the database fails.
pub(super) async fn draw_up(r: &Reader, catalog: &Catalog) -> Result<Record, Stop> {
    let known = known(r).await?;
    let activities = activities(catalog, &known);
    let processor_activities = processor_activities(catalog, &known);
    let systems = activities.iter().flat_map(|one| &one.systems);
    let systems = systems.chain(processor_activities.iter().flat_map(|one| &one.systems));
    let gaps = gaps(catalog, systems.copied());
    let document = document(catalog, &activities, &processor_activities, &gaps);
    Ok(Record { activities, processor_activities, gaps, document })
}

async fn known(r: &Reader) -> Result<Known, Stop> {
    let mut known = Known::default();
    // Whether there is any of a kind is quick to tell, however many there are.
    let subjects = Sql::new(
        "SELECT v.id AS service_id, k.kind AS kind FROM service v \
         CROSS JOIN (SELECT 'PERSON' AS kind UNION ALL SELECT 'ORGANIZATION') k \
         WHERE EXISTS (SELECT 1 FROM subscription s JOIN customer c ON c.id = s.customer_id \
         WHERE s.service_id = v.id AND s.ended_at IS NULL AND c.kind = k.kind)",
    );
    for row in r.numbers::<Subject>(subjects).await? {
        known.subjects.entry(row.service_id).or_default().insert(row.kind);
    }
    let sources = Sql::new(
        "SELECT system_id, category, source_channel AS channel FROM inventory_count \
         WHERE state IN ('HELD', 'RESTRICTED', 'DISPOSAL_PENDING') \
         GROUP BY system_id, category, source_channel HAVING sum(locations) > 0",
    );
    for row in r.numbers::<Source>(sources).await? {
        known.sources.entry((row.system_id, row.category)).or_default().insert(row.channel);
    }
    Ok(known)
}
