//! The file: lines are added whole, one writer at a time, and are on the disk before anything else happens.

use super::{
    entries::{Entries, Place},
    line::{Intent, Said, written},
};
use chrono::{DateTime, Utc};
use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use uuid::Uuid;

/// The erasure ledger. Several processes may have it open.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    /// Whether the folder is known to hold the file for good.
    in_folder: AtomicBool,
    /// How far this process has looked for what is not said to be done.
    looked: Mutex<Place>,
}

impl Ledger {
    /// The one in this file, which is made when it is first written.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path, in_folder: AtomicBool::new(false), looked: Mutex::default() }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds what is intended. On return it is on the disk.
    ///
    /// # Errors
    /// What the file system says: then nothing may be destroyed.
    pub fn intend(&self, intents: &[Intent], now: DateTime<Utc>) -> io::Result<()> {
        self.add(intents.iter().cloned().map(Said::Intent), now)
    }

    /// Adds that these entries were done.
    ///
    /// # Errors
    /// What the file system says.
    pub fn done(&self, entries: &[Uuid], now: DateTime<Utc>) -> io::Result<()> {
        self.add(entries.iter().map(|entry| Said::Done { entry: *entry, at: now }), now)
    }

    fn add(&self, lines: impl Iterator<Item = Said>, now: DateTime<Utc>) -> io::Result<()> {
        let lines = lines.map(written).collect::<Result<Vec<_>, _>>()?;
        if lines.is_empty() {
            return Ok(());
        }
        let (mut file, is_new) = self.open_to_add()?;
        // Until the file is closed. No line of somebody else's comes between.
        file.lock()?;
        let mut text = Vec::new();
        if is_torn(&file)? {
            text.push(b'\n');
            text.extend(written(Said::Torn { at: now })?);
        }
        text.extend(lines.concat());
        file.write_all(&text)?;
        file.sync_all()?;
        if is_new || !self.in_folder.load(Ordering::Relaxed) {
            // Not the file alone: that it is there has to be on the disk as well.
            let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
            self.in_folder.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// The file, and whether it was made just now.
    fn open_to_add(&self) -> io::Result<(File, bool)> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).mode(0o600);
        match options.clone().create_new(true).open(&self.path) {
            Ok(file) => Ok((file, true)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Ok((options.open(&self.path)?, false))
            }
            Err(error) => Err(error),
        }
    }

    /// All entries, from the beginning; `None` when there is no file.
    ///
    /// # Errors
    /// What the file system says.
    pub fn entries(&self) -> io::Result<Option<Entries>> {
        self.entries_from(Place::default())
    }

    fn entries_from(&self, place: Place) -> io::Result<Option<Entries>> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        // Not in the middle of what somebody is adding.
        file.lock_shared()?;
        let upto = file.metadata()?.len();
        file.unlock()?;
        // Another file has come in its place.
        let place = if upto < place.bytes { Place::default() } else { place };
        Entries::from(file, place, upto).map(Some)
    }

    /// What was intended and is not said to be done. Only what was added since is read.
    ///
    /// # Errors
    /// What the file system says; [`super::Malformed`] for a line that cannot be read.
    pub fn unfinished(&self) -> io::Result<Vec<Intent>> {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(mut entries) = self.entries_from(looked.clone())? else { return Ok(Vec::new()) };
        while !entries.done(1_000)?.is_empty() {}
        *looked = entries.place();
        Ok(looked.open.values().cloned().collect())
    }
}

/// Whether the last line has no end: whoever wrote it died, or the disk was full.
fn is_torn(file: &File) -> io::Result<bool> {
    let length = file.metadata()?.len();
    let mut last = [b'\n'];
    if length > 0 {
        file.read_exact_at(&mut last, length - 1)?;
    }
    Ok(last != [b'\n'])
}
