//! What the bytes of a file tell of it as they pass.

use sha2::{Digest, Sha256};
use std::{
    cell::RefCell,
    fs::File,
    io::{self, Read},
    rc::Rc,
    str::from_utf8,
};

/// What going through a file tells of it.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub size: u64,
    pub start: Vec<u8>,
    /// The first line that is not UTF-8.
    pub not_utf8: Option<u64>,
    /// Whether any character is UTF-8, and no ASCII.
    pub has_utf8: bool,
    pub has_feed: bool,
    pub has_return: bool,
    pub sha256: [u8; 32],
    line: u64,
}

impl Seen {
    pub(super) fn through(mut file: File) -> io::Result<Self> {
        let (mut sha256, mut seen) = (Sha256::new(), Self { line: 1, ..Self::default() });
        // The end of what was read may be the beginning of a character.
        let (mut buffer, mut kept) = (vec![0; 1 << 18], 0);
        loop {
            let read = file.read(&mut buffer[kept..])?;
            if read == 0 {
                break;
            }
            let end = kept + read;
            let new = &buffer[kept..end];
            sha256.update(new);
            if seen.start.is_empty() {
                seen.start = new[..read.min(4)].to_vec();
            }
            seen.size += read as u64;
            let left = seen.characters(&buffer[..end]);
            buffer.copy_within(end - left..end, 0);
            kept = left;
        }
        if kept > 0 {
            seen.wrong();
        }
        Ok(Self { sha256: sha256.finalize().into(), ..seen })
    }

    /// How many bytes at the end are the beginning of a character.
    fn characters(&mut self, mut bytes: &[u8]) -> usize {
        loop {
            let error = match from_utf8(bytes) {
                Ok(text) => {
                    self.text(text);
                    return 0;
                }
                Err(error) => error,
            };
            let (right, rest) = bytes.split_at(error.valid_up_to());
            self.text(from_utf8(right).unwrap_or_default());
            let Some(wrong) = error.error_len() else { return rest.len() };
            self.wrong();
            bytes = &rest[wrong..];
        }
    }

    fn text(&mut self, text: &str) {
        self.has_utf8 |= !text.is_ascii();
        self.has_return |= text.contains('\r');
        let feeds = text.matches('\n').fold(0, |count, _| count + 1);
        self.has_feed |= feeds > 0;
        self.line += feeds;
    }

    fn wrong(&mut self) {
        self.not_utf8.get_or_insert(self.line);
    }
}

/// What has passed of a file that is read.
#[derive(Clone, Debug)]
pub(super) struct Passing(Rc<RefCell<Sha256>>);

/// A file whose bytes are seen passing.
pub(super) struct Passed {
    file: File,
    by: Passing,
}

impl Passing {
    pub(super) fn of(file: File) -> (Passed, Self) {
        let by = Self(Rc::new(RefCell::new(Sha256::new())));
        (Passed { file, by: by.clone() }, by)
    }

    /// Whether all of a file passed, and it was this one.
    pub(super) fn was(&self, sha256: [u8; 32]) -> bool {
        <[u8; 32]>::from(self.0.borrow().clone().finalize()) == sha256
    }
}

impl Read for Passed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.by.0.borrow_mut().update(&buffer[..read]);
        Ok(read)
    }
}
