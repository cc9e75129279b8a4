//! What the company is, which kinds of data it knows, what for, and what its services need.
//!
//! Every command here begins with [`begin_change`], so that no two of them run at once and every server sees
//! that there is something to load.

mod calendar;
mod create_data_category;
mod create_purpose;
mod create_service;
mod keys;
mod language;
mod most;
mod retire_data_category;
mod retire_purpose;
mod retire_retention_rule;
mod retire_service;
mod set_data_requirements;
mod set_retention_rule;
mod snapshot;
mod standing;
mod update_controller;
mod update_data_category;
mod update_purpose;
mod update_service;
mod uses;
mod version;

pub use calendar::{today, zone};
pub use create_data_category::CreateDataCategory;
pub use create_purpose::CreatePurpose;
pub use create_service::CreateService;
pub use keys::{is_category_key, is_purpose_key, is_service_key};
pub use most::Most;
pub use retire_data_category::RetireDataCategory;
pub use retire_purpose::RetirePurpose;
pub use retire_retention_rule::RetireRetentionRule;
pub use retire_service::RetireService;
pub use set_data_requirements::{Needed, RequirementLine, SetDataRequirements};
pub use set_retention_rule::SetRetentionRule;
pub use snapshot::{Catalog, Catalogs, changed, held};
pub use standing::{in_use, live, retired, taken, taken_if};
pub use update_controller::UpdateController;
pub use update_data_category::UpdateDataCategory;
pub use update_purpose::UpdatePurpose;
pub use update_service::UpdateService;
pub use uses::{held_data, needs};
pub use version::{begin_change, hold};

#[cfg(test)]
mod tests;
