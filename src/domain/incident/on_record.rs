//! An incident as it stands in the register, with all that belongs to it.

use crate::{
    access::{Code, Reader, Refusal, Stop, Writer},
    domain::checks::not_found,
};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    enums::{IncidentRecipient, IncidentRisk},
    ids::{IncidentId, SystemId},
    incident, incident_notification, incident_system,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::HashMap;

/// How long after the company learnt of it the authority must have been told (Art. 33(1)). Hours are counted as they pass, and a period
/// in hours does not wait for a working day (Regulation 1182/71, Art. 3(3) and (4)).
pub const NOTIFY_WITHIN: TimeDelta = TimeDelta::hours(72);

/// What happened to the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncidentKind {
    Confidentiality,
    Integrity,
    Availability,
}

/// An incident, the systems that it is about, and who was told of it, oldest first.
#[derive(Clone, Debug)]
pub struct OnRecord {
    pub row: incident::Model,
    pub systems: Vec<SystemId>,
    pub notifications: Vec<incident_notification::Model>,
}

impl OnRecord {
    /// What happened to the data.
    #[must_use]
    pub fn kinds(&self) -> Vec<IncidentKind> {
        let row = &self.row;
        let kinds = [
            (row.confidentiality, IncidentKind::Confidentiality),
            (row.integrity, IncidentKind::Integrity),
            (row.availability, IncidentKind::Availability),
        ];
        kinds.into_iter().filter(|(is, _)| *is).map(|(_, kind)| kind).collect()
    }

    /// Whether they were told at least once.
    #[must_use]
    pub fn has_told(&self, recipient: IncidentRecipient) -> bool {
        self.notifications.iter().any(|one| one.recipient == recipient)
    }

    /// The last moment at which what was there counts: of one that is closed and has no end on record, when it was closed.
    #[must_use]
    pub fn until(&self) -> Option<DateTime<Utc>> {
        self.row.window_end.or(self.row.closed_at)
    }

    /// By when the authority must have been told.
    #[must_use]
    pub fn due_at(&self) -> DateTime<Utc> {
        self.row.aware_at + NOTIFY_WITHIN
    }
}

/// Whether the authority should have been told by now, and was not.
#[must_use]
pub fn is_overdue(of: &OnRecord, now: DateTime<Utc>) -> bool {
    of.row.risk != Some(IncidentRisk::Unlikely)
        && now > of.due_at()
        && !of.has_told(IncidentRecipient::SupervisoryAuthority)
}

/// All that belongs to these incidents, in their order.
///
/// # Errors
/// [`Stop::Broken`] when the database fails.
pub(super) async fn whole(r: &Reader, rows: Vec<incident::Model>) -> Result<Vec<OnRecord>, Stop> {
    let ids = || rows.iter().map(|row| row.id);
    let systems = incident_system::Entity::find()
        .filter(incident_system::Column::IncidentId.is_in(ids()))
        .order_by_asc(incident_system::Column::SystemId);
    let told = incident_notification::Entity::find()
        .filter(incident_notification::Column::IncidentId.is_in(ids()))
        .order_by_asc(incident_notification::Column::NotifiedAt)
        .order_by_asc(incident_notification::Column::Id);
    let (mut systems_of, mut told_of) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
    if !rows.is_empty() {
        for one in r.all(systems).await? {
            systems_of.entry(one.incident_id).or_default().push(one.system_id);
        }
        for one in r.all(told).await? {
            told_of.entry(one.incident_id).or_default().push(one);
        }
    }
    let mut one = |row: incident::Model| OnRecord {
        systems: systems_of.remove(&row.id).unwrap_or_default(),
        notifications: told_of.remove(&row.id).unwrap_or_default(),
        row,
    };
    Ok(rows.into_iter().map(&mut one).collect())
}

/// The incident, locked, as long as it is not closed.
///
/// # Errors
/// `NOT_FOUND`, `INCIDENT_CLOSED`; when the database fails.
pub(super) async fn open(w: &Writer, id: IncidentId) -> Result<OnRecord, Stop> {
    let row = w.lock(incident::Entity::find_by_id(id)).await?;
    let row = row.ok_or_else(|| not_found("incidentId", "incident"))?;
    if row.closed_at.is_some() {
        let message = "This incident is closed. It stays in the register as it is.";
        return Err(Refusal::new(Code::IncidentClosed, message).at("incidentId").into());
    }
    let mut all = whole(w, vec![row]).await?;
    all.pop().ok_or_else(|| not_found("incidentId", "incident"))
}
