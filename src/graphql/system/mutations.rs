//! Places where data is stored come, change and go.

use super::System;
use crate::{
    domain::{
        catalog::Catalog,
        system::{CreateSystem, RetireSystem, UpdateSystem},
    },
    graphql::{
        change::{change, change_catalog},
        node::id_or_nobody,
        scalars::Date,
        user_error::UserError,
    },
};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use entity::system;

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

#[Object]
impl SystemMutation {
    /// Adds a place where data is stored.
    ///
    /// userErrors: ALREADY_EXISTS, RETIRED.
    ///
    /// Requires: ADMIN, COMPLIANCE.
    async fn create_system(
        &self,
        ctx: &Context<'_>,
        input: CreateSystemInput,
    ) -> Result<CreateSystemPayload> {
        let command = CreateSystem {
            name: input.name,
            third_party: input.third_party_id.as_ref().map(id_or_nobody),
            country: input.country,
            owner: input.owner,
            measures: input.measures.unwrap_or_default(),
            review_due: input.review_due.map(|day| day.0),
        };
        let (system, user_errors) = change_catalog(ctx, command, made).await?;
        Ok(CreateSystemPayload { system, user_errors })
    }

    /// Who runs a system and where it is cannot change while data is held there (IN_USE).
    ///
    /// userErrors: VERSION_CONFLICT, ALREADY_EXISTS, RETIRED, IN_USE.
    ///
    /// Requires: ADMIN, COMPLIANCE.
    async fn update_system(
        &self,
        ctx: &Context<'_>,
        input: UpdateSystemInput,
    ) -> Result<UpdateSystemPayload> {
        let command = UpdateSystem {
            system: id_or_nobody(&input.system_id),
            expected_version: input.expected_version,
            name: change(input.name),
            third_party: change(input.third_party_id).map(|id| id_or_nobody(&id)),
            country: change(input.country),
            owner: change(input.owner),
            measures: change(input.measures),
            review_due: change(input.review_due).map(|day| day.0),
        };
        let (system, user_errors) = change_catalog(ctx, command, made).await?;
        Ok(UpdateSystemPayload { system, user_errors })
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
