//! Rows of files as chance would have them, brought in and noted in the world.

use super::{
    commands::{moment, text},
    rules::WHILE_IMPORTING,
};
use crate::{
    properties::justified::{
        chance::{CATEGORIES, Dice, PURPOSES, SERVICES, SYSTEMS},
        rules::{Consent, Line, Subscription, World},
    },
    support::{
        TestApp,
        import::{BEGIN, CONSENTS, DATA_LOCATIONS, FINISH, SUBSCRIPTIONS, begin},
    },
};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use entity::enums::ConsentEventKind;
use serde_json::{Value, json};

/// Brings rows of one customer in, each of which is to be taken.
async fn bring_in(app: &TestApp, kind: &str, document: &str, rows: &[Value]) {
    let officer = app.compliance();
    let begun = officer.ask(BEGIN, begin(kind, &format!("{}", app.now()))).await;
    let id = begun.data()["beginImport"]["import"]["id"].clone();
    let input = json!({ "input": { "importId": id, "chunk": 0, "rows": rows } });
    let done = officer.ask(document, input).await;
    assert_eq!(done.user_errors(), [], "{:#}", done.json);
    let (_, payload) = done.data().as_object().unwrap().iter().next().unwrap();
    assert_eq!(payload["imported"]["created"], rows.len(), "{payload:#} of {rows:#?}");
    let over = officer.ask(FINISH, json!({ "input": { "importId": id, "chunks": 1 } })).await;
    assert_eq!(over.user_errors(), []);
}

fn written(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// A moment of the last two years, to the second; no other row has it.
fn past(dice: &mut Dice, now: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = TimeDelta::seconds(1 + dice.roll(2 * 365 * 86_400).cast_signed());
    (now - seconds).with_timezone(&Utc)
}

/// What a customer ordered once or has still.
pub async fn subscriptions(app: &TestApp, world: &mut World, dice: &mut Dice, at: usize) -> Option<()> {
    let now = app.now();
    let customer = &mut world.customers[at];
    let mut rows = Vec::new();
    let mut had = Vec::new();
    for _ in 0..=dice.below(2) {
        let service = dice.below(SERVICES);
        let started_at = past(dice, now);
        let ended_at = dice.percent(60).then(|| {
            let lasted = (now - started_at).num_seconds().cast_unsigned();
            started_at + TimeDelta::seconds(dice.roll(lasted).cast_signed())
        });
        rows.push(json!({ "customer": customer.reference, "service": format!("service-{service}"),
            "startedAt": written(started_at), "endedAt": ended_at.map(written) }));
        had.push((service, started_at, ended_at));
    }
    bring_in(app, "SUBSCRIPTIONS", SUBSCRIPTIONS, &rows).await;
    let document = "query ($id: ID) { customer(id: $id) { serviceSubscriptions(first: 200) { nodes {
        id startedAt endedAt service { key } } } } }";
    let answer = app.agent().ask(document, json!({ "id": customer.id })).await;
    let known = answer.data()["customer"]["serviceSubscriptions"]["nodes"].as_array().unwrap();
    for (service, started_at, ended_at) in had {
        let key = format!("service-{service}");
        let its = known
            .iter()
            .find(|it| moment(&it["startedAt"]) == started_at && it["service"]["key"] == key.as_str());
        customer.subscriptions.push(Subscription { id: text(&its?["id"]), service, started_at, ended_at });
    }
    Some(())
}

/// What a customer allowed, and took back or did not.
pub async fn consents(app: &TestApp, world: &mut World, dice: &mut Dice, at: usize) -> Option<()> {
    let now = app.now();
    let customer = &mut world.customers[at];
    let mut categories = (0..2).map(|_| dice.pick(&CATEGORIES)).collect::<Vec<_>>();
    categories.sort_unstable();
    categories.dedup();
    let purpose = dice.pick(&PURPOSES);
    let granted_at = past(dice, now);
    let withdrawn_at = dice.percent(50).then_some(now);
    let over = |one: &Consent| {
        one.ended_as == Some(ConsentEventKind::Withdrawn)
            && one.purpose == purpose
            && one.ended_at >= Some(granted_at)
            && one.categories.iter().any(|key| categories.contains(key))
    };
    if withdrawn_at.is_none() && customer.consents.iter().any(over) {
        return None;
    }
    let row = json!({ "customer": customer.reference, "service": "service-0", "thirdParty": "Party",
        "purpose": purpose, "categories": categories, "grantedAt": written(granted_at),
        "noticeText": "What they were told.", "withdrawnAt": withdrawn_at.map(written) });
    bring_in(app, "CONSENTS", CONSENTS, &[row]).await;
    let document =
        "query ($id: ID) { customer(id: $id) { consents(first: 200) { nodes { id grantedAt } } } }";
    let answer = app.agent().ask(document, json!({ "id": customer.id })).await;
    let known = answer.data()["customer"]["consents"]["nodes"].as_array().unwrap();
    let its = known.iter().find(|it| moment(&it["grantedAt"]) == granted_at)?;
    customer.consents.push(Consent {
        id: text(&its["id"]),
        purpose,
        categories,
        granted_at,
        ended_at: withdrawn_at,
        ended_as: withdrawn_at.map(|_| ConsentEventKind::Withdrawn),
        waits: Some(now + WHILE_IMPORTING),
    });
    Some(())
}

/// Where a customer's data lies, whether or not anything needs it there.
pub async fn data_locations(app: &TestApp, world: &mut World, dice: &mut Dice, at: usize) -> Option<()> {
    let now = app.now();
    let (category, system) = if dice.percent(80) {
        let need = dice.pick(&world.requirements);
        (need.category, need.system)
    } else {
        (dice.pick(&CATEGORIES), dice.below(SYSTEMS))
    };
    if system == 0 {
        return None;
    }
    let collected_at = past(dice, now);
    let customer = &mut world.customers[at];
    let reference = format!("brought in {}", customer.lines.len());
    let row = json!({ "customer": customer.reference, "system": format!("System {system}"), "category": category,
        "externalReference": reference, "collectedAt": written(collected_at) });
    bring_in(app, "DATA_LOCATIONS", DATA_LOCATIONS, &[row]).await;
    let document = "query ($id: ID) { customer(id: $id) { dataLocations(first: 100) { nodes { id externalReference } } } }";
    let answer = app.agent().ask(document, json!({ "id": customer.id })).await;
    let known = answer.data()["customer"]["dataLocations"]["nodes"].as_array().unwrap();
    let its = known.iter().find(|it| it["externalReference"] == reference.as_str())?;
    customer.lines.push(Line::new(text(&its["id"]), category, system, collected_at));
    Some(())
}
