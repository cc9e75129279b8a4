//! `kartotek audit detach`

use super::verify::{TAMPERED, saved_before, tell_wrong};
use crate::{
    access::{self, Broken, Detaching, Door, Engine, SystemClock},
    cli::{args::AuditDetachArgs, database, failure::Failure, keys, output, progress::Progress},
    config::Config,
    domain::audit::{
        Beside, DetachedAreSealed, Leaving, NotDetached, prepare_to_detach, record_detached, record_kept,
    },
    transparency::{
        Detached, Exported, Month,
        note::SigningKeys,
        verify::{Signed, Wrong},
    },
};
use chrono::TimeDelta;
use std::{sync::Arc, time::Duration};
use tokio::time::interval;

/// How long after its end a month stays: events of it may still be on their way.
const AFTER: TimeDelta = TimeDelta::days(1);

/// How often it is tried to take a month out while somebody reads the log, and how long it is waited in between.
const TRIES: u32 = 60;
const PAUSE: Duration = Duration::from_secs(2);

/// How long it may take until what is recorded is sealed.
const SEALED: Duration = Duration::from_mins(1);

/// Takes months out of the database, once the files were seen to hold them.
pub(in crate::cli) async fn detach(args: AuditDetachArgs, config: Config) -> Result<(), Failure> {
    let settings = database::settings(&config);
    if access::engine(&settings) == Engine::Sqlite {
        return Err(Failure::usage("on SQLite the log is in one part")
            .hint("nothing has to be done: it is of the size of a file"));
    }
    database::must_be_there(&settings).await?;
    let keys = keys::signing_keys(&config)?.ok_or_else(|| {
        Failure::usage("what leaves is signed as the log is, and there is no key")
            .hint("set KARTOTEK_AUDIT_KEY_FILE to the server's")
    })?;
    let saved = saved_before(&args.checkpoint, &config, keys.verifier_keys())?;
    if let Some(wrong) = saved.wrong.first() {
        return Err(Failure::new(wrong.clone()).hint("see docs/audit.md").with_code(TAMPERED));
    }
    let saved = saved.signed;
    let exported =
        Exported::open(&args.exported).map_err(|error| Failure::new(error).hint("see --exported"))?;
    let door =
        Door::open(&settings, keys::none()?, Box::new(SystemClock)).await.map_err(database::failure)?;
    // From the look to the leaving: two that do this at once would say different things.
    let turn = access::detaching(&settings).await.map_err(database::failure);
    let done = match turn {
        Ok(Some(turn)) => {
            let done = leave(&turn, &door, &keys, (saved, exported, args.before)).await;
            if let Err(error) = turn.end().await {
                tracing::debug!(%error, "the turn ended by itself");
            }
            done
        }
        Ok(None) => Err(Failure::new("somebody else is taking months out of the log")
            .hint("run the same command again when they have ended")),
        Err(failure) => Err(failure),
    };
    door.close().await;
    done
}

/// Those that are in the database and were over before this one began.
async fn months(door: &Arc<Door>, before: Month) -> Result<Vec<Month>, Failure> {
    if Month::at(door.now() - AFTER).is_none_or(|now| before > now) {
        let why = format!("{before} has not begun yet, or not a day ago");
        return Err(Failure::usage(why).hint("see --before"));
    }
    let months = door.audit_months().await.map_err(database::failure)?;
    let months = months.iter().map(|month| month.parse::<Month>().map_err(Failure::new));
    let mut months = months.collect::<Result<Vec<_>, _>>()?;
    months.retain(|month| *month < before);
    if months.is_empty() {
        return Err(Failure::usage(format!("there are no months before {before} in the database"))
            .hint("see --before"));
    }
    Ok(months)
}

async fn leave(
    turn: &Detaching,
    door: &Arc<Door>,
    keys: &SigningKeys,
    (saved, exported, before): (Vec<Signed>, Exported, Month),
) -> Result<(), Failure> {
    let leaving = months(door, before).await?;
    let (keys_of, exported) = (keys.verifier_keys(), Arc::new(exported));
    let beside = Beside { saved, keys: keys_of, before: None, exported, leaving };
    let progress = Progress::of("events");
    let looked = prepare_to_detach(door, beside, |done, of| progress.done(done, of)).await;
    let Leaving { months, before } = looked.map_err(not_detached)?;
    let done = let_go(turn, (door, keys), &months, &before).await;
    if done.is_err() {
        // Nobody is to take away later what was said to have left. It may have left all the same, unheard of.
        for Detached { month, .. } in &months {
            if turn.has(&month.to_string()).await.map_err(|error| database::failure(error.into()))? {
                record_kept(door, keys, *month).await.map_err(Failure::new)?;
            }
        }
    }
    done
}

async fn let_go(
    turn: &Detaching,
    (door, keys): (&Arc<Door>, &SigningKeys),
    months: &[Detached],
    before: &[Detached],
) -> Result<(), Failure> {
    // First, and sealed: who finds the events gone has to find why.
    for detached in before.iter().chain(months) {
        record_detached(door, keys, *detached).await.map_err(Failure::new)?;
    }
    wait_until_sealed(door).await?;
    for Detached { month, places } in months {
        take_out(turn, *month, places.count).await?;
        let name = month.to_string().replace('-', "_");
        output::data(&format!(
            "{month}: {} events; DROP TABLE audit_event_{name}, audit_subject_{name};\n",
            places.count
        ))?;
    }
    output::note("keep the files: nothing else holds these events once the tables are dropped");
    Ok(())
}

async fn wait_until_sealed(door: &Arc<Door>) -> Result<(), Failure> {
    let sealed = async {
        let mut tick = interval(Duration::from_millis(200));
        loop {
            tick.tick().await;
            if door.program("audit", "detachMonth").read(DetachedAreSealed).await.map_err(Failure::new)? {
                return Ok(());
            }
        }
    };
    let waited = tokio::time::timeout(SEALED, sealed).await;
    waited.unwrap_or_else(|_| {
        Err(Failure::new("nobody seals the log, and before that nothing leaves")
            .hint("start a worker that has the key, and run the same command again"))
    })
}

async fn take_out(turn: &Detaching, month: Month, events: u64) -> Result<(), Failure> {
    let mut tick = interval(PAUSE);
    for _ in 0..TRIES {
        tick.tick().await;
        match turn.month(&month.to_string(), events).await.map_err(Broken::from) {
            Err(Broken::Contention) => {}
            done => return done.map_err(database::failure),
        }
    }
    Err(Failure::new(format!(
        "{month} is still in the database: somebody has been reading the log all the time"
    ))
    .hint("run the same command again when less is going on"))
}

fn not_detached(why: NotDetached) -> Failure {
    match &why {
        NotDetached::NotAsSigned(report) => {
            if let Err(failure) = tell_wrong(report) {
                return failure;
            }
            let is_files = |wrong: &Wrong| matches!(wrong, Wrong::NotInFiles(..));
            if !report.wrong.is_empty() && report.wrong.iter().all(is_files) {
                return Failure::new("the files do not hold all of these months").hint(
                    "go on with the export, `kartotek audit export --whole --output FILE`, and name all files",
                );
            }
            Failure::new(why)
                .hint("name files that `kartotek audit export --whole` has written, with all events of these months; and see docs/audit.md")
                .with_code(TAMPERED)
        }
        NotDetached::Unsealed(..) => Failure::new(why).hint("a worker seals them: is one running?"),
        NotDetached::Changed { .. } => Failure::new(why)
            .hint("an event came meanwhile, or some were removed: `kartotek audit verify` says which"),
        NotDetached::Stopped(_) => Failure::new(why),
    }
}
