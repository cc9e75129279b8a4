//! Questions about the caller, and about anything by its id.

use super::types::Viewer;
use crate::{
    access::{Access, Stop},
    domain::{
        audit::{EventInAccessLogs, EventRow, EventsByIds},
        consent::ConsentsByIds,
        customer::CustomersByIds,
        data_location::LocationsByIds,
        data_request::RequestsByIds,
        disclosure::DisclosuresByIds,
        disposal::PlansByIds,
        import::ImportById,
        incident::IncidentsByIds,
        job::{JobsByIds, SelectionById},
        legal_hold::HoldsByIds,
        notice::NoticesByIds,
        reconciliation::{Differing, ReconciliationsByIds, WhomDifferences},
        report::ReportsByIds,
        subscription::SubscriptionsByIds,
        task::TasksByIds,
    },
    graphql::{
        audit::AuditEvent,
        catalog::{DataCategory, DataRequirement, Purpose, RetentionRule, Service},
        consent::Consent,
        context::{access, catalog},
        customer::Customer,
        data_location::DataLocation,
        data_request::DataRequest,
        disclosure::Disclosure,
        disposal::DisposalPlan,
        error::OrError,
        import::Import,
        incident::Incident,
        job::{CustomerSelection, Job},
        legal_hold::LegalHold,
        node::{Node, NodeId},
        notice::Notice,
        reconciliation::{Reconciliation, ReconciliationDifference},
        report::Report,
        subscription::ServiceSubscription,
        system::System,
        task::Task,
        third_party::{Assessment, ThirdParty},
    },
    policy::Action,
};
use async_graphql::{Context, ID, Object, Result};
use entity::ids::AuditEventId;

#[derive(Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Who is asking, and what they may do.
    ///
    /// Requires: any role.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer> {
        let access = access(ctx);
        access.permit(Action::SeeViewer).await.or_error()?;
        Ok(Viewer(access))
    }

    /// Anything by its id; null if there is none, or none that the caller may know of.
    ///
    /// Requires: what the thing's own query requires; for an event, what `auditEvents` or the `accessLog` of a customer
    /// whom it is about requires.
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Node>> {
        let access = access(ctx);
        if let Some(id) = NodeId::parse(&id) {
            return find(ctx, &access, id).await;
        }
        access.permit(Action::SeeViewer).await.or_error()?;
        Ok(None)
    }
}

async fn find(ctx: &Context<'_>, access: &Access, id: NodeId) -> Result<Option<Node>> {
    let catalog = catalog(ctx);
    let action = match &id {
        NodeId::System(_) => Action::SeeSystems,
        NodeId::ThirdParty(_) | NodeId::Assessment(_) => Action::SeeThirdParties,
        NodeId::Service(_) | NodeId::DataRequirement(_) => Action::SeeServices,
        NodeId::RetentionRule(_) => Action::SeeRetentionRules,
        NodeId::DataCategory(_) => Action::SeeDataCategories,
        NodeId::Purpose(_) => Action::SeePurposes,
        NodeId::Customer(_)
        | NodeId::ServiceSubscription(_)
        | NodeId::DataLocation(_)
        | NodeId::Notice(_)
        | NodeId::Consent(_)
        | NodeId::Disclosure(_)
        | NodeId::LegalHold(_)
        | NodeId::DataRequest(_)
        | NodeId::Task(_)
        | NodeId::DisposalPlan(_)
        | NodeId::CustomerSelection(_)
        | NodeId::Import(_)
        | NodeId::Job(_)
        | NodeId::Incident(_)
        | NodeId::Report(_)
        | NodeId::Reconciliation(_)
        | NodeId::ReconciliationDifference(_)
        | NodeId::AuditEvent(_) => {
            return personal(access, id).await;
        }
    };
    access.permit(action).await.or_error()?;
    Ok(match id {
        NodeId::System(id) => catalog.systems.get(&id).cloned().map(|row| System(row).into()),
        NodeId::ThirdParty(id) => catalog.third_parties.get(&id).cloned().map(|row| ThirdParty(row).into()),
        NodeId::Assessment(id) => {
            catalog.assessments.iter().find(|row| row.id == id).cloned().map(|row| Assessment(row).into())
        }
        NodeId::Service(id) => catalog.services.get(&id).cloned().map(|row| Service(row).into()),
        NodeId::DataRequirement(id) => {
            let live = catalog.requirements.get(&id).filter(|row| row.retired_at.is_none());
            live.cloned().map(|row| DataRequirement(row).into())
        }
        NodeId::RetentionRule(id) => {
            catalog.retention_rules.get(&id).cloned().map(|row| RetentionRule(row).into())
        }
        NodeId::DataCategory(key) => {
            catalog.categories.get(&key).cloned().map(|row| DataCategory(row).into())
        }
        NodeId::Purpose(key) => catalog.purposes.get(&key).cloned().map(|row| Purpose(row).into()),
        _ => None,
    })
}

