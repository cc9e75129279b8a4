//! Whoever reads a row reads about somebody: every row that belongs to a customer says so to the door.
#![expect(
    clippy::disallowed_types,
    reason = "the rows are read past the door, which would do what is tested"
)]

use crate::support::{TestApp, database::Engine, entities::each_entity};
use entity::{customer, touch::Recorded};
use sea_orm::{
    DatabaseConnection, EntityName, EntityTrait, IdenStatic, Iterable, ModelTrait, Value,
    sea_query::ValueType,
};

/// The value of this column in a row, when the table has it.
fn value<E>(row: &E::Model, name: &str) -> Option<Value>
where
    E: EntityTrait,
    E::Model: ModelTrait<Entity = E>,
{
    E::Column::iter().find(|column| column.as_str() == name).map(|column| row.get(column))
}

/// Of each row: that it names its customer and its category, and how many rows there are with a customer.
async fn check<E>(db: &DatabaseConnection) -> usize
where
    E: Recorded,
    E::Model: ModelTrait<Entity = E>,
{
    let is_the_customer = E::default().table_name() == customer::Entity.table_name();
    let owner = if is_the_customer { "id" } else { "customer_id" };
    let rows = E::find().all(db).await.unwrap();
    let mut about_somebody = 0;
    for row in &rows {
        let touch = E::touch(row);
        let customer = value::<E>(row, owner).filter(|_| is_the_customer || owner == "customer_id");
        // What may be about many names nobody.
        let expected = customer.and_then(|id| <Option<uuid::Uuid> as ValueType>::try_from(id).unwrap());
        assert_eq!(touch.customer.map(|id| id.0), expected, "{}", E::default().table_name());
        about_somebody += usize::from(expected.is_some());
        if let (Some(_), Some(category)) = (expected, value::<E>(row, "category")) {
            let category = <String as ValueType>::try_from(category).unwrap();
            assert_eq!(touch.category.map(|key| key.0), Some(category), "{}", E::default().table_name());
        }
    }
    about_somebody
}

#[tokio::test]
async fn every_row_of_a_customers_says_whose_it_is() {
    let app = TestApp::new().await;
    // What the example company has none of.
    let (customer, subscription) = app.hosted("K-9901").await;
    app.hold(&customer, Some(&["user.payment"])).await;
    let unjustified = app.findings(serde_json::json!({ "kinds": ["UNJUSTIFIED_DATA"] })).await.remove(0);
    let key = unjustified["key"].as_str().unwrap();
    assert_eq!(app.acknowledge(key, "2026-04-01").await.user_errors(), []);
    assert_eq!(app.end(&subscription, serde_json::json!({})).await.user_errors(), []);
    let request = app.submit(&customer, serde_json::json!({ "categories": ["user.payment"] })).await;
    app.pause(&request).await;
    let task = app.tasks_at(&customer, "Kundregister").await.remove(0);
    assert_eq!(app.complete(&task, serde_json::json!({})).await.user_errors(), []);
    app.connect("Ärendesystem", crate::support::connect::Crm::with(&[]).await.connector()).await;
    app.compare("Ärendesystem", serde_json::json!({ "customerId": customer })).await;
    for table in [
        "answer_link (task_id, customer_id, expires_at, hash)",
        "envelope (system_id, customer_id, master_key_id, wrapped, sealed)",
        "task_message (task_id, customer_id, received_at, message)",
    ] {
        let rest = if table.starts_with("env") { "'1', HASH, HASH" } else { "created_at, HASH" };
        let id = if table.starts_with("env") { "system_id" } else { "id" };
        let hash = match app.database.engine {
            Engine::Postgres => "sha256(uuid_send(id))",
            Engine::Sqlite => "randomblob(32)",
        };
        let insert = format!("INSERT INTO {table} SELECT DISTINCT {id}, customer_id, {rest} FROM task")
            .replace("HASH", hash);
        app.database.run(&insert).await;
    }
    let wanted = serde_json::json!({ "type": "RESTRICTION", "restrictionGround": "LEGAL_CLAIMS" });
    let wanted = app.submit(&customer, wanted).await;
    app.verify(&wanted, serde_json::json!({})).await.data();
    let access = app.submit(&customer, serde_json::json!({ "type": "ACCESS" })).await;
    app.verify(&access, serde_json::json!({})).await.data();
    app.work().await;
    // One whose data is only kept cannot be anonymized, which is a failure of theirs.
    app.compliance().asked_for("touched", serde_json::json!({ "customerIds": [customer] })).await;
    app.run_jobs().await;
    app.compliance().request_report(serde_json::json!({ "kind": "CUSTOMER", "customerId": customer })).await;
    let db = app.database.owner();
    let mut of = std::collections::BTreeMap::new();
    macro_rules! check_all {
        ($($entity:ident),*) => { $( of.insert(stringify!($entity), check::<entity::$entity::Entity>(db).await); )* };
    }
    each_entity!(check_all);

    // Every table that has a customer in it has been looked at with rows in it.
    for table in app.database.tables().await {
        let personal =
            table == "customer" || app.database.columns(&table).await.contains(&"customer_id".to_owned());
        let rows = of.get(table.as_str()).copied();
        assert_eq!(rows.is_some_and(|rows| rows > 0), personal, "{table}: {rows:?}");
    }
    app.finish().await;
}
