//! `kartotek migrate`: brings the database up to date, or says how far it is.

use super::{args::MigrateArgs, database, failure::Failure, output};
use crate::{access, config::Config};

pub(super) async fn run(args: MigrateArgs, config: Config) -> Result<(), Failure> {
    let settings = database::settings(&config);
    // Asking changes nothing, and so makes no database either.
    if args.status && database::file(&settings).is_some_and(|file| !file.exists()) {
        let pending = access::known_migrations().into_iter().map(|name| (name, false)).collect::<Vec<_>>();
        return Ok(output::data(&list(&pending))?);
    }
    if !args.status {
        database::make(&settings)?;
        access::migrate(&settings).await.map_err(database::failure)?;
    }
    Ok(output::data(&list(&access::migrations(&settings).await.map_err(database::failure)?))?)
}

fn list(migrations: &[(String, bool)]) -> String {
    let word = |applied: &bool| if *applied { "applied" } else { "pending" };
    let lines = migrations.iter().map(|(name, applied)| [word(applied), "\t", name, "\n"].concat());
    lines.collect::<Vec<_>>().concat()
}
