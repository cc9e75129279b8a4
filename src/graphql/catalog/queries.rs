//! Questions about the reference data.

use super::{
    Controller, DataCategory, DataCategoryConnection, Purpose, PurposeConnection, RetentionRule,
    RetentionRuleConnection, Service, ServiceConnection,
};
use crate::{
    graphql::{
        connection::{Arguments, page_of},
        context::{access, catalog},
        enums::Sensitivity,
        error::{OrError, bad_input, missing},
        node::id_of,
    },
    policy::Action,
};
use async_graphql::{Context, ID, InputObject, Object, Result};
use entity::ids::ServiceId;

#[derive(Default)]
pub struct CatalogQuery;

#[derive(Debug, Default, InputObject)]
pub struct DataCategoryFilter {
    sensitivities: Option<Vec<Sensitivity>>,
    /// The key of a category: it and everything below it.
    under: Option<String>,
    #[graphql(default)]
    include_retired: bool,
}

#[Object]
impl CatalogQuery {
    /// The company itself.
    ///
    /// Requires: any role.
    async fn controller(&self, ctx: &Context<'_>) -> Result<Controller> {
        access(ctx).permit(Action::SeeController).await.or_error()?;
        catalog(ctx).controller.clone().map(Controller).ok_or_else(missing)
    }

    /// One service, by id or by key (one of them, else BAD_USER_INPUT).
    ///
    /// Requires: any role.
    async fn service(
        &self,
        ctx: &Context<'_>,
        id: Option<ID>,
        key: Option<String>,
    ) -> Result<Option<Service>> {
        access(ctx).permit(Action::SeeServices).await.or_error()?;
        let catalog = catalog(ctx);
        let found = match (id, key) {
            (Some(id), None) => id_of::<ServiceId>(&id).and_then(|id| catalog.services.get(&id)),
            (None, Some(key)) => catalog.service_by_key(&key),
            _ => return Err(bad_input("id", "Give either `id` or `key`.")),
        };
        Ok(found.cloned().map(Service))
    }

    /// All services that customers can order.
    ///
    /// Requires: any role.
    async fn services(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(default = false)] include_retired: bool,
    ) -> Result<ServiceConnection> {
        access(ctx).require(Action::SeeServices).await.or_error()?;
        let page = Arguments { first, after, last, before }.request(ctx, "services")?;
        access(ctx).permit(Action::SeeServices).await.or_error()?;
        let catalog = catalog(ctx);
        let shown = catalog.services.values().filter(|row| include_retired || row.retired_at.is_none());
        let mut list = shown.cloned().collect::<Vec<_>>();
        list.sort_by(|a, b| a.key.cmp(&b.key));
        let page = page_of(&page, list, |row| vec![row.key.clone()])?;
        Ok(ServiceConnection::new("services", page.map(Service)))
    }

    /// All kinds of personal data.
    ///
    /// Requires: any role.
    async fn data_categories(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<DataCategoryFilter>,
    ) -> Result<DataCategoryConnection> {
        access(ctx).require(Action::SeeDataCategories).await.or_error()?;
        let page = Arguments { first, after, last, before }.request(ctx, "dataCategories")?;
        access(ctx).permit(Action::SeeDataCategories).await.or_error()?;
        let filter = filter.unwrap_or_default();
        let catalog = catalog(ctx);
        if let Some(under) = &filter.under
            && !catalog.categories.contains_key(under.as_str())
        {
            return Err(bad_input("filter.under", "There is no such category."));
        }
        let lets_through = |row: &entity::data_category::Model| {
            let sensitivity = Sensitivity::from(row.sensitivity);
            (filter.include_retired || row.retired_at.is_none())
                && filter.under.as_ref().is_none_or(|under| row.key.is_within(under))
                && filter.sensitivities.as_ref().is_none_or(|any| any.contains(&sensitivity))
        };
        let list = catalog.categories.values().filter(|row| lets_through(row)).cloned().collect();
        let page = page_of(&page, list, |row| vec![row.key.0.clone()])?;
        Ok(DataCategoryConnection::new("dataCategories", page.map(DataCategory)))
    }

    /// All that data is used for.
    ///
    /// Requires: any role.
    async fn purposes(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(default = false)] include_retired: bool,
    ) -> Result<PurposeConnection> {
        access(ctx).require(Action::SeePurposes).await.or_error()?;
        let page = Arguments { first, after, last, before }.request(ctx, "purposes")?;
        access(ctx).permit(Action::SeePurposes).await.or_error()?;
        let catalog = catalog(ctx);
        let shown = catalog.purposes.values().filter(|row| include_retired || row.retired_at.is_none());
        let page = page_of(&page, shown.cloned().collect(), |row| vec![row.key.0.clone()])?;
        Ok(PurposeConnection::new("purposes", page.map(Purpose)))
    }

    /// All that the law makes the company keep.
    ///
    /// Requires: any role.
    async fn retention_rules(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(default = false)] include_retired: bool,
    ) -> Result<RetentionRuleConnection> {
        access(ctx).require(Action::SeeRetentionRules).await.or_error()?;
        let page = Arguments { first, after, last, before }.request(ctx, "retentionRules")?;
        access(ctx).permit(Action::SeeRetentionRules).await.or_error()?;
        let catalog = catalog(ctx);
        let shown =
            catalog.retention_rules.values().filter(|row| include_retired || row.retired_at.is_none());
        let mut list = shown.cloned().collect::<Vec<_>>();
        list.sort_by(|a, b| (&a.category, &a.purpose, a.id).cmp(&(&b.category, &b.purpose, b.id)));
        let keys = |row: &std::sync::Arc<entity::retention_rule::Model>| vec![row.id.to_string()];
        let page = page_of(&page, list, keys)?;
        Ok(RetentionRuleConnection::new("retentionRules", page.map(RetentionRule)))
    }
}
