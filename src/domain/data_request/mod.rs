//! What customers ask for by their rights (Art. 12-22), until when they must have an answer, and what was done about it.

mod clock;
mod deliver;
mod extend;
mod holidays;
mod list;
mod on_record;
mod open;
mod parts;
mod pause;
mod reject;
mod request;
mod submit;
mod verify;
mod withdraw;

pub use clock::{CannotExtend, Clock, Deadline, Extension, Pause, due};
pub use deliver::DeliverReply;
pub use extend::ExtendDataRequest;
pub use holidays::{is_public_holiday, is_working_day, working_day_from};
pub use list::{ListDataRequests, RequestFilter, RequestOrder, RequestsOf, RequestsOfCustomers};
pub(in crate::domain) use on_record::{put_on_record, take_over_all};
pub use parts::{CategoriesOfRequests, PausesOfRequests, PlansOfRequests, TasksOfRequest, TasksOfRequests};
pub use pause::{PauseDataRequest, ResumeDataRequest};
pub use reject::RejectDataRequest;
pub(in crate::domain) use request::{RUNNING, UNANSWERED};
pub use request::{Request, RequestsByIds, Timing};
pub use submit::SubmitDataRequest;
pub use verify::{Verified, VerifyIdentity};
pub use withdraw::WithdrawDataRequest;
