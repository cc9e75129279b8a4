//! What an argument of a query names. What is not there is the caller's mistake and not an empty answer, which would
//! say that there is nothing to be found.

use super::{context::catalog, error::bad_input, node::id_of};
use crate::domain::catalog::Catalog;
use async_graphql::{Context, ID, Result};
use entity::ids::{CategoryKey, PurposeKey, ServiceId, SystemId, ThirdPartyId};

/// Categories, by their keys.
///
/// # Errors
/// `BAD_USER_INPUT` with the argument's name, as all of these.
pub fn categories(ctx: &Context<'_>, argument: &str, keys: Vec<String>) -> Result<Vec<CategoryKey>> {
    let catalog = catalog(ctx);
    let known = |key: &CategoryKey| catalog.categories.contains_key(key);
    all(keys.into_iter().map(CategoryKey), known, argument, "category: `dataCategories` lists them")
}

/// Purposes, by their keys.
///
/// # Errors
/// See [`categories`].
pub fn purposes(ctx: &Context<'_>, argument: &str, keys: Vec<String>) -> Result<Vec<PurposeKey>> {
    let catalog = catalog(ctx);
    let known = |key: &PurposeKey| catalog.purposes.contains_key(key);
    all(keys.into_iter().map(PurposeKey), known, argument, "purpose: `purposes` lists them")
}

/// A service, by its id.
///
/// # Errors
/// See [`categories`].
pub fn service(ctx: &Context<'_>, argument: &str, id: &ID) -> Result<ServiceId> {
    one(ctx, argument, id, |catalog, id| catalog.services.contains_key(id), "service: `services` lists them")
}

/// A system, by its id.
///
/// # Errors
/// See [`categories`].
pub fn system(ctx: &Context<'_>, argument: &str, id: &ID) -> Result<SystemId> {
    one(ctx, argument, id, |catalog, id| catalog.systems.contains_key(id), "system: `systems` lists them")
}

/// A third party, by its id.
///
/// # Errors
/// See [`categories`].
pub fn third_party(ctx: &Context<'_>, argument: &str, id: &ID) -> Result<ThirdPartyId> {
    let known = |catalog: &Catalog, id: &ThirdPartyId| catalog.third_parties.contains_key(id);
    one(ctx, argument, id, known, "third party: `thirdParties` lists them")
}

fn all<T>(
    keys: impl Iterator<Item = T>,
    known: impl Fn(&T) -> bool,
    argument: &str,
    what: &str,
) -> Result<Vec<T>> {
    let found = |key: T| if known(&key) { Ok(key) } else { Err(nothing(argument, what)) };
    keys.map(found).collect()
}

fn one<T: TryFrom<super::NodeId>>(
    ctx: &Context<'_>,
    argument: &str,
    id: &ID,
    known: impl Fn(&Catalog, &T) -> bool,
    what: &str,
) -> Result<T> {
    let catalog = catalog(ctx);
    id_of(id).filter(|id| known(&catalog, id)).ok_or_else(|| nothing(argument, what))
}

fn nothing(argument: &str, what: &str) -> async_graphql::Error {
    bad_input(argument, &format!("There is no such {what}."))
}
