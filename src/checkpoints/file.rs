//! The file: a line of JSON for each signed note, on the disk before anybody is shown it.

use serde::{Deserialize, Serialize};
use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Seek, SeekFrom, Write},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// As much of the end of the file as holds its last line, as long as one log alone writes: notes are a few hundred bytes.
const TAIL: u64 = 64 * 1024;

/// A line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// The log's name. A file may hold several, one after another.
    pub origin: String,
    /// The size of the log's tree.
    pub size: u64,
    /// A C2SP signed note.
    pub note: String,
}

/// A line as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    Whole(Signed),
    /// Whoever wrote it died meanwhile: it is a part of one.
    BrokenOff,
    /// It is a whole one, and is not what anybody wrote.
    Damaged,
}

impl Line {
    fn parse(text: &[u8]) -> Self {
        match serde_json::from_slice(text) {
            Ok(signed) => Self::Whole(signed),
            Err(_) if text.trim_ascii_end().ends_with(b"}") => Self::Damaged,
            Err(_) => Self::BrokenOff,
        }
    }
}

/// The file. Several processes may add to it.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    path: PathBuf,
}

impl Checkpoints {
    /// The one at this path, which need not be there yet.
    #[must_use]
    pub const fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is there.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.path.exists()
    }

    /// Makes it, with nothing in it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn begin(&self) -> io::Result<()> {
        OpenOptions::new().append(true).create(true).mode(0o644).open(&self.path)?.sync_all()?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }

    /// The last whole line about the log of this name; `None` while there is none.
    ///
    /// # Errors
    /// What the file system says.
    pub fn newest(&self, origin: &str) -> io::Result<Option<Signed>> {
        match File::open(&self.path) {
            Ok(file) => {
                file.lock_shared()?;
                newest(&file, origin)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All lines, from the first.
    ///
    /// # Errors
    /// What the file system says.
    pub fn all(&self) -> io::Result<Vec<Line>> {
        let mut all = Vec::new();
        self.each(0, |line| all.push(line))?;
        Ok(all)
    }

    /// Hands over each line that begins there or after that byte. Back comes where the last ended line ends, to go on from there
    /// another time.
    ///
    /// # Errors
    /// What the file system says.
    pub fn each(&self, from: u64, mut line: impl FnMut(Line)) -> io::Result<u64> {
        let mut file = BufReader::new(File::open(&self.path)?);
        file.seek(SeekFrom::Start(from))?;
        let (mut at, mut whole, mut text) = (from, from, Vec::new());
        while {
            text.clear();
            file.read_until(b'\n', &mut text)? > 0
        } {
            at += text.len() as u64;
            whole = if text.ends_with(b"\n") { at } else { whole };
            line(Line::parse(&text));
        }
        Ok(whole)
    }

    /// Adds those of these, all of one log, that are about a larger one than its last line. On return they are on the disk.
    ///
    /// # Errors
    /// What the file system says.
    pub fn add(&self, signed: &[Signed]) -> io::Result<()> {
        let Some(first) = signed.first() else { return Ok(()) };
        let mut options = OpenOptions::new();
        let mut file = options.read(true).append(true).create(true).mode(0o644).open(&self.path)?;
        // Until the file is closed.
        file.lock()?;
        let last = newest(&file, &first.origin)?.map_or(0, |last| last.size);
        let mut text = Vec::new();
        for one in signed.iter().filter(|one| one.size > last) {
            serde_json::to_writer(&mut text, one)?;
            text.push(b'\n');
        }
        if text.is_empty() {
            return Ok(());
        }
        let length = file.metadata()?.len();
        if length > 0 && tail(&file, 1)? != b"\n" {
            // Somebody was broken off in the middle of a line.
            text.insert(0, b'\n');
        }
        file.write_all(&text)?;
        file.sync_all()
    }
}

/// Whoever goes back to a name that was given up finds it again, however much another log has written since.
fn newest(file: &File, origin: &str) -> io::Result<Option<Signed>> {
    for most in [TAIL, u64::MAX] {
        let tail = tail(file, most)?;
        let lines = tail.rsplit(|byte| *byte == b'\n');
        let mut lines = lines.filter_map(|line| serde_json::from_slice::<Signed>(line).ok());
        let found = lines.find(|line| line.origin == origin);
        if found.is_some() || (tail.len() as u64) < most {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The last bytes of a file.
fn tail(file: &File, most: u64) -> io::Result<Vec<u8>> {
    let length = file.metadata()?.len();
    let mut bytes = vec![0; usize::try_from(length.min(most)).unwrap_or_default()];
    file.read_exact_at(&mut bytes, length.saturating_sub(most))?;
    Ok(bytes)
}
