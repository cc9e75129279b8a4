//! The reference data becomes what a document says.

use super::types::ImportCatalogPayload;
use crate::{
    domain::catalog_document::{Document, ImportCatalog, Powers},
    graphql::{
        context::{access, catalog, connectors, renewed_catalog},
        error::OrError,
        scalars::Json,
        user_error::outcome,
    },
    policy::Action,
};
use async_graphql::{Context, InputObject, Object, Result};

#[derive(Default)]
pub struct CatalogDocumentMutation;

#[derive(Debug, InputObject)]
pub struct ImportCatalogInput {
    /// The reference data, or a part of it, in the form of `catalogDocument`. What it does not name is left alone. Of an entry
    /// what is left out stays as it is, and null takes it away.
    document: Json,
    /// Only tell what would change.
    #[graphql(default)]
    dry_run: bool,
    /// The `hash` of a dry run: refuse unless exactly those changes are made.
    expected_hash: Option<String>,
}

#[Object]
impl CatalogDocumentMutation {
    /// Makes the reference data what a document says: everything or nothing. Each change follows the rules of the mutation
    /// that makes it alone, and errors name the entry by its key or name. Importing the same twice changes nothing. Nothing that people's
    /// data would be disposed of by is done: such a change has a plan, and a mutation of its own.
    ///
    /// Assessments that are not on record and third parties that are retired ask for COMPLIANCE, connectors that differ for ADMIN
    /// (a script: the scopes `importCatalog.assessment`, `importCatalog.retirement` and `importCatalog.connector`).
    ///
    /// userErrors: ALREADY_EXISTS, RETIRED, IN_USE, INVALID_TRANSITION, CYCLE, ASSESSMENT_INCOMPLETE,
    /// SPECIAL_CATEGORY_CONDITION_MISSING, ADDRESS_NOT_ALLOWED, SECRET_IN_INPUT, SECRET_NOT_FOUND, PLAN_CHANGED.
    ///
    /// Requires: ADMIN, COMPLIANCE.
    async fn import_catalog(
        &self,
        ctx: &Context<'_>,
        input: ImportCatalogInput,
    ) -> Result<ImportCatalogPayload> {
        let access = access(ctx);
        access.require(Action::ImportCatalog).await.or_error()?;
        // What is no document is refused by the command, which puts that on record.
        if let Ok(document) = Document::read(&input.document.0) {
            for action in document.asks_for(&catalog(ctx)) {
                access.require(action).await.or_error()?;
            }
        }
        let may = Powers::BEYOND.into_iter().filter(|action| access.may(*action)).collect();
        let command = ImportCatalog {
            document: input.document.0,
            expected_hash: input.expected_hash,
            dry_run: input.dry_run,
            powers: Powers { may, in_person: true },
            connectors: connectors(ctx),
        };
        let (imported, user_errors) = outcome(access.write(command).await)?;
        if imported.is_some() {
            renewed_catalog(ctx).await.or_error()?;
        }
        Ok(ImportCatalogPayload { imported, user_errors })
    }
}
