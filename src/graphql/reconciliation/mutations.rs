//! A comparison is asked for.

use super::types::Reconciliation;
use crate::{
    domain::reconciliation::ReconcileSystem,
    graphql::{
        context::access,
        error::OrError,
        node::id_or_nobody,
        user_error::{UserError, outcome},
    },
    policy::Action,
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

#[derive(Default)]
pub struct ReconciliationMutation;

#[derive(Debug, InputObject)]
pub struct ReconcileSystemInput {
    system_id: ID,
    /// Only this customer. Requires: COMPLIANCE.
    customer_id: Option<ID>,
}

#[derive(SimpleObject)]
pub struct ReconcileSystemPayload {
    reconciliation: Option<Reconciliation>,
    user_errors: Vec<UserError>,
}

#[Object]
impl ReconciliationMutation {
    /// Has the map compared with what the system itself holds, and answers at once: `Reconciliation.state` says how far
    /// it has come. What is not found becomes LOST_TRACK, what is on no map is a finding, and what was disposed of and
    /// is there again is disposed of once more.
    ///
    /// userErrors: RETIRED, CONNECTOR_UNSUITABLE, ALREADY_RUNNING.
    ///
    /// Requires: COMPLIANCE, ADMIN (without a customer).
    async fn reconcile_system(
        &self,
        ctx: &Context<'_>,
        input: ReconcileSystemInput,
    ) -> Result<ReconcileSystemPayload> {
        if input.customer_id.is_some() {
            access(ctx).require(Action::ReconcileCustomer).await.or_error()?;
        }
        let command = ReconcileSystem {
            system: id_or_nobody(&input.system_id),
            customer: input.customer_id.as_ref().map(id_or_nobody),
        };
        let (made, user_errors) = outcome(access(ctx).write(command).await)?;
        Ok(ReconcileSystemPayload { reconciliation: made.map(Reconciliation), user_errors })
    }
}
