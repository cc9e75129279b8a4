//! Puts a company and its customers on record: through the API, and past it where it cannot be done that way yet.

use super::{
    chance::{CATEGORIES, PURPOSES, SERVICES, SYSTEMS, THIRD_PARTYS, UNASKED},
    rules::{Consent, Hold, Line, Requirement, Rule, Start, World},
};
use crate::support::{
    TestApp,
    build::{RECORD, START},
};
use chrono::{SecondsFormat, TimeDelta};
use entity::{
    consent, consent_category, customer, data_location,
    enums::{Channel, DataLocationState, Locale},
    ids::{ConsentId, DataLocationId, NoticeId, SubscriptionId},
    json::Said,
    notice, retention_rule, subscription, task_location,
};
use kartotek::graphql::NodeId;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, prelude::Uuid, sea_query::Expr};
use serde_json::{Value, json};

/// Makes one change of the reference data, and returns what it answers with.
pub async fn change(app: &TestApp, field: &str, input: Value, selection: &str) -> Value {
    let mut kind = format!("{field}Input");
    kind[..1].make_ascii_uppercase();
    let document = format!(
        "mutation ($input: {kind}!) {{ {field}(input: $input) {{ {selection} userErrors {{ code message field }} }} }}"
    );
    let answer = app.compliance().ask(&document, json!({ "input": input })).await;
    assert_eq!(answer.user_errors(), [], "{field}: {:#}", answer.json);
    answer.data()[field].clone()
}

/// The month that the company's fiscal year ends with.
pub async fn end_fiscal_year(app: &TestApp, month: u32) {
    let input = json!({ "fiscalYearEndMonth": month, "dryRun": true });
    let planned = change(app, "updateController", input, "plan { planHash }").await;
    let input = json!({ "fiscalYearEndMonth": month, "planHash": planned["plan"]["planHash"] });
    change(app, "updateController", input, "controller { name }").await;
}

/// All of it. What comes on record by that, such as ids, is noted in the world.
pub async fn put(app: &TestApp, world: &mut World) -> Places {
    end_fiscal_year(app, world.fiscal_year_end_month).await;
    for key in CATEGORIES.iter().filter(|key| key.starts_with("user.ore")) {
        change(app, "createDataCategory", json!({ "key": key, "name": key }), "dataCategory { id }").await;
    }
    for key in PURPOSES {
        let input = json!({ "key": key, "name": key, "legalBasis": "CONTRACT",
            "sharingNeedsConsent": key != UNASKED });
        change(app, "createPurpose", input, "purpose { id }").await;
    }
    let (systems, third_party) = systems(app).await;
    let mut services = Vec::new();
    for number in 0..SERVICES {
        let input = json!({ "key": format!("service-{number}"), "name": format!("Service {number}") });
        let made = change(app, "createService", input, "service { id }").await;
        let id = made["service"]["id"].as_str().unwrap().to_owned();
        need(app, &id, world.requirements.iter().filter(|need| need.service == number), &systems).await;
        services.push(id);
    }
    keep(app, &world.rules).await;
    register(app, world, &services, &systems).await;
    Places { services, systems, third_party }
}

/// The ids of what there is, as the API has them.
pub struct Places {
    pub services: Vec<String>,
    pub systems: Vec<String>,
    /// It has the last of the systems.
    pub third_party: String,
}

async fn systems(app: &TestApp) -> (Vec<String>, String) {
    let mut systems = vec![app.system_id("Kartotek").await];
    let party = json!({ "name": "Party", "kind": "HOSTING", "role": "PROCESSOR", "country": "SE" });
    let party = change(app, "createThirdParty", party, "thirdParty { id }").await["thirdParty"]["id"].clone();
    for number in 1..SYSTEMS {
        let mut input = json!({ "name": format!("System {number}"), "country": "SE" });
        if number == THIRD_PARTYS {
            input["thirdPartyId"] = party.clone();
        }
        let made = change(app, "createSystem", input, "system { id }").await;
        systems.push(made["system"]["id"].as_str().unwrap().to_owned());
    }
    (systems, party.as_str().unwrap().to_owned())
}

/// A requirement, as the API is told of it.
pub fn written(need: &Requirement, systems: &[String]) -> Value {
    json!({ "category": need.category, "purpose": need.purpose, "systemId": systems[need.system],
        "onEnd": need.on_end, "grace": need.grace.text })
}

