//! What was signed about the log leaves the database, once it has committed, and is compared with what left it before.

use super::{
    checkpoint::{CheckpointAt, CheckpointsAfter},
    seal::{SealEvents, Sealed},
};
use crate::{
    access::{Broken, Door, Stop},
    checkpoints::{Checkpoints, Signed},
    transparency::note::{self, SigningKeys},
};
use entity::audit_checkpoint;
use std::{io, sync::Arc};

/// Why nothing is sealed.
#[derive(Debug, thiserror::Error)]
pub enum Unsealed {
    #[error(transparent)]
    Stopped(#[from] Stop),
    #[error("what was signed about the audit log could not be written down")]
    File(#[from] io::Error),
    /// Of one size there is never another root.
    #[error(
        "the database does not hold what was signed about the audit log when it had {0} events: it was restored from a \
         backup, or changed. Nothing is signed under this name any more: keep the file of checkpoints for whoever has to \
         judge it, and go on with a key for a log of another name (`kartotek audit key`)"
    )]
    Another(u64),
}

/// The keys of the log, and where what they sign is kept.
#[derive(Debug)]
pub struct Log {
    keys: Arc<SigningKeys>,
    file: Checkpoints,
}

impl Log {
    /// Signed with these keys, and kept in this file.
    #[must_use]
    pub fn new(keys: SigningKeys, file: Checkpoints) -> Self {
        Self { keys: Arc::new(keys), file }
    }

    /// What is signed under.
    #[must_use]
    pub fn keys(&self) -> &SigningKeys {
        &self.keys
    }

    /// Takes all events that have committed into the tree, and writes down what is signed then. Back comes what was signed last,
    /// if anything was.
    ///
    /// # Errors
    /// When the database or the file fails, or the database is not the one that was signed.
    pub async fn seal(&self, door: &Arc<Door>) -> Result<Option<Sealed>, Unsealed> {
        let access = || door.program("seal", "sealEvents");
        // What somebody who died has signed and not written down.
        self.publish(door).await?;
        let mut newest = None;
        while let Some(sealed) = access().write(SealEvents { keys: self.keys.clone() }).await? {
            let more = sealed.more;
            newest = Some(sealed);
            self.publish(door).await?;
            if !more {
                break;
            }
        }
        Ok(newest)
    }

    /// Writes down what has been signed since.
    async fn publish(&self, door: &Arc<Door>) -> Result<(), Unsealed> {
        let access = || door.program("seal", "publishCheckpoints");
        let mut published = 0;
        if let Some(last) = self.file.newest()? {
            let said = note::read(last.note.as_bytes()).ok();
            let said = said.filter(|said| said.origin == self.keys.origin() && said.size == last.size);
            // A log of another name is another log.
            if let Some(said) = said {
                let ours = access().read(CheckpointAt(said.size)).await?;
                if ours.is_none_or(|ours| ours.root_hash != said.root) {
                    return Err(Unsealed::Another(said.size));
                }
            }
            published = last.size;
        }
        loop {
            let signed = access().read(CheckpointsAfter(published)).await?;
            let Some(last) = signed.last() else { return Ok(()) };
            published = u64::try_from(last.tree_size).unwrap_or(u64::MAX);
            self.file.add(&signed.into_iter().map(line).collect::<Result<Vec<_>, Stop>>()?)?;
        }
    }
}

fn line(row: audit_checkpoint::Model) -> Result<Signed, Stop> {
    let size = u64::try_from(row.tree_size).map_err(|_| Broken::Stored("a log of a negative size"))?;
    Ok(Signed { size, note: row.note })
}
