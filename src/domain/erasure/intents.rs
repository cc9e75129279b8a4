//! What is written to the ledger before a command commits, and what is written once it has.

use crate::{
    access::{Broken, Stop, Writer},
    domain::customer::Hash,
    ledger::{Intent, Ledger},
};
use entity::{enums::CustomerStatus, ids::CustomerId};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};
use uuid::Uuid;

/// The entries of one command. A command that is tried again writes the same ones.
#[derive(Clone, Debug)]
pub struct Intents {
    ledger: Arc<Ledger>,
    entries: Arc<Mutex<BTreeMap<CustomerId, Uuid>>>,
}

/// Somebody of whom nothing is left here once the command commits.
#[derive(Debug)]
pub(in crate::domain) struct Leaver {
    pub customer: CustomerId,
    /// What they were found by.
    pub hashes: Vec<Hash>,
}

impl Intents {
    pub(in crate::domain) fn new(ledger: Arc<Ledger>) -> Self {
        Self { ledger, entries: Arc::default() }
    }

    /// Writes what is intended with these. When it returns, that is on the disk.
    ///
    /// # Errors
    /// When it cannot be written: then nothing may be destroyed.
    pub(in crate::domain) async fn write(
        &self,
        w: &Writer,
        leavers: &[Leaver],
        becomes: CustomerStatus,
        plan: Option<&[u8]>,
    ) -> Result<(), Stop> {
        let now = w.now();
        let intents = {
            let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
            // Tried again, it may be about fewer: whoever is not among them is not done.
            entries.retain(|customer, _| leavers.iter().any(|leaver| leaver.customer == *customer));
            let intent = |leaver: &Leaver| Intent {
                entry: *entries.entry(leaver.customer).or_insert_with(|| w.id()),
                at: now,
                customer: leaver.customer,
                becomes,
                plan: plan.map(hex::encode),
                lookups: leaver.hashes.iter().map(|(kind, hash)| (*kind, hex::encode(hash))).collect(),
            };
            leavers.iter().map(intent).collect::<Vec<_>>()
        };
        let ledger = self.ledger.clone();
        let written = tokio::task::spawn_blocking(move || ledger.intend(&intents, now)).await;
        let why = match written {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        let path = self.ledger.path().display();
        tracing::error!(%path, error = why, "the erasure ledger could not be written: nothing is destroyed");
        Err(Broken::Journal(format!("the erasure ledger: {why}")).into())
    }

    /// The entries that were written.
    pub(super) fn entries(&self) -> Vec<Uuid> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).values().copied().collect()
    }
}
