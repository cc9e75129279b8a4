//! Kinds of personal data come, change and go.

use crate::{
    domain::catalog::{Catalog, CreateDataCategory, RetireDataCategory, UpdateDataCategory},
    graphql::{
        catalog::{
            DataCategory,
            translation::{TranslationInput, given},
        },
        change::{change, change_catalog, key_or_nobody},
        enums::Sensitivity,
        user_error::UserError,
    },
};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use entity::{data_category, ids::CategoryKey};

#[derive(Default)]
pub struct DataCategoryMutation;

#[derive(Debug, InputObject)]
pub struct CreateDataCategoryInput {
    /// Lower-case words between dots. All but the last part is the parent's key.
    key: String,
    name: String,
    description: Option<String>,
    /// The parent's unless told.
    sensitivity: Option<Sensitivity>,
    translations: Option<Vec<TranslationInput>>,
}

#[derive(SimpleObject)]
pub struct CreateDataCategoryPayload {
    data_category: Option<DataCategory>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct UpdateDataCategoryInput {
    data_category_id: ID,
    expected_version: Option<i32>,
    name: MaybeUndefined<String>,
    description: MaybeUndefined<String>,
    sensitivity: MaybeUndefined<Sensitivity>,
    /// Replaces all.
    translations: MaybeUndefined<Vec<TranslationInput>>,
}

#[derive(SimpleObject)]
pub struct UpdateDataCategoryPayload {
    data_category: Option<DataCategory>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct RetireDataCategoryInput {
    data_category_id: ID,
}

#[derive(SimpleObject)]
pub struct RetireDataCategoryPayload {
    data_category: Option<DataCategory>,
    user_errors: Vec<UserError>,
}

#[Object]
impl DataCategoryMutation {
    /// Adds a kind of personal data.
    ///
    /// userErrors: ALREADY_EXISTS, RETIRED.
    ///
    /// Requires: ADMIN, COMPLIANCE.
    async fn create_data_category(
        &self,
        ctx: &Context<'_>,
        input: CreateDataCategoryInput,
    ) -> Result<CreateDataCategoryPayload> {
        let command = CreateDataCategory {
            key: input.key,
            name: input.name,
            description: input.description,
            sensitivity: input.sensitivity.map(Into::into),
            translations: given(input.translations.unwrap_or_default()),
        };
        let (data_category, user_errors) = change_catalog(ctx, command, made).await?;
        Ok(CreateDataCategoryPayload { data_category, user_errors })
    }

    /// Changes how a category is described, or how much it needs protecting.
    ///
    /// userErrors: VERSION_CONFLICT, RETIRED.
    ///
    /// Requires: ADMIN, COMPLIANCE.
    async fn update_data_category(
        &self,
        ctx: &Context<'_>,
        input: UpdateDataCategoryInput,
    ) -> Result<UpdateDataCategoryPayload> {
        let command = UpdateDataCategory {
            category: key(ctx, &input.data_category_id).await?,
            expected_version: input.expected_version,
            name: change(input.name),
            description: change(input.description),
            sensitivity: change(input.sensitivity).map(Into::into),
            translations: change(input.translations).map(given),
        };
        let (data_category, user_errors) = change_catalog(ctx, command, made).await?;
        Ok(UpdateDataCategoryPayload { data_category, user_errors })
    }

    /// Takes a category out of use; refused while a requirement, a rule or data uses it.
    ///
    /// userErrors: IN_USE, RETIRED.
    ///
    /// Requires: ADMIN, COMPLIANCE.
    async fn retire_data_category(
        &self,
        ctx: &Context<'_>,
        input: RetireDataCategoryInput,
    ) -> Result<RetireDataCategoryPayload> {
        let command = RetireDataCategory { category: key(ctx, &input.data_category_id).await? };
        let (data_category, user_errors) = change_catalog(ctx, command, made).await?;
        Ok(RetireDataCategoryPayload { data_category, user_errors })
    }
}

fn made(catalog: &Catalog, row: &data_category::Model) -> Option<DataCategory> {
    catalog.categories.get(&row.key).cloned().map(DataCategory)
}

async fn key(ctx: &Context<'_>, id: &ID) -> Result<CategoryKey> {
    key_or_nobody(ctx, id, |catalog, key| catalog.categories.contains_key(key)).await
}
