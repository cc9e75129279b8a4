//! What comes in about customers.

use crate::{
    domain::customer::ProfileChange,
    graphql::{change::change, context::catalog, error::bad_input},
};
use async_graphql::{Context, InputObject, MaybeUndefined, Result};
use entity::ids::CategoryKey;

/// Absent: unchanged, null: removed.
#[derive(Default, InputObject)]
pub struct CustomerProfileInput {
    name: MaybeUndefined<String>,
    email: MaybeUndefined<String>,
    /// E.164, or a national number of the controller's country.
    phone: MaybeUndefined<String>,
    address: MaybeUndefined<String>,
    /// Personnummer, samordningsnummer or organisationsnummer, in any usual way of writing.
    national_id: MaybeUndefined<String>,
}

impl std::fmt::Debug for CustomerProfileInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CustomerProfileInput(secret)")
    }
}

impl From<CustomerProfileInput> for ProfileChange {
    fn from(input: CustomerProfileInput) -> Self {
        Self {
            name: change(input.name),
            email: change(input.email),
            phone: change(input.phone),
            address: change(input.address),
            national_id: change(input.national_id),
        }
    }
}

/// Categories that a filter names; one that is not there is the caller's mistake, not an empty answer.
///
/// # Errors
/// `BAD_USER_INPUT` with the argument's name.
pub fn known(ctx: &Context<'_>, argument: &str, keys: Vec<String>) -> Result<Vec<CategoryKey>> {
    let catalog = catalog(ctx);
    let known = |key: String| {
        let key = CategoryKey(key);
        if catalog.categories.contains_key(&key) {
            return Ok(key);
        }
        Err(bad_input(argument, "There is no such category: `dataCategories` lists them."))
    };
    keys.into_iter().map(known).collect()
}
