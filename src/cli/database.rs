//! Where the database is, by the configuration.

use super::{client::TRY_AGAIN, failure::Failure};
use crate::{
    access::{self, Broken, Engine, Settings, Stop},
    config::Config,
    server::NotStarted,
};
use secrecy::ExposeSecret;
use std::{
    fs::OpenOptions,
    path::{Path, PathBuf},
};

/// How to connect.
pub(super) fn settings(config: &Config) -> Settings {
    Settings { url: config.database_url.clone(), connections: config.database_connections }
}

/// The file of an SQLite database.
pub(super) fn file(settings: &Settings) -> Option<PathBuf> {
    let url = settings.url.expose_secret();
    // As the driver reads it: the scheme once, and no more.
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url);
    let path = path.split('?').next().unwrap_or_default();
    (access::engine(settings) == Engine::Sqlite).then(|| PathBuf::from(path))
}

/// Whether there is a database that this version can work with; nothing is changed.
pub(super) async fn must_be_there(settings: &Settings) -> Result<(), Failure> {
    if let Some(file) = file(settings).filter(|file| !file.exists()) {
        return Err(Failure::new(format!("there is no database at {}", file.display()))
            .hint("restore it, or set KARTOTEK_DATABASE_URL to where it is"));
    }
    let pending = access::migrations(settings).await.map_err(failure)?;
    if pending.iter().any(|(_, applied)| !applied) {
        let why = "this database is not up to date: migrations are pending";
        return Err(failure(Broken::Unfit(why.to_owned())));
    }
    Ok(())
}

/// Makes the file of an SQLite database and the folder that it lies in, for nobody else to read.
pub(super) fn make(settings: &Settings) -> Result<(), Failure> {
    let Some(file) = file(settings) else { return Ok(()) };
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_folder(folder)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let failed = |error| Failure::new(error).hint(format!("{} cannot be written", file.display()));
    options.open(&file).map(drop).map_err(failed)
}

/// A folder that nobody else can look into: it holds keys and the database.
pub(super) fn make_folder(folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let failed = |error| Failure::new(error).hint(format!("the folder {} cannot be made", folder.display()));
    builder.create(folder).map_err(failed)
}

/// What to look at when the database cannot be used.
const HINT: &str = "check KARTOTEK_DATABASE_URL; on PostgreSQL whoever migrates owns the schema and may \
                               create roles, or the role kartotek_runtime exists and was granted to them";

/// What to say when the server does not start.
pub(super) fn not_started(error: NotStarted) -> Failure {
    if matches!(error, NotStarted::Keys(_)) {
        return Failure::new(error).hint(
            "put back the key file that this database was used with: KARTOTEK_MASTER_KEY_FILE, or master.keys in the \
             data directory; without it no profile can be read again",
        );
    }
    match &error {
        NotStarted::Database(broken) | NotStarted::Catalog(Stop::Broken(broken)) => {
            let (hint, busy) = (hint(broken), is_busy(broken));
            told(Failure::new(error), hint, busy)
        }
        _ => Failure::new(error).hint(HINT),
    }
}

/// Whether somebody else is writing to it, which is over by itself.
const fn is_busy(broken: &Broken) -> bool {
    matches!(broken, Broken::Contention | Broken::Journal(_))
}

fn told(failure: Failure, hint: &str, busy: bool) -> Failure {
    let failure = failure.hint(hint);
    if busy { failure.with_code(TRY_AGAIN) } else { failure }
}

fn hint(broken: &Broken) -> &'static str {
    match broken {
        Broken::Contention | Broken::Journal(_) => {
            "the database is busy, as somebody else is writing to it, or its disk is full: try again"
        }
        Broken::Unfit(why) if why.contains("a later version") => {
            "run that version of Kartotek, or restore the backup from before its migration"
        }
        Broken::Unfit(why) if why.contains("pending") => {
            "run `kartotek migrate` or start `kartotek serve` of this version first: a worker migrates nothing"
        }
        _ => HINT,
    }
}

/// What to say when the database cannot be used.
pub(super) fn failure(broken: Broken) -> Failure {
    let (hint, busy) = (hint(&broken), is_busy(&broken));
    told(Failure::new(broken), hint, busy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_else_can_read_what_is_made() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/kartotek.db");
        make(&Settings { url: format!("sqlite://{}", path.display()).into(), connections: 1 }).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }
}
