//! What a mapping may leave of a value is looked at when it is configured.

use crate::support::TestApp;
use serde_json::{Value, json};

fn mapping(columns: &Value) -> Value {
    json!({ "sql": { "url": "postgres://127.0.0.1:1/crm",
        "tables": [{ "table": "people", "subjectColumn": "number", "subjectKey": "REFERENCE", "columns": columns }] } })
}

/// EDPB 01/2025: a part of a value beside what says whose it is, is a pseudonym.
#[tokio::test]
async fn what_would_leave_a_pseudonym_is_refused() {
    let app = TestApp::new().await;
    let born = json!({ "column": "born", "category": "user.name",
        "anonymize": { "method": "TRUNCATE_DATE", "parameter": "YEAR" } });
    let number = |category: &str| json!({ "column": "number", "category": category });
    let hash = json!({ "column": "name", "category": "user.name", "anonymize": { "method": "HASH" } });
    for (columns, column) in
        [(json!([hash]), "0"), (json!([born]), "0"), (json!([number("user.contact.email"), born]), "1")]
    {
        let refused = app.connect("Fjällripan webbservrar", mapping(&columns)).await.user_errors();
        let field = format!("connector.sql.tables.0.columns.{column}.anonymize.method");
        assert!(refused.contains(&("OUT_OF_RANGE".to_owned(), Some(field.clone()))), "{field}: {refused:?}");
    }
    let field = |refused: Vec<(String, Option<String>)>| {
        refused.into_iter().filter_map(|(_, field)| field).collect::<Vec<_>>()
    };
    let together = json!([born, number("user.name")]);
    let refused = field(app.connect("Fjällripan webbservrar", mapping(&together)).await.user_errors());
    assert!(!refused.iter().any(|field| field.contains("columns")), "{refused:?}");
    app.finish().await;
}
