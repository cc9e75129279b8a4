//! The reference data is asked for as a whole.

use crate::{
    domain::catalog_document::Document,
    graphql::{
        context::{access, catalog, charge_for},
        error::OrError,
        scalars::Json,
    },
    policy::Action,
};
use async_graphql::{Context, Object, Result};
use serde_json::json;

#[derive(Default)]
pub struct CatalogDocumentQuery;

#[Object]
impl CatalogDocumentQuery {
    /// All reference data that is in use, as `importCatalog` takes it: to be kept in version control, or taken to another
    /// installation. The data categories that every installation ships with are left out where they are as shipped.
    /// Connectors name secrets and hold none.
    ///
    /// Requires: ADMIN, COMPLIANCE.
    async fn catalog_document(&self, ctx: &Context<'_>) -> Result<Json> {
        access(ctx).permit(Action::ExportCatalog).await.or_error()?;
        let document = json!(Document::of(&catalog(ctx)));
        charge_for(ctx, &document)?;
        Ok(Json(document))
    }
}
