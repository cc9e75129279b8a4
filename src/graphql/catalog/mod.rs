//! What the company is, which kinds of data it knows, what for, and what its services need.

mod controller;
mod data_category;
mod mutations;
mod of_keys;
mod purpose;
mod queries;
mod retention_rule;
mod service;
mod translation;

pub use controller::Controller;
pub use data_category::{DataCategory, DataCategoryConnection};
pub use mutations::{
    ControllerMutation, DataCategoryMutation, PurposeMutation, RetentionRuleMutation, ServiceMutation,
};
pub use of_keys::categories;
pub use purpose::{Purpose, PurposeConnection};
pub use queries::CatalogQuery;
pub use retention_rule::{RetentionRule, RetentionRuleConnection};
pub use service::{DataRequirement, Service, ServiceConnection};
