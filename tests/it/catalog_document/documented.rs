//! The document that the manual shows can be imported as it stands there.

use super::moving::IMPORT;
use crate::support::TestApp;
use kartotek::cli::from_yaml;
use serde_json::json;

#[tokio::test]
async fn the_manual_s_document_is_one() {
    let manual = std::fs::read_to_string("docs/operations.md").unwrap();
    let yaml = manual.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let document = from_yaml(yaml).unwrap();
    let app = TestApp::new().await;
    let both = app.roles(&["ADMIN", "COMPLIANCE"]);
    let input = json!({ "input": { "document": document } });
    let answer = both.ask(IMPORT, input.clone()).await;
    assert_eq!(answer.user_errors(), [], "{:#}", answer.json);
    let changes = answer.data()["importCatalog"]["changes"]["nodes"].as_array().unwrap().clone();
    let made =
        changes.iter().map(|change| format!("{} {}", change["change"], change["kind"]).replace('"', ""));
    assert_eq!(
        made.collect::<Vec<_>>(),
        [
            "CREATED DATA_CATEGORY",
            "CREATED THIRD_PARTY",
            "CREATED ASSESSMENT",
            "CREATED SYSTEM",
            "CREATED SERVICE",
            "CREATED DATA_REQUIREMENT",
            "CREATED DATA_REQUIREMENT",
        ]
    );
    assert_eq!(both.ask(IMPORT, input).await.data()["importCatalog"]["changes"]["totalCount"], 0);
    app.finish().await;
}
