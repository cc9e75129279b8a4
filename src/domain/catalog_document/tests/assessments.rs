use super::support::{export, import, told};
use crate::{
    access::Code,
    domain::{
        catalog_document::{ImportCatalog, Powers},
        testing::Ground,
    },
};
use chrono::Days;
use entity::enums::TrustStatus;
use serde_json::{Value, json};

const NAME: &str = "Posten AB";

fn party(assessments: &Value) -> Value {
    json!({ "thirdParties": [{ "name": NAME, "kind": "POST", "role": "PROCESSOR", "country": "US", "assessments": assessments }] })
}

fn approved() -> Value {
    json!({ "status": "APPROVED", "assessedBy": "Maja Björk", "assessedOn": "2024-03-01", "grounds": "Avtal genomgånget.",
        "agreementReference": "PUB-1", "agreementSignedOn": "2024-02-20", "safeguard": "SCC",
        "measures": ["Krypterade diskar"], "reviewDue": "2025-03-01" })
}

fn suspended() -> Value {
    json!({ "status": "SUSPENDED", "assessedBy": "Maja Björk", "assessedOn": "2024-09-01", "grounds": "Incident.",
        "agreementExpiresOn": "2026-01-01", "measures": null })
}

#[tokio::test]
async fn a_history_of_vetting_is_taken_over_by_the_rules_of_its_days() {
    let ground = Ground::seeded().await;
    let document = party(&json!([approved(), suspended()]));
    let operator = |document: &Value| ImportCatalog { powers: Powers::of_the_operator(), ..import(document) };
    assert_eq!(
        told(&ground.run(operator(&document)).await)[1..],
        [
            "Created Assessment Posten AB 2024-03-01: agreementReference agreementSignedOn assessedBy assessedOn grounds \
             measures reviewDue safeguard status",
            "Created Assessment Posten AB 2024-09-01: agreementExpiresOn agreementReference agreementSignedOn assessedBy \
             assessedOn grounds measures reviewDue safeguard status",
        ]
    );
    let catalog = ground.catalog().await;
    let row = &catalog.third_parties[&ground.third_party(NAME).await];
    assert_eq!((row.status, row.measures.0.len()), (TrustStatus::Suspended, 0));
    assert_eq!(row.agreement_reference.as_deref(), Some("PUB-1"));
    assert_eq!(ground.run(operator(&document)).await.changes, []);

    let elsewhere = Ground::seeded().await;
    elsewhere.run(operator(&json!(export(&ground).await))).await;
    assert_eq!(export(&elsewhere).await, export(&ground).await);
}

#[tokio::test]
async fn what_is_on_record_is_never_changed() {
    let ground = Ground::seeded().await;
    ground.run(import(&party(&json!([approved(), suspended()])))).await;
    let mut other = approved();
    other["agreementReference"] = json!("PUB-2");
    let at = |rest: &str| format!("document.thirdParties.{NAME}.assessments.{rest}");
    let again = party(&json!([other]));
    ground.refuses(import(&again), &[(Code::AlreadyExists, &at("0"))]).await;
    // Left out, it is still there; and nothing can come before what came after it.
    let mut earlier = suspended();
    earlier["assessedOn"] = json!("2024-05-01");
    let late = party(&json!([earlier]));
    ground.refuses(import(&late), &[(Code::InvalidTransition, &at("0.status"))]).await;
    let mut late = approved();
    late["assessedOn"] = json!("2024-08-01");
    ground.refuses(import(&party(&json!([late]))), &[(Code::OutOfRange, &at("0.assessedOn"))]).await;
    assert_eq!(ground.run(import(&party(&json!([])))).await.changes, []);
}

#[tokio::test]
async fn trust_is_vetted_by_people_on_days_that_have_come() {
    let ground = Ground::seeded().await;
    let at = |rest: &str| format!("document.thirdParties.{NAME}.assessments.0.{rest}");
    let today = ground.today();
    let with = |field: &str, value: Value| {
        let mut assessment = approved();
        assessment[field] = value;
        party(&json!([assessment]))
    };
    let operator = |document: &Value| ImportCatalog { powers: Powers::of_the_operator(), ..import(document) };
    for field in ["assessedBy", "assessedOn"] {
        ground.refuses(operator(&with(field, Value::Null)), &[(Code::Required, &at(field))]).await;
    }
    let tomorrow = today.checked_add_days(Days::new(2)).unwrap();
    let early = with("assessedOn", json!(tomorrow));
    ground
        .refuses(
            import(&early),
            &[(Code::OutOfRange, &at("assessedOn")), (Code::AssessmentIncomplete, &at("reviewDue"))],
        )
        .await;
    // By the rules of that day: it was to be reviewed later than that.
    let lapsed = with("reviewDue", json!("2024-02-29"));
    ground.refuses(import(&lapsed), &[(Code::AssessmentIncomplete, &at("reviewDue"))]).await;

    // Whoever imports it makes it, unless told.
    let due = today.checked_add_days(Days::new(90)).unwrap();
    let mut mine = approved();
    for (field, value) in
        [("assessedBy", Value::Null), ("assessedOn", Value::Null), ("reviewDue", json!(due))]
    {
        mine[field] = value;
    }
    assert_eq!(ground.run(import(&party(&json!([mine])))).await.changes.len(), 2);
    assert_eq!(ground.run(import(&party(&json!([mine])))).await.changes, []);
    let catalog = ground.catalog().await;
    assert_eq!(catalog.assessments[0].assessed_by, "Kartotek (test)");
}
