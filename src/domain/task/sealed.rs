//! What tasks and requests carry of a person: sealed apart, and destroyed when it is no longer needed.

use crate::access::{Apart, Broken, Reader, Stop, Writer};
use entity::{
    enums::SealedKind,
    ids::{CustomerId, DataRequestId, TaskId},
    sealed,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;
use zeroize::Zeroizing;

/// What something sealed belongs to.
#[derive(Clone, Copy, Debug)]
pub(in crate::domain) enum Owner {
    Task(TaskId, Option<DataRequestId>),
    Request(DataRequestId),
}

/// What it is sealed as: nothing opens in another's place.
fn what(kind: SealedKind, id: Uuid) -> String {
    format!("{kind:?} of {id}")
}

/// Seals this under a new key, in the place of what was sealed for the same owner before.
pub(in crate::domain) async fn seal(
    w: &Writer,
    (customer_id, owner): (CustomerId, Owner),
    kind: SealedKind,
    value: &impl Serialize,
) -> Result<(), Stop> {
    let (id, task_id, data_request_id) = match owner {
        Owner::Task(task, request) => (task.0, Some(task), request),
        Owner::Request(request) => (request.0, None, Some(request)),
    };
    let plain = Zeroizing::new(serde_json::to_vec(value).map_err(|_| Broken::Sealed)?);
    let Apart { master_key_id, wrapped, sealed } = w.seal_apart(customer_id, &what(kind, id), &plain)?;
    w.delete(sealed::Entity::delete_many().filter(sealed::Column::Id.eq(id))).await?;
    let row = sealed::Model {
        id,
        kind,
        customer_id,
        task_id,
        data_request_id,
        master_key_id,
        wrapped,
        sealed,
        sealed_at: w.now(),
    };
    w.insert::<sealed::Entity>(row).await.map(drop)
}

/// What was sealed.
pub(in crate::domain) fn unseal<T: DeserializeOwned>(r: &Reader, row: &sealed::Model) -> Result<T, Stop> {
    let (master_key_id, wrapped) = (row.master_key_id.clone(), row.wrapped.clone());
    let apart = Apart { master_key_id, wrapped, sealed: row.sealed.clone() };
    let plain = r.open_apart(row.customer_id, &what(row.kind, row.id), &apart)?;
    serde_json::from_slice(&plain).map_err(|_| Broken::Sealed.into())
}

/// Destroys what a task carried to its system.
pub(in crate::domain) async fn forget_correction(w: &Writer, task: TaskId) -> Result<(), Stop> {
    let correction = sealed::Column::Kind.eq(SealedKind::Correction);
    w.delete(sealed::Entity::delete_many().filter(sealed::Column::Id.eq(task.0)).filter(correction))
        .await
        .map(drop)
}
