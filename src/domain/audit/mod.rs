//! The audit log as it is read, and the tree that proves it. (It is written in the door, and nowhere else.)

mod checkpoint;
mod events;
mod publish;
mod seal;
mod verify;

pub use checkpoint::{CheckpointsAfter, NewestCheckpoint, TileAt};
pub use events::{
    AuditFilter, AuditPage, Body, EventInAccessLogs, EventRow, EventsByIds, EventsOfCustomers, ListEvents,
    SubjectBody, Withheld,
};
pub use publish::{Log, Unsealed};
pub use seal::{SealEvents, Sealed};
pub use verify::{Report, verify};
