//! The schema history: one change a file, applied in order, on Postgres and SQLite alike.
#![expect(
    clippy::disallowed_types,
    reason = "migrations come before the door: there is nothing to record yet"
)]

pub mod dialect;
mod m20261125_000001_create_catalog;
mod m20261125_000002_create_customer;
mod m20261125_000003_create_audit;
mod m20261125_000004_create_disclosure;
mod m20261125_000005_create_disposal;
mod m20261125_000006_create_evidence;
mod m20261125_000007_create_data_request;
mod m20261128_000008_create_reconciliation;
mod m20261128_000009_create_erasure;
mod m20261128_000010_create_audit_tree;
mod m20261128_000011_create_job;
mod m20261129_000012_create_import;
mod m20261129_000013_add_small_groups;
mod m20261129_000014_create_inventory;
mod m20261129_000015_create_incident;
mod m20261129_000016_create_acknowledgement;
mod m20261129_000017_create_processing_record;
mod m20261129_000018_create_report;
pub mod months;
pub mod privileges;
pub mod protection;

pub use sea_orm_migration::{MigrationStatus, MigratorTrait};
use sea_orm_migration::{
    async_trait,
    prelude::MigrationTrait,
    sea_orm::{
        ConnectionTrait, DatabaseConnection, DbBackend, DbErr, SqliteTransactionMode, TransactionOptions,
        TransactionTrait,
    },
};

/// Applies the history. Use [`up`], which lets two processes start at once.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261125_000001_create_catalog::Migration),
            Box::new(m20261125_000002_create_customer::Migration),
            Box::new(m20261125_000003_create_audit::Migration),
            Box::new(m20261125_000004_create_disclosure::Migration),
            Box::new(m20261125_000005_create_disposal::Migration),
            Box::new(m20261125_000006_create_evidence::Migration),
            Box::new(m20261125_000007_create_data_request::Migration),
            Box::new(m20261128_000008_create_reconciliation::Migration),
            Box::new(m20261128_000009_create_erasure::Migration),
            Box::new(m20261128_000010_create_audit_tree::Migration),
            Box::new(m20261128_000011_create_job::Migration),
            Box::new(m20261129_000012_create_import::Migration),
            Box::new(m20261129_000013_add_small_groups::Migration),
            Box::new(m20261129_000014_create_inventory::Migration),
            Box::new(m20261129_000015_create_incident::Migration),
            Box::new(m20261129_000016_create_acknowledgement::Migration),
            Box::new(m20261129_000017_create_processing_record::Migration),
            Box::new(m20261129_000018_create_report::Migration),
        ]
    }
}

/// Each migration of this version, and whether it is applied.
///
/// # Errors
/// What the database says. A database that a later version has changed is refused.
pub async fn status(db: &DatabaseConnection) -> Result<Vec<(String, bool)>, DbErr> {
    let known = Migrator::get_migration_with_status_read_only(db).await.map_err(later)?;
    let applied = |status| status == MigrationStatus::Applied;
    Ok(known.iter().map(|one| (one.name().to_owned(), applied(one.status()))).collect())
}

fn later(error: DbErr) -> DbErr {
    match error {
        DbErr::Custom(unknown) => {
            DbErr::Custom(format!("a later version of Kartotek changed this database ({unknown})"))
        }
        other => other,
    }
}

/// Any number does, as long as every Kartotek takes the same one.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7305517265442)";

/// Applies what is pending, all or nothing; of several processes that start at once, one does and the others wait.
/// Where nothing is pending, nothing is written: a login that may not change the schema can serve.
///
/// # Errors
/// What the database says; nothing is changed then. A database that a later version has changed is refused.
pub async fn up(db: &DatabaseConnection) -> Result<(), DbErr> {
    let pending = Migrator::get_pending_migrations_read_only(db).await.map_err(later)?;
    if pending.is_empty() {
        return Ok(());
    }
    // SQLite has one writer: IMMEDIATE waits for its turn. Postgres waits for the lock, until the commit.
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let tx = db.begin_with_options(options).await?;
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared(LOCK).await?;
    }
    Migrator::up(&tx, None).await?;
    privileges::grant(&tx).await?;
    tx.commit().await
}
