//! What goes with every erasure besides its transaction: the ledger before it and after it, and that nothing of what was
//! destroyed is left in the database's own log.

use super::{
    forgotten::{EraseForgotten, Forgotten},
    intents::Intents,
    replay::{AreHere, Replay},
};
use crate::{
    access::{Access, Broken, Command, Door, Stop},
    domain::catalog::Catalog,
    ledger::Ledger,
};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use uuid::Uuid;

/// Entries that are looked at together.
const AT_ONCE: usize = 500;

/// A command that destroys what cannot be had again, and says so in the ledger beforehand.
pub trait Destroys: Command {
    /// What it writes there.
    fn intents(&self) -> &Intents;
}

/// Carries erasures out, and keeps the ledger whole.
#[derive(Debug)]
pub struct Erasures {
    door: Arc<Door>,
    ledger: Arc<Ledger>,
    /// Whether something that was destroyed may still be in the database's log.
    lingers: AtomicBool,
}

impl Erasures {
    /// With this ledger.
    #[must_use]
    pub fn new(door: Arc<Door>, ledger: Arc<Ledger>) -> Self {
        Self { door, ledger, lingers: AtomicBool::new(false) }
    }

    /// The ledger.
    #[must_use]
    pub fn ledger(&self) -> Arc<Ledger> {
        self.ledger.clone()
    }

    /// Carries a command out. Once it has committed, the ledger says so, and nothing of it is left in the database's log.
    ///
    /// # Errors
    /// What the command says; when the ledger cannot be written beforehand, and then nothing has happened.
    pub async fn carry_out<C: Destroys>(&self, access: &Access, command: C) -> Result<C::Output, Stop> {
        let output = self.carry_out_some(access, command).await;
        self.empty_log_if_needed().await;
        output
    }

    /// The same as a part of more. Whoever carries the last part out calls [`Self::empty_log_if_needed`] then.
    ///
    /// # Errors
    /// As [`Self::carry_out`].
    pub async fn carry_out_some<C: Destroys>(&self, access: &Access, command: C) -> Result<C::Output, Stop> {
        let intents = command.intents().clone();
        let output = access.write(command).await?;
        let entries = intents.entries();
        if !entries.is_empty() {
            // What cannot be noted now is noted later: that they are gone, the database says.
            if let Err(error) = self.note_done(entries).await {
                tracing::warn!(%error, "an erasure was carried out, and the ledger does not say so yet");
            }
            self.lingers.store(true, Ordering::Relaxed);
        }
        Ok(output)
    }

    async fn note_done(&self, entries: Vec<Uuid>) -> Result<(), Stop> {
        let (ledger, now) = (self.ledger.clone(), self.door.now());
        blocking(move || ledger.done(&entries, now)).await
    }

    /// Leaves nothing of what was destroyed in the database's log; it is tried again when somebody is reading just now.
    pub async fn empty_log(&self) {
        // First: what is destroyed meanwhile has to be seen to once more.
        self.lingers.store(false, Ordering::Relaxed);
        let emptied = match self.door.empty_log().await {
            Ok(emptied) => emptied,
            Err(error) => {
                tracing::warn!(%error, "the database's log could not be emptied");
                false
            }
        };
        if !emptied {
            self.lingers.store(true, Ordering::Relaxed);
        }
    }

    /// The same, if something of it is left, or it could not be done the last time.
    pub async fn empty_log_if_needed(&self) {
        if self.lingers.load(Ordering::Relaxed) {
            self.empty_log().await;
        }
    }

    /// Says of whatever was committed that it was done, where somebody died before they could. How many entries.
    ///
    /// # Errors
    /// When the ledger or the database fails.
    pub async fn repair(&self) -> Result<usize, Stop> {
        let ledger = self.ledger.clone();
        let unfinished = blocking(move || ledger.unfinished()).await?;
        let mut repaired = 0;
        for some in unfinished.chunks(AT_ONCE) {
            let customers = some.iter().map(|intent| intent.customer).collect::<Vec<_>>();
            let find = AreHere { customers, gone: true };
            let gone = self.door.program("ledger", "findErased").read(find).await?;
            let gone = gone.into_iter().collect::<BTreeSet<_>>();
            let done = some.iter().filter(|intent| gone.contains(&intent.customer));
            let done = done.map(|intent| intent.entry).collect::<Vec<_>>();
            repaired += done.len();
            self.note_done(done).await?;
        }
        Ok(repaired)
    }

    /// The same, at the start and now and then: what goes wrong is told, and harms nobody else.
    pub async fn keep_whole(&self) {
        match self.repair().await {
            Ok(0) => {}
            Ok(entries) => tracing::info!(entries, "the erasure ledger was brought up to date"),
            Err(error) => {
                let path = self.ledger.path().display();
                tracing::error!(%path, %error, "the erasure ledger cannot be kept");
            }
        }
    }

    /// Erases those altogether who asked for it, and of whose profile nothing is left. How many.
    ///
    /// # Errors
    /// When the ledger or the database fails.
    pub async fn erase_forgotten(&self, catalog: &Arc<Catalog>) -> Result<usize, Stop> {
        let mut erased = 0;
        loop {
            let found = self.door.program("erasure", "findForgotten").read(Forgotten).await?;
            if found.is_empty() {
                return Ok(erased);
            }
            let command = EraseForgotten::new(catalog.clone(), self.ledger.clone(), found);
            let access = self.door.program("erasure", "eraseForgotten");
            let some = self.carry_out(&access, command).await?;
            erased += some;
            if some == 0 {
                return Ok(erased);
            }
        }
    }

    /// Tells loudly when customers are here again who were erased: a backup has been restored.
    pub async fn look_for_returned(&self, catalog: &Arc<Catalog>) {
        let replay = Replay {
            door: self.door.clone(),
            catalog: catalog.clone(),
            ledger: self.ledger.clone(),
            dry_run: true,
        };
        match replay.run(|_, _| {}).await {
            Ok(told) if told.here_again > 0 => tracing::error!(
                customers = told.here_again,
                "customers who were erased are in this database again: run `kartotek ledger replay`"
            ),
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the erasure ledger cannot be read"),
        }
    }
}

/// What has to wait for a disk.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, Stop> {
    let done = tokio::task::spawn_blocking(work).await;
    let failed = |why: String| Stop::from(Broken::Journal(format!("the erasure ledger: {why}")));
    done.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.to_string()))
}
