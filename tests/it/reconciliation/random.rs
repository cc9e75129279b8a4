//! Whatever is on the map and in the table: the differences are those of the two sets.

use super::target::targets;
use crate::support::{
    TestApp,
    reconcile::{Difference, difference, differences},
};
use chrono::TimeDelta;
use proptest::{
    collection::vec,
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use serde_json::json;

const CRM: &str = "Kundregister";
const NAME: &str = "user.name";
const EMAIL: &str = "user.contact.email";

/// Of one customer: whether the map has a name and an address there, and whether the table does.
type Row = ([bool; 2], [bool; 2]);

#[tokio::test]
async fn the_differences_are_those_of_the_sets() {
    let target = targets().await.remove(0);
    let app = TestApp::new().await;
    app.connect(CRM, target.connector()).await;
    let rows = vec(any::<Row>(), 12);
    let mut runner = TestRunner::new(Config::default());
    let mut customers = Vec::new();
    for at in 0..12 {
        let reference = format!("K-74{at:02}");
        let customer = app.register(&reference).await;
        app.start(&customer, "web-hosting").await;
        customers.push((reference, customer));
    }
    let system = app.system_id(CRM).await;
    for round in 0..4 {
        let drawn = rows.new_tree(&mut runner).unwrap().current();
        target.run("DELETE FROM people").await;
        let mut expected = Vec::<Difference>::new();
        for ((reference, customer), (map, table)) in customers.iter().zip(&drawn) {
            let key = format!("{reference}-{round}");
            for (category, on_map, there) in [(NAME, map[0], table[0]), (EMAIL, map[1], table[1])] {
                if on_map {
                    let line = json!({ "customerId": customer, "category": category, "sourceChannel": "IMPORT",
                        "systemId": system, "externalReference": key });
                    assert_eq!(app.record(line).await.user_errors(), []);
                }
                // A reference that stands on no line is nobody's.
                let whose = (map[0] || map[1]).then_some(reference.as_str());
                match (on_map, there) {
                    (true, false) => {
                        expected.push(difference("MISSING_IN_SYSTEM", Some(reference), category, None));
                    }
                    (false, true) => {
                        expected.push(difference("MISSING_ON_MAP", whose, category, Some(&key)));
                    }
                    _ => {}
                }
            }
            let value = |is: bool, text: &'static str| is.then_some(text);
            target.add(&key, value(table[0], "Karin"), value(table[1], "k@example.com")).await;
        }
        app.advance(TimeDelta::minutes(1));
        let compared = app.compare(CRM, json!({})).await;
        expected.sort();
        assert_eq!(differences(&compared, "K-74"), expected, "{drawn:?}");
        app.database.run(FORGET).await;
    }
    app.finish().await;
    target.finish().await;
}

/// What was recorded goes from the map by hand, so that the next round begins with none of it.
const FORGET: &str =
    "UPDATE data_location SET state = 'ERASED', held_to = held_from, external_reference = NULL
    WHERE external_reference LIKE 'K-74%'";
