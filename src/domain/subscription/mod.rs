//! What customers ordered. (Ending and switching come with disposal.)

mod of_customers;
mod start;

pub use of_customers::{SubscriptionsByIds, SubscriptionsOf, SubscriptionsOfCustomers};
pub use start::StartSubscription;
