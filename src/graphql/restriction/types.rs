//! A restriction.

use crate::graphql::{data_request::RestrictionGround, scalars::DateTime};
use async_graphql::SimpleObject;
use entity::restriction;

/// A restriction of processing (Art. 18).
#[derive(SimpleObject)]
pub struct Restriction {
    ground: RestrictionGround,
    reason: String,
    since: DateTime,
    /// The actor's name.
    placed_by: String,
}

impl From<restriction::Model> for Restriction {
    fn from(row: restriction::Model) -> Self {
        Self {
            ground: row.ground.into(),
            reason: row.reason,
            since: DateTime(row.placed_at),
            placed_by: row.placed_by,
        }
    }
}
