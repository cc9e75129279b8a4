//! What customers ask for by their rights (Art. 12-22), until when they must have an answer, and what was done about it.

mod clock;
mod deliver;
mod export;
mod extend;
mod gather;
mod holidays;
mod letter;
mod list;
mod open;
mod page;
mod parts;
mod pause;
mod reject;
mod reply;
mod request;
mod submit;
mod verify;
mod wanted;
mod withdraw;
mod words;

pub use clock::{CannotExtend, Clock, Deadline, Extension, Pause, due};
pub use deliver::DeliverReply;
pub use export::{ExpiredExports, Export, ExportsFor, ForgetExports};
pub use extend::ExtendDataRequest;
pub use holidays::{is_public_holiday, is_working_day, working_day_from};
pub use list::{ListDataRequests, RequestFilter, RequestOrder, RequestsOf, RequestsOfCustomers};
pub use parts::{CategoriesOfRequests, PausesOfRequests, PlansOfRequests, TasksOfRequest, TasksOfRequests};
pub use pause::{PauseDataRequest, ResumeDataRequest};
pub use reject::RejectDataRequest;
pub use reply::{RepliesTo, Reply};
pub(in crate::domain) use request::{RUNNING, UNANSWERED};
pub use request::{Request, RequestsByIds, Timing};
pub use submit::SubmitDataRequest;
pub use verify::{Verified, VerifyIdentity};
pub use wanted::RevealCorrections;
pub use withdraw::WithdrawDataRequest;
