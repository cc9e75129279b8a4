//! The integration tests: one binary, on SQLite, or on PostgreSQL when `TEST_DATABASE_URL` says where.

#[cfg(test)]
mod another_worker;
#[cfg(test)]
mod api;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod catalog_document;
#[cfg(test)]
mod cli_anonymize;
#[cfg(test)]
mod cli_import;
#[cfg(test)]
mod cli_report;
#[cfg(test)]
mod connector_sql;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod demo_peers;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod erasure;
#[cfg(test)]
mod identity_provider;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod master_keys;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod reconciliation;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod support;
#[cfg(test)]
mod worker;
