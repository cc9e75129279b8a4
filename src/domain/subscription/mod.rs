//! What customers ordered: how it starts, ends, and gives way to something else.

mod close;
mod end;
mod import;
mod of_customers;
mod start;
mod switch;

pub use close::Ended;
pub use end::EndSubscription;
pub use import::{ImportSubscriptions, SubscriptionRow};
pub use of_customers::{SubscriptionsByIds, SubscriptionsOf, SubscriptionsOfCustomers};
pub use start::StartSubscription;
pub use switch::{SwitchService, Switched};
