//! `kartotek migrate`: brings the database up to date, or says how far it is.

use super::{args::MigrateArgs, database, failure::Failure, output};
use crate::{access::Door, config::Config};

pub(super) async fn run(args: MigrateArgs, config: Config) -> Result<(), Failure> {
    let settings = database::settings(&config)?;
    if !args.status {
        Door::migrate(&settings).await.map_err(database::failure)?;
    }
    let migrations = Door::migrations(&settings).await.map_err(database::failure)?;
    let line = |(name, applied): &(String, bool)| {
        format!("{}\t{name}\n", if *applied { "applied" } else { "pending" })
    };
    Ok(output::data(&migrations.iter().map(line).collect::<String>())?)
}
