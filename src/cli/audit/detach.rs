//! `kartotek audit detach`

use super::{
    progress::Progress,
    verify::{TAMPERED, saved_before, tell_wrong},
};
use crate::{
    access::{self, Door, Engine, Settings, SystemClock},
    cli::{args::AuditDetachArgs, database, failure::Failure, keys, output},
    config::Config,
    domain::audit::{Beside, NotDetached, prepare_to_detach, record_detached},
    transparency::{Detached, Exported, Month, note},
};
use std::sync::Arc;

/// Takes months out of the database, once the files were seen to hold them.
pub(in crate::cli) async fn detach(args: AuditDetachArgs, config: Config) -> Result<(), Failure> {
    let settings = database::settings(&config);
    if access::engine(&settings) == Engine::Sqlite {
        return Err(Failure::usage("on SQLite the log is in one part")
            .hint("nothing has to be done: it is of the size of a file"));
    }
    database::must_be_there(&settings).await?;
    let keys = if args.key.is_empty() { keys::verifier_keys(&config)? } else { args.key.clone() };
    note::check_keys(&keys).map_err(|error| Failure::new(error).hint("see --key"))?;
    if keys.is_empty() {
        return Err(Failure::usage("no key was named, so that nobody can tell what was signed")
            .hint("see --key, or set KARTOTEK_AUDIT_KEY_FILE"));
    }
    let saved = saved_before(&args.checkpoint, &config, &keys)?;
    let exported =
        Exported::open(&args.exported).map_err(|error| Failure::new(error).hint("see --exported"))?;
    let door =
        Door::open(&settings, keys::none()?, Box::new(SystemClock)).await.map_err(database::failure)?;
    let leaving = match months(&settings, &door, args.before).await {
        Ok(leaving) => leaving,
        Err(failure) => {
            door.close().await;
            return Err(failure);
        }
    };
    let beside = Beside { saved, keys: &keys, before: None, exported: Arc::new(exported), leaving };
    let done = leave(&settings, &door, beside).await;
    door.close().await;
    done
}

/// Those that are in the database and were over before this one began.
async fn months(settings: &Settings, door: &Arc<Door>, before: Month) -> Result<Vec<Month>, Failure> {
    if Month::at(door.now()).is_none_or(|now| before > now) {
        return Err(Failure::usage(format!("{before} has not begun yet")).hint("see --before"));
    }
    let months = access::audit_months(settings).await.map_err(database::failure)?;
    let months = months.iter().map(|month| month.parse::<Month>().map_err(Failure::new));
    let mut months = months.collect::<Result<Vec<_>, _>>()?;
    months.retain(|month| *month < before);
    if months.is_empty() {
        return Err(Failure::usage(format!("there are no months before {before} in the database"))
            .hint("see --before"));
    }
    Ok(months)
}

async fn leave(settings: &Settings, door: &Arc<Door>, beside: Beside<'_>) -> Result<(), Failure> {
    let progress = Progress::of("events");
    let looked = prepare_to_detach(door, beside, |done, of| progress.done(done, of)).await;
    for detached in looked.map_err(not_detached)? {
        // First: who finds the events gone has to find why.
        record_detached(door, detached).await.map_err(Failure::new)?;
        let Detached { month, events } = detached;
        access::detach_month(settings, &month.to_string()).await.map_err(database::failure)?;
        let name = month.to_string().replace('-', "_");
        output::data(&format!(
            "{month}: {events} events; DROP TABLE audit_event_{name}, audit_subject_{name};\n"
        ))?;
    }
    output::note("keep the files: nothing else holds these events once the tables are dropped");
    Ok(())
}

fn not_detached(why: NotDetached) -> Failure {
    match &why {
        NotDetached::NotAsSigned(report) => {
            if let Err(failure) = tell_wrong(report) {
                return failure;
            }
            Failure::new(why)
                .hint("export again with --whole, without what is withheld too little is kept; and see docs/audit.md")
                .with_code(TAMPERED)
        }
        NotDetached::Unsealed(..) => Failure::new(why).hint("a worker seals them: is one running?"),
        NotDetached::Stopped(_) => Failure::new(why),
    }
}
