//! Small structures that live in one JSON column.

use crate::{
    enums::{JustificationKind, Locale},
    ids::{LegalHoldId, PurposeKey, RequirementId, RetentionRuleId, SubscriptionId},
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
}
