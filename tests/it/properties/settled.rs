//! What is on its way out, what is only kept and what is in use: after any commands in any order, at companies as chance
//! would have them, beside the same rules in plain Rust.
//!
//! After each command, every line is in the state that the rules say, what is on its way out has one open task with the
//! right thing to do at the right time, unless its holder keeps it, and nothing else has one. What a command about one customer leaves to the sweep is
//! nothing; and sweeping again never changes anything.

mod commands;
mod counted;
mod imports;
mod rules;

use super::justified::{
    chance::{self, Dice},
    record,
    rules::{Line, World},
};
use crate::support::{Database, TestApp};
use chrono::{DateTime, TimeDelta, Utc};
use rules::{Due, settle, settled};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Of each customer: their status, lines, open tasks, and consents in force.
const ASK: &str = r#"query ($open: TaskFilter) {
    customers(first: 24, filter: { referencePrefix: "R-" }) { nodes { reference status
        dataLocations(first: 40) { nodes { id state } }
        tasks(first: 40, filter: $open) { nodes { action nextAttemptAt dataLocations(first: 12) { nodes { id } } } }
        consents(first: 1, active: true) { totalCount } } }
}"#;

const COMMANDS: usize = 60;

/// A line's state, and its open tasks.
type Standing = (String, Vec<(String, DateTime<Utc>)>);

/// Of each customer's reference: the status, each line, and how many consents are in force.
type Picture = BTreeMap<String, (String, BTreeMap<String, Standing>, usize)>;

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn told(app: &TestApp) -> Picture {
    let open = json!({ "states": ["PENDING", "NEEDS_HUMAN"] });
    let answer = app.compliance().ask(ASK, json!({ "open": open })).await;
    let mut picture = Picture::new();
    for customer in answer.data()["customers"]["nodes"].as_array().unwrap() {
        let lines = customer["dataLocations"]["nodes"].as_array().unwrap();
        let line = |line: &Value| (text(&line["id"]), (text(&line["state"]), Vec::new()));
        let mut lines = lines.iter().map(line).collect::<BTreeMap<_, Standing>>();
        for task in customer["tasks"]["nodes"].as_array().unwrap() {
            // What waits for a person might have begun long ago.
            let at = task["nextAttemptAt"].as_str().map_or(DateTime::UNIX_EPOCH, |at| at.parse().unwrap());
            let due = (text(&task["action"]), at);
            for line in task["dataLocations"]["nodes"].as_array().unwrap() {
                lines.get_mut(&text(&line["id"])).unwrap().1.push(due.clone());
            }
        }
        let consents = usize::try_from(customer["consents"]["totalCount"].as_u64().unwrap()).unwrap();
        picture.insert(text(&customer["reference"]), (text(&customer["status"]), lines, consents));
    }
    picture
}

/// That it is as the rules say.
async fn compare(app: &TestApp, world: &World, after: &str, exact: bool) {
    let told = told(app).await;
    let now = app.now();
    for customer in &world.customers {
        let (status, lines, consents) = &told[&customer.reference];
        let live = customer.subscriptions.iter().any(|had| had.ended_at.is_none());
        assert_eq!(status, if live { "ACTIVE" } else { "DORMANT" }, "{after}: {}", customer.reference);
        let in_force = customer.consents.iter().filter(|consent| consent.ended_as.is_none()).count();
        assert_eq!(*consents, in_force, "{after}: {customer:#?}");
        assert_eq!(lines.len(), customer.lines.len(), "{after}");
        for line in &customer.lines {
            let (state, due) = settled(world, customer, line, now);
            let (found, tasks) = &lines[&line.id];
            let context = || {
                let reasons = world.reasons(customer, line, now);
                format!("{after}, at {now}\n{line:#?}\n{reasons:#?}\n{:#?}", customer.subscriptions)
            };
            assert_eq!(*found, state, "{}", context());
            match (due, tasks.as_slice()) {
                // It came past the API, and its task is of no matter.
                _ if line.erased => {}
                (None, []) => {}
                (Some(Due { action, not_before }), [(told, at)]) => {
                    assert_eq!(*told, action, "{}", context());
                    // What nothing covers any more may begin; what a grace covers waits for its end. One that was changed
                    // meanwhile is seen when the old or the new one ends, whichever is first.
                    let right = match line.waits {
                        // The clock went on by a few microseconds in between.
                        Some(end) if end > now && not_before.is_none_or(|moment| moment <= end) => {
                            (*at - end).abs() < TimeDelta::milliseconds(1)
                        }
                        _ => not_before
                            .map_or(*at <= now, |moment| if exact { *at == moment } else { *at > now }),
                    };
                    assert!(right, "at {at}, not {not_before:?}; {}", context());
                }
                (due, tasks) => panic!("{due:?}, and {tasks:?}; {}", context()),
            }
        }
    }
}

