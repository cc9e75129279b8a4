//! What is done about breaches.

use super::{
    enums::{IncidentKind, IncidentRecipient, IncidentRisk},
    types::Incident,
};
use crate::{
    domain::incident::{
        CloseIncident, IncidentPlace, RecordIncidentNotification, ReportIncident, UpdateIncident,
    },
    graphql::{
        change::change,
        context::{access, catalog},
        node::id_or_nobody,
        scalars::DateTime,
        user_error::{UserError, outcome},
    },
};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, OneofObject, Result, SimpleObject};

#[derive(Default)]
pub struct IncidentMutation;

/// Where an incident happened.
#[derive(Debug, OneofObject)]
pub enum IncidentPlaceInput {
    /// 1 to 100.
    SystemIds(Vec<ID>),
    /// Stands for all of its systems.
    ThirdPartyId(ID),
}

#[derive(Debug, InputObject)]
pub struct ReportIncidentInput {
    summary: String,
    kinds: Vec<IncidentKind>,
    place: IncidentPlaceInput,
    window_start: DateTime,
    /// Not known, or not over, unless told.
    window_end: Option<DateTime>,
    /// When the company learnt of it; not in the future. The 72 hours run from then.
    aware_at: DateTime,
    risk: Option<IncidentRisk>,
    consequences: Option<String>,
    measures: Option<String>,
}

#[derive(SimpleObject)]
pub struct ReportIncidentPayload {
    incident: Option<Incident>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct UpdateIncidentInput {
    incident_id: ID,
    expected_version: Option<i32>,
    summary: Option<String>,
    kinds: Option<Vec<IncidentKind>>,
    /// Systems that turn out to be concerned as well. None is ever taken away.
    add_system_ids: Option<Vec<ID>>,
    window_start: Option<DateTime>,
    window_end: MaybeUndefined<DateTime>,
    /// Where it was put down wrong. The 72 hours run from then.
    aware_at: Option<DateTime>,
    risk: MaybeUndefined<IncidentRisk>,
    consequences: MaybeUndefined<String>,
    measures: MaybeUndefined<String>,
}

#[derive(SimpleObject)]
pub struct UpdateIncidentPayload {
    incident: Option<Incident>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct RecordIncidentNotificationInput {
    incident_id: ID,
    recipient: IncidentRecipient,
    /// Not in the future.
    notified_at: DateTime,
    /// By which way: a letter to each, an e-mail, a public announcement (Art. 34(3)(c)), ...
    method: Option<String>,
    reference: Option<String>,
    /// Required when the authority was told after the 72 hours.
    delay_reason: Option<String>,
}

#[derive(SimpleObject)]
pub struct RecordIncidentNotificationPayload {
    incident: Option<Incident>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct CloseIncidentInput {
    incident_id: ID,
    /// What came out; when nobody was notified, why not.
    conclusion: String,
    /// Which exception of Art. 34(3) holds: required when the risk is HIGH and the customers were not told.
    customers_not_told_reason: Option<String>,
}

#[derive(SimpleObject)]
pub struct CloseIncidentPayload {
    incident: Option<Incident>,
    user_errors: Vec<UserError>,
}

#[Object]
impl IncidentMutation {
    /// Puts a personal-data breach on record and starts its 72 hours.
    ///
    /// Requires: COMPLIANCE.
    async fn report_incident(
        &self,
        ctx: &Context<'_>,
        input: ReportIncidentInput,
    ) -> Result<ReportIncidentPayload> {
        let place = match &input.place {
            IncidentPlaceInput::SystemIds(ids) => {
                IncidentPlace::Systems(ids.iter().map(id_or_nobody).collect())
            }
            IncidentPlaceInput::ThirdPartyId(id) => IncidentPlace::ThirdParty(id_or_nobody(id)),
        };
        let command = ReportIncident {
            catalog: catalog(ctx),
            summary: input.summary,
            kinds: input.kinds.into_iter().map(Into::into).collect(),
            place,
            window_start: input.window_start.0,
            window_end: input.window_end.map(|moment| moment.0),
            aware_at: input.aware_at.0,
            risk: input.risk.map(Into::into),
            consequences: input.consequences,
            measures: input.measures,
        };
        let (made, user_errors) = outcome(access(ctx).write(command).await)?;
        Ok(ReportIncidentPayload { incident: made.map(Incident), user_errors })
    }

    /// Corrects or completes what is known of an incident. Whose data was there is counted anew.
    ///
    /// userErrors: VERSION_CONFLICT, INCIDENT_CLOSED.
    ///
    /// Requires: COMPLIANCE.
    async fn update_incident(
        &self,
        ctx: &Context<'_>,
        input: UpdateIncidentInput,
    ) -> Result<UpdateIncidentPayload> {
        let command = UpdateIncident {
            catalog: catalog(ctx),
            incident: id_or_nobody(&input.incident_id),
            expected_version: input.expected_version,
            summary: input.summary,
            kinds: input.kinds.map(|kinds| kinds.into_iter().map(Into::into).collect()),
            more_systems: input.add_system_ids.unwrap_or_default().iter().map(id_or_nobody).collect(),
            window_start: input.window_start.map(|moment| moment.0),
            aware_at: input.aware_at.map(|moment| moment.0),
            window_end: change(input.window_end).map(|moment| moment.0),
            risk: change(input.risk).map(Into::into),
            consequences: change(input.consequences),
            measures: change(input.measures),
        };
        let (incident, user_errors) = outcome(access(ctx).write(command).await)?;
        Ok(UpdateIncidentPayload { incident: incident.map(Incident), user_errors })
    }

    /// Records that the authority or the customers were told (Art. 33, 34). Once more for each time that more was told.
    ///
    /// userErrors: INCIDENT_CLOSED.
    ///
    /// Requires: COMPLIANCE.
    async fn record_incident_notification(
        &self,
        ctx: &Context<'_>,
        input: RecordIncidentNotificationInput,
    ) -> Result<RecordIncidentNotificationPayload> {
        let command = RecordIncidentNotification {
            incident: id_or_nobody(&input.incident_id),
            recipient: input.recipient.into(),
            notified_at: input.notified_at.0,
            method: input.method,
            reference: input.reference,
            delay_reason: input.delay_reason,
        };
        let (incident, user_errors) = outcome(access(ctx).write(command).await)?;
        Ok(RecordIncidentNotificationPayload { incident: incident.map(Incident), user_errors })
    }

    /// Closes an incident. It stays in the register.
    ///
    /// userErrors: INCIDENT_CLOSED, NOTIFICATION_MISSING.
    ///
    /// Requires: COMPLIANCE.
    async fn close_incident(
        &self,
        ctx: &Context<'_>,
        input: CloseIncidentInput,
    ) -> Result<CloseIncidentPayload> {
        let command = CloseIncident {
            incident: id_or_nobody(&input.incident_id),
            conclusion: input.conclusion,
            not_told_because: input.customers_not_told_reason,
        };
        let (incident, user_errors) = outcome(access(ctx).write(command).await)?;
        Ok(CloseIncidentPayload { incident: incident.map(Incident), user_errors })
    }
}