/// First what the service needed once, and then what it needs: the rest is retired by that.
async fn need(app: &TestApp, service: &str, needs: impl Iterator<Item = &Requirement>, systems: &[String]) {
    let (once, now): (Vec<_>, Vec<_>) = needs.partition(|need| need.retired);
    for needs in [once, now] {
        let line = |need: &&Requirement| written(need, systems);
        let input =
            json!({ "serviceId": service, "requirements": needs.iter().map(line).collect::<Vec<_>>() });
        change(app, "setDataRequirements", input, "service { version }").await;
    }
}

/// Rules that were come first: those that took their place retire them, and the others are retired here.
async fn keep(app: &TestApp, rules: &[Rule]) {
    for rule in rules {
        let counted_from = match rule.counted_from {
            Start::Collected => "COLLECTED",
            Start::SubscriptionEnded => "SUBSCRIPTION_ENDED",
            Start::FiscalYearEnded => "FISCAL_YEAR_ENDED",
        };
        let input = json!({ "category": rule.category, "purpose": rule.purpose, "statute": rule.statute,
            "keepFor": rule.keep_for.text, "countedFrom": counted_from });
        change(app, "setRetentionRule", input, "retentionRule { id }").await;
    }
    let gone = rules.iter().filter(|rule| rule.retired).map(|rule| rule.statute.clone());
    retention_rule::Entity::update_many()
        .col_expr(retention_rule::Column::RetiredAt, Expr::value(app.now()))
        .filter(retention_rule::Column::Statute.is_in(gone))
        .exec(app.database.owner())
        .await
        .unwrap();
    app.database.run("UPDATE catalog_version SET version = version + 1").await;
    app.server.catalogs.refresh().await.unwrap();
}

async fn register(app: &TestApp, world: &mut World, services: &[String], systems: &[String]) {
    for customer in &mut world.customers {
        let id = app.register(&customer.reference).await;
        customer.id.clone_from(&id);
        customer::Entity::update_many()
            .col_expr(customer::Column::CreatedAt, Expr::value(customer.created_at))
            .filter(customer::Column::Reference.eq(&customer.reference))
            .exec(app.database.owner())
            .await
            .unwrap();
        let kept = profile_lines(app, &id).await;
        for had in &mut customer.subscriptions {
            had.id = start(app, &id, &services[had.service]).await;
            if let Some(ended_at) = had.ended_at {
                let Some(NodeId::ServiceSubscription(key)) = NodeId::parse(&had.id.clone().into()) else {
                    panic!("{} is no subscription's", had.id)
                };
                end(app, key, ended_at).await;
            }
        }
        allow(app, &id, &services[0], &mut customer.consents).await;
        hold(app, &id, &mut customer.holds).await;
        record(app, &id, &mut customer.lines, systems).await;
        customer.lines.extend(kept);
    }
}

/// Puts permissions on record that rest on a notice of no matter.
async fn allow(app: &TestApp, customer: &str, service: &str, consents: &mut [Consent]) {
    let (Some(NodeId::Customer(customer_id)), Some(NodeId::Service(service_id))) =
        (NodeId::parse(&customer.into()), NodeId::parse(&service.into()))
    else {
        panic!("{customer} and {service} are no customer's and no service's")
    };
    let party = app.third_party_id("Party").await;
    let Some(NodeId::ThirdParty(third_party_id)) = NodeId::parse(&party.into()) else {
        panic!("no third party")
    };
    let (db, at) = (app.database.owner(), app.now());
    let new_id = || app.server.door.request_id().parse::<Uuid>().unwrap();
    let notice = notice::Model {
        id: NoticeId(new_id()),
        customer_id,
        service_id,
        locale: Locale::En,
        text: "Told.".to_owned(),
        sha256: vec![0; 32],
        tilt: serde_json::json!({}),
        said: Said::default(),
        channel: Channel::Phone,
        delivered_at: at,
        delivered_by: "a test".to_owned(),
    };
    let notice_id = notice.id;
    notice::Entity::insert(notice.into_active_model()).exec_without_returning(db).await.unwrap();
    for one in consents {
        let row = consent::Model {
            id: ConsentId(new_id()),
            customer_id,
            third_party_id,
            purpose: one.purpose.into(),
            notice_id,
            granted_at: one.granted_at,
            ended_at: one.ended_at,
            ended_as: one.ended_as,
        };
        let consent_id = row.id;
        one.id = NodeId::Consent(consent_id).id().to_string();
        consent::Entity::insert(row.into_active_model()).exec_without_returning(db).await.unwrap();
        for category in &one.categories {
            let row = consent_category::Model { consent_id, customer_id, category: (*category).into() };
            consent_category::Entity::insert(row.into_active_model())
                .exec_without_returning(db)
                .await
                .unwrap();
        }
    }
}

