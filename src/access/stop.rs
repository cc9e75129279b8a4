//! Why something was not done: refused by a rule, denied by the policy, or broken.

use crate::{policy::No, refusal::Refusal};
use sea_orm::{DbErr, RuntimeErr::SqlxError};

/// Something broke that the caller can do nothing about.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The database answered with an error, or not at all.
    #[error("the database failed: {0}")]
    Database(#[source] DbErr),
    /// The database is not one that this version of the program can work with.
    #[error("{0}")]
    Unfit(String),
    /// Two changes met; trying again may help.
    #[error("two changes met")]
    Contention,
    /// A statement took longer than any may.
    #[error("a statement took too long")]
    TooLong,
    /// What has to be on record first could not be written, so nothing may be done or answered.
    #[error("what has to be on record could not be written: {0}")]
    Journal(String),
    /// A key is missing, or does not open what it should.
    #[error("a sealed value could not be opened")]
    Sealed,
    /// What is stored does not make sense to this version of the program.
    #[error("stored data is not as expected: {0}")]
    Stored(&'static str),
}

/// Why an operation ended without doing what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// Rules said no. Nothing was changed.
    #[error("{}", messages(.0))]
    Refused(Vec<Refusal>),
    /// The policy said no.
    #[error("denied: {0}")]
    Denied(No),
    /// Something broke. Nothing was changed.
    #[error(transparent)]
    Broken(#[from] Broken),
}

fn messages(refusals: &[Refusal]) -> String {
    refusals.iter().map(|refusal| refusal.message.as_str()).collect::<Vec<_>>().join(" ")
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

impl Stop {
    /// What the audit log says of it, where a command ends with it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusals) => refusals.first().map_or("REFUSED", |refusal| refusal.code.word()),
            Self::Denied(no) => no.code(),
            Self::Broken(Broken::Journal(_)) => "UNAVAILABLE",
            Self::Broken(Broken::TooLong) => "QUERY_TOO_COMPLEX",
            Self::Broken(broken) if broken.is_outage() => "UNAVAILABLE",
            Self::Broken(_) => "INTERNAL",
        }
    }
}

impl Broken {
    /// Whether it is the surroundings that fail, and not the program: worth trying again later.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Journal(_) | Self::Contention => true,
            Self::Database(error) => is_outage(error),
            Self::Unfit(_) | Self::TooLong | Self::Sealed | Self::Stored(_) => false,
        }
    }
}

fn is_outage(error: &DbErr) -> bool {
    match error {
        DbErr::Exec(SqlxError(error)) | DbErr::Query(SqlxError(error)) => {
            match error.as_ref() {
                sqlx::Error::Database(error) => error.code().is_some_and(|code| is_outage_code(&code)),
                // Whoever is in the middle of it may end a conversation at any word.
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed => true,
                _ => false,
            }
        }
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        _ => false,
    }
}

/// Postgres (five characters): connection (08), resources (53), intervention (57), I/O (58), read-only (25006), a
/// transaction that idled too long (25P03, 25P04).
/// `SQLite` (fewer digits, the low byte counts): busy, read-only, I/O, full, cannot open.
fn is_outage_code(code: &str) -> bool {
    if code.len() == 5 {
        return matches!(code, "25006" | "25P03" | "25P04")
            || ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class));
    }
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 8 | 10 | 13 | 14))
}

/// What a database's code says by itself.
fn told_by(code: &str) -> Option<Broken> {
    match code {
        // Serialization failure, deadlock and a lock that somebody held for too long; SQLite's busy after its time-out.
        "40001" | "40P01" | "55P03" | "5" | "517" => Some(Broken::Contention),
        // Cancelled by the statement's time-out; SQLite's interrupt.
        "57014" | "9" => Some(Broken::TooLong),
        _ => None,
    }
}

impl From<DbErr> for Broken {
    fn from(error: DbErr) -> Self {
        // Those are the migrations' words.
        if let DbErr::Custom(why) = error {
            return Self::Unfit(why);
        }
        let told = match &error {
            DbErr::Exec(SqlxError(error)) | DbErr::Query(SqlxError(error)) => {
                let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
                code.and_then(|code| told_by(&code))
            }
            _ => None,
        };
        told.unwrap_or(Self::Database(error))
    }
}

impl From<DbErr> for Stop {
    fn from(error: DbErr) -> Self {
        Self::Broken(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::{Broken, is_outage_code, told_by};

    #[test]
    fn surroundings_that_fail_are_told_from_programs_that_do() {
        for code in ["08006", "53300", "57P01", "58030", "25006", "25P03", "25P04", "8", "1802", "13"] {
            assert!(is_outage_code(code) && told_by(code).is_none(), "{code}");
        }
        for code in ["42601", "23505", "22021", "25P02", "1", "19", "2067"] {
            assert!(!is_outage_code(code) && told_by(code).is_none(), "{code}");
        }
        // What met is tried again, and then it is an outage; what was cancelled took too long.
        let met = |code: &str| matches!(told_by(code), Some(Broken::Contention));
        assert!(
            ["40001", "40P01", "55P03", "5", "517"].into_iter().all(met) && Broken::Contention.is_outage()
        );
        assert!(["57014", "9"].into_iter().all(|code| matches!(told_by(code), Some(Broken::TooLong))));
    }
}
