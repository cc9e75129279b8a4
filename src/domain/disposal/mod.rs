//! What becomes of data that lost its last reason: which lines of the map go, which the law keeps, which stay, and the
//! tasks that follow.

mod bulk;
mod judge;
mod lapse;
mod lines;
mod losses;
mod open;
mod pass;
mod plan;
mod plans;
mod settle;
mod sweep;
mod unsettled;

pub(in crate::domain) use bulk::{BulkHash, BulkPlan, Part};
pub use judge::{Verdict, judge};
pub(in crate::domain) use lapse::{lapse, lapse_all};
use lines::judged_at;
pub(in crate::domain) use lines::{Judged, judged};
pub(in crate::domain) use losses::{Reach, plan_losses};
pub(in crate::domain) use open::{ask_anew, carry_out, carry_out_without, give_back, sooner};
pub(in crate::domain) use pass::lines_at_once;
pub use pass::{Swept, sweep};
pub use plan::{Asked, Planned};
pub(in crate::domain) use plan::{Draft, Subject};
pub use plans::{ItemsOfPlan, PlanItems, PlansByIds, SystemCount, SystemsOfPlans};
pub(in crate::domain) use settle::{settle, settle_all, settle_lines, settle_without};
pub use sweep::{ExpiredPlans, ForgetPlans, SettleCustomers};
pub use unsettled::{NextCustomers, Unsettled, UnsettledCustomers};
