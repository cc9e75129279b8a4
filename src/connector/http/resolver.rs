//! Names, looked up anew for each connection and checked before it is made: what a name led to when it was registered
//! says nothing of now (DNS rebinding), and the client connects to these addresses and no others.

use super::egress::{Egress, OutOfBounds, is_localhost};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

/// A resolver whose answers all lie within bounds.
pub(super) struct CheckedResolver {
    egress: Egress,
    names: Arc<dyn Resolve>,
}

/// The system's own resolver.
#[derive(Debug)]
pub(super) struct SystemNames;

impl CheckedResolver {
    pub(super) fn new(egress: Egress, names: Arc<dyn Resolve>) -> Self {
        Self { egress, names }
    }
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let egress = self.egress.clone();
        if is_localhost(name.as_str()) {
            return Box::pin(async move { Ok(addrs(egress.this_machine()?)) });
        }
        let found = self.names.resolve(name);
        Box::pin(async move {
            let found = found.await?.map(|address| address.ip()).collect::<Vec<_>>();
            // One bad address spoils the answer. Who mixes them wants the client to try them all.
            found.iter().try_for_each(|address| egress.check_address(*address))?;
            Ok(addrs(found))
        })
    }
}

/// Without a port, so that the client takes the URL's.
fn addrs(addresses: Vec<IpAddr>) -> Addrs {
    Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0)))
}

impl Resolve for SystemNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(Box::new(found.collect::<Vec<_>>().into_iter()) as Addrs)
        })
    }
}

/// The reason for which a connection was not made, if it was ours.
pub(super) fn out_of_bounds(error: &(dyn std::error::Error + 'static)) -> Option<OutOfBounds> {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.into_iter().find_map(|cause| cause.downcast_ref::<OutOfBounds>().copied())
}
