//! What every resolver needs: the access of its root field, the request's copy of the catalog, its loaders.

use super::loaders::Loaders;
use crate::{
    access::{Access, Session, Stop},
    domain::catalog::{Catalog, Catalogs},
};
use async_graphql::{Context, QueryPathNode, QueryPathSegment};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

/// What belongs to one request.
#[derive(Debug)]
pub struct Request {
    pub session: Session,
    catalogs: Arc<Catalogs>,
    catalog: RwLock<Arc<Catalog>>,
    loaders: Mutex<HashMap<String, Arc<Loaders>>>,
}

impl Request {
    pub fn new(session: Session, catalogs: Arc<Catalogs>) -> Self {
        let catalog = RwLock::new(catalogs.current());
        Self { session, catalogs, catalog, loaders: Mutex::default() }
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
    request(ctx).session.root(root(ctx), ctx.item.node.name.node.as_str())
}

/// The catalog that this request answers from.
pub fn catalog(ctx: &Context<'_>) -> Arc<Catalog> {
    request(ctx).catalog()
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
