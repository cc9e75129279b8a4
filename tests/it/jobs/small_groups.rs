//! EDPB 01/2025: who would stand out in what is left is told before it is done.

use crate::support::TestApp;
use chrono::TimeDelta;
use serde_json::{Value, json};

async fn planned(app: &TestApp, key: &str, references: &[String], small_group: u32) -> Value {
    let officer = app.compliance();
    let job = officer.asked_for(key, json!({ "references": references, "dryRun": true })).await;
    app.server.catalogs.refresh().await.unwrap();
    let worker = kartotek::worker::Worker { small_group, ..app.worker() };
    assert_eq!(worker.run_jobs().await.unwrap(), 1);
    told(app, &job["id"]).await
}

async fn told(app: &TestApp, id: &Value) -> Value {
    let ask = "query ($id: ID!) { job(id: $id) { id state plan { planHash customerCount smallGroups { below groupCount customerCount \
               smallest { size kind locale channel services } } } } }";
    let answer = app.compliance().for_purpose("RIGHTS_REQUEST").ask(ask, json!({ "id": id })).await;
    answer.data()["job"].clone()
}

#[tokio::test]
async fn small_groups_in_what_is_left_are_told_by_the_plan() {
    let app = TestApp::new().await;
    let mut references = Vec::new();
    for n in 7800..7807 {
        app.register(&format!("K-{n}")).await;
        references.push(format!("K-{n}"));
    }
    let alone = app.customer_id("K-7806").await;
    app.start(&alone, "web-hosting").await;
    let job = planned(&app, "small", &references, 5).await;
    assert_eq!((&job["state"], &job["plan"]["customerCount"]), (&json!("PREVIEW"), &json!(7)));
    let small = &job["plan"]["smallGroups"];
    assert_eq!(
        (&small["below"], &small["groupCount"], &small["customerCount"]),
        (&json!(5), &json!(1), &json!(1)),
        "six are no small group, and one is: {small:#}"
    );
    let group = &small["smallest"][0];
    assert_eq!((&group["size"], &group["services"]), (&json!(1), &json!(["web-hosting"])));
    assert!(!small.to_string().contains("K-78"), "it names nobody");
    // The hash says what will be done, and that is the same, whoever wants to know.
    let off = planned(&app, "off", &references, 1).await;
    assert_eq!(
        (&off["plan"]["smallGroups"], &off["plan"]["planHash"]),
        (&json!(null), &job["plan"]["planHash"])
    );
    let all = planned(&app, "wide", &references, 8).await;
    let all = &all["plan"]["smallGroups"];
    assert_eq!((&all["groupCount"], &all["customerCount"]), (&json!(2), &json!(7)));
    assert_eq!(all["smallest"][1]["size"], 6);

    // Whoever follows is among those who went before.
    let done = app.compliance().asked_for("do", json!({ "planHash": job["plan"]["planHash"] })).await;
    app.run_jobs().await;
    assert_eq!(app.compliance().job(&done["id"]).await["done"], 7);
    // Nobody is told apart by what is finer than what was counted.
    let gone = "SELECT id FROM customer WHERE disposed_as = 'ANONYMIZED'";
    for (table, column, whose) in
        [("customer", "created_at", "id"), ("subscription", "started_at", "customer_id")]
    {
        let moments = format!(
            "SELECT DISTINCT substr(CAST({column} AS text), 5, 6) FROM {table} WHERE {whose} IN ({gone})"
        );
        assert_eq!(app.database.texts(&moments).await, ["-01-01"], "{table}");
    }
    app.register("K-7807").await;
    let later = planned(&app, "later", &["K-7807".to_owned()], 5).await;
    assert_eq!(later["plan"]["smallGroups"]["groupCount"], 0, "{later:#}");
    // What few had in common is not kept for longer than whom it was about.
    app.advance(TimeDelta::days(31));
    app.run_jobs().await;
    assert_eq!(told(&app, &done["id"]).await["plan"]["smallGroups"], json!(null));
    let left = app.database.rows("SELECT 1 FROM disposal_plan WHERE small_groups IS NOT NULL").await;
    assert_eq!(left.len(), 0);
    app.finish().await;
}
