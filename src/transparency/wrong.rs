//! What can be wrong with a log.

use super::Month;
use uuid::Uuid;

/// What is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Wrong {
    #[error("place {0} is nobody's: its row in audit_leaf was removed")]
    PlaceMissing(u64),
    #[error("place {0} is there more than once, or event {1} is, which has it")]
    Doubled(u64, String),
    #[error("event {0}, of which audit_subject has rows, is not there")]
    SubjectsOfNothing(String),
    #[error("event {1} at place {0} was removed")]
    EventMissing(u64, String),
    #[error(
        "the log says that {month} was detached, and {absent} of its {count} events are not in the database"
    )]
    NotAllDetached { month: Month, count: u64, absent: u64 },
    #[error("no file has event {1} of place {0}")]
    NotInFiles(u64, String),
    #[error(
        "the log says that {0} was detached, and it is still in the database: run `kartotek audit detach` again"
    )]
    StillThere(Month),
    #[error(
        "event {1} at place {0} is not what was sealed: its body was changed, or it stands in another's place"
    )]
    BodyChanged(u64, String),
    #[error("event {1} at place {0}: the column {2} does not say what the body says")]
    ColumnChanged(u64, String, &'static str),
    #[error("event {1} at place {0}: whom it was about (audit_subject) is not what the body says")]
    SubjectsChanged(u64, String),
    #[error("event {1} at place {0}: what is withheld of it is not what the body has the root of")]
    WithheldChanged(u64, String),
    #[error(
        "event {1} at place {0} says that one came before it which is not in the log: that was removed before it was sealed"
    )]
    RemovedBefore(u64, String),
    #[error("the writer {writer} had written {said} events at least, and {seen} of them are in the log")]
    FewerThanWritten { writer: Uuid, said: u64, seen: u64 },
    #[error("the tree's tile {1} of level {0} is missing or was changed")]
    TileChanged(u8, u64),
    #[error("{whence} says that the log had {size} events, and there are {left}: its end was cut off")]
    CutOff { size: u64, left: u64, whence: String },
    #[error(
        "{whence} does not agree with the log, which had {size} events then: something among places {from} to {size} was changed"
    )]
    NotWhatWasSigned { size: u64, from: u64, whence: String },
    #[error("{whence}: {why}")]
    NotSigned { whence: String, why: String },
    #[error(
        "the places from {0} on were never signed: the checkpoint about them was removed from the database"
    )]
    NeverSigned(u64),
    #[error("event {0} came before others that are sealed, and is not")]
    LeftOut(String),
    #[error("line {0} of the file is damaged")]
    LineDamaged(u64),
    #[error(
        "line {line} of the file is about place {is}, and place {expected} would be next: what comes after cannot be proven"
    )]
    LineMissing { line: u64, is: u64, expected: u64 },
    #[error(
        "line {line} of the file: event {id} is not proven to be at place {place} of the log that was signed"
    )]
    NotProven { line: u64, place: u64, id: String },
    #[error("nothing that was signed says that the file is right from place {0} on")]
    NothingSignedFrom(u64),
}
