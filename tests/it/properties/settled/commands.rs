//! Commands as chance would have them, given to the program and noted in the world.

use super::imports;
use crate::{
    properties::justified::{
        chance::{CATEGORIES, Dice, PURPOSES, SERVICES, THIRD_PARTYS},
        record::{Places, written},
        rules::{Consent, Hold, Line, Requirement, Subscription, World},
    },
    support::{
        TestApp,
        build::RECORD,
        disclose::{CHECK, DELIVER},
        dispose::{END, SWITCH},
    },
};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use entity::enums::ConsentEventKind;
use serde_json::{Value, json};

/// What was done.
pub struct Done {
    pub name: String,
    /// Whether the sweep has something to find: time passed, or what holds for everybody changed.
    pub leaves_something: bool,
    /// Whether services need something else from then on.
    pub changes_needs: bool,
    /// Whether it was brought in from a file.
    pub imports: bool,
    /// Whose service it ended.
    pub ends: Option<usize>,
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned()
}

pub fn moment(value: &Value) -> DateTime<Utc> {
    text(value).parse().unwrap()
}

/// One command, of any kind that is possible with the customer whom chance picks.
pub async fn any(app: &TestApp, world: &mut World, places: &Places, dice: &mut Dice) -> Done {
    let at = dice.below(world.customers.len());
    let of = |name: &str| Done {
        name: format!("{name} for customer {at}"),
        leaves_something: false,
        changes_needs: false,
        imports: false,
        ends: None,
    };
    let import = |name: &str| Done { imports: true, ..of(name) };
    let ending = |name: &str| Done { ends: Some(at), ..of(name) };
    let lasting = |name: &str| Done {
        name: name.to_owned(),
        leaves_something: true,
        changes_needs: false,
        imports: false,
        ends: None,
    };
    match dice.roll(29) {
        0..=2 => start(app, world, places, dice, at).await.map(|()| of("start")),
        3..=5 => end(app, world, dice, at).await.map(|()| ending("end")),
        6 => switch(app, world, places, dice, at).await.map(|()| ending("switch")),
        7 | 8 => withdraw(app, world, dice, at).await.map(|()| of("withdraw")),
        9 | 10 => allow(app, world, places, dice, at).await.map(|()| of("allow")),
        11 => hold(app, world, dice, at).await.map(|()| of("hold")),
        12 => lift(app, world, dice, at).await.map(|()| of("lift")),
        13 | 14 => record(app, world, places, dice, at).await.map(|()| of("record")),
        15 | 16 => need(app, world, places, dice)
            .await
            .map(|()| Done { changes_needs: true, ..lasting("other needs") }),
        17 => retire(app, world, dice).await.map(|()| lasting("a rule is retired")),
        18 | 19 => attest(app, world, places, dice, at).await.map(|()| of("attest")),
        20 => work(app, world, places).await.map(|()| of("work")),
        21 | 22 => {
            imports::subscriptions(app, world, dice, at).await.map(|()| import("import subscriptions"))
        }
        23 | 24 => imports::consents(app, world, dice, at).await.map(|()| import("import consents")),
        25 | 26 => {
            imports::data_locations(app, world, dice, at).await.map(|()| import("import data locations"))
        }
        _ => {
            let days = TimeDelta::days(1 + dice.roll(60).cast_signed());
            app.advance(days + TimeDelta::minutes(dice.roll(1_440).cast_signed()));
            Some(lasting("time passes"))
        }
    }
    .unwrap_or_else(|| of("nothing"))
}

/// Carries it out at once, or by a plan.
async fn plan_or_not(app: &TestApp, document: &str, input: &Value, dice: &mut Dice) -> Value {
    let field = document.split_once("{ ").unwrap().1.split('(').next().unwrap().to_owned();
    let with = |more: Value| {
        let mut input = input.clone();
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "input": input })
    };
    let caller = app.compliance();
    if dice.percent(50) {
        let answer = caller.ask(document, with(json!({}))).await;
        assert_eq!(answer.user_errors(), [], "{:#}", answer.json);
        return answer.data()[&field].clone();
    }
    let planned = caller.ask(document, with(json!({ "dryRun": true }))).await;
    assert_eq!(planned.user_errors(), [], "{:#}", planned.json);
    let planned = planned.data()[&field]["plan"].clone();
    let answer = caller.ask(document, with(json!({ "planHash": planned["planHash"] }))).await;
    assert_eq!(answer.user_errors(), [], "{:#}", answer.json);
    let done = answer.data()[&field].clone();
    assert_eq!(
        (&done["plan"]["id"], &done["plan"]["locationCount"]),
        (&planned["id"], &planned["locationCount"])
    );
    done
}