async fn hold(app: &TestApp, customer: &str, holds: &mut [Hold]) {
    for one in holds {
        one.id = app.hold(customer, one.categories.as_deref()).await;
        if one.lifted {
            assert_eq!(app.lift(&one.id, json!({})).await.user_errors(), []);
        }
    }
}

/// What Kartotek itself keeps of whoever is registered.
async fn profile_lines(app: &TestApp, customer: &str) -> Vec<Line> {
    let document = "query ($id: ID) { customer(id: $id) {
        dataLocations { nodes { id category { key } collectedAt } } } }";
    let answer = app.agent().ask(document, json!({ "id": customer })).await;
    let nodes = answer.data()["customer"]["dataLocations"]["nodes"].as_array().unwrap();
    let line = |node: &Value| Line {
        id: node["id"].as_str().unwrap().to_owned(),
        category: node["category"]["key"].as_str().unwrap().to_owned(),
        system: 0,
        collected_at: node["collectedAt"].as_str().unwrap().parse().unwrap(),
        document_date: None,
        erased: false,
        state: String::new(),
        goes: None,
        kept: false,
        waits: None,
    };
    nodes.iter().map(line).collect()
}

async fn start(app: &TestApp, customer: &str, service: &str) -> String {
    let input = json!({ "customerId": customer, "serviceId": service, "channel": "PHONE" });
    let answer = app.agent().ask(START, json!({ "input": input })).await;
    assert_eq!(answer.user_errors(), []);
    answer.data()["startSubscription"]["serviceSubscription"]["id"].as_str().unwrap().to_owned()
}

async fn end(app: &TestApp, id: SubscriptionId, ended_at: chrono::DateTime<chrono::Utc>) {
    subscription::Entity::update_many()
        .col_expr(subscription::Column::StartedAt, Expr::value(ended_at - TimeDelta::days(1)))
        .col_expr(subscription::Column::EndedAt, Expr::value(ended_at))
        .filter(subscription::Column::Id.eq(id))
        .exec(app.database.owner())
        .await
        .unwrap();
}

/// An import takes what nothing justifies, too. What was erased leaves its tombstone. Nobody records anything at
/// Kartotek itself: what lies there is moved there.
async fn record(app: &TestApp, customer: &str, lines: &mut [Line], systems: &[String]) {
    let input = |(number, line): (usize, &Line)| {
        json!({ "customerId": customer, "category": line.category, "systemId": systems[line.system.max(1)],
            "externalReference": format!("{number}"), "sourceChannel": "IMPORT",
            "collectedAt": line.collected_at.to_rfc3339_opts(SecondsFormat::Micros, true),
            "documentDate": line.document_date })
    };
    let inputs = lines.iter().enumerate().map(input).collect::<Vec<_>>();
    let answer = app.agent().ask(RECORD, json!({ "input": { "locations": inputs } })).await;
    assert_eq!(answer.user_errors(), []);
    let made = answer.data()["recordDataLocations"]["dataLocations"].as_array().unwrap();
    let (mut erased, mut here) = (Vec::<DataLocationId>::new(), Vec::<DataLocationId>::new());
    for (line, made) in lines.iter_mut().zip(made) {
        made["id"].as_str().unwrap().clone_into(&mut line.id);
        let Some(NodeId::DataLocation(id)) = NodeId::parse(&line.id.clone().into()) else {
            panic!("{} is no line's", line.id)
        };
        erased.extend(line.erased.then_some(id));
        here.extend((line.system == 0).then_some(id));
    }
    let Some(NodeId::System(kartotek)) = NodeId::parse(&systems[0].clone().into()) else {
        panic!("{} is no system's", systems[0])
    };
    // Whatever was decided about them where they were.
    task_location::Entity::delete_many()
        .filter(task_location::Column::DataLocationId.is_in(here.clone()))
        .exec(app.database.owner())
        .await
        .unwrap();
    data_location::Entity::update_many()
        .col_expr(data_location::Column::SystemId, Expr::value(kartotek))
        .col_expr(data_location::Column::State, Expr::value(DataLocationState::Held))
        .filter(data_location::Column::Id.is_in(here))
        .exec(app.database.owner())
        .await
        .unwrap();
    data_location::Entity::update_many()
        .col_expr(data_location::Column::State, Expr::value(DataLocationState::Erased))
        .col_expr(data_location::Column::HeldTo, Expr::value(app.now()))
        .col_expr(data_location::Column::ExternalReference, Expr::value(None::<String>))
        .filter(data_location::Column::Id.is_in(erased))
        .exec(app.database.owner())
        .await
        .unwrap();
}
