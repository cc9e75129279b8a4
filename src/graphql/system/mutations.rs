//! Places where data is stored come, change and go.

use super::System;
use crate::{
    domain::{
        catalog::Catalog,
        system::{CreateSystem, RetireSystem, UpdateSystem, check_connector},
    },
    graphql::{
        change::{change, change_catalog},
        connector::{ConnectorInput, ConnectorProblem},
        context::{access, connectors},
        error::OrError,
        node::id_or_nobody,
        scalars::Date,
        user_error::{UserError, outcome},
    },
    policy::Action,
};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use entity::system;
use std::sync::Arc;

#[derive(Default)]
pub struct SystemMutation;

#[derive(Debug, InputObject)]
pub struct CreateSystemInput {
    name: String,
    /// Who runs it; in-house unless told.
    third_party_id: Option<ID>,
    /// ISO 3166-1 alpha-2.
    country: String,
    owner: Option<String>,
    measures: Option<Vec<String>>,
    review_due: Option<Date>,
    /// Without one, every task there is a work item for a person. Requires: ADMIN.
    connector: Option<ConnectorInput>,
}

#[derive(SimpleObject)]
pub struct CreateSystemPayload {
    system: Option<System>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct UpdateSystemInput {
    system_id: ID,
    expected_version: Option<i32>,
    name: MaybeUndefined<String>,
    third_party_id: MaybeUndefined<ID>,
    /// ISO 3166-1 alpha-2.
    country: MaybeUndefined<String>,
    owner: MaybeUndefined<String>,
    /// Replaces all.
    measures: MaybeUndefined<Vec<String>>,
    review_due: MaybeUndefined<Date>,
    /// Replaces the old one as a whole; null: a person does everything from now on. Requires: ADMIN.
    connector: MaybeUndefined<ConnectorInput>,
}

#[derive(SimpleObject)]
pub struct UpdateSystemPayload {
    system: Option<System>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct RetireSystemInput {
    system_id: ID,
}

#[derive(SimpleObject)]
pub struct RetireSystemPayload {
    system: Option<System>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct CheckConnectorInput {
    system_id: ID,
}

#[derive(SimpleObject)]
pub struct CheckConnectorPayload {
    system: Option<System>,
    /// Empty: it works, unless there are errors.
    problems: Vec<ConnectorProblem>,
    user_errors: Vec<UserError>,
}

#[Object]
impl SystemMutation {
    /// Adds a place where data is stored.
    ///
    /// userErrors: ALREADY_EXISTS, RETIRED, ADDRESS_NOT_ALLOWED, SECRET_IN_INPUT, SECRET_NOT_FOUND.
    ///
    /// Requires: ADMIN, COMPLIANCE (without a connector).
    async fn create_system(
        &self,
        ctx: &Context<'_>,
        input: CreateSystemInput,
    ) -> Result<CreateSystemPayload> {
        if input.connector.is_some() {
            access(ctx).require(Action::SetConnector).await.or_error()?;
        }
        let command = CreateSystem {
            name: input.name,
            third_party: input.third_party_id.as_ref().map(id_or_nobody),
            country: input.country,
            owner: input.owner,
            measures: input.measures.unwrap_or_default(),
            review_due: input.review_due.map(|day| day.0),
            connector: input.connector.map(Into::into),
            connectors: connectors(ctx),
        };
        let (system, user_errors) = change_catalog(ctx, command, made).await?;
        Ok(CreateSystemPayload { system, user_errors })
    }

    /// Who runs a system and where it is cannot change while data is held there (IN_USE).
    ///
    /// userErrors: VERSION_CONFLICT, ALREADY_EXISTS, RETIRED, IN_USE, ADDRESS_NOT_ALLOWED, SECRET_IN_INPUT, SECRET_NOT_FOUND.
    ///
    /// Requires: ADMIN, COMPLIANCE (not the connector).
    async fn update_system(
        &self,
        ctx: &Context<'_>,
        input: UpdateSystemInput,
    ) -> Result<UpdateSystemPayload> {
        if !input.connector.is_undefined() {
            access(ctx).require(Action::SetConnector).await.or_error()?;
        }
        let command = UpdateSystem {
            system: id_or_nobody(&input.system_id),
            expected_version: input.expected_version,
            name: change(input.name),
            third_party: change(input.third_party_id).map(|id| id_or_nobody(&id)),
            country: change(input.country),
            owner: change(input.owner),
            measures: change(input.measures),
            review_due: change(input.review_due).map(|day| day.0),
            connector: change(input.connector).map(Into::into),
            connectors: connectors(ctx),
        };
        let (system, user_errors) = change_catalog(ctx, command, made).await?;
        Ok(UpdateSystemPayload { system, user_errors })
    }

    /// Tries the connector without changing anything: can it be reached, does all that is mapped exist, may it
    /// be read and changed?
    ///
    /// userErrors: RETIRED, CONNECTOR_UNSUITABLE.
    ///
    /// Requires: ADMIN.
    async fn check_connector(
        &self,
        ctx: &Context<'_>,
        input: CheckConnectorInput,
    ) -> Result<CheckConnectorPayload> {
        let system = id_or_nobody(&input.system_id);
        let checked = check_connector(&access(ctx), &connectors(ctx), system).await;
        let (checked, user_errors) = outcome(checked)?;
        let (system, problems) = checked.unzip();
        Ok(CheckConnectorPayload {
            system: system.map(|row| System(Arc::new(row))),
            problems: problems.unwrap_or_default().into_iter().map(Into::into).collect(),
            user_errors,
        })
    }

    /// Takes a system out of use; refused while data is held there or a service needs it.
    ///
    /// userErrors: IN_USE, RETIRED.
    ///
    /// Requires: ADMIN, COMPLIANCE.
    async fn retire_system(
        &self,
        ctx: &Context<'_>,
        input: RetireSystemInput,
    ) -> Result<RetireSystemPayload> {
        let command = RetireSystem { system: id_or_nobody(&input.system_id) };
        let (system, user_errors) = change_catalog(ctx, command, made).await?;
        Ok(RetireSystemPayload { system, user_errors })
    }
}

fn made(catalog: &Catalog, row: &system::Model) -> Option<System> {
    catalog.systems.get(&row.id).cloned().map(System)
}
