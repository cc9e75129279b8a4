//! What may be where it is, and until when, as the rules have it: the answers of the API, for companies and customers
//! as chance would have them, beside those of the same rules in plain Rust.

pub mod calendar;
pub mod chance;
pub mod record;
pub mod rules;

use crate::support::{Database, TestApp};
use chance::Dice;
use chrono::{DateTime, TimeDelta, Utc};
use rules::{Reason, Start, World};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Of each customer: why each line may be there; those lines that something justifies, and those that nothing does.
/// And the customers who have data that nothing justifies, and those who have none.
const ASK: &str = r#"{
    all: customers(first: 30, filter: { referencePrefix: "R-" }) { nodes { reference
        dataLocations(first: 20) { nodes { id justifications {
            kind purpose { key } serviceSubscription { id } retentionRule { statute } until } } }
        justified: dataLocations(first: 20, filter: { justified: true }) { nodes { id } }
        unjustified: dataLocations(first: 20, filter: { justified: false }) { nodes { id } } } }
    with: customers(first: 30, filter: { referencePrefix: "R-", unjustified: true }) { nodes { reference } }
    without: customers(first: 30, filter: { referencePrefix: "R-", unjustified: false }) { nodes { reference } }
}"#;

/// Longer than an answer takes by the clock, which goes on by a microsecond at each look.
const WHILE: TimeDelta = TimeDelta::milliseconds(1);

/// Of each kind of end, how many are looked at.
const ENDS: usize = 2;

/// What the API says, or should.
#[derive(Debug, Default, PartialEq)]
struct Answers {
    /// Of each line, by its customer's reference and its id.
    reasons: BTreeMap<(String, String), Vec<Reason>>,
    justified: BTreeSet<String>,
    unjustified: BTreeSet<String>,
    /// Who has data that nothing justifies, and who has none.
    with: BTreeSet<String>,
    without: BTreeSet<String>,
}

fn texts(nodes: &Value, field: &str) -> BTreeSet<String> {
    let nodes = nodes.as_array().unwrap().iter();
    nodes.map(|node| node[field].as_str().unwrap().to_owned()).collect()
}

fn reason(told: &Value) -> Reason {
    let text = |at: &str| told.pointer(at).and_then(Value::as_str).map(str::to_owned);
    Reason {
        kind: text("/kind").unwrap(),
        purpose: text("/purpose/key"),
        subscription: text("/serviceSubscription/id"),
        statute: text("/retentionRule/statute"),
        until: text("/until").map(|until| until.parse().unwrap()),
    }
}

async fn told(app: &TestApp) -> Answers {
    let answer = app.compliance().ask(ASK, json!({})).await;
    let data = answer.data();
    let mut answers = Answers {
        with: texts(&data["with"]["nodes"], "reference"),
        without: texts(&data["without"]["nodes"], "reference"),
        ..Answers::default()
    };
    for customer in data["all"]["nodes"].as_array().unwrap() {
        for line in customer["dataLocations"]["nodes"].as_array().unwrap() {
            let mut reasons =
                line["justifications"].as_array().unwrap().iter().map(reason).collect::<Vec<_>>();
            reasons.sort();
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            answers.reasons.insert((text(&customer["reference"]), text(&line["id"])), reasons);
        }
        answers.justified.extend(texts(&customer["justified"]["nodes"], "id"));
        answers.unjustified.extend(texts(&customer["unjustified"]["nodes"], "id"));
    }
    answers
}

fn expected(world: &World, now: DateTime<Utc>) -> Answers {
    let mut answers = Answers::default();
    for customer in &world.customers {
        let mut unjustified = false;
        for line in &customer.lines {
            let reasons = world.reasons(customer, line, now);
            // What is no longer there is neither.
            if !line.erased {
                let among =
                    if reasons.is_empty() { &mut answers.unjustified } else { &mut answers.justified };
                among.insert(line.id.clone());
                unjustified |= reasons.is_empty();
            }
            answers.reasons.insert((customer.reference.clone(), line.id.clone()), reasons);
        }
        let among = if unjustified { &mut answers.with } else { &mut answers.without };
        among.insert(customer.reference.clone());
    }
    answers
}

