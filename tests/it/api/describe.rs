//! A database says what is where in it, and no value of it goes anywhere.

use crate::{
    reconciliation::target::targets,
    support::{Answer, TestApp},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const CRM: &str = "Kundregister";

const DESCRIBE: &str = "mutation ($input: DescribeSystemInput!) { describeSystem(input: $input) { system { name }
    moreTables tables { name primaryKey refersTo moreColumns columns { name type nullable unique category { key }
        grounds lookedAt valid subjectKey } } problems { message field } userErrors { code message field } } }";

async fn describe(app: &TestApp, more: Value) -> Answer {
    let mut input = json!({ "systemId": app.system_id(CRM).await });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.admin().ask(DESCRIBE, json!({ "input": input })).await
}

/// The columns of a table by name.
fn columns(described: &Value, table: &str) -> BTreeMap<String, Value> {
    let tables = described["describeSystem"]["tables"].as_array().unwrap();
    let found =
        tables.iter().find(|one| one["name"] == table).unwrap_or_else(|| panic!("{table}: {described:#}"));
    let columns = found["columns"].as_array().unwrap().iter();
    columns.map(|one| (one["name"].as_str().unwrap().to_owned(), one.clone())).collect()
}

/// By names and by content, with numbers and never a value; in no answer, and nowhere in our own database.
#[tokio::test]
async fn categories_are_proposed_and_no_value_is_told() {
    for target in targets().await {
        let app = TestApp::new().await;
        let key = if target.url().starts_with("mysql") { "VARCHAR(100)" } else { "TEXT" };
        target.run(&format!(
            "CREATE TABLE kunder (kundnr {key} PRIMARY KEY, fornamn TEXT, kontakt TEXT, pnr_utan_namn TEXT, mobil TEXT, anteckning TEXT, fodd DATE)"
        )).await;
        target.run(&format!(
            "CREATE TABLE ordrar (id INTEGER PRIMARY KEY, kundnr {key} REFERENCES kunder (kundnr), summa INTEGER, FOREIGN KEY (kundnr) REFERENCES kunder (kundnr))"
        )).await;
        for at in 0..5 {
            target.run(&format!(
                "INSERT INTO kunder VALUES ('K-{at}', 'Kanariefågel', 'kanarie.{at}@example.org', '19900101-0017', '070-174 06 0{at}', 'kanarie {at}', '1990-01-01')"
            )).await;
        }
        target.run("UPDATE kunder SET kontakt = 'kanarie, ingen adress' WHERE kundnr = 'K-0'").await;
        let answer = describe(&app, json!({ "connection": { "url": target.url() } })).await;
        assert_eq!(answer.user_errors(), [], "{:#}", answer.json);
        let described = answer.data();
        assert_eq!(described["describeSystem"]["problems"], json!([]));
        let kunder = columns(described, "kunder");
        let of = |column: &str| {
            let one = &kunder[column];
            (
                one["category"]["key"].as_str(),
                one["grounds"].clone(),
                one["valid"].as_i64(),
                one["lookedAt"].as_i64(),
            )
        };
        assert_eq!(of("kontakt"), (Some("user.contact.email"), json!(["CONTENT"]), Some(4), Some(5)));
        assert_eq!(
            of("pnr_utan_namn"),
            (Some("user.government_id.national_identification_number"), json!(["CONTENT"]), Some(5), Some(5))
        );
        assert_eq!(
            of("mobil"),
            (Some("user.contact.phone_number"), json!(["NAME", "CONTENT"]), Some(5), Some(5))
        );
        assert_eq!(of("fornamn"), (Some("user.name"), json!(["NAME"]), None, Some(5)));
        assert_eq!(of("anteckning"), (None, json!([]), None, Some(5)));
        assert_eq!(of("fodd"), (Some("user.demographic.date_of_birth"), json!(["NAME"]), None, None));
        let by = |column: &str| kunder[column]["subjectKey"].clone();
        assert_eq!(
            (by("kundnr"), by("kontakt"), by("fornamn")),
            (json!("REFERENCE"), json!("EMAIL"), Value::Null)
        );
        let tables = described["describeSystem"]["tables"].as_array().unwrap();
        let at = |name: &str| tables.iter().position(|one| one["name"] == name).unwrap();
        assert!(at("ordrar") < at("kunder"), "children come first");
        assert_eq!(tables[at("ordrar")]["refersTo"], json!(["kunder"]));
        assert_eq!(tables[at("kunder")]["primaryKey"], json!(["kundnr"]));
        let told = format!("{:?} {:?}", answer.json, app.database.dump(|_| true).await).to_lowercase();
        assert!(!told.contains("kanarie") && !told.contains("19900101"), "a value was told");
        app.finish().await;
        target.finish().await;
    }
}

