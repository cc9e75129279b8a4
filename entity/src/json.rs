//! Small structures that live in one JSON column.

use crate::{
    enums::{
        Channel, CustomerKind, JustificationKind, Locale, Sensitivity, SpecialCategoryCondition,
        ThirdPartyRole,
    },
    ids::{
        CategoryKey, DataRequestId, LegalHoldId, PurposeKey, RequirementId, RetentionRuleId, SubscriptionId,
        SystemId, ThirdPartyId,
    },
};
use sea_orm::{FromJsonQueryResult, entity::prelude::DateTimeUtc};
use serde::{Deserialize, Serialize};

/// A list of texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Texts(pub Vec<String>);

/// Names in other languages than the controller's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Translations(pub Vec<Translation>);

/// A name and description in one other language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Translation {
    pub locale: Locale,
    pub name: String,
    pub description: Option<String>,
}

/// A person or body to write to. Not a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Contact {
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub address: Option<String>,
}

/// The facts that kept a line of the map when a plan was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Reasons(pub Vec<Reason>);

/// One fact that lets data be where it is, by the ids of what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reason {
    pub kind: JustificationKind,
    pub purpose: Option<PurposeKey>,
    pub subscription_id: Option<SubscriptionId>,
    pub requirement_id: Option<RequirementId>,
    pub rule_id: Option<RetentionRuleId>,
    pub hold_id: Option<LegalHoldId>,
    /// The end of the latest subscription behind the fact; `None` while one is live.
    pub ended_at: Option<DateTimeUtc>,
    pub request_id: Option<DataRequestId>,
}

/// What a notice said, in the customer's language: reference data changes later, and this does not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Said {
    /// The company, when it had said who it is. Boxed: it is most of the size of a notice.
    pub controller: Option<Box<SaidController>>,
    pub service: SaidService,
    /// How consent is taken back.
    pub withdrawal: String,
    pub shares: Vec<SaidShare>,
}

/// The company that answers for the data, and whom else to write to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidController {
    pub name: String,
    pub registration_number: Option<String>,
    pub address: Option<String>,
    pub country: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub website: Option<String>,
    pub data_protection_officer: Option<Contact>,
    pub supervisory_authority: Option<Contact>,
}

/// The service that needs the data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidService {
    pub key: String,
    pub name: String,
}

/// What one system of a third party gets for one purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidShare {
    pub system: SystemId,
    /// Where the system is.
    pub system_country: String,
    pub third_party: SaidThirdParty,
    pub purpose: SaidPurpose,
    pub categories: Vec<SaidCategory>,
}

/// Who receives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidThirdParty {
    pub id: ThirdPartyId,
    pub name: String,
    pub role: ThirdPartyRole,
    pub country: String,
    pub privacy_contact: Option<String>,
}

/// What it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidPurpose {
    pub key: PurposeKey,
    pub name: String,
    pub description: Option<String>,
    pub special_category_condition: Option<SpecialCategoryCondition>,
}

/// A kind of data, and how long it is kept once the service needs it no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidCategory {
    pub key: CategoryKey,
    pub name: String,
    pub sensitivity: Sensitivity,
    /// ISO 8601, each once.
    pub graces: Vec<String>,
    pub statutes: Vec<SaidStatute>,
}

/// A law that makes the company keep it for longer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SaidStatute {
    /// ISO 8601.
    pub keep_for: String,
    pub statute: String,
}

/// Groups of customers who would agree in all that is left of them, and who are fewer than they should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct SmallGroups {
    /// A group is small if it has fewer.
    pub below: u32,
    pub groups: i64,
    /// Those in the plan who are in one.
    pub customers: i64,
    /// Some, the smallest first.
    pub smallest: Vec<SmallGroup>,
}

/// What they have in common. It names nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmallGroup {
    /// With those who were anonymized before.
    pub size: i64,
    pub kind: CustomerKind,
    pub locale: Locale,
    pub channel: Channel,
    /// The year they came.
    pub year: i32,
    /// Keys of the services they had.
    pub services: Vec<String>,
}
