//! A service says what data it needs, where and what for.

use super::{begin_change, changed, live, retired};
use crate::{
    access::{Code, Command, Refusal, Sql, Stop, Writer},
    domain::{
        checks::{Checks, same_version},
        disposal::{Asked, Planned, Reach, Subject, plan_losses},
    },
    policy::{Action, Target},
};
use entity::{
    controller, data_category, data_requirement, disposal_plan,
    enums::{DisposalMethod, Sensitivity, TaskCause, TrustStatus},
    ids::{CategoryKey, PurposeKey, RequirementId, ServiceId, SystemId, ThirdPartyId},
    purpose, service, system, third_party,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::collections::{BTreeMap, BTreeSet};

/// The most a service can need.
const MOST: usize = 500;

/// This service needs this category, at this system, for this purpose.
#[derive(Clone, Debug)]
pub struct RequirementLine {
    /// It does not stand for what is below it.
    pub category: CategoryKey,
    pub purpose: PurposeKey,
    pub system: SystemId,
    pub on_end: DisposalMethod,
    /// ISO 8601; the controller's default unless told.
    pub grace: Option<String>,
}

/// Says what data a service needs. Replaces all that was said before.
///
/// A line that stays the same keeps its row. One that is dropped, or changed, is retired and stays on record: it
/// still says what for the data came to be where it is. What then nothing justifies is found by the sweep; so that
/// nobody is surprised by it, such a change needs a plan first.
#[derive(Clone, Debug)]
pub struct SetDataRequirements {
    pub service: ServiceId,
    pub expected_version: Option<i32>,
    /// At most 500; one for each category, purpose and system.
    pub requirements: Vec<RequirementLine>,
    pub asked: Asked,
}

/// What a service needs from now on, or would.
#[derive(Clone, Debug)]
pub struct Needed {
    /// As it was, where only a plan was asked for.
    pub service: service::Model,
    pub needs: Vec<data_requirement::Model>,
    /// `None` when nothing is lost and none was asked for.
    pub plan: Option<disposal_plan::Model>,
}

impl Command for SetDataRequirements {
    const ACTION: Action = Action::SetDataRequirements;
    type Output = Needed;

    fn target(&self) -> Target {
        Target::thing(self.service)
    }

    async fn run(self, w: &mut Writer) -> Result<Needed, Stop> {
        let planned = Planned::begin(w, &self.asked).await?;
        if !planned.is_dry_run() {
            begin_change(w).await?;
        }
        let row = w.lock(service::Entity::find_by_id(self.service)).await?;
        let row = live(row, |row| row.retired_at.is_some(), "serviceId", "service")?;
        same_version(self.expected_version, row.version)?;

        let mut checks = Checks::new();
        checks.at_most("requirements", &self.requirements, MOST);
        if self.requirements.len() <= MOST {
            Known::load(&self.requirements, w).await?.check(&self.requirements, &mut checks);
        }
        checks.finish()?;

        let (needs, dropped) = replace(row.id, self.requirements, w).await?;
        let wish = wish(&needs);
        let updated = service::Model { version: row.version + 1, ..row.clone() };
        let updated = w.update::<service::Entity>(updated).await?;
        let catalog = changed(w).await?;
        let subject = Subject { cause: TaskCause::RequirementsChanged, id: row.id.0, wish, customer: None };
        let places = dropped.iter().map(|need| (need.category.clone(), need.system_id)).collect();
        let reach = Reach { places, service: Some(row.id) };
        let service = if planned.is_dry_run() { row } else { updated };
        let plan = plan_losses(w, &catalog, &reach, &subject, &self.asked, planned).await?;
        Ok(Needed { service, needs, plan })
    }

    fn duplicate(&self, constraint: &str) -> Option<Refusal> {
        let names = ["data_requirement_one_live", "data_requirement.service_id"];
        let message = "Somebody said the same meanwhile: read the service again.";
        let found = names.iter().any(|name| constraint.contains(name));
        found.then(|| Refusal::new(Code::AlreadyExists, message).at("requirements"))
    }
}

/// What the lines name, as it is on record.
struct Known {
    categories: BTreeMap<CategoryKey, data_category::Model>,
    purposes: BTreeMap<PurposeKey, purpose::Model>,
    systems: BTreeMap<SystemId, system::Model>,
    /// Third parties that are gone, and their systems with them.
    gone: BTreeSet<ThirdPartyId>,
}

impl Known {
    async fn load(lines: &[RequirementLine], w: &Writer) -> Result<Self, Stop> {
        let categories: BTreeSet<_> = lines.iter().map(|line| line.category.clone()).collect();
        let purposes: BTreeSet<_> = lines.iter().map(|line| line.purpose.clone()).collect();
        let systems: BTreeSet<_> = lines.iter().map(|line| line.system).collect();
        let categories = data_category::Entity::find().filter(data_category::Column::Key.is_in(categories));
        let purposes = purpose::Entity::find().filter(purpose::Column::Key.is_in(purposes));
        let systems = system::Entity::find().filter(system::Column::Id.is_in(systems));
        let gone = third_party::Entity::find().filter(third_party::Column::Status.eq(TrustStatus::Retired));
        Ok(Self {
            categories: w.all(categories).await?.into_iter().map(|row| (row.key.clone(), row)).collect(),
            purposes: w.all(purposes).await?.into_iter().map(|row| (row.key.clone(), row)).collect(),
            systems: w.all(systems).await?.into_iter().map(|row| (row.id, row)).collect(),
            gone: w.all(gone).await?.into_iter().map(|row| row.id).collect(),
        })
    }

    fn check(&self, lines: &[RequirementLine], checks: &mut Checks) {
        let mut seen = BTreeSet::new();
        for (i, line) in lines.iter().enumerate() {
            if !seen.insert((&line.category, &line.purpose, line.system)) {
                let message = "An earlier line names the same category, purpose and system.";
                checks.refuse(&format!("requirements.{i}"), Code::AlreadyExists, message);
            }
            self.check_line(&format!("requirements.{i}"), line, checks);
        }
    }

    fn check_line(&self, path: &str, line: &RequirementLine, checks: &mut Checks) {
        let at = |field: &str| format!("{path}.{field}");
        let category = self.categories.get(&line.category);
        let category =
            checks.must(live(category, |row| row.retired_at.is_some(), &at("category"), "category"));
        let purpose = self.purposes.get(&line.purpose);
        let purpose = checks.must(live(purpose, |row| row.retired_at.is_some(), &at("purpose"), "purpose"));
        let system = self.systems.get(&line.system);
        let system = checks.must(live(system, |row| row.retired_at.is_some(), &at("systemId"), "system"));
        if system.and_then(|row| row.third_party_id).is_some_and(|id| self.gone.contains(&id)) {
            checks.add(retired(&at("systemId"), "system's third party"));
        }
        let special = category.is_some_and(|row| row.sensitivity == Sensitivity::Special);
        if special && purpose.is_some_and(|row| row.special_category_condition.is_none()) {
            let message =
                "This is a special category (Art. 9): give the purpose a condition of Art. 9(2) first.";
            checks.refuse(&at("purpose"), Code::SpecialCategoryConditionMissing, message);
        }
        if let Some(grace) = &line.grace {
            checks.period(&at("grace"), grace);
        }
    }
}

/// All that the service is to need, in whatever order it was said.
fn wish(needs: &[data_requirement::Model]) -> String {
    let line = |need: &data_requirement::Model| {
        let data_requirement::Model { category, purpose, system_id, on_end, grace, .. } = need;
        format!("{category} {purpose} {system_id} {on_end:?} {grace}\n")
    };
    let mut lines = needs.iter().map(line).collect::<Vec<_>>();
    lines.sort();
    lines.concat()
}

/// Keeps what stays the same, retires the rest, and adds what is new. Back come all that there are now, and those that
/// were dropped or changed.
async fn replace(
    service: ServiceId,
    lines: Vec<RequirementLine>,
    w: &Writer,
) -> Result<(Vec<data_requirement::Model>, Vec<data_requirement::Model>), Stop> {
    let default = w.one(controller::Entity::find()).await?.map(|row| row.default_grace);
    let default = default.unwrap_or_else(|| "P0D".to_owned());
    let live = data_requirement::Entity::find()
        .filter(data_requirement::Column::ServiceId.eq(service))
        .filter(data_requirement::Column::RetiredAt.is_null());
    let mut old = w.all(live).await?;
    let (mut needs, mut added) = (Vec::with_capacity(lines.len()), Vec::new());
    for line in lines {
        let new = data_requirement::Model {
            id: RequirementId(w.id()),
            service_id: service,
            category: line.category,
            purpose: line.purpose,
            system_id: line.system,
            on_end: line.on_end,
            grace: line.grace.unwrap_or_else(|| default.clone()),
            retired_at: None,
        };
        let same =
            |row: &data_requirement::Model| data_requirement::Model { id: row.id, ..new.clone() } == *row;
        if let Some(place) = old.iter().position(same) {
            needs.push(old.swap_remove(place));
        } else {
            added.push(new.clone());
            needs.push(new);
        }
    }
    // First what goes: a changed line takes the place of the one that it was.
    retire(&old, w).await?;
    w.insert_all::<data_requirement::Entity>(&added).await?;
    Ok((needs, old))
}

async fn retire(rows: &[data_requirement::Model], w: &Writer) -> Result<(), Stop> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("UPDATE data_requirement SET retired_at = ");
    sql.bind(w.now()).push(" WHERE id IN ").list(rows.iter().map(|row| row.id.0));
    w.execute(sql).await.map(drop)
}
