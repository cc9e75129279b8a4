//! What was signed about the log leaves the database, once it has committed, and is compared with what left it before.

use super::{
    alarm::note_left_out,
    checkpoint::{CheckpointAt, CheckpointsAfter, NewestCheckpoint},
    extent::{EventsAfter, STEP},
    seal::{SealEvents, Sealed},
    verify::{Beside, verify},
};
use crate::{
    access::{Broken, Door, Stop},
    checkpoints::{Checkpoints, Line, NotTaken, Push, Signed},
    transparency::{
        note::{self, Checkpoint, SigningKeys},
        verify::{self, State, Wrong},
    },
};
use entity::audit_checkpoint;
use std::{
    collections::BTreeSet,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use uuid::Uuid;

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
    /// It says what must not be signed in another way.
    #[error(
        "what was signed about the audit log is not at {0}, and the log was signed before: bring the file back, or set \
         KARTOTEK_AUDIT_CHECKPOINT_FILE to where it is. All servers and workers of one database have the same"
    )]
    FileMissing(String),
}

/// How far the log was looked through and found sound, since the program started.
#[derive(Debug, Default)]
pub struct Sound {
    state: Option<State>,
    /// How far the file of checkpoints was read for that.
    read: u64,
}

impl Sound {
    /// Whether it was not looked through at all yet.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.state.is_none()
    }
}

/// Lines of the file that a log is compared with at most. Of more, every other one does: what any of them says is about all before it.
const LINES: usize = 1 << 16;

/// The keys of the log, and where what they sign is kept.
#[derive(Debug)]
pub struct Log {
    keys: Arc<SigningKeys>,
    file: Checkpoints,
    /// Whether all events were looked at since the program started: after a restored dump some may have come before others.
    looked: AtomicBool,
    push: Option<Push>,
}

