//! The caller.

use crate::{
    access::Access,
    domain::customer::CustomersByIds,
    graphql::{customer::Customer, enums::Role, error::OrError, root},
    policy::{self, Action},
};
use async_graphql::{Context, Object, Result};

pub struct Viewer(pub Access);

/// The caller.
#[Object]
impl Viewer {
    /// Who the token says it is: issuer and subject.
    async fn actor(&self) -> String {
        self.0.caller().actor.id()
    }

    async fn display_name(&self) -> Option<&str> {
        self.0.caller().actor.name.as_deref()
    }

    async fn roles(&self) -> Vec<Role> {
        self.0.caller().actor.roles.iter().map(|role| Role::from(*role)).collect()
    }

    /// What a SERVICE may call.
    async fn scopes(&self) -> &[String] {
        &self.0.caller().actor.scopes
    }

    /// The key of the purpose that this call is made for (`Access-Purpose`).
    async fn purpose(&self) -> Option<&str> {
        self.0.caller().purpose.as_deref()
    }

    /// The root fields of Query and Mutation that the caller may use.
    async fn allowed_operations(&self) -> Vec<&'static str> {
        let actor = &self.0.caller().actor;
        let may = |(field, action): &&(&'static str, Action)| policy::may_ever(actor, field, *action);
        root::OPERATIONS.iter().filter(may).map(|(field, _)| *field).collect()
    }

    /// The caller's own record, when they are a customer.
    async fn customer(&self, _ctx: &Context<'_>) -> Result<Option<Customer>> {
        let Some(own) = self.0.caller().actor.customer else { return Ok(None) };
        Ok(self
            .0
            .read(CustomersByIds(vec![own]))
            .await
            .or_hidden()?
            .and_then(|mut all| all.pop())
            .map(Customer))
    }
}