async fn personal(access: &Access, id: NodeId) -> Result<Option<Node>> {
    Ok(match id {
        NodeId::Customer(id) => {
            let found = access.read(CustomersByIds(vec![id])).await.or_hidden()?;
            found.and_then(|mut all| all.pop()).map(|row| Customer(row).into())
        }
        NodeId::ServiceSubscription(id) => {
            let found = access.read(SubscriptionsByIds(vec![id])).await.or_hidden()?;
            found.and_then(|mut all| all.pop()).map(|row| ServiceSubscription(row).into())
        }
        NodeId::DataLocation(id) => {
            let found = access.read(LocationsByIds(vec![id])).await.or_hidden()?;
            found.and_then(|mut all| all.pop()).map(|row| DataLocation(row).into())
        }
        NodeId::Notice(id) => {
            let found = access.read(NoticesByIds(vec![id])).await.or_hidden()?;
            found.and_then(|mut all| all.pop()).map(|row| Notice(row).into())
        }
        NodeId::Consent(id) => {
            let found = access.read(ConsentsByIds(vec![id])).await.or_hidden()?;
            found.and_then(|mut all| all.pop()).map(|row| Consent(row).into())
        }
        NodeId::Disclosure(id) => {
            let found = access.read(DisclosuresByIds(vec![id])).await.or_hidden()?;
            found.and_then(|mut all| all.pop()).map(|row| Disclosure(row).into())
        }
        NodeId::LegalHold(id) => {
            let found = access.read(HoldsByIds(vec![id])).await.or_hidden()?;
            found.and_then(|mut all| all.pop()).map(|row| LegalHold(row).into())
        }
        NodeId::DataRequest(id) => {
            let found = access.read(RequestsByIds(vec![id])).await.or_hidden()?;
            found.and_then(|mut all| all.pop()).map(|row| DataRequest(row).into())
        }
        NodeId::Task(id) => {
            let found = access.read(TasksByIds(vec![id])).await.or_hidden()?;
            found.and_then(|mut all| all.pop()).map(|row| Task(row).into())
        }
        NodeId::DisposalPlan(id) => {
            let found = access.read(PlansByIds(vec![id])).await.or_hidden()?.and_then(|mut all| all.pop());
            // What is about many is nothing for who sees only themselves.
            let own = access.sees_only_themselves(Action::SeePlans);
            found.filter(|row| !own || row.customer_id.is_some()).map(|row| DisposalPlan(row).into())
        }
        NodeId::CustomerSelection(id) => {
            let found = access.read(SelectionById(id)).await.or_hidden()?.flatten();
            found.map(|row| CustomerSelection(row).into())
        }
        NodeId::Import(id) => {
            access.read(ImportById(id)).await.or_hidden()?.flatten().map(|begun| Import(begun).into())
        }
        NodeId::Job(id) => {
            let found = access.read(JobsByIds(vec![id])).await.or_hidden()?;
            found.and_then(|mut all| all.pop()).map(|row| Job(row).into())
        }
        NodeId::Incident(id) => {
            let found = access.read(IncidentsByIds(vec![id])).await.or_hidden()?;
            found.and_then(|mut all| all.pop()).map(|found| Incident(found).into())
        }
        NodeId::Report(id) => {
            let found = access.read(ReportsByIds(vec![id])).await.or_hidden()?;
            found.and_then(|mut all| all.pop()).map(|row| Report(row).into())
        }
        NodeId::Reconciliation(id) => {
            let also_of_customers = access.may(Action::SeeDifferences);
            let found = access.read(ReconciliationsByIds { ids: vec![id], also_of_customers }).await;
            found.or_hidden()?.and_then(|mut all| all.pop()).map(|row| Reconciliation(row).into())
        }
        NodeId::ReconciliationDifference(id) => {
            let found = access.read(WhomDifferences(vec![id])).await.or_hidden()?;
            let row = found.and_then(|mut all| all.remove(&id));
            row.map(|row| ReconciliationDifference(Differing::from(&row)).into())
        }
        NodeId::AuditEvent(id) => {
            event(access, id).await.or_hidden()?.flatten().map(|row| AuditEvent(row).into())
        }
        _ => None,
    })
}

/// Who may not read the whole log finds an event where they may: in the logs of customers.
async fn event(access: &Access, id: AuditEventId) -> Result<Option<EventRow>, Stop> {
    if access.may(Action::ReadAuditLog) {
        return access.read(EventsByIds(vec![id])).await.map(|mut all| all.pop());
    }
    let mine = access.caller().actor.customer;
    let own = mine.filter(|_| access.sees_only_themselves(Action::SeeAccessLog));
    access.read(EventInAccessLogs { id, own }).await
}