async fn start(app: &TestApp, world: &mut World, places: &Places, dice: &mut Dice, at: usize) -> Option<()> {
    let service = dice.below(SERVICES);
    let customer = &mut world.customers[at];
    let document = "mutation ($input: StartSubscriptionInput!) { startSubscription(input: $input) {
        serviceSubscription { id startedAt } userErrors { code message field } } }";
    let input =
        json!({ "customerId": customer.id, "serviceId": places.services[service], "channel": "PHONE" });
    let answer = app.agent().ask(document, json!({ "input": input })).await;
    let made = &answer.data()["startSubscription"]["serviceSubscription"];
    let started_at = moment(&made["startedAt"]);
    customer.subscriptions.push(Subscription { id: text(&made["id"]), service, started_at, ended_at: None });
    Some(())
}

fn live(world: &World, dice: &mut Dice, at: usize) -> Option<usize> {
    let had = world.customers[at].subscriptions.iter().enumerate();
    let live = had.filter(|(_, had)| had.ended_at.is_none()).map(|(at, _)| at).collect::<Vec<_>>();
    (!live.is_empty()).then(|| dice.pick(&live))
}

async fn end(app: &TestApp, world: &mut World, dice: &mut Dice, at: usize) -> Option<()> {
    let which = live(world, dice, at)?;
    let had = &mut world.customers[at].subscriptions[which];
    let input = json!({ "serviceSubscriptionId": had.id, "reason": "over" });
    let done = plan_or_not(app, END, &input, dice).await;
    had.ended_at = Some(moment(&done["serviceSubscription"]["endedAt"]));
    Some(())
}

async fn switch(app: &TestApp, world: &mut World, places: &Places, dice: &mut Dice, at: usize) -> Option<()> {
    let which = live(world, dice, at)?;
    let had = &mut world.customers[at].subscriptions[which];
    let to = (had.service + 1 + dice.below(SERVICES - 1)) % SERVICES;
    let input =
        json!({ "serviceSubscriptionId": had.id, "toServiceId": places.services[to], "channel": "CHAT" });
    let done = plan_or_not(app, SWITCH, &input, dice).await;
    let ended_at = moment(&done["ended"]["endedAt"]);
    had.ended_at = Some(ended_at);
    let id = text(&done["started"]["id"]);
    let began = Subscription { id, service: to, started_at: ended_at, ended_at: None };
    world.customers[at].subscriptions.push(began);
    Some(())
}

async fn withdraw(app: &TestApp, world: &mut World, dice: &mut Dice, at: usize) -> Option<()> {
    let consents = world.customers[at].consents.iter_mut();
    let mut in_force = consents.filter(|consent| consent.ended_as.is_none()).collect::<Vec<_>>();
    if in_force.is_empty() {
        return None;
    }
    let which = dice.below(in_force.len());
    let consent = &mut *in_force[which];
    let document = "mutation ($input: WithdrawConsentInput!) { withdrawConsent(input: $input) {
        consent { withdrawnAt } plan { id planHash locationCount } userErrors { code message field } } }";
    let input = json!({ "consentId": consent.id, "channel": "PHONE" });
    let done = plan_or_not(app, document, &input, dice).await;
    consent.ended_as = Some(ConsentEventKind::Withdrawn);
    consent.ended_at = Some(moment(&done["consent"]["withdrawnAt"]));
    Some(())
}

/// Tells the customer what a service gives to the third party, and asks for all that it takes.
async fn allow(app: &TestApp, world: &mut World, places: &Places, dice: &mut Dice, at: usize) -> Option<()> {
    let service = &places.services[dice.below(SERVICES)];
    let customer = &mut world.customers[at];
    let input = json!({ "customerId": customer.id, "serviceId": service, "channel": "EMAIL" });
    let told = app.agent().ask(DELIVER, json!({ "input": input })).await;
    let notice = text(&told.data()["deliverNotice"]["notice"]["id"]);
    let check = app.agent().ask(CHECK, json!({ "customer": customer.id, "service": service })).await;
    let proposed = check.data()["disclosureCheck"]["disclosures"].as_array().unwrap().clone();
    for one in proposed.iter().filter(|one| one["consentNeeded"] == true && one["consent"].is_null()) {
        let keys = one["categories"].as_array().unwrap().iter().map(|row| text(&row["key"]));
        let keys = keys.collect::<Vec<_>>();
        let purpose = text(&one["purpose"]["key"]);
        let input = json!({ "customerId": customer.id, "noticeId": notice, "channel": "EMAIL",
            "thirdPartyId": one["thirdParty"]["id"], "purpose": purpose, "categories": keys });
        let document = "mutation ($input: GrantConsentInput!) { grantConsent(input: $input) {
            consent { id grantedAt } userErrors { code message field } } }";
        let made = app.agent().ask(document, json!({ "input": input })).await;
        assert_eq!(made.user_errors(), []);
        let made = &made.data()["grantConsent"]["consent"];
        customer.consents.push(Consent {
            id: text(&made["id"]),
            purpose: PURPOSES.into_iter().find(|known| *known == purpose)?,
            categories: CATEGORIES.into_iter().filter(|known| keys.iter().any(|key| key == known)).collect(),
            granted_at: moment(&made["grantedAt"]),
            ended_at: None,
            ended_as: None,
            waits: None,
        });
    }
    Some(())
}

