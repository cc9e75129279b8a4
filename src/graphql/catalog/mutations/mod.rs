//! Changes of the reference data.

mod controller;
mod data_category;
mod purpose;
mod retention_rule;
mod service;

pub use controller::ControllerMutation;
pub use data_category::DataCategoryMutation;
pub use purpose::PurposeMutation;
pub use retention_rule::RetentionRuleMutation;
pub use service::ServiceMutation;
