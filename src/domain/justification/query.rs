//! Why data may be where it is, for any number of lines of the map at once.

use super::facts::Facts;
use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::catalog::Catalog,
    policy::{Action, Target},
};
use chrono::{DateTime, Utc};
use entity::{
    enums::JustificationKind,
    ids::{
        CategoryKey, CustomerId, DataLocationId, DataRequestId, LegalHoldId, PurposeKey, RequirementId,
        RetentionRuleId, SubscriptionId,
    },
    touch::Touch,
};
use sea_orm::FromQueryResult;
use std::sync::Arc;

/// One fact that lets data be where it is.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct Justification {
    pub location_id: DataLocationId,
    pub customer_id: CustomerId,
    pub category: CategoryKey,
    pub kind: JustificationKind,
    pub purpose: Option<PurposeKey>,
    pub subscription_id: Option<SubscriptionId>,
    pub requirement_id: Option<RequirementId>,
    pub rule_id: Option<RetentionRuleId>,
    pub hold_id: Option<LegalHoldId>,
    /// The end of the latest subscription behind the fact; `None` while one is live.
    pub ended_at: Option<DateTime<Utc>>,
    pub request_id: Option<DataRequestId>,
}

/// Every fact that justifies these lines of the map.
#[derive(Clone, Debug)]
pub struct JustifyLocations {
    pub catalog: Arc<Catalog>,
    pub locations: Vec<DataLocationId>,
}

impl Inquiry for JustifyLocations {
    const ACTION: Action = Action::Justify;
    type Output = Vec<Justification>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<Justification>, Stop> {
        justify(r, &self.catalog, &self.locations).await
    }
}

/// Every fact that justifies these lines of the map.
pub(in crate::domain) async fn justify(
    r: &Reader,
    catalog: &Catalog,
    locations: &[DataLocationId],
) -> Result<Vec<Justification>, Stop> {
    let facts = Facts::new(catalog, r.now());
    let mut sql = Sql::default();
    let among = |sql: &mut Sql| {
        sql.push("l.id IN ").list(locations.iter().map(|id| id.0));
    };
    facts.query(&mut sql, &among);
    sql.push(" ORDER BY 1, 4 DESC, 5, 6, 8, 9");
    r.rows(sql, |row: &Justification| Touch::of(row.customer_id).category(row.category.clone())).await
}
