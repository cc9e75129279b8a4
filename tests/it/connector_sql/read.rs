//! Reading: what is exported, what is rectified, and whom a table holds something of.

use super::world::{ALL, call, column, done, everything, join, mask, nothing, table, worlds};
use entity::{
    connector::SqlColumn,
    enums::{MaskMethod, TaskAction},
};
use kartotek::connector::{
    Call, Correction, Failure,
    sql::{Left, Page, Whose},
};
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

fn keys(page: &Page) -> Vec<&str> {
    page.subjects.iter().map(|one| one.key.as_str()).collect()
}

/// Of whom which category is there: as it was, or as one or the other mask has made it.
fn traces(page: &Page) -> Vec<(&str, &str, Left, Left)> {
    let all = page.subjects.iter().flat_map(|one| one.traces.iter().map(|trace| (one.key.as_str(), trace)));
    all.map(|(key, trace)| (key, trace.category.as_str(), trace.unerased, trace.unmasked)).collect()
}

#[tokio::test]
async fn whom_a_table_holds_something_of() {
    for world in worlds().await {
        let database = world.connect(everything()).await;
        let first = database.subjects(3, Whose::After(None), 2).await.unwrap();
        assert_eq!((keys(&first), first.more), (vec!["K-1", "K-12"], true));
        let second = database.subjects(3, Whose::After(Some("K-12")), 2).await.unwrap();
        assert_eq!((keys(&second), second.more), (vec!["K-2"], false));
        assert_eq!(keys(&database.subjects(0, Whose::After(None), 9).await.unwrap()), ["K-1", "K-2"]);
        let among = ["K-12", "K-3", "K-1' OR 1=1"].map(str::to_owned);
        assert_eq!(keys(&database.subjects(3, Whose::Among(&among), 9).await.unwrap()), ["K-12"]);
        assert_eq!(keys(&database.subjects(3, Whose::Among(&[]), 9).await.unwrap()), [""; 0]);
        database.carry_out(&call(TaskAction::Erase, &ALL)).await.unwrap();
        assert_eq!(keys(&database.subjects(0, Whose::After(None), 9).await.unwrap()), ["K-2"]);
        let after = Whose::After(Some("K-' OR 1=1"));
        assert_eq!(keys(&database.subjects(3, after, 9).await.unwrap()), ["K-12", "K-2"]);
        assert!(database.subjects(4, Whose::After(None), 9).await.is_err());
        world.finish(database).await;
    }
}

/// A row may hold one category and not another, and what a mask made is told from what was there before, but for what is
/// random.
#[tokio::test]
async fn what_is_there_of_each_category() {
    use Left::{Certainly, No, Perhaps};
    let random = mask(MaskMethod::Random, None);
    let constant = mask(MaskMethod::Constant, Some("x"));
    for world in worlds().await {
        let columns = vec![
            SqlColumn { anonymize: constant.clone(), ..column("name", "name") },
            column("email", "email"),
            SqlColumn { anonymize: random.clone(), ..column("phone", "phone") },
            SqlColumn { erase: random.clone(), ..column("zip", "address") },
        ];
        let joined = vec![join("customer_id", "customers", "id")];
        let contacts = table("contacts", joined, vec![column("email", "email"), column("phone", "phone")]);
        let database = world.connect(vec![contacts, table("customers", Vec::new(), columns)]).await;
        world.run("UPDATE customers SET name = 'x' WHERE id = 2").await;
        world.run("UPDATE customers SET phone = NULL WHERE id = 2").await;
        let found = database.subjects(1, Whose::After(None), 9).await.unwrap();
        assert_eq!(
            traces(&found),
            [
                ("K-1", "address", Perhaps, Certainly),
                ("K-1", "email", Certainly, Certainly),
                ("K-1", "name", Certainly, Certainly),
                ("K-1", "phone", Certainly, Perhaps),
                ("K-12", "name", Certainly, Certainly),
                ("K-2", "address", Perhaps, Certainly),
                ("K-2", "email", Certainly, Certainly),
                ("K-2", "name", Certainly, No),
            ]
        );
        world.run("UPDATE contacts SET phone = NULL WHERE customer_id = 2").await;
        let found = database.subjects(0, Whose::After(None), 9).await.unwrap();
        assert_eq!(
            traces(&found),
            [
                ("K-1", "email", Certainly, Certainly),
                ("K-1", "phone", Certainly, Certainly),
                ("K-2", "email", Certainly, Certainly),
            ]
        );
        assert!(!format!("{found:?}").contains("K-1"));
        world.finish(database).await;
    }
}