/// Why nothing was handed over.
#[derive(Debug, thiserror::Error)]
pub enum NotPushed {
    #[error(transparent)]
    NotTaken(#[from] NotTaken),
    #[error("the file of checkpoints cannot be read")]
    File(#[from] io::Error),
}

impl Log {
    /// Signed with these keys, and kept in this file.
    #[must_use]
    pub fn new(keys: SigningKeys, file: Checkpoints) -> Self {
        Self { keys: Arc::new(keys), file, looked: AtomicBool::new(false), push: None }
    }

    /// The same, with what is signed handed over, too.
    #[must_use]
    pub fn pushing(self, push: Option<Push>) -> Self {
        Self { push, ..self }
    }

    /// Whether what is signed is handed over.
    #[must_use]
    pub const fn pushes(&self) -> bool {
        self.push.is_some()
    }

    /// Hands over what was signed last, if it is about a larger log than this. Back comes the size that was handed over.
    ///
    /// # Errors
    /// When it was not taken, or the file cannot be read.
    pub async fn push_beyond(&self, size: u64) -> Result<u64, NotPushed> {
        let newest = self.file.newest(self.keys.origin())?;
        match (&self.push, newest.filter(|newest| newest.size > size)) {
            (Some(push), Some(newest)) => {
                push.hand_over(newest.note).await?;
                Ok(newest.size)
            }
            _ => Ok(size),
        }
    }

    /// Takes all events that have committed into the tree, those that came before others among them, and writes down what is signed then. Back comes what was signed last,
    /// if anything was.
    ///
    /// # Errors
    /// When the database or the file fails, or the database is not the one that was signed.
    pub async fn seal(&self, door: &Arc<Door>) -> Result<Option<Sealed>, Unsealed> {
        // What somebody who died has signed and not written down.
        let begins = !self.publish(door).await?;
        let (mut newest, mut begins) = self.seal_among(door, None, begins).await?;
        if !self.looked.load(Ordering::Relaxed) {
            let (mut from, below) = (None, None);
            while let Some(upto) =
                door.program("seal", "sealEvents").read(EventsAfter { from, below, step: STEP }).await?
            {
                let sealed = self.seal_among(door, Some((from, upto)), begins).await?;
                if let Some(first) = sealed.0.as_ref().and_then(|sealed| sealed.left_out) {
                    note_left_out(door, first).await?;
                }
                (newest, begins, from) = (sealed.0.or(newest), sealed.1, Some(upto));
            }
            self.looked.store(true, Ordering::Relaxed);
        }
        Ok(newest)
    }

    /// The same with the events between two ids, or those that came last; and whether nothing was ever signed.
    async fn seal_among(
        &self,
        door: &Arc<Door>,
        among: Option<(Option<Uuid>, Uuid)>,
        mut begins: bool,
    ) -> Result<(Option<Sealed>, bool), Unsealed> {
        let mut newest = None;
        loop {
            let command = SealEvents { keys: self.keys.clone(), begins, among };
            let Some(sealed) = door.program("seal", "sealEvents").write(command).await? else {
                return Ok((newest, begins));
            };
            let more = sealed.more;
            newest = Some(sealed);
            begins = !self.publish(door).await?;
            if !more {
                return Ok((newest, begins));
            }
        }
    }

    /// Writes down what has been signed since under this name. Back comes whether anything was, ever.
    async fn publish(&self, door: &Arc<Door>) -> Result<bool, Unsealed> {
        let access = || door.program("seal", "publishCheckpoints");
        if !self.file.exists() {
            // Elsewhere it says what must not be signed in another way.
            if access().read(NewestCheckpoint).await?.is_some_and(|newest| self.is_ours(&newest)) {
                return Err(Unsealed::FileMissing(self.file.path().display().to_string()));
            }
            self.file.begin()?;
        }
        let mut published = 0;
        if let Some(last) = self.file.newest(self.keys.origin())? {
            let ours = access().read(CheckpointAt(last.size)).await?;
            let same = ours.zip(self.said(&last.note)).is_some_and(|(ours, said)| {
                said.size == last.size && self.said(&ours.note).is_some_and(|theirs| theirs.root == said.root)
            });
            if !same {
                return Err(Unsealed::Another(last.size));
            }
            published = last.size;
        }
        let mut ever = published > 0;
        loop {
            let signed = access().read(CheckpointsAfter(published)).await?;
            let Some(last) = signed.last() else { return Ok(ever) };
            published = u64::try_from(last.tree_size).unwrap_or(u64::MAX);
            // What others signed, or nobody did, is not passed on as this log's.
            let ours = signed.into_iter().filter(|row| self.is_ours(row)).filter_map(|row| {
                let (origin, size) = (self.keys.origin().to_owned(), u64::try_from(row.tree_size).ok()?);
                Some(Signed { origin, size, note: row.note })
            });
            let ours = ours.collect::<Vec<_>>();
            ever |= !ours.is_empty();
            self.file.add(&ours)?;
        }
    }

    /// Looks through the log from where it was sound before, beside what was written down about it. What is wrong comes back.
    ///
    /// # Errors
    /// When the database or the file fails.
    pub async fn look_through(&self, door: &Arc<Door>, sound: &mut Sound) -> Result<BTreeSet<Wrong>, Stop> {
        let from = sound.state.as_ref().map_or(0, |state| state.size);
        let (lines, damaged, read) = self
            .lines(sound.read, from)
            .map_err(|_| Broken::Stored("the file of checkpoints cannot be read"))?;
        let (mut saved, mut forged) = (Vec::new(), BTreeSet::new());
        for line in &lines {
            let whence = format!("the line about {} events in the file of checkpoints", line.size);
            match note::open(line.note.as_bytes(), self.keys.verifier_keys()) {
                Ok(Checkpoint { size, root, .. }) if size == line.size => {
                    saved.push(verify::Signed { size, root, outside: true, whence });
                }
                Ok(_) => drop(
                    forged
                        .insert(Wrong::NotSigned { whence, why: "its note says something else".to_owned() }),
                ),
                Err(why) => drop(forged.insert(Wrong::NotSigned { whence, why: why.to_string() })),
            }
        }
        if damaged > 0 {
            let whence = "the file of checkpoints".to_owned();
            forged.insert(Wrong::NotSigned {
                whence,
                why: format!("{damaged} lines of it are not as they were written"),
            });
        }
        let keys = self.keys.verifier_keys();
        let beside = Beside { saved, keys, before: sound.state.as_ref(), ..Beside::default() };
        let (report, state) = verify(door, beside, |_, _| {}).await?;
        if state.is_some() && forged.is_empty() {
            *sound = Sound { state, read };
        }
        Ok(report.wrong.into_iter().chain(forged).collect())
    }

    /// Lines of the file after that byte about logs of this size at least, the last one among them, how many are damaged, and where
    /// the file ends.
    fn lines(&self, after: u64, size: u64) -> io::Result<(Vec<Signed>, u64, u64)> {
        let (mut lines, mut last, mut seen, mut every, mut damaged) = (Vec::new(), None, 0_usize, 1, 0);
        let end = self.file.each(after, |line| {
            let line = match line {
                Line::Whole(line) if line.size >= size && line.origin == self.keys.origin() => line,
                Line::Damaged => {
                    damaged += 1;
                    return;
                }
                _ => return,
            };
            if seen.is_multiple_of(every) {
                lines.push(line.clone());
            }
            if lines.len() > LINES {
                let mut nth = 0;
                lines.retain(|_: &Signed| {
                    nth += 1;
                    nth % 2 == 1
                });
                every *= 2;
            }
            (last, seen) = (Some(line), seen + 1);
        })?;
        lines.extend(last.filter(|last| lines.last() != Some(last)));
        Ok((lines, damaged, end))
    }

    /// What a note says that these keys have signed.
    fn said(&self, note: &str) -> Option<Checkpoint> {
        note::open(note.as_bytes(), self.keys.verifier_keys()).ok()
    }

    fn is_ours(&self, row: &audit_checkpoint::Model) -> bool {
        self.said(&row.note).is_some_and(|said| {
            i64::try_from(said.size) == Ok(row.tree_size) && said.root == row.root_hash[..]
        })
    }
}
