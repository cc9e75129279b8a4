//! A finding.

use super::enums::{FindingKind, Severity};
use crate::{
    domain::{
        finding::{self, Subject},
        period::day_of,
        reconciliation::Differing,
    },
    graphql::{
        audit::AuditEvent,
        catalog::DataRequirement,
        connection::connection,
        context::{access, catalog, loaders},
        customer::Customer,
        data_location::DataLocation,
        data_request::DataRequest,
        enums::Locale,
        error::{OrError, missing},
        incident::Incident,
        legal_hold::LegalHold,
        loaders::One,
        named,
        node::{Node, NodeId, id_or_nobody},
        reconciliation::ReconciliationDifference,
        scalars::{Date, DateTime},
        system::System,
        task::Task,
        third_party::ThirdParty,
    },
};
use async_graphql::{Context, ID, InputObject, Object, Result};
use entity::finding_acknowledgement;

#[derive(Clone)]
pub struct Finding(pub finding::Finding);

connection!(FindingConnection, FindingEdge, Finding);

/// Something that is wrong right now. It is gone as soon as it is put right.
#[Object]
impl Finding {
    /// The same for the same kind and subject, for as long as it lasts. What is on no map is a subject of its own each time
    /// that it is found.
    async fn key(&self) -> String {
        let subject = match self.0.subject {
            Subject::DataLocation(id) => NodeId::from(id),
            Subject::ThirdParty(id) => id.into(),
            Subject::System(id) => id.into(),
            Subject::DataRequirement(id) => id.into(),
            Subject::LegalHold(id) => id.into(),
            Subject::Task(id) => id.into(),
            Subject::DataRequest(id) => id.into(),
            Subject::Difference(id) => id.into(),
            Subject::Incident(id) => id.into(),
            Subject::AuditEvent(id) => id.into(),
        };
        format!("{}:{}", self.0.kind.word(), subject.id().0)
    }

    async fn kind(&self) -> FindingKind {
        self.0.kind.into()
    }

    async fn severity(&self) -> Severity {
        self.0.severity.into()
    }

    /// As far as that is on record. Of a date that has passed, the midnight after it; of data in a place, when it came
    /// there, even where it has become wrong only later; of a third party, when it was last vetted or put on record; of a map, when it was last compared; of what is due soon, the
    /// midnight a week before.
    async fn since(&self) -> DateTime {
        DateTime(self.0.since)
    }

    /// For a person to read: what is wrong, and what to do about it. In the controller's language unless told.
    async fn message(&self, ctx: &Context<'_>, locale: Option<Locale>) -> String {
        let catalog = catalog(ctx);
        let locale = locale.map_or(catalog.locale(), Into::into);
        finding::message(&self.0, &catalog, locale)
    }

    /// What it is about.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Node> {
        let (catalog, loaders) = (catalog(ctx), loaders(ctx));
        let node = match self.0.subject {
            Subject::DataLocation(id) => {
                let line = loaders.batch.load_one(One(id)).await.or_error()?;
                line.map(|row| DataLocation(row).into())
            }
            Subject::LegalHold(id) => {
                let hold = loaders.batch.load_one(One(id)).await.or_error()?;
                hold.map(|row| LegalHold(row).into())
            }
            Subject::Task(id) => {
                let task = loaders.batch.load_one(One(id)).await.or_error()?;
                task.map(|row| Task(row).into())
            }
            Subject::DataRequest(id) => {
                let request = loaders.batch.load_one(One(id)).await.or_error()?;
                request.map(|request| DataRequest(request).into())
            }
            Subject::Difference(id) => {
                let row = loaders.batch.load_one(One(id)).await.or_error()?;
                row.map(|row| ReconciliationDifference(Differing::from(&row)).into())
            }
            Subject::Incident(id) => {
                loaders.batch.load_one(id).await.or_error()?.map(|found| Incident(found).into())
            }
            Subject::AuditEvent(id) => {
                loaders.batch.load_one(One(id)).await.or_error()?.map(|row| AuditEvent(row).into())
            }
            Subject::ThirdParty(id) => {
                catalog.third_parties.get(&id).cloned().map(|row| ThirdParty(row).into())
            }
            Subject::System(id) => catalog.systems.get(&id).cloned().map(|row| System(row).into()),
            Subject::DataRequirement(id) => {
                catalog.requirements.get(&id).cloned().map(|row| DataRequirement(row).into())
            }
        };
        node.ok_or_else(missing)
    }

    /// Why it stays so for now, where somebody has said so, and it has not become more urgent or begun anew since.
    async fn acknowledgement(&self, ctx: &Context<'_>) -> Result<Option<FindingAcknowledgement>> {
        let key = (self.0.kind, self.0.subject.id());
        let said = loaders(ctx).batch.load_one(key).await.or_error()?;
        let today = day_of(access(ctx).now(), &catalog(ctx).zone());
        Ok(said.filter(|said| finding::holds(&self.0, said, today)).map(FindingAcknowledgement))
    }

    /// Whom it is about, if it is about one customer.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>> {
        let Some(id) = self.0.customer else { return Ok(None) };
        Ok(loaders(ctx).batch.load_one(id).await.or_error()?.map(Customer))
    }

    /// Where, if it is about one place.
    async fn system(&self, ctx: &Context<'_>) -> Result<Option<System>> {
        let Some(id) = self.0.system else { return Ok(None) };
        catalog(ctx).systems.get(&id).cloned().map(|row| Some(System(row))).ok_or_else(missing)
    }
}

pub struct FindingAcknowledgement(finding_acknowledgement::Model);

/// That somebody has seen a finding, and why it stays so for now.
#[Object]
impl FindingAcknowledgement {
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// The last day on which it holds.
    async fn until(&self) -> Date {
        Date(self.0.until)
    }

    /// The actor's name.
    async fn acknowledged_by(&self) -> &str {
        &self.0.acknowledged_by
    }

    async fn acknowledged_at(&self) -> DateTime {
        DateTime(self.0.acknowledged_at)
    }
}

#[derive(Debug, Default, InputObject)]
pub struct FindingFilter {
    kinds: Option<Vec<FindingKind>>,
    severities: Option<Vec<Severity>>,
    /// Only what is about this customer.
    customer_id: Option<ID>,
    /// Only what is about one of these places.
    system_ids: Option<Vec<ID>>,
    /// Only what is about one of these, or about one of their systems.
    third_party_ids: Option<Vec<ID>>,
    /// true: only those of which somebody has said why they stay for now; false: only the others.
    acknowledged: Option<bool>,
}

impl FindingFilter {
    /// What the filter asks for.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for systems and third parties that there are not.
    pub fn into_domain(self, ctx: &Context<'_>) -> Result<finding::FindingFilter> {
        let systems = |ids: Vec<ID>| {
            ids.iter().map(|id| named::system(ctx, "filter.systemIds", id)).collect::<Result<Vec<_>>>()
        };
        let third_parties = |ids: Vec<ID>| {
            ids.iter()
                .map(|id| named::third_party(ctx, "filter.thirdPartyIds", id))
                .collect::<Result<Vec<_>>>()
        };
        Ok(finding::FindingFilter {
            kinds: self.kinds.map(|any| any.into_iter().map(Into::into).collect()),
            severities: self.severities.map(|any| any.into_iter().map(Into::into).collect()),
            customer: self.customer_id.map(|id| id_or_nobody(&id)),
            systems: self.system_ids.map(systems).transpose()?,
            third_parties: self.third_party_ids.map(third_parties).transpose()?,
            acknowledged: self.acknowledged,
        })
    }
}
