//! What findings are about that nothing else is, and what was said of them.

use super::{Batch, Loaded};
use crate::{
    access::Stop,
    domain::{
        finding::{AcknowledgementsOf, FindingKind},
        incident::{IncidentsByIds, OnRecord},
    },
};
use async_graphql::dataloader::Loader;
use entity::{finding_acknowledgement, ids::IncidentId};
use std::sync::Arc;
use uuid::Uuid;

impl Loader<IncidentId> for Batch {
    type Value = OnRecord;
    type Error = Arc<Stop>;

    async fn load(&self, ids: &[IncidentId]) -> Loaded<IncidentId, OnRecord> {
        let found = self.read(IncidentsByIds(ids.to_vec())).await?;
        Ok(found.into_iter().map(|one| (one.row.id, one)).collect())
    }
}

/// A finding's kind, and what it is about.
pub type FindingKey = (FindingKind, Uuid);

impl Loader<FindingKey> for Batch {
    type Value = finding_acknowledgement::Model;
    type Error = Arc<Stop>;

    async fn load(&self, keys: &[FindingKey]) -> Loaded<FindingKey, finding_acknowledgement::Model> {
        self.read(AcknowledgementsOf(keys.to_vec())).await
    }
}
