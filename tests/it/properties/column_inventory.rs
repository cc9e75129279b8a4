//! We take stock of ourselves first: every column of our own tables says whether it holds personal data.

use crate::support::TestApp;
use config::{Config, File, FileFormat};
use std::collections::BTreeMap;

type Inventory = BTreeMap<String, BTreeMap<String, String>>;

fn inventory() -> Inventory {
    let text = include_str!("../../../entity/column_inventory.toml");
    let file = Config::builder().add_source(File::from_str(text, FileFormat::Toml)).build().unwrap();
    file.try_deserialize().unwrap()
}

#[test]
fn every_column_is_one_of_three() {
    for (table, columns) in inventory() {
        for (column, kind) in columns {
            let known = ["personal", "pseudonymous", "operational"].contains(&kind.as_str());
            assert!(known, "{table}.{column} is {kind}");
            // An id that says who it is of tells people apart, whatever table it stands in.
            assert!(column != "customer_id" || kind == "pseudonymous", "{table}.{column} is {kind}");
        }
    }
}

#[tokio::test]
async fn the_inventory_is_of_the_migrated_database() {
    let app = TestApp::new().await;
    let mut found = BTreeMap::new();
    for table in app.database.tables().await.into_iter().filter(|table| table != "seaql_migrations") {
        // In which order events came is the database's own.
        let mut columns = app.database.columns(&table).await;
        columns.retain(|column| table != "audit_event" || (column != "xid" && column != "id"));
        columns.sort();
        found.insert(table, columns);
    }
    let listed = inventory().into_iter().map(|(table, columns)| (table, columns.into_keys().collect()));
    assert_eq!(found, listed.collect());
    app.finish().await;
}

/// P3: what is stored about a customer is sealed. In the open stand only names of staff, and what keeps the log whole.
#[test]
fn what_is_personal_of_customers_is_sealed() {
    let inventory = inventory();
    let of_customers = |table: &str| {
        table == "customer" || inventory[table].contains_key("customer_id") || table == "audit_event"
    };
    let mut personal = Vec::new();
    for (table, columns) in inventory.iter().filter(|(table, _)| of_customers(table)) {
        let columns = columns.iter().filter(|(_, kind)| *kind == "personal");
        personal.extend(columns.map(|(column, _)| format!("{table}.{column}")));
    }
    assert_eq!(
        personal,
        [
            "audit_event.withheld",
            "consent_event.recorded_by",
            "customer.profile",
            "data_location.recorded_by",
            "data_request.rejected_by",
            "data_request.reply_delivered_by",
            "data_request.submitted_by",
            "data_request.verified_by",
            "data_request.withdrawn_by",
            "data_request_pause.paused_by",
            "data_request_pause.resumed_by",
            "disclosure.disclosed_by",
            "disposal_plan.created_by",
            "envelope.sealed",
            "finding_acknowledgement.acknowledged_by",
            "legal_hold.lifted_by",
            "legal_hold.placed_by",
            "notice.delivered_by",
            "restriction.lifted_by",
            "restriction.placed_by",
            "sealed.sealed",
            "task_evidence.recorded_by",
        ]
    );
}

/// The demo's customers are nowhere in the database in the open.
#[tokio::test]
async fn no_customer_can_be_read_in_the_database() {
    let app = TestApp::new().await;
    let dump = app.database.dump(|_| true).await;
    assert!(dump["customer"].len() > 20);
    // None so short that it turns up in a hash by chance.
    let numbers = ["19850312", "850312-2387", "8503122387", "+46701740605", "701740605"];
    for value in ["Almgren", "almgren", "kund.example", "Exempelgatan"].into_iter().chain(numbers) {
        let hex = value.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        for (table, rows) in &dump {
            let told = rows.iter().find(|row| row.contains(value) || row.to_lowercase().contains(&hex));
            assert_eq!(told, None, "{value} stands in {table}");
        }
    }
    app.finish().await;
}
