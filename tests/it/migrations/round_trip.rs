//! Every migration can be taken back and applied again.
#![expect(clippy::disallowed_methods, reason = "migrations come before the door")]

use crate::support::Database;
use migration::{Migrator, MigratorTrait};
use secrecy::ExposeSecret;

#[tokio::test]
async fn up_down_and_up_again() {
    let database = Database::empty().await;
    let db = sea_orm::Database::connect(database.settings().url.expose_secret()).await.unwrap();
    migration::up(&db).await.unwrap();
    let (tables, columns) = (database.tables().await, database.columns("audit_event").await);
    assert!(tables.contains(&"data_location".to_owned()), "{tables:?}");

    Migrator::down(&db, None).await.unwrap();
    assert_eq!(database.tables().await, ["seaql_migrations"]);

    migration::up(&db).await.unwrap();
    assert_eq!((database.tables().await, database.columns("audit_event").await), (tables, columns));
    db.close().await.unwrap();
    database.discard().await;
}
