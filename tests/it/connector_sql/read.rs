//! Reading: what is exported, what is rectified, and whom a table holds something of.

use super::world::{ALL, call, done, everything, nothing, worlds};
use entity::enums::TaskAction;
use kartotek::connector::{Call, Correction, Failure};
use serde_json::json;

fn correction(category: &str, old: &[&str], new: &str) -> Correction {
    let old = old.iter().map(|old| (*old).to_owned().into()).collect();
    Correction { category: category.into(), old, new: new.to_owned().into() }
}

#[tokio::test]
async fn an_export_holds_what_was_asked_for_and_no_log_does() {
    for world in worlds().await {
        let database = world.connect(everything()).await;
        let exported = database.export(&call(TaskAction::Export, &["order", "email"])).await.unwrap();
        let all = exported.iter().map(|table| json!({ &table.table: table.rows })).collect::<Vec<_>>();
        assert_eq!(
            json!(all),
            json!([
                { "invoice_lines": [
                    { "label": "Domain anna.se" }, { "label": "Hosting anna.se" }, { "label": "Domain ek.se" },
                ] },
                { "contacts": [{ "email": "anna@home.se" }, { "email": "anna@work.se" }] },
                { "customers": [{ "email": "Anna@Example.com", "points": 1234 }] },
            ])
        );
        assert_eq!(exported[2].categories["points"].as_str(), "order");
        assert!(!format!("{exported:?}").contains("nna"));
        world.finish(database).await;
    }
}

#[tokio::test]
async fn rows_are_listed_by_their_keys() {
    for world in worlds().await {
        let database = world.connect(everything()).await;
        let listed = database.list(&call(TaskAction::Erase, &["order"]), 2).await.unwrap();
        assert_eq!(listed[0].key, ["invoice_id", "line"]);
        assert_eq!(listed[0].rows, [["10", "1"], ["10", "2"]]);
        assert_eq!(listed[0].columns, ["label"]);
        assert_eq!(listed[1].rows, [["1"]]);
        world.finish(database).await;
    }
}

#[tokio::test]
async fn only_the_wrong_value_is_put_right() {
    for world in worlds().await {
        let database = world.connect(everything()).await;
        let corrections = vec![
            correction("email", &["nobody@home.se", "anna@home.se"], "anna'; DROP TABLE contacts; --"),
            correction("born", &["1984-05-17"], "1984-05-18"),
        ];
        let rectify = Call { corrections, ..call(TaskAction::Rectify, &["email", "born", "order"]) };
        assert_eq!(database.rectify(&rectify).await, Ok(done(2)));
        let born = world.texts("SELECT CAST(born AS text) FROM customers ORDER BY id").await;
        assert_eq!(born[..2], [Some("1984-05-18".to_owned()), Some("1990-01-02".to_owned())]);
        let emails =
            world.texts("SELECT email FROM contacts WHERE customer_id = 1 AND email LIKE '%DROP%'").await;
        assert_eq!(emails.len(), 1);
        // Again: nothing, unless an earlier attempt may have done it.
        assert_eq!(database.rectify(&rectify).await, Ok(nothing()));
        let again = Call { found_before: Some(2), ..rectify.clone() };
        assert_eq!(database.rectify(&again).await, Ok(done(2)));
        let wrong = |one| Call { corrections: vec![one], ..rectify.clone() };
        let unfit = database.rectify(&wrong(correction("born", &["1984-05-18"], "May"))).await;
        assert!(matches!(unfit, Err(Failure::Lasting { .. })), "{unfit:?}");
        let unasked = database.rectify(&wrong(correction("name", &["Anna Ek"], "Anna Al"))).await;
        assert!(matches!(unasked, Err(Failure::Lasting { .. })), "{unasked:?}");
        // What is there now is not known: whatever it is, nothing is written over it.
        let unknown = database.rectify(&wrong(correction("email", &[], "anna@example.com"))).await;
        assert!(matches!(unknown, Err(Failure::Lasting { .. })), "{unknown:?}");
        world.finish(database).await;
    }
}

#[tokio::test]
async fn whom_a_table_holds_something_of() {
    for world in worlds().await {
        let database = world.connect(everything()).await;
        let first = database.subjects(3, None, 2).await.unwrap();
        assert_eq!(
            (first.keys.as_slice(), first.more),
            (["K-1".to_owned(), "K-12".to_owned()].as_slice(), true)
        );
        let second = database.subjects(3, Some("K-12"), 2).await.unwrap();
        assert_eq!((second.keys.as_slice(), second.more), (["K-2".to_owned()].as_slice(), false));
        assert_eq!(database.subjects(0, None, 9).await.unwrap().keys, ["K-1", "K-2"]);
        database.carry_out(&call(TaskAction::Erase, &ALL)).await.unwrap();
        assert_eq!(database.subjects(0, None, 9).await.unwrap().keys, ["K-2"]);
        assert_eq!(database.subjects(3, Some("K-' OR 1=1"), 9).await.unwrap().keys, ["K-12", "K-2"]);
        assert!(database.subjects(4, None, 9).await.is_err());
        world.finish(database).await;
    }
}