async fn hold(app: &TestApp, world: &mut World, dice: &mut Dice, at: usize) -> Option<()> {
    let categories = dice.percent(70).then(|| vec![dice.pick(&CATEGORIES)]);
    let customer = &mut world.customers[at];
    let id = app.hold(&customer.id, categories.as_deref()).await;
    customer.holds.push(Hold { id, categories, lifted: false });
    Some(())
}

async fn lift(app: &TestApp, world: &mut World, dice: &mut Dice, at: usize) -> Option<()> {
    // Holds are few: whoever has one.
    let with = (0..world.customers.len()).map(|next| (at + next) % world.customers.len());
    let mut with = with.filter(|at| world.customers[*at].holds.iter().any(|hold| !hold.lifted));
    let at = with.next()?;
    let hold = world.customers[at].holds.iter_mut().find(|hold| !hold.lifted)?;
    let input = json!({ "legalHoldId": hold.id, "reason": "settled" });
    plan_or_not(app, crate::support::dispose::LIFT, &input, dice).await;
    hold.lifted = true;
    Some(())
}

/// In-house it is refused unless something justifies it; at the third party it lies there already.
async fn record(app: &TestApp, world: &mut World, places: &Places, dice: &mut Dice, at: usize) -> Option<()> {
    let need = dice.pick(&world.requirements);
    if need.system == 0 {
        return None;
    }
    let import = need.system == THIRD_PARTYS || dice.percent(30);
    let customer = &world.customers[at];
    let collected_at = app.now() - TimeDelta::minutes(1);
    let mut line = Line::new(String::new(), need.category, need.system, collected_at);
    let input = json!({ "customerId": customer.id, "category": line.category,
        "systemId": places.systems[line.system], "externalReference": format!("later {}", customer.lines.len()),
        "sourceChannel": if import { "IMPORT" } else { "PHONE" },
        "collectedAt": collected_at.to_rfc3339_opts(SecondsFormat::Micros, true) });
    let justified = !world.reasons(customer, &line, app.now()).is_empty();
    let answer = app.agent().ask(RECORD, json!({ "input": { "locations": [input] } })).await;
    let refused = answer.user_errors().into_iter().map(|(code, _)| code).collect::<Vec<_>>();
    if justified || import {
        assert_eq!(refused, [] as [&str; 0]);
        line.id = text(&answer.data()["recordDataLocations"]["dataLocations"][0]["id"]);
        world.customers[at].lines.push(line);
    } else {
        assert_eq!(refused, ["NOT_JUSTIFIED"]);
    }
    Some(())
}

/// A service needs one thing less, or once more what it needed before.
async fn need(app: &TestApp, world: &mut World, places: &Places, dice: &mut Dice) -> Option<()> {
    let service = dice.below(SERVICES);
    let of = |retired: bool| {
        let needs = world.requirements.iter().enumerate();
        let of = needs.filter(move |(_, need)| need.service == service && need.retired == retired);
        of.map(|(at, _)| at).collect::<Vec<_>>()
    };
    let (now, once) = (of(false), of(true));
    let mut lines = now.iter().map(|at| world.requirements[*at].clone()).collect::<Vec<_>>();
    let (mut dropped, mut added) = (None, None);
    if dice.percent(70) && !now.is_empty() {
        let which = dice.below(now.len());
        lines.remove(which);
        dropped = Some(now[which]);
    } else if !once.is_empty() {
        let again =
            Requirement { retired: false, retired_at: None, ..world.requirements[dice.pick(&once)].clone() };
        let same = |need: &Requirement| {
            (need.category, need.purpose, need.system) == (again.category, again.purpose, again.system)
        };
        if lines.iter().any(same) {
            return None;
        }
        lines.push(again.clone());
        added = Some(again);
    } else {
        return None;
    }
    let document = "mutation ($input: SetDataRequirementsInput!) { setDataRequirements(input: $input) {
        service { version } plan { planHash } userErrors { code message field } } }";
    let lines = lines.iter().map(|need| written(need, &places.systems)).collect::<Vec<_>>();
    let mut input = json!({ "serviceId": places.services[service], "requirements": lines });
    by_plan(app, document, &mut input).await;
    if let Some(at) = dropped {
        let need = &mut world.requirements[at];
        (need.retired, need.retired_at) = (true, Some(app.now()));
    }
    world.requirements.extend(added);
    Some(())
}

