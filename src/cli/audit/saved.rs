//! What somebody has saved of what was signed.

use crate::{
    checkpoints::Checkpoints,
    cli::{failure::Failure, output},
    transparency::{
        note::{self, Unfit},
        verify::Signed,
    },
};
use std::{fs, path::Path};

/// What a file says was signed: a note, or a line of JSON for each.
pub(super) fn read(file: &Path, keys: &[String]) -> Result<Vec<Signed>, Failure> {
    let named = |error: String| Failure::new(error).hint(format!("see {}", file.display()));
    let text = fs::read(file).map_err(|error| named(error.to_string()))?;
    let notes = if note::read(&text).is_ok() {
        vec![text]
    } else {
        let (lines, damaged) =
            Checkpoints::new(file.to_owned()).all().map_err(|error| named(error.to_string()))?;
        if damaged > 0 {
            output::note(&format!("{damaged} lines of {} are damaged or broken off", file.display()));
        }
        lines.into_iter().map(|line| line.note.into_bytes()).collect()
    };
    if notes.is_empty() {
        return Err(named("there is no signed note in it".to_owned()));
    }
    let (mut signed, mut by_others) = (Vec::new(), 0);
    for note in &notes {
        let said = match if keys.is_empty() { note::read(note) } else { note::open(note, keys) } {
            // The key may have been replaced since.
            Err(Unfit::NotSigned) if notes.len() > 1 => {
                by_others += 1;
                continue;
            }
            said => said.map_err(|error| named(error.to_string()))?,
        };
        let whence = format!("{} of {} events", file.display(), said.size);
        signed.push(Signed { size: said.size, root: said.root, outside: true, whence });
    }
    if signed.is_empty() {
        return Err(named(Unfit::NotSigned.to_string()));
    }
    if by_others > 0 {
        output::note(&format!(
            "{by_others} of {} were signed by none of the keys: name the earlier ones, too",
            notes.len()
        ));
    }
    Ok(signed)
}
