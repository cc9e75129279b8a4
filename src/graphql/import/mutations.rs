//! Rows are brought in, some hundred at a time.

use super::{
    inputs::{
        BeginImportInput, FinishImportInput, ImportConsentsInput, ImportCustomersInput,
        ImportDataLocationsInput, ImportSubscriptionsInput,
    },
    types::{
        BeginImportPayload, FinishImportPayload, Import, ImportConsentsPayload, ImportCustomersPayload,
        ImportDataLocationsPayload, ImportSubscriptionsPayload,
    },
};
use crate::{
    domain::{
        consent::ImportConsents,
        customer::ImportCustomers,
        data_location::ImportDataLocations,
        import::{BeginImport, FinishImport},
        subscription::ImportSubscriptions,
    },
    graphql::{
        context::{access, catalog},
        node::id_or_nobody,
        user_error::outcome,
    },
};
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct ImportMutation;

#[Object]
impl ImportMutation {
    /// Begins to bring a file in, or goes on with it: the same file, by the same caller, is the same import. `kartotek import`
    /// does all this, from files as people have them.
    ///
    /// Customers come first, then what they have ordered and allowed, then where their data lies.
    ///
    /// Requires: COMPLIANCE.
    async fn begin_import(&self, ctx: &Context<'_>, input: BeginImportInput) -> Result<BeginImportPayload> {
        let command = BeginImport { kind: input.kind.into(), digest: input.digest, again: input.again };
        let (begun, user_errors) = outcome(access(ctx).write(command).await)?;
        Ok(BeginImportPayload { import: begun.map(Import), user_errors })
    }

    /// Puts customers on record that the company has already. Rows that are wrong are left out and named, and the others
    /// are brought in, all or none. Who is there already and differs is left as they are, and the row is named.
    ///
    /// userErrors: JOB_FINISHED.
    ///
    /// Requires: COMPLIANCE.
    async fn import_customers(
        &self,
        ctx: &Context<'_>,
        input: ImportCustomersInput,
    ) -> Result<ImportCustomersPayload> {
        let command = ImportCustomers { catalog: catalog(ctx), chunk: input.into() };
        Ok(outcome(access(ctx).write(command).await)?.into())
    }

    /// Puts on record what customers have ordered already, as `importCustomers` does with them. What only services that have
    /// ended needed is on its way out from then on, as when a service ends; a dry run says how much that is.
    ///
    /// userErrors: JOB_FINISHED.
    ///
    /// Requires: COMPLIANCE.
    async fn import_subscriptions(
        &self,
        ctx: &Context<'_>,
        input: ImportSubscriptionsInput,
    ) -> Result<ImportSubscriptionsPayload> {
        let command = ImportSubscriptions { catalog: catalog(ctx), chunk: input.into() };
        Ok(outcome(access(ctx).write(command).await)?.into())
    }

    /// Puts on record what customers have allowed already, each with the text that they were told, as `importCustomers` does
    /// with them.
    ///
    /// userErrors: JOB_FINISHED.
    ///
    /// Requires: COMPLIANCE.
    async fn import_consents(
        &self,
        ctx: &Context<'_>,
        input: ImportConsentsInput,
    ) -> Result<ImportConsentsPayload> {
        let command = ImportConsents { catalog: catalog(ctx), chunk: input.into() };
        Ok(outcome(access(ctx).write(command).await)?.into())
    }

    /// Puts on the map where customers' data lies already, as `importCustomers` does with them. It goes on the map even if nothing
    /// justifies it, and shows so; what only services that have ended needed is on its way out at once.
    ///
    /// userErrors: JOB_FINISHED.
    ///
    /// Requires: COMPLIANCE.
    async fn import_data_locations(
        &self,
        ctx: &Context<'_>,
        input: ImportDataLocationsInput,
    ) -> Result<ImportDataLocationsPayload> {
        let command = ImportDataLocations { catalog: catalog(ctx), chunk: input.into() };
        Ok(outcome(access(ctx).write(command).await)?.into())
    }

    /// Says that all of a file is brought in.
    ///
    /// Requires: COMPLIANCE.
    async fn finish_import(
        &self,
        ctx: &Context<'_>,
        input: FinishImportInput,
    ) -> Result<FinishImportPayload> {
        let command = FinishImport { import: id_or_nobody(&input.import_id), chunks: input.chunks };
        let (begun, user_errors) = outcome(access(ctx).write(command).await)?;
        Ok(FinishImportPayload { import: begun.map(Import), user_errors })
    }
}
