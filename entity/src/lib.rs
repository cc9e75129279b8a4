//! Tables as data: shapes only, no logic, no I/O.

pub mod assessment;
pub mod audit_event;
pub mod audit_subject;
pub mod catalog_version;
pub mod controller;
pub mod customer;
pub mod customer_lookup;
pub mod data_category;
pub mod data_location;
pub mod data_requirement;
pub mod enums;
pub mod ids;
pub mod json;
pub mod master_key;
pub mod purpose;
pub mod retention_rule;
pub mod service;
pub mod subject_key;
pub mod subscription;
pub mod system;
pub mod third_party;
pub mod touch;
