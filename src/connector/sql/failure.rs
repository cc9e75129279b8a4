//! What an error of the database means for the task: a password that was changed is no reason to ask a person about each. A database quotes values in its messages, so none is passed on:
//! what is kept is the code, and the names of a table and a constraint.

use super::super::Failure;
use sqlx::{
    error::{DatabaseError, ErrorKind},
    mysql::MySqlDatabaseError,
};

pub(super) fn passing(message: impl Into<String>) -> Failure {
    Failure::Passing { message: message.into(), retry_after: None }
}

pub(super) fn lasting(message: impl Into<String>) -> Failure {
    Failure::Lasting { message: message.into() }
}

/// What `error` means.
pub(super) fn of(error: &sqlx::Error) -> Failure {
    match error {
        sqlx::Error::Database(error) => of_database(error.as_ref()),
        sqlx::Error::Io(error) => passing(format!("The database cannot be reached: {}.", error.kind())),
        sqlx::Error::PoolTimedOut => passing("The database took too long to let us in."),
        sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed | sqlx::Error::BeginFailed => {
            passing("The connection to the database was lost.")
        }
        sqlx::Error::Protocol(_) => passing("The database answered with something that was not understood."),
        sqlx::Error::Tls(_) => lasting("No encrypted connection to the database could be agreed on."),
        sqlx::Error::Configuration(_) => lasting("The address of the database is not understood."),
        _ => lasting("A value of the database could not be read."),
    }
}

fn of_database(error: &dyn DatabaseError) -> Failure {
    let code = error.code().unwrap_or_default().into_owned();
    let lasts = |what: &str| lasting(format!("{what} ({code}).", code = code.as_str()));
    let passes = |what: &str| passing(format!("{what} ({code}).", code = code.as_str()));
    let constraint = error.constraint().map(|name| format!(" `{name}`")).unwrap_or_default();
    match error.kind() {
        ErrorKind::ForeignKeyViolation => {
            return lasts(&format!("Rows of another table still refer to this one: foreign key{constraint}"));
        }
        ErrorKind::NotNullViolation => {
            return lasts("A column would become NULL, which its table does not allow");
        }
        ErrorKind::UniqueViolation => {
            return lasts(&format!(
                "Two rows would become alike, which the table does not allow{constraint}"
            ));
        }
        ErrorKind::CheckViolation | ErrorKind::ExclusionViolation => {
            return lasts(&format!("The table does not allow the new value{constraint}"));
        }
        _ => {}
    }
    if let Some(error) = error.try_downcast_ref::<MySqlDatabaseError>() {
        let number = error.number();
        let lasts = |what: &str| lasting(format!("{what} ({number})."));
        let passes = |what: &str| passing(format!("{what} ({number})."));
        return match number {
            1205 | 1213 => passes("Another transaction was in the way"),
            1317 | 1969 | 3024 => passes("The statement took too long"),
            1040 | 1053 | 1203 | 1226 => passes("The database cannot serve us now"),
            1044 | 1045 | 1698 => passes("The database does not accept the user or the password"),
            1049 => passes("There is no such database"),
            1146 => lasts("A table is missing"),
            1054 => lasts("A column is missing"),
            1142 | 1143 => lasts("The user may not do this"),
            1290 | 1792 => lasts("The database can only be read"),
            _ => lasts("The database refused the statement"),
        };
    }
    // An SQLSTATE always has five characters; SQLite's codes are numbers of four digits at most.
    if code.len() == 5 {
        return match code.as_str() {
            "40001" | "40P01" => passes("Another transaction was in the way"),
            "55P03" => passes("Another transaction held the rows for too long"),
            "57014" => passes("The statement took too long"),
            state if ["08", "53", "57", "58"].contains(&class(state)) => {
                passes("The database cannot serve us now")
            }
            state if class(state) == "28" => passes("The database does not accept the user or the password"),
            "3D000" => passes("There is no such database"),
            "42P01" | "3F000" => lasts("A table is missing"),
            "42703" => lasts("A column is missing"),
            "42501" => lasts("The user may not do this"),
            "25006" => lasts("The database can only be read"),
            _ => lasts("The database refused the statement"),
        };
    }
    // The lower byte is what SQLite calls the primary result code.
    match code.parse::<u32>().unwrap_or_default() & 0xff {
        5 | 6 => passes("Another transaction was in the way"),
        9 => passes("The statement was broken off"),
        7 | 10 | 13 => passes("The database cannot serve us now"),
        8 => lasts("The database can only be read"),
        14 => lasts("The database file cannot be opened"),
        26 => lasts("The file is not a database"),
        19 => lasts("The table does not allow the change"),
        _ => lasts("The database refused the statement"),
    }
}

fn class(state: &str) -> &str {
    state.get(..2).unwrap_or_default()
}
