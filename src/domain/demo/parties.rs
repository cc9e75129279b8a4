//! The example company's third parties, and how they were vetted.

use super::{
    company::{Place, shift},
    read::read,
};
use crate::access::Broken;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entity::{
    assessment,
    enums::{ThirdPartyRole, TransferSafeguard, TrustStatus},
    ids::{AssessmentId, ThirdPartyId},
    json::Texts,
    third_party,
};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parties {
    third_parties: Vec<Party>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Party {
    pub(super) name: String,
    kind: String,
    role: ThirdPartyRole,
    country: String,
    privacy_contact: Option<String>,
    /// A name.
    pub(super) sub_processor_of: Option<String>,
    announced_days_ago: Option<i64>,
    objection_days_ago: Option<i64>,
    /// Oldest first. None: it is only proposed.
    pub(super) history: Vec<Vetting>,
    pub(super) systems: Vec<Place>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Vetting {
    status: TrustStatus,
    days_ago: i64,
    by: String,
    grounds: String,
    agreement: Option<Agreement>,
    safeguard: Option<TransferSafeguard>,
    safeguard_reference: Option<String>,
    measures: Texts,
    review_in_days: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Agreement {
    reference: String,
    signed_days_ago: i64,
    expires_in_days: Option<i64>,
}

pub(super) fn parties() -> Result<Vec<Party>, Broken> {
    let file: Parties = read("third_parties.json", include_str!("data/third_parties.json"))?;
    Ok(file.third_parties)
}

impl Party {
    /// As its last assessment left it.
    pub(super) fn row(
        &self,
        id: ThirdPartyId,
        parent: Option<ThirdPartyId>,
        today: NaiveDate,
    ) -> third_party::Model {
        let last = self.history.last();
        let agreement = last.and_then(|vetting| vetting.agreement.as_ref());
        let ago = |days: Option<i64>| days.and_then(|days| shift(today, -days));
        third_party::Model {
            id,
            // Putting it on record was the first change, each assessment another.
            version: 1 + i32::try_from(self.history.len()).unwrap_or(i32::MAX - 1),
            name: self.name.clone(),
            kind: self.kind.clone(),
            role: self.role,
            country: self.country.clone(),
            privacy_contact: self.privacy_contact.clone(),
            status: last.map_or(TrustStatus::Proposed, |vetting| vetting.status),
            agreement_reference: agreement.map(|agreement| agreement.reference.clone()),
            agreement_signed_on: agreement.and_then(|agreement| shift(today, -agreement.signed_days_ago)),
            agreement_expires_on: agreement.and_then(|agreement| shift(today, agreement.expires_in_days?)),
            safeguard: last.and_then(|vetting| vetting.safeguard(self)),
            safeguard_reference: last.and_then(|vetting| vetting.safeguard_reference.clone()),
            measures: last.map(|vetting| vetting.measures.clone()).unwrap_or_default(),
            review_due: last.and_then(|vetting| shift(today, vetting.review_in_days)),
            sub_processor_of: parent,
            announced_on: ago(self.announced_days_ago),
            objection_until: ago(self.objection_days_ago),
        }
    }
}

impl Vetting {
    /// What makes the transfer lawful; within the EEA none is needed, as an approval there says by itself.
    fn safeguard(&self, party: &Party) -> Option<TransferSafeguard> {
        let inside = crate::domain::third_party::is_in_eea(&party.country);
        self.safeguard.or(inside.then_some(TransferSafeguard::Eea))
    }

    pub(super) fn row(
        &self,
        id: AssessmentId,
        party: (&Party, ThirdPartyId),
        today: NaiveDate,
        now: DateTime<Utc>,
    ) -> assessment::Model {
        let agreement = self.agreement.as_ref();
        assessment::Model {
            id,
            third_party_id: party.1,
            status: self.status,
            grounds: self.grounds.clone(),
            agreement_reference: agreement.map(|agreement| agreement.reference.clone()),
            agreement_signed_on: agreement.and_then(|agreement| shift(today, -agreement.signed_days_ago)),
            agreement_expires_on: agreement.and_then(|agreement| shift(today, agreement.expires_in_days?)),
            safeguard: self.safeguard(party.0),
            safeguard_reference: self.safeguard_reference.clone(),
            measures: self.measures.clone(),
            review_due: shift(today, self.review_in_days),
            assessed_by: self.by.clone(),
            assessed_at: now - TimeDelta::days(self.days_ago),
        }
    }
}