async fn check(seed: u64, from: &str) {
    let (mut dice, mut asking) = (Dice(seed), Dice(seed + 1_000));
    let app = TestApp::on(Database::empty().await).await;
    app.advance(from.parse::<DateTime<Utc>>().unwrap() - app.now());
    let fiscal_year_ends = dice.fiscal_year_ends();
    let mut world = chance::world(&mut dice, app.now(), fiscal_year_ends);
    let places = record::put(&app, &mut world).await;
    // Some of it came past the API: from the states that it has been left in, time has to put it right.
    note_states(&app, &mut world).await;
    app.sweep().await;
    settle(&mut world, app.now(), false, None);
    compare(&app, &world, "the first sweep", true).await;
    let mut exact = true;
    for number in 0..COMMANDS {
        let done = commands::any(&app, &mut world, &places, &mut dice).await;
        let after = format!("seed {seed}, {number}: {}", done.name);
        settle(&mut world, app.now(), done.imports, done.ends);
        let swept = app.sweep().await;
        assert!(swept == 0 || done.leaves_something, "{after} left {swept} lines to the sweep");
        exact &= !done.changes_needs;
        compare(&app, &world, &after, exact).await;
        counted::compare(&app, &world, &places, &mut asking, &after).await;
        assert_eq!(app.sweep().await, 0, "{after}: sweeping again");
    }
    find(&app, &world, seed).await;
    app.finish().await;
}

/// Whatever nothing justifies and is not on its way out is a finding, and nothing else is that.
async fn find(app: &TestApp, world: &World, seed: u64) {
    let found = app.findings(json!({ "kinds": ["UNJUSTIFIED_DATA"] })).await;
    let found = found.iter().map(|node| text(&node["subject"]["id"])).collect::<BTreeSet<_>>();
    let now = app.now();
    let mut expected = BTreeSet::new();
    for customer in &world.customers {
        let is_found = |line: &&Line| !line.erased && (line.kept || line.state != "DISPOSAL_PENDING");
        let open = customer.lines.iter().filter(is_found);
        let unjustified = open.filter(|line| world.reasons(customer, line, now).is_empty());
        expected.extend(unjustified.map(|line| line.id.clone()));
    }
    assert_eq!(found, expected, "seed {seed}");
}

async fn note_states(app: &TestApp, world: &mut World) {
    let told = told(app).await;
    for customer in &mut world.customers {
        for line in &mut customer.lines {
            let (state, tasks) = &told[&customer.reference].1[&line.id];
            line.state.clone_from(state);
            line.goes = tasks.first().map(|(action, _)| action.clone());
        }
        // What chance made of it stands past the API.
        let live = customer.subscriptions.iter().any(|had| had.ended_at.is_none());
        let status = if live { "ACTIVE" } else { "DORMANT" };
        let set =
            format!("UPDATE customer SET status = '{status}' WHERE reference = '{}'", customer.reference);
        app.database.run(&set).await;
    }
}

#[tokio::test]
async fn data_is_settled_as_the_rules_say_in_spring() {
    check(11, "2026-03-20T09:00:00Z").await;
}

#[tokio::test]
async fn data_is_settled_as_the_rules_say_in_autumn() {
    check(12, "2026-10-15T09:00:00Z").await;
}

#[tokio::test]
async fn data_is_settled_as_the_rules_say_at_the_turn_of_the_year() {
    check(13, "2026-12-10T20:00:00Z").await;
}