async fn retire(app: &TestApp, world: &mut World, dice: &mut Dice) -> Option<()> {
    let in_force = world.rules.iter_mut().filter(|rule| !rule.retired).collect::<Vec<_>>();
    let count = in_force.len();
    let rule = in_force.into_iter().nth(dice.below(count.max(1)))?;
    let rules = "{ retentionRules(first: 200) { nodes { id statute } } }";
    let rules = app.compliance().get(rules).await.data()["retentionRules"]["nodes"].clone();
    let known = rules.as_array().unwrap().iter().find(|known| known["statute"] == rule.statute.as_str())?;
    let document = "mutation ($input: RetireRetentionRuleInput!) { retireRetentionRule(input: $input) {
        plan { planHash } userErrors { code message field } } }";
    let mut input = json!({ "retentionRuleId": known["id"] });
    by_plan(app, document, &mut input).await;
    rule.retired = true;
    Some(())
}

async fn by_plan(app: &TestApp, document: &str, input: &mut Value) {
    input["dryRun"] = json!(true);
    let planned = app.compliance().ask(document, json!({ "input": input })).await;
    assert_eq!(planned.user_errors(), []);
    let (_, payload) = planned.data().as_object().unwrap().iter().next().unwrap();
    input["dryRun"] = json!(false);
    input["planHash"] = payload["plan"]["planHash"].clone();
    let done = app.compliance().ask(document, json!({ "input": input })).await;
    assert_eq!(done.user_errors(), [], "{input}");
}

/// The customer's open tasks.
async fn tasks(app: &TestApp, world: &World, at: usize) -> Vec<Value> {
    let open = json!({ "customerId": world.customers[at].id, "states": ["PENDING", "NEEDS_HUMAN"] });
    let document = "query ($filter: TaskFilter) { tasks(first: 50, filter: $filter) { nodes {
        id action nextAttemptAt system { id } dataLocations(first: 50) { nodes { id } } } } }";
    let answer = app.compliance().ask(document, json!({ "filter": open })).await;
    answer.data()["tasks"]["nodes"].as_array().unwrap().clone()
}

/// The customer's lines that a task is about.
fn lines<'a>(world: &'a mut World, at: usize, task: &Value) -> impl Iterator<Item = &'a mut Line> {
    let about = task["dataLocations"]["nodes"].as_array().unwrap().iter().map(|line| text(&line["id"]));
    let about = about.collect::<Vec<_>>();
    world.customers[at].lines.iter_mut().filter(move |line| about.contains(&line.id) && !line.erased)
}

fn erase(world: &mut World, at: usize, task: &Value) {
    let state = if task["action"] == "ANONYMIZE" { "ANONYMIZED" } else { "ERASED" };
    for line in lines(world, at, task) {
        (line.erased, line.state) = (true, state.to_owned());
    }
}

/// A person says what came of a task.
async fn attest(app: &TestApp, world: &mut World, places: &Places, dice: &mut Dice, at: usize) -> Option<()> {
    let mut tasks = tasks(app, world, at).await;
    // What is the program's own it does itself.
    tasks.retain(|task| task["system"]["id"] != places.systems[0].as_str());
    let task = tasks.get(dice.below(tasks.len().max(1)))?;
    let outcome = dice.pick(&["DONE", "NOTHING_FOUND", "KEPT", "IMPOSSIBLE"]);
    let done = app.complete(task, json!({ "outcome": outcome })).await;
    assert_eq!(done.user_errors(), []);
    if matches!(outcome, "DONE" | "NOTHING_FOUND") {
        erase(world, at, task);
    } else {
        lines(world, at, task).for_each(|line| line.kept = true);
    }
    Some(())
}

/// The program does what is its own, and leaves the rest to people.
async fn work(app: &TestApp, world: &mut World, places: &Places) -> Option<()> {
    let mut own = Vec::new();
    for at in 0..world.customers.len() {
        let is_due = |task: &Value| {
            task["system"]["id"] == places.systems[0].as_str()
                && task["nextAttemptAt"].as_str().is_some_and(|at| moment(&json!(at)) <= app.now())
        };
        own.extend(tasks(app, world, at).await.into_iter().filter(is_due).map(|task| (at, task)));
    }
    assert_eq!(app.work().await.0, own.len());
    for (at, task) in &own {
        erase(world, *at, task);
    }
    Some(())
}
