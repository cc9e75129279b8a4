//! How changes come in, and what the rest of a request sees of them.

use super::{
    context::{access, catalog, renewed_catalog},
    error::{OrError, missing},
    node::{NodeId, id_of},
    user_error::{UserError, outcome},
};
use crate::{
    access::Command,
    domain::{catalog::Catalog, change::Change},
};
use async_graphql::{Context, ID, MaybeUndefined, Result};

/// What an update says of a field.
pub fn change<T>(said: MaybeUndefined<T>) -> Change<T> {
    match said {
        MaybeUndefined::Undefined => Change::Keep,
        MaybeUndefined::Null => Change::Clear,
        MaybeUndefined::Value(value) => Change::Set(value),
    }
}

/// Changes the reference data. The rest of the request, the payload first, sees it as it is after that: `find`
/// takes there what the command made.
///
/// # Errors
/// Denied and broken.
pub async fn change_catalog<C: Command, T>(
    ctx: &Context<'_>,
    command: C,
    find: impl FnOnce(&Catalog, &C::Output) -> Option<T>,
) -> Result<(Option<T>, Vec<UserError>)> {
    let (made, user_errors) = outcome(access(ctx).write(command).await)?;
    let Some(made) = made else { return Ok((None, user_errors)) };
    let catalog = renewed_catalog(ctx).await.or_error()?;
    let found = find(&catalog, &made).ok_or_else(missing)?;
    Ok((Some(found), user_errors))
}

/// The key that an id stands for, or nobody's. A key is text, and what a command is about goes into the audit log:
/// text that is no key of ours must not get there.
///
/// # Errors
/// When the database fails.
pub async fn key_or_nobody<K: TryFrom<NodeId> + for<'a> From<&'a str>>(
    ctx: &Context<'_>,
    id: &ID,
    is_known: impl Fn(&Catalog, &K) -> bool,
) -> Result<K> {
    let Some(key) = id_of(id) else { return Ok("".into()) };
    // Another server may have added it a moment ago.
    let known = is_known(&catalog(ctx), &key) || is_known(&*renewed_catalog(ctx).await.or_error()?, &key);
    Ok(if known { key } else { "".into() })
}
