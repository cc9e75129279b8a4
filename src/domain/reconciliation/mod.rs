//! The map is compared with what a system itself holds. What the system is found to hold is read first, to the end, and put
//! aside (`found.rs`); then the two are compared, some customers at a time (`lines.rs`), and what is left over is on no map
//! (`rest.rs`). The rule itself is pure (`compare.rs`).

mod compare;
mod differences;
mod finish;
mod found;
mod keys;
mod lease;
mod lines;
mod list;
mod rest;
mod start;

pub use differences::{DifferencesOf, Differing, KindsOf, WhomDifferences};
pub use finish::{FailReconciliation, FinishReconciliation, ForgetFound};
pub use found::{AllRead, StageFound};
pub use lease::{LeaseReconciliation, Leased, ReconciliationsDue};
pub use lines::CompareLines;
pub use list::{LastReconciled, ReconciliationsByIds, ReconciliationsOf};
pub use rest::{CompareRest, NotOnMap};
pub use start::ReconcileSystem;
