//! The audit log as it is read, and the tree that proves it. (It is written in the door, and nowhere else.)

mod alarm;
mod checkpoint;
mod detach;
mod events;
mod export;
mod extent;
mod prove;
mod publish;
mod seal;
mod verify;

pub(in crate::domain) use alarm::UNSEALED;
pub use alarm::{OldestUnsealed, alarm};
pub use checkpoint::{CheckpointsAfter, NewestCheckpoint, TileAt};
pub use detach::{DetachedAreSealed, Leaving, NotDetached, prepare_to_detach, record_detached, record_kept};
pub use events::{
    AuditFilter, AuditPage, Body, EventInAccessLogs, EventRow, EventsByIds, EventsOfCustomers, ListEvents,
    Part, Shown, SubjectBody, Withheld,
};
pub use export::{Had, NotExported, Wanted, export};
pub use prove::{Consistency, Inclusion, PlacesOfEvents, ProveConsistency, ProveEvents};
pub use publish::{Log, NotPushed, Sound, Unsealed};
pub use seal::{SealEvents, Sealed};
pub use verify::{Beside, verify};