/// Asks, and compares with what the rules say.
async fn compare(app: &TestApp, world: &World, seed: u64) {
    let before = app.now();
    let told = told(app).await;
    let expected = expected(world, before);
    assert_eq!(expected, self::expected(world, app.now()), "seed {seed}: something ended meanwhile");
    for customer in &world.customers {
        for line in &customer.lines {
            let key = (customer.reference.clone(), line.id.clone());
            assert_eq!(
                told.reasons.get(&key),
                expected.reasons.get(&key),
                "seed {seed}, {before}, fiscal years to month {}\n{line:#?}\n{:#?}",
                world.fiscal_year_end_month,
                customer.subscriptions,
            );
        }
    }
    let at = format!("seed {seed}, {before}");
    assert_eq!(told.justified, expected.justified, "justified: true; {at}");
    assert_eq!(told.unjustified, expected.unjustified, "justified: false; {at}");
    assert_eq!(told, expected, "{at}");
}

/// Moments at which something ends, a few of each kind. At none of them does anything else end a little later or sooner.
fn ends(world: &World, dice: &mut Dice, after: DateTime<Utc>) -> BTreeSet<DateTime<Utc>> {
    let start =
        |statute: &String| world.rules.iter().find(|rule| rule.statute == *statute).unwrap().counted_from;
    // When a hold ends, nobody knows.
    let mut kinds = BTreeMap::<String, BTreeSet<DateTime<Utc>>>::new();
    for customer in &world.customers {
        for line in &customer.lines {
            for reason in world.ever(customer, line).into_iter().filter(|reason| reason.kind != "LEGAL_HOLD")
            {
                let counted_from: Option<Start> = reason.statute.as_ref().map(start);
                let kind = format!("{} {counted_from:?}", reason.kind);
                kinds.entry(kind).or_default().extend(reason.until.filter(|until| *until > after + WHILE));
            }
        }
    }
    assert_eq!(kinds.len(), 5, "{:?}", kinds.keys());
    let all = kinds.values().flatten().copied().collect::<BTreeSet<_>>();
    let alone = |end: &&DateTime<Utc>| all.range(**end - WHILE * 2..**end + WHILE * 2).count() == 1;
    let mut chosen = BTreeSet::new();
    for (kind, ends) in &kinds {
        let ends = ends.iter().filter(alone).copied().collect::<Vec<_>>();
        assert!(!ends.is_empty(), "no end of {kind}");
        chosen.extend((0..ENDS).map(|_| dice.pick(&ends)));
    }
    chosen
}

/// Just before each end, and at it.
async fn check(seed: u64, from: &str) {
    let mut dice = Dice(seed);
    let app = TestApp::on(Database::empty().await).await;
    app.advance(from.parse::<DateTime<Utc>>().unwrap() - app.now());
    let fiscal_year_ends = dice.fiscal_year_ends();
    let mut world = chance::world(&mut dice, app.now(), fiscal_year_ends);
    record::put(&app, &mut world).await;
    compare(&app, &world, seed).await;
    world.fiscal_year_end_month = fiscal_year_ends[1];
    record::end_fiscal_year(&app, world.fiscal_year_end_month).await;
    for end in ends(&world, &mut dice, app.now()) {
        for moment in [end - WHILE, end] {
            app.advance(moment - app.now());
            compare(&app, &world, seed).await;
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn data_is_justified_as_the_rules_say_when_clocks_go_forward() {
    check(1, "2026-03-20T09:00:00Z").await;
}

#[tokio::test]
async fn data_is_justified_as_the_rules_say_when_clocks_go_back() {
    check(4, "2026-10-15T09:00:00Z").await;
}

#[tokio::test]
async fn data_is_justified_as_the_rules_say_at_the_turn_of_the_year() {
    check(5, "2026-12-30T20:00:00Z").await;
}

#[tokio::test]
async fn data_is_justified_as_the_rules_say_about_a_leap_day() {
    check(6, "2028-02-20T22:30:00Z").await;
}
