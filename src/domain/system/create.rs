//! A place where data can be stored from now on.

use super::connector::check as check_connector;
use crate::{
    access::{Command, Refusal, Stop, Writer},
    connector::Connectors,
    domain::{
        catalog::{begin_change, live, taken, taken_if},
        checks::{Checks, LINE},
    },
    policy::{Action, Target},
};
use chrono::NaiveDate;
use entity::{
    connector::Connector,
    enums::TrustStatus,
    ids::{SystemId, ThirdPartyId},
    system, third_party,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::sync::Arc;

/// Adds a place where data is stored.
#[derive(Clone, Debug)]
pub struct CreateSystem {
    pub name: String,
    /// Who runs it; in-house unless told.
    pub third_party: Option<ThirdPartyId>,
    pub country: String,
    /// Who answers for it in the company.
    pub owner: Option<String>,
    pub measures: Vec<String>,
    pub review_due: Option<NaiveDate>,
    /// How the program reaches it; a person does everything there unless told. Asks for [`Action::SetConnector`].
    pub connector: Option<Connector>,
    pub connectors: Arc<Connectors>,
}

impl Command for CreateSystem {
    const ACTION: Action = Action::CreateSystem;
    type Output = system::Model;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<system::Model, Stop> {
        begin_change(w).await?;
        let mut checks = Checks::new();
        let name = checks.line("name", &self.name, LINE);
        check_name(&name, None, w, &mut checks).await?;
        if let Some(party) = self.third_party {
            check_third_party(party, w, &mut checks).await?;
        }
        if let Some(connector) = &self.connector {
            let has_contact = has_contact(self.third_party, w).await?;
            check_connector(connector, (&self.connectors, has_contact), w, &mut checks).await?;
        }
        let row = system::Model {
            id: SystemId(w.id()),
            version: 1,
            name,
            third_party_id: self.third_party,
            country: checks.country("country", &self.country),
            owner: self.owner.map(|text| checks.line("owner", &text, LINE)),
            measures: checks.texts("measures", &self.measures),
            review_due: self.review_due,
            connector: self.connector,
            built_in: false,
            retired_at: None,
        };
        checks.finish()?;
        w.about(Target::thing(row.id));
        w.insert::<system::Entity>(row).await
    }

    fn duplicate(&self, constraint: &str) -> Option<Refusal> {
        name_taken(constraint)
    }
}

/// The name must be free; that of a retired system is.
pub(super) async fn check_name(
    name: &str,
    own: Option<SystemId>,
    w: &Writer,
    checks: &mut Checks,
) -> Result<(), Stop> {
    let mut others = system::Entity::find()
        .filter(system::Column::Name.eq(name))
        .filter(system::Column::RetiredAt.is_null());
    if let Some(own) = own {
        others = others.filter(system::Column::Id.ne(own));
    }
    if w.exists(others).await? {
        checks.add(taken("name", "system"));
    }
    Ok(())
}

/// Whether whoever runs it can be written to.
pub(super) async fn has_contact(party: Option<ThirdPartyId>, w: &Writer) -> Result<bool, Stop> {
    let Some(party) = party else { return Ok(false) };
    let party = w.one(third_party::Entity::find_by_id(party)).await?;
    Ok(party.is_some_and(|party| party.privacy_contact.is_some()))
}

/// Whoever runs it must be on record, and not gone.
pub(super) async fn check_third_party(
    party: ThirdPartyId,
    w: &Writer,
    checks: &mut Checks,
) -> Result<(), Stop> {
    let party = w.one(third_party::Entity::find_by_id(party)).await?;
    checks.must(live(party, |party| party.status == TrustStatus::Retired, "thirdPartyId", "third party"));
    Ok(())
}

pub(super) fn name_taken(constraint: &str) -> Option<Refusal> {
    taken_if(constraint, ["system_name", "system.name"], "name", "system")
}
