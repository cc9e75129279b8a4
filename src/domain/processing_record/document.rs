//! The record as a document that stands by itself: by names rather than ids, so that it says the same when what they name has
//! changed.

use super::{
    activity::{Activity, ProcessorActivity, Transfer},
    gap::{Gap, of_systems},
};
use crate::domain::{canonical::without_nulls, catalog::Catalog};
use entity::{
    enums::Locale,
    ids::{CategoryKey, ServiceId, SystemId, ThirdPartyId},
};
use serde_json::{Value, json};

/// In the company's language. Whom the company is a processor for (Art. 30(2)(a)) is not in it: they are customers, and
/// may want to be forgotten.
pub(super) fn document(
    catalog: &Catalog,
    activities: &[Activity],
    processor_activities: &[ProcessorActivity],
    gaps: &[Gap],
) -> Value {
    let said = Said { catalog, locale: catalog.locale() };
    without_nulls(json!({
        "controller": said.controller(),
        "jointControllers": said.joint_controllers(),
        "activities": activities.iter().map(|one| said.activity(one)).collect::<Vec<_>>(),
        "processorActivities": processor_activities.iter().map(|one| said.processor_activity(one)).collect::<Vec<_>>(),
        "gaps": said.gaps(gaps),
    }))
}

struct Said<'a> {
    catalog: &'a Catalog,
    locale: Locale,
}

impl Said<'_> {
    fn controller(&self) -> Value {
        let Some(row) = &self.catalog.controller else { return Value::Null };
        json!({ "name": row.name, "registrationNumber": row.registration_number, "address": row.address,
            "country": row.country, "email": row.email, "phone": row.phone,
            "dataProtectionOfficer": row.data_protection_officer, "representative": row.representative })
    }

    fn joint_controllers(&self) -> Vec<&str> {
        joint_controllers(self.catalog).into_iter().map(|id| self.party_name(id)).collect()
    }

    fn activity(&self, one: &Activity) -> Value {
        let purpose = self.catalog.purposes.get(&one.purpose);
        let limits = one.time_limits.iter().map(|limit| {
            json!({ "category": self.category(&limit.category), "text": limit.text(self.catalog, self.locale) })
        });
        json!({
            "key": one.key,
            "service": one.service.map(|id| self.service(id)),
            "purpose": purpose.map(|row| self.catalog.name_in(self.locale, &row.name, &row.translations)),
            "legalBasis": purpose.map(|row| row.legal_basis),
            "legitimateInterest": purpose.and_then(|row| row.legitimate_interest.clone()),
            "subjects": one.subjects,
            "categories": one.categories.iter().map(|key| self.category(key)).collect::<Vec<_>>(),
            "sources": one.sources,
            "systems": one.systems.iter().map(|id| self.system(*id)).collect::<Vec<_>>(),
            "recipients": one.recipients.iter().map(|id| self.party(*id)).collect::<Vec<_>>(),
            "transfers": one.transfers.iter().map(|transfer| self.transfer(transfer)).collect::<Vec<_>>(),
            "timeLimits": limits.collect::<Vec<_>>(),
            "measures": one.measures(self.catalog),
            "gaps": self.gaps(&of_systems(self.catalog, one.systems.iter().copied())),
        })
    }

    fn processor_activity(&self, one: &ProcessorActivity) -> Value {
        json!({
            "key": self.catalog.services.get(&one.service).map(|row| &row.key),
            "service": self.service(one.service),
            "processing": one.processing,
            "systems": one.systems.iter().map(|id| self.system(*id)).collect::<Vec<_>>(),
            "subProcessors": one.sub_processors.iter().map(|id| self.party(*id)).collect::<Vec<_>>(),
            "transfers": one.transfers.iter().map(|transfer| self.transfer(transfer)).collect::<Vec<_>>(),
            "measures": one.measures(self.catalog),
        })
    }

    fn gaps(&self, gaps: &[Gap]) -> Vec<Value> {
        let gap = |gap: &Gap| json!({ "article": format!("30(1)({})", gap.letter()), "text": gap.text(self.catalog, self.locale) });
        gaps.iter().map(gap).collect()
    }

    fn service(&self, id: ServiceId) -> &str {
        let row = self.catalog.services.get(&id);
        row.map_or("?", |row| self.catalog.name_in(self.locale, &row.name, &row.translations))
    }

    fn category(&self, key: &CategoryKey) -> Value {
        let row = self.catalog.categories.get(key);
        let name = row.map(|row| self.catalog.name_in(self.locale, &row.name, &row.translations));
        json!({ "key": key, "name": name, "sensitivity": row.map(|row| row.sensitivity) })
    }

    fn system(&self, id: SystemId) -> Value {
        let row = self.catalog.systems.get(&id);
        json!({ "name": row.map(|row| &row.name), "country": row.map(|row| &row.country) })
    }

    fn party_name(&self, id: ThirdPartyId) -> &str {
        self.catalog.third_parties.get(&id).map_or("?", |row| row.name.as_str())
    }

    fn party(&self, id: ThirdPartyId) -> Value {
        let row = self.catalog.third_parties.get(&id);
        json!({ "name": self.party_name(id), "kind": row.map(|row| &row.kind), "role": row.map(|row| row.role),
            "country": row.map(|row| &row.country) })
    }

    fn transfer(&self, transfer: &Transfer) -> Value {
        let row = self.catalog.third_parties.get(&transfer.third_party);
        json!({ "thirdParty": self.party_name(transfer.third_party), "country": transfer.country,
            "safeguard": row.and_then(|row| row.safeguard),
            "safeguardReference": row.and_then(|row| row.safeguard_reference.clone()) })
    }
}

/// Those with whom the company decides together (Art. 26), as long as they are not retired.
#[must_use]
pub fn joint_controllers(catalog: &Catalog) -> Vec<ThirdPartyId> {
    use entity::enums::{ThirdPartyRole, TrustStatus};
    let parties = catalog.third_parties.values();
    let joint = parties
        .filter(|row| row.role == ThirdPartyRole::JointController && row.status != TrustStatus::Retired);
    joint.map(|row| row.id).collect()
}
