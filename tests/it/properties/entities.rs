//! Entities are the tables as they are migrated, column by column, and every table has one.
#![expect(
    clippy::disallowed_types,
    reason = "what is compared is the database itself, not what the door makes of it"
)]

use crate::support::{Database, entities::each_entity};
use sea_orm::{DatabaseConnection, EntityTrait, IdenStatic, Iterable};
use std::collections::BTreeMap;

/// The columns of an entity, which can be selected.
async fn columns<E: EntityTrait>(db: &DatabaseConnection) -> (String, Vec<String>) {
    let name = E::default().table_name().to_owned();
    E::find().all(db).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut columns = E::Column::iter().map(|column| column.as_str().to_owned()).collect::<Vec<_>>();
    columns.sort();
    (name, columns)
}

#[tokio::test]
async fn entities_are_the_migrated_tables() {
    let database = Database::empty().await;
    kartotek::access::migrate(&database.settings()).await.unwrap();
    let db = database.owner();
    let mut entities = BTreeMap::new();
    macro_rules! columns_of_all {
        ($($entity:ident),*) => { $( entities.extend([columns::<entity::$entity::Entity>(db).await]); )* };
    }
    each_entity!(columns_of_all);

    let mut tables = BTreeMap::new();
    for table in database.tables().await.into_iter().filter(|table| table != "seaql_migrations") {
        let mut columns = database.columns(&table).await;
        // In which order events came is the database's own.
        columns.retain(|column| table != "audit_event" || (column != "xid" && column != "id"));
        columns.sort();
        tables.insert(table, columns);
    }
    assert_eq!(entities, tables);
    database.discard().await;
}
