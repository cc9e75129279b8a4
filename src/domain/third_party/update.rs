//! Something else is known about a third party.

use super::{
    create::{check_kind, check_name, name_taken},
    lineage,
};
use crate::{
    access::{Command, Refusal, Stop, Writer},
    domain::{
        catalog::{begin_change, live},
        change::Change,
        checks::{Checks, LINE, same_version},
    },
    policy::{Action, Target},
};
use chrono::NaiveDate;
use entity::{
    enums::{ThirdPartyRole, TrustStatus},
    ids::ThirdPartyId,
    third_party,
};
use sea_orm::EntityTrait;

/// Changes what is on record about a third party. Trust in it is changed by `AssessThirdParty`.
#[derive(Clone, Debug)]
pub struct UpdateThirdParty {
    pub third_party: ThirdPartyId,
    pub expected_version: Option<i32>,
    pub name: Change<String>,
    pub kind: Change<String>,
    pub role: Change<ThirdPartyRole>,
    /// Another one takes the safeguard away: it was chosen for the old one.
    pub country: Change<String>,
    pub privacy_contact: Change<String>,
    pub sub_processor_of: Change<ThirdPartyId>,
    pub announced_on: Change<NaiveDate>,
    pub objection_until: Change<NaiveDate>,
}

impl Command for UpdateThirdParty {
    const ACTION: Action = Action::UpdateThirdParty;
    type Output = third_party::Model;

    fn target(&self) -> Target {
        Target::thing(self.third_party)
    }

    async fn run(self, w: &mut Writer) -> Result<third_party::Model, Stop> {
        begin_change(w).await?;
        let row = w.lock(third_party::Entity::find_by_id(self.third_party)).await?;
        let row = live(row, |row| row.status == TrustStatus::Retired, "thirdPartyId", "third party")?;
        same_version(self.expected_version, row.version)?;

        let mut checks = Checks::new();
        if let Some(parent) = self.sub_processor_of.value() {
            lineage::check(*parent, Some(row.id), w, &mut checks).await?;
        }
        let row = self.changed(row, &mut checks);
        check_name(&row.name, Some(row.id), w, &mut checks).await?;
        lineage::check_window(row.announced_on, row.objection_until, &mut checks);
        checks.finish()?;
        w.update::<third_party::Entity>(row).await
    }

    fn duplicate(&self, constraint: &str) -> Option<Refusal> {
        name_taken(constraint)
    }
}

impl UpdateThirdParty {
    fn changed(self, row: third_party::Model, checks: &mut Checks) -> third_party::Model {
        let name = self.name.map(|text| checks.line("name", &text, LINE));
        let kind = self.kind.map(|text| check_kind(&text, checks));
        let country = self.country.map(|code| checks.country("country", &code));
        let contact = self.privacy_contact.map(|text| checks.email("privacyContact", &text));
        let moved = country.value().is_some_and(|country| *country != row.country);
        third_party::Model {
            version: row.version + 1,
            name: checks.kept("name", name, row.name),
            kind: checks.kept("kind", kind, row.kind),
            role: checks.kept("role", self.role, row.role),
            country: checks.kept("country", country, row.country),
            privacy_contact: contact.apply(row.privacy_contact),
            safeguard: row.safeguard.filter(|_| !moved),
            safeguard_reference: row.safeguard_reference.filter(|_| !moved),
            sub_processor_of: self.sub_processor_of.apply(row.sub_processor_of),
            announced_on: self.announced_on.apply(row.announced_on),
            objection_until: self.objection_until.apply(row.objection_until),
            ..row
        }
    }
}
