//! One change of the reference data at a time, and every server learns of it.

use crate::access::{Sql, Stop, Writer};
use entity::catalog_version;
use sea_orm::{EntityTrait, QuerySelect};

/// Counts the change, before anything else is done: the row stays locked until the commit, so that what a command
/// then finds (a name is free, nothing uses a thing) cannot change under it by another such command.
///
/// # Errors
/// When the database fails.
pub async fn begin_change(w: &Writer) -> Result<(), Stop> {
    w.execute(Sql::new("UPDATE catalog_version SET version = version + 1")).await.map(drop)
}

/// Keeps other changes out without being one: for what may turn out to have nothing to do.
///
/// # Errors
/// When the database fails.
pub async fn hold(w: &Writer) -> Result<(), Stop> {
    w.one(catalog_version::Entity::find().lock_exclusive()).await.map(drop)
}
