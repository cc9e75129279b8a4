//! What every resolver needs: the access of its root field, the request's copy of the catalog, its loaders.

use super::{budget::MAX_COST, error::coded, lengths::FEW, loaders::Loaders};
use crate::{
    access::{Access, Session, Stop},
    connector::Connectors,
    domain::{
        canonical,
        catalog::{Catalog, Catalogs},
        erasure::Erasures,
    },
};
use async_graphql::{Context, QueryPathNode, QueryPathSegment};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// What belongs to one request.
#[derive(Debug)]
pub struct Request {
    pub session: Session,
    catalogs: Arc<Catalogs>,
    connectors: Arc<Connectors>,
    erasures: Arc<Erasures>,
    catalog: RwLock<Arc<Catalog>>,
    loaders: Mutex<HashMap<String, Arc<Loaders>>>,
    /// Values that may still be answered beyond what the document was charged for beforehand.
    spare: AtomicU64,
}

impl Request {
    pub fn new(
        session: Session,
        catalogs: Arc<Catalogs>,
        connectors: Arc<Connectors>,
        erasures: Arc<Erasures>,
    ) -> Self {
        let catalog = RwLock::new(catalogs.current());
        let spare = AtomicU64::new(MAX_COST);
        Self { session, catalogs, connectors, erasures, catalog, loaders: Mutex::default(), spare }
    }

    /// The catalog that this request answers from.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.catalog.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Goes on with the newest catalog: after a change of it, and when a row names what this copy does not know yet.
    async fn renew(&self) -> Result<Arc<Catalog>, Stop> {
        let fresh = self.catalogs.refresh().await?;
        *self.catalog.write().unwrap_or_else(PoisonError::into_inner) = fresh.clone();
        Ok(fresh)
    }
}

fn request<'a>(ctx: &Context<'a>) -> &'a Request {
    ctx.data_unchecked::<Arc<Request>>()
}

/// The root field's name in the answer: what tells its uses in one request apart.
fn root<'a>(ctx: &Context<'a>) -> &'a str {
    let mut at: Option<&QueryPathNode<'a>> = ctx.path_node.as_ref();
    let mut root = "";
    while let Some(node) = at {
        if let QueryPathSegment::Name(name) = node.segment {
            root = name;
        }
        at = node.parent;
    }
    root
}

/// The access of the root field that this resolver lies under.
pub fn access(ctx: &Context<'_>) -> Access {
    let (session, key) = (&request(ctx).session, root(ctx));
    let is_below = ctx.path_node.as_ref().is_some_and(|node| node.parent.is_some());
    let known = if is_below { session.below(key) } else { None };
    known.unwrap_or_else(|| session.root(key, ctx.item.node.name.node.as_str()))
}

/// Charges for a list that is longer than its document was charged for beforehand.
///
/// # Errors
/// `QUERY_TOO_COMPLEX` when the request has no more to spend.
pub fn charge_beyond_few(ctx: &Context<'_>, entries: usize) -> async_graphql::Result<()> {
    if entries as u64 <= FEW {
        return Ok(());
    }
    let fields = ctx.field().selection_set().count().max(1);
    charge(ctx, entries.saturating_mul(fields))
}

/// Charges for something that takes work of its own each time, as many values as that is worth.
///
/// # Errors
/// `QUERY_TOO_COMPLEX` when the request has no more to spend.
pub fn charge_work(ctx: &Context<'_>, values: usize) -> async_graphql::Result<()> {
    charge(ctx, values)
}

/// Charges for a document that was charged for as one value beforehand, by how many it holds.
///
/// # Errors
/// `QUERY_TOO_COMPLEX` when the request has no more to spend.
pub fn charge_for(ctx: &Context<'_>, document: &serde_json::Value) -> async_graphql::Result<()> {
    charge(ctx, canonical::values(document))
}

fn charge(ctx: &Context<'_>, values: usize) -> async_graphql::Result<()> {
    let price = u64::try_from(values).unwrap_or(u64::MAX);
    let pay = |spare: u64| spare.checked_sub(price);
    match request(ctx).spare.fetch_update(Ordering::Relaxed, Ordering::Relaxed, pay) {
        Ok(_) => Ok(()),
        Err(_) => Err(coded("QUERY_TOO_COMPLEX", "This brings too much at once: ask for smaller pages.")),
    }
}

/// The catalog that this request answers from.
pub fn catalog(ctx: &Context<'_>) -> Arc<Catalog> {
    request(ctx).catalog()
}

/// What reaches other systems.
pub fn connectors(ctx: &Context<'_>) -> Arc<Connectors> {
    request(ctx).connectors.clone()
}

/// What carries erasures out.
pub fn erasures(ctx: &Context<'_>) -> Arc<Erasures> {
    request(ctx).erasures.clone()
}

/// The newest catalog, for the rest of this request.
///
/// # Errors
/// When the database fails.
pub async fn renewed_catalog(ctx: &Context<'_>) -> Result<Arc<Catalog>, Stop> {
    request(ctx).renew().await
}

/// The loaders of the root field that this resolver lies under.
pub fn loaders(ctx: &Context<'_>) -> Arc<Loaders> {
    let mut all = request(ctx).loaders.lock().unwrap_or_else(PoisonError::into_inner);
    all.entry(root(ctx).to_owned())
        .or_insert_with(|| Arc::new(Loaders::new(&access(ctx), request(ctx).catalog())))
        .clone()
}
