//! P18: the data map as a picture, of one customer and of the whole company, that says what is wrong without resting on colour.

use crate::support::TestApp;
use chrono::TimeDelta;
use quick_xml::{Reader, events::Event};
use serde_json::json;

const OF_CUSTOMER: &str = "query ($id: ID!, $format: PictureFormat!) { customer(id: $id) {
    dataMapPicture(format: $format, locale: EN) } }";

const OF_COMPANY: &str = "query ($format: PictureFormat!, $filter: InventoryFilter) {
    inventoryPicture(format: $format, filter: $filter, locale: EN) }";

const HOST: &str = "Fjällripan webbservrar";

/// All that is written in it, element by element; it must be XML that every reader takes.
fn texts(svg: &str) -> Vec<String> {
    let mut reader = Reader::from_str(svg);
    reader.config_mut().check_end_names = true;
    let mut texts = vec![String::new()];
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}: {svg}")) {
            Event::Eof => break,
            Event::Text(text) => texts.last_mut().unwrap().push_str(&text.decode().unwrap()),
            Event::GeneralRef(entity) => match &*entity.decode().unwrap() {
                "amp" => texts.last_mut().unwrap().push('&'),
                "lt" => texts.last_mut().unwrap().push('<'),
                "gt" => texts.last_mut().unwrap().push('>'),
                "quot" => texts.last_mut().unwrap().push('"'),
                other => panic!("{other} means nothing in SVG"),
            },
            _ => texts.push(String::new()),
        }
    }
    texts.into_iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
}

impl TestApp {
    async fn picture_of(&self, customer: &str, format: &str) -> String {
        let answer = self.agent().ask(OF_CUSTOMER, json!({ "id": customer, "format": format })).await;
        answer.data()["customer"]["dataMapPicture"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_customers_picture_leads_from_services_to_systems_and_shows_what_has_no_reason() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-6001").await;
    let drawn = texts(&app.picture_of(&customer, "SVG").await);
    for text in ["Data map of K-6001", "K-6001", HOST, "Fjällripan Hosting AB, SE", "In-house, SE"] {
        assert!(drawn.iter().any(|one| one == text), "{text} is not in {drawn:?}");
    }
    assert!(!drawn.iter().any(|one| one.contains("Without a reason")), "{drawn:?}");
    let line = json!({ "customerId": customer, "category": "user.biometric", "sourceChannel": "IMPORT",
        "systemId": app.system_id(HOST).await });
    assert_eq!(app.record(line).await.user_errors(), []);
    let svg = app.picture_of(&customer, "SVG").await;
    // In words in the box, in words for who cannot see it, and by another kind of line.
    assert!(texts(&svg).contains(&"⚠ Without a reason: 1".to_owned()));
    assert!(texts(&svg).iter().any(|text| text.contains(&format!("Without a reason → {HOST}: 1."))));
    assert!(svg.contains("stroke-dasharray") && svg.contains("role=\"img\""));
    let mermaid = app.picture_of(&customer, "MERMAID").await;
    assert!(mermaid.contains("flowchart LR") && mermaid.contains("-.->|1|"), "{mermaid}");
    app.finish().await;
}

#[tokio::test]
async fn customers_see_their_own_picture_and_no_others() {
    let app = TestApp::new().await;
    let (mine, theirs) = (app.customer_id("K-1001").await, app.customer_id("K-1002").await);
    let me = app.customer_user("K-1001");
    let answer = me.ask(OF_CUSTOMER, json!({ "id": mine, "format": "SVG" })).await;
    assert!(answer.data()["customer"]["dataMapPicture"].as_str().unwrap().contains("K-1001"));
    let subjects = app.event(&answer).await.subjects;
    assert_eq!(subjects.len(), 1);
    assert!(subjects.values().all(|categories| !categories.is_empty()), "{subjects:?}");
    let answer = me.ask(OF_CUSTOMER, json!({ "id": theirs, "format": "SVG" })).await;
    assert_eq!(answer.data()["customer"], json!(null));
    app.finish().await;
}

#[tokio::test]
async fn the_companys_picture_has_the_inventorys_numbers_and_tasks_that_are_late() {
    let app = TestApp::new().await;
    let customer = app.gone("K-6001").await;
    app.advance(TimeDelta::days(60));
    let system = app.system_id(HOST).await;
    let filter = json!({ "systemIds": [system] });
    let answer = app.auditor().ask(OF_COMPANY, json!({ "format": "SVG", "filter": filter })).await;
    let drawn = texts(answer.data()["inventoryPicture"].as_str().unwrap());
    assert!(drawn.iter().any(|text| text.starts_with("⚠ Tasks overdue: ")), "{drawn:?}");
    let count =
        "query ($filter: InventoryFilter) { inventory(groupBy: [SYSTEM], filter: $filter) { locations } }";
    let counted = app.auditor().ask(count, json!({ "filter": filter })).await;
    let all = counted.data()["inventory"][0]["locations"].as_i64().unwrap();
    assert!(
        drawn.iter().any(|text| text.contains(&format!("{HOST} → Fjällripan Hosting AB: {all}."))),
        "{drawn:?}"
    );
    assert!(!drawn.iter().any(|text| text.contains("K-6001") || text.contains(&customer)));
    // Whose tasks are late there is on record, and nobody is where nothing is drawn.
    let of_whom = app.event(&answer).await.subjects;
    assert!(!of_whom.is_empty(), "{of_whom:?}");
    let nothing = json!({ "systemIds": [system], "categories": ["user.biometric"] });
    let answer = app.auditor().ask(OF_COMPANY, json!({ "format": "SVG", "filter": nothing })).await;
    assert_eq!(app.event(&answer).await.subjects.len(), 0);
    app.finish().await;
}

/// A name is text, whatever is in it.
#[tokio::test]
async fn what_something_is_called_draws_nothing() {
    let app = TestApp::new().await;
    let name = r#"</svg><script>alert("x")</script> & ]] --> `b1`"#;
    let update = "mutation ($input: UpdateSystemInput!) { updateSystem(input: $input) { userErrors { code message field } } }";
    let input = json!({ "systemId": app.system_id("Kundregister").await, "name": name });
    assert_eq!(app.admin().ask(update, json!({ "input": input })).await.user_errors(), []);
    let answer = app.auditor().ask(OF_COMPANY, json!({ "format": "SVG" })).await;
    let svg = answer.data()["inventoryPicture"].as_str().unwrap();
    assert!(!svg.contains("<script") && texts(svg).iter().any(|text| text.contains(name)));
    let answer = app.auditor().ask(OF_COMPANY, json!({ "format": "MERMAID" })).await;
    let mermaid = answer.data()["inventoryPicture"].as_str().unwrap();
    assert!(
        mermaid.lines().filter(|line| line.contains("alert")).all(|line| line.matches('"').count() == 2),
        "{mermaid}"
    );
    app.finish().await;
}
