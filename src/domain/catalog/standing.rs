//! Whether a thing is there, in use, or in the way.

use crate::access::{Code, Refusal};

/// The row, when there is one and it is not retired.
///
/// # Errors
/// `NOT_FOUND` or `RETIRED` at `path`.
pub fn live<M>(
    row: Option<M>,
    is_retired: impl FnOnce(&M) -> bool,
    path: &str,
    what: &str,
) -> Result<M, Refusal> {
    match row {
        None => Err(Refusal::new(Code::NotFound, format!("There is no such {what}.")).at(path)),
        Some(row) if is_retired(&row) => Err(retired(path, what)),
        Some(row) => Ok(row),
    }
}

/// What to answer when a thing was taken out of use.
#[must_use]
pub fn retired(path: &str, what: &str) -> Refusal {
    let message = format!("This {what} is retired, and nothing new may refer to it.");
    Refusal::new(Code::Retired, message).at(path)
}

/// What to answer when something live still depends on a thing.
#[must_use]
pub fn in_use(path: &str, message: &str) -> Refusal {
    Refusal::new(Code::InUse, message).at(path)
}

/// What to answer when a key or name is there already.
#[must_use]
pub fn taken(path: &str, what: &str) -> Refusal {
    Refusal::new(Code::AlreadyExists, format!("There is already a {what} of that {path}.")).at(path)
}

/// The same, when it was the database that found it: `constraint` is one of `names`, the constraint's on Postgres
/// and the column's on `SQLite`.
#[must_use]
pub fn taken_if(constraint: &str, names: [&str; 2], path: &str, what: &str) -> Option<Refusal> {
    names.iter().any(|name| constraint.contains(name)).then(|| taken(path, what))
}
