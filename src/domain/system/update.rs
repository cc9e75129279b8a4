//! Something else is known about a place where data is stored.

use super::{
    connector::check as check_connector,
    create::{check_name, check_third_party, has_contact, name_taken},
};
use crate::{
    access::{Command, Refusal, Stop, Writer},
    connector::Connectors,
    domain::{
        catalog::{begin_change, held_data, in_use, live},
        change::Change,
        checks::{Checks, LINE, same_version},
    },
    policy::{Action, Target},
};
use chrono::NaiveDate;
use entity::{
    connector::Connector,
    data_location,
    ids::{SystemId, ThirdPartyId},
    system,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::sync::Arc;

/// Changes what is on record about a place. Who runs it and where it is cannot change while data is held there:
/// that would move people's data, on paper, to where nobody permitted it.
#[derive(Clone, Debug)]
pub struct UpdateSystem {
    pub system: SystemId,
    pub expected_version: Option<i32>,
    pub name: Change<String>,
    /// None: it is run in-house from now on.
    pub third_party: Change<ThirdPartyId>,
    pub country: Change<String>,
    pub owner: Change<String>,
    /// Replaces all.
    pub measures: Change<Vec<String>>,
    pub review_due: Change<NaiveDate>,
    /// Replaces the old one as a whole. Asks for [`Action::SetConnector`].
    pub connector: Change<Connector>,
    pub connectors: Arc<Connectors>,
}

impl Command for UpdateSystem {
    const ACTION: Action = Action::UpdateSystem;
    type Output = system::Model;

    fn target(&self) -> Target {
        Target::thing(self.system)
    }

    async fn run(self, w: &mut Writer) -> Result<system::Model, Stop> {
        begin_change(w).await?;
        let row = w.lock(system::Entity::find_by_id(self.system)).await?;
        let row = live(row, |row| row.retired_at.is_some(), "systemId", "system")?;
        same_version(self.expected_version, row.version)?;

        let mut checks = Checks::new();
        let old = (row.third_party_id, row.country.clone());
        if let Some(connector) = self.connector.value() {
            let party = match &self.third_party {
                Change::Keep => row.third_party_id,
                Change::Clear => None,
                Change::Set(party) => Some(*party),
            };
            let has_contact = has_contact(party, w).await?;
            check_connector(connector, (&self.connectors, has_contact), w, &mut checks).await?;
            if row.built_in {
                let message = "This is the program itself, which needs no connector.";
                checks.add(in_use("connector", message));
            }
        }
        let row = self.changed(row, &mut checks);
        check_name(&row.name, Some(row.id), w, &mut checks).await?;
        if let Some(party) = row.third_party_id.filter(|party| Some(*party) != old.0) {
            check_third_party(party, w, &mut checks).await?;
        }
        let (handed_over, moved) = (row.third_party_id != old.0, row.country != old.1);
        if (handed_over || moved)
            && w.exists(held_data().filter(data_location::Column::SystemId.eq(row.id))).await?
        {
            let path = if handed_over { "thirdPartyId" } else { "country" };
            let message = "Data is held there: add the new place as another system, and move the data.";
            checks.add(in_use(path, message));
        }
        checks.finish()?;
        w.update::<system::Entity>(row).await
    }

    fn duplicate(&self, constraint: &str) -> Option<Refusal> {
        name_taken(constraint)
    }
}

impl UpdateSystem {
    fn changed(self, row: system::Model, checks: &mut Checks) -> system::Model {
        let name = self.name.map(|text| checks.line("name", &text, LINE));
        let country = self.country.map(|code| checks.country("country", &code));
        let owner = self.owner.map(|text| checks.line("owner", &text, LINE));
        let measures = self.measures.map(|all| checks.texts("measures", &all));
        system::Model {
            version: row.version + 1,
            name: checks.kept("name", name, row.name),
            third_party_id: self.third_party.apply(row.third_party_id),
            country: checks.kept("country", country, row.country),
            owner: owner.apply(row.owner),
            measures: measures.apply(Some(row.measures)).unwrap_or_default(),
            review_due: self.review_due.apply(row.review_due),
            connector: self.connector.apply(row.connector),
            ..row
        }
    }
}
