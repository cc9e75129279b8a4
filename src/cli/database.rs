//! Where the database is, by the configuration.

use super::failure::Failure;
use crate::{
    access::{Broken, Door, Engine, Settings},
    config::Config,
};
use secrecy::ExposeSecret;
use std::path::Path;

/// How to connect. Makes the folder that an `SQLite` file lies in.
pub(super) fn settings(config: &Config) -> Result<Settings, Failure> {
    let settings = Settings { url: config.database_url.clone(), connections: config.database_connections };
    if Door::engine(&settings) == Engine::Sqlite {
        let url = settings.url.expose_secret();
        let path =
            url.trim_start_matches("sqlite:").trim_start_matches("//").split('?').next().unwrap_or_default();
        if let Some(folder) = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty()) {
            make_folder(folder)?;
        }
    }
    Ok(settings)
}

/// A folder that nobody else can look into: it holds keys and the database.
pub(super) fn make_folder(folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let failed = |error| Failure::new(error).hint(format!("the folder {} cannot be made", folder.display()));
    builder.create(folder).map_err(failed)
}

/// What to look at when the database cannot be used.
pub(super) const HINT: &str = "check KARTOTEK_DATABASE_URL; on PostgreSQL whoever migrates owns the schema and may \
                               create roles, or the role kartotek_runtime exists and was granted to them";

/// What to say when the database cannot be used.
pub(super) fn failure(broken: Broken) -> Failure {
    Failure::new(broken).hint(HINT)
}
