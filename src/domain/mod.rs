//! What the company promised: a folder for each noun, a file for each verb.

pub mod audit;
pub mod by_id;
pub mod canonical;
pub mod catalog;
pub mod catalog_document;
pub mod change;
pub mod checks;
pub mod consent;
pub mod customer;
pub mod data_location;
pub mod data_request;
pub mod demo;
pub mod described;
pub mod disclosure;
pub mod disposal;
mod each_customer;
pub mod erasure;
pub mod finding;
pub mod gate;
pub mod import;
pub mod incident;
pub mod inventory;
pub mod job;
pub mod justification;
pub mod legal_hold;
pub mod master_key;
pub mod notice;
pub mod page;
pub mod people;
pub mod period;
pub mod picture;
pub mod processing_record;
pub mod reconciliation;
pub mod report;
pub mod restriction;
pub mod subscription;
pub mod system;
pub mod task;
pub mod third_party;

#[cfg(test)]
pub(crate) mod testing;
