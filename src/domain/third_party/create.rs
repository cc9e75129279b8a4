//! A third party comes on record, to be vetted.

use super::lineage;
use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::{
        catalog::{begin_change, is_purpose_key, taken, taken_if},
        checks::{Checks, LINE},
    },
    policy::{Action, Target},
};
use chrono::NaiveDate;
use entity::{
    enums::{ThirdPartyRole, TrustStatus},
    ids::ThirdPartyId,
    json::Texts,
    third_party,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Puts a third party on record, as `PROPOSED`.
#[derive(Clone, Debug)]
pub struct CreateThirdParty {
    pub name: String,
    /// The category of recipient, one word: `HOSTING`.
    pub kind: String,
    pub role: ThirdPartyRole,
    pub country: String,
    pub privacy_contact: Option<String>,
    /// The third party that it works for, when it is a sub-processor.
    pub sub_processor_of: Option<ThirdPartyId>,
    pub announced_on: Option<NaiveDate>,
    pub objection_until: Option<NaiveDate>,
}

impl Command for CreateThirdParty {
    const ACTION: Action = Action::CreateThirdParty;
    type Output = third_party::Model;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<third_party::Model, Stop> {
        begin_change(w).await?;
        let mut checks = Checks::new();
        let name = checks.line("name", &self.name, LINE);
        check_name(&name, None, w, &mut checks).await?;
        if let Some(parent) = self.sub_processor_of {
            lineage::check(parent, None, w, &mut checks).await?;
        }
        lineage::check_window(self.announced_on, self.objection_until, &mut checks);
        let row = third_party::Model {
            id: ThirdPartyId(w.id()),
            version: 1,
            name,
            kind: check_kind(&self.kind, &mut checks),
            role: self.role,
            country: checks.country("country", &self.country),
            privacy_contact: self.privacy_contact.map(|text| checks.email("privacyContact", &text)),
            status: TrustStatus::Proposed,
            agreement_reference: None,
            agreement_signed_on: None,
            agreement_expires_on: None,
            safeguard: None,
            safeguard_reference: None,
            measures: Texts::default(),
            review_due: None,
            sub_processor_of: self.sub_processor_of,
            announced_on: self.announced_on,
            objection_until: self.objection_until,
        };
        checks.finish()?;
        w.about(Target::thing(row.id));
        w.insert::<third_party::Entity>(row).await
    }

    fn duplicate(&self, constraint: &str) -> Option<Refusal> {
        name_taken(constraint)
    }
}

/// The name must be free; that of one with whom all is over is.
pub(super) async fn check_name(
    name: &str,
    own: Option<ThirdPartyId>,
    w: &Writer,
    checks: &mut Checks,
) -> Result<(), Stop> {
    let mut others = third_party::Entity::find()
        .filter(third_party::Column::Name.eq(name))
        .filter(third_party::Column::Status.ne(TrustStatus::Retired));
    if let Some(own) = own {
        others = others.filter(third_party::Column::Id.ne(own));
    }
    if w.exists(others).await? {
        checks.add(taken("name", "third party"));
    }
    Ok(())
}

pub(super) fn name_taken(constraint: &str) -> Option<Refusal> {
    taken_if(constraint, ["third_party_name", "third_party.name"], "name", "third party")
}

/// One word, as purposes are written: it becomes a heading of the record of processing.
pub(super) fn check_kind(kind: &str, checks: &mut Checks) -> String {
    let kind = checks.line("kind", kind, LINE);
    if !kind.is_empty() && !is_purpose_key(&kind) {
        let message = "Write one word in capitals, such as HOSTING or DOMAIN_REGISTRY.";
        checks.refuse("kind", Code::InvalidFormat, message);
    }
    kind
}
