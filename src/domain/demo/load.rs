//! A freshly seeded database becomes the example company's.

use super::{
    company::Company,
    offer::{self, Need},
    parties::{self, Party},
};
use crate::{
    access::{Broken, Code, Command, Refusal, Stop, Writer},
    domain::catalog::{begin_change, hold, today},
    policy::{Action, Target},
};
use chrono::NaiveDate;
use entity::{
    assessment, controller, data_requirement,
    ids::{AssessmentId, RequirementId, ServiceId, SystemId, ThirdPartyId},
    service, system, third_party,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::collections::BTreeMap;

/// Turns a freshly seeded database into the example company. Does nothing when it is there already.
#[derive(Clone, Copy, Debug)]
pub struct LoadDemo;

impl Command for LoadDemo {
    const ACTION: Action = Action::LoadDemo;
    /// Whether there was anything to do.
    type Output = bool;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<bool, Stop> {
        hold(w).await?;
        let company = Company::read()?;
        let Some(seeded) = w.lock(controller::Entity::find()).await? else {
            return Err(Refusal::new(Code::NotFound, "There is nothing to start from: seed it first.").into());
        };
        if company.is(&seeded) {
            return Ok(false);
        }
        let lived_in = seeded.version > 1
            || w.exists(service::Entity::find()).await?
            || w.exists(third_party::Entity::find()).await?;
        if lived_in {
            let message = "This database is a company's own: the demo goes into a new one only.";
            return Err(Refusal::new(Code::InUse, message).into());
        }
        begin_change(w).await?;
        let today = today(w).await?;
        w.update::<controller::Entity>(company.controller(seeded)).await?;
        let systems = places(&company, today, w).await?;
        services(&systems, w).await?;
        Ok(true)
    }
}

/// Third parties with their vetting, and all systems: their ids by name.
async fn places(company: &Company, today: NaiveDate, w: &Writer) -> Result<BTreeMap<String, SystemId>, Stop> {
    let parties = parties::parties()?;
    let ids: BTreeMap<&str, ThirdPartyId> =
        parties.iter().map(|party| (party.name.as_str(), ThirdPartyId(w.id()))).collect();
    let known = |party: &Party| {
        let id = ids.get(party.name.as_str()).copied();
        id.ok_or(Broken::Stored("a third party of the demo"))
    };
    let (mut rows, mut vetting) = (Vec::new(), Vec::new());
    let mut systems: Vec<system::Model> =
        company.systems.iter().map(|place| place.row(SystemId(w.id()), None, today)).collect();
    for party in &parties {
        let id = known(party)?;
        let parent = party.sub_processor_of.as_deref().and_then(|name| ids.get(name).copied());
        rows.push(party.row(id, parent, today));
        systems.extend(party.systems.iter().map(|place| place.row(SystemId(w.id()), Some(id), today)));
        let assessed = party.history.iter();
        vetting.extend(assessed.map(|one| one.row(AssessmentId(w.id()), (party, id), today, w.now())));
    }
    w.insert_all::<third_party::Entity>(&rows).await?;
    w.insert_all::<assessment::Entity>(&vetting).await?;
    w.insert_all::<system::Entity>(&systems).await?;
    systems.extend(w.one(system::Entity::find().filter(system::Column::BuiltIn.eq(true))).await?);
    Ok(systems.into_iter().map(|system| (system.name, system.id)).collect())
}

async fn services(systems: &BTreeMap<String, SystemId>, w: &Writer) -> Result<(), Stop> {
    let services = offer::services(|| ServiceId(w.id()))?;
    let mut needs = Vec::new();
    for (service, wanted) in &services {
        for need in wanted {
            needs.push(requirement(service.id, need, systems, w)?);
        }
    }
    let services: Vec<_> = services.into_iter().map(|(service, _)| service).collect();
    w.insert_all::<service::Entity>(&services).await?;
    w.insert_all::<data_requirement::Entity>(&needs).await
}

fn requirement(
    service: ServiceId,
    need: &Need,
    systems: &BTreeMap<String, SystemId>,
    w: &Writer,
) -> Result<data_requirement::Model, Broken> {
    let system = systems.get(&need.system).copied();
    Ok(data_requirement::Model {
        id: RequirementId(w.id()),
        service_id: service,
        category: need.category.clone(),
        purpose: need.purpose.clone(),
        system_id: system.ok_or(Broken::Stored("a system of the demo"))?,
        on_end: need.on_end,
        grace: need.grace.clone(),
        retired_at: None,
    })
}
