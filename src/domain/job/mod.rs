//! Bulk work: what becomes of many customers is planned, looked at by a second person where they are very many, and carried out
//! some of them at a time. A worker does that; whoever asked for it follows how far it has come.

mod approve;
mod cancel;
mod carry_out;
mod chunk;
mod finish;
mod follow;
mod forget;
mod lease;
mod list;
mod narrow;
mod outcome;
mod plan;
mod request;
mod select;
mod selection;
mod small_groups;

pub use approve::ApproveJob;
pub use cancel::CancelJob;
pub use carry_out::AnonymizeNext;
pub use chunk::Portion;
pub use finish::{CancelUnapproved, FinishJobs, JobsToCancel, JobsToFinish};
pub use follow::{JobMark, MarkOf};
pub use forget::{ForgetWhom, JobsToForget};
pub use lease::{AnyDone, JobsDue, LeaseJob, Leased, PutBack, Step};
pub use list::{FailuresOf, JobFilter, JobsByIds, ListJobs};
pub use outcome::{FailNext, told};
pub use plan::{EndPlan, PlanNext};
pub use request::{BulkAnonymize, Whom};
pub use select::SelectNext;
pub use selection::{ExpiredSelections, ForgetSelections, SelectionById, UploadSelection, Uploaded};
pub use small_groups::{MOST_SMALL_GROUPS, SmallGroupsOf};
