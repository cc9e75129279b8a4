//! Files that hold a secret: whole or not there at all, and for nobody else to read.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};

/// Tells several that are being written apart.
static WRITTEN: AtomicU32 = AtomicU32::new(0);

/// Files of those that died that may be in the way.
const MOST_LEFT: u32 = 1_000;

/// Writes a file that was not there. Whoever dies half-way leaves none under that name.
///
/// # Errors
/// `AlreadyExists` when somebody was faster; what the system says otherwise.
pub fn write_new(path: &Path, secret: &[u8]) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let mut options = OpenOptions::new();
    // Never into a file, or by a link, that is there: somebody may have put it there to read what comes.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let (mut file, beside) = loop {
        let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
        let beside = path.with_extension(format!("{}-{number}.new", std::process::id()));
        match options.open(&beside) {
            // Left by one that died, and had the same number.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < MOST_LEFT => {}
            opened => break (opened?, beside),
        }
    };
    let written = file.write_all(secret).and_then(|()| file.sync_all());
    // A link never takes the place of a file that is there.
    let linked = written.and_then(|()| fs::hard_link(&beside, path));
    fs::remove_file(&beside)?;
    linked
}

/// Whether others on this machine may read it.
///
/// # Errors
/// What the system says.
#[cfg(unix)]
pub fn is_open_to_others(file: &File) -> io::Result<bool> {
    Ok(std::os::unix::fs::MetadataExt::mode(&file.metadata()?) & 0o077 != 0)
}

/// Whether others on this machine may read it, which only Unix tells.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn is_open_to_others(_: &File) -> io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_written_once_and_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep").join("a.keys");
        write_new(&path, b"one").unwrap();
        assert_eq!(write_new(&path, b"two").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert!(!is_open_to_others(&File::open(&path).unwrap()).unwrap());
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
