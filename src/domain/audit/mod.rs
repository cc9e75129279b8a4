//! The audit log as it is read. (It is written in the door, and nowhere else.)

mod events;

pub use events::{
    AuditFilter, AuditPage, Body, EventInAccessLogs, EventRow, EventsByIds, EventsOfCustomers, ListEvents,
    SubjectBody,
};