/// A wide schema is described in part, and says so; what is named is described.
#[tokio::test]
async fn a_wide_schema_is_described_in_part() {
    for target in targets().await {
        let app = TestApp::new().await;
        let wide = (0..70).map(|at| format!("c{at:02} INTEGER")).collect::<Vec<_>>().join(", ");
        for at in 0..45 {
            target.run(&format!("CREATE TABLE t{at:02} ({wide})")).await;
        }
        assert_eq!(app.connect(CRM, target.connector()).await.user_errors(), []);
        let described = describe(&app, json!({})).await;
        let all = &described.data()["describeSystem"];
        assert_eq!(all["tables"].as_array().unwrap().len(), 40);
        assert_eq!(all["moreTables"], true);
        let named = describe(&app, json!({ "tables": ["t44", "people", "nowhere"] })).await;
        let named = &named.data()["describeSystem"];
        let names = named["tables"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().unwrap())
            .collect::<Vec<_>>();
        assert_eq!((names, &named["moreTables"]), (vec!["people", "t44"], &json!(false)));
        assert_eq!(named["tables"][1]["moreColumns"], true);
        assert_eq!(named["tables"][1]["columns"].as_array().unwrap().len(), 60);
        app.finish().await;
        target.finish().await;
    }
}

#[tokio::test]
async fn only_what_the_operator_lets_be_reached_and_only_by_administrators() {
    let app = TestApp::new().await;
    let to = |url: &str| json!({ "connection": { "url": url } });
    let secret = json!({ "connection": { "url": "postgres://crm.example/crm",
        "credentials": { "environment": "KARTOTEK_SECRET_NOWHERE" } } });
    for (more, code, field) in [
        (to("postgres://elsewhere.example/crm"), "ADDRESS_NOT_ALLOWED", "connection.url"),
        (to("sqlite:///etc/passwd"), "ADDRESS_NOT_ALLOWED", "connection.url"),
        (to("postgres://me:secret@crm.example/crm"), "SECRET_IN_INPUT", "connection.url"),
        (to("oracle:crm"), "INVALID_FORMAT", "connection.url"),
        (secret, "SECRET_NOT_FOUND", "connection.credentials.environment"),
        (json!({}), "CONNECTOR_UNSUITABLE", "systemId"),
    ] {
        let refused = describe(&app, more.clone()).await;
        assert_eq!(refused.user_errors(), [(code.to_owned(), Some(field.to_owned()))], "{more}");
    }
    let away = describe(&app, to("postgres://127.0.0.1:1/crm")).await;
    let problems = &away.data()["describeSystem"]["problems"];
    assert_eq!(problems.as_array().unwrap().len(), 1, "{problems}");
    let input = json!({ "input": { "systemId": app.system_id(CRM).await } });
    for nobody in [app.compliance(), app.agent(), app.auditor(), app.customer_user("K-1001")] {
        assert_eq!(nobody.ask(DESCRIBE, input.clone()).await.code(), Some("FORBIDDEN"));
    }
    app.finish().await;
}
