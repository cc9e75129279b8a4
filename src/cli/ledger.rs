//! `kartotek ledger replay`: after a restored backup, erases again whom the ledger says was erased.

use super::{args::ReplayArgs, database, failure::Failure, keys, output};
use crate::{
    access::{Door, SystemClock},
    config::Config,
    domain::{
        catalog::Catalogs,
        erasure::{Outcome, Replay, Replayed},
        master_key::UseMasterKeys,
    },
    ledger::{Intent, Ledger},
    server::NotStarted,
};
use std::{path::PathBuf, sync::Arc};

/// Something is left that only a person can decide.
const LEFT_TO_A_PERSON: u8 = 3;

/// Where the ledger is, by the configuration.
pub(super) fn path(config: &Config) -> PathBuf {
    config.erasure_ledger_file.clone().unwrap_or_else(|| config.data_dir.join("erasure-ledger.jsonl"))
}

/// The ledger, in a folder that is there.
pub(super) fn at_hand(config: &Config) -> Result<Ledger, Failure> {
    if config.erasure_ledger_file.is_none() {
        database::make_folder(&config.data_dir)?;
    }
    Ok(Ledger::new(path(config)))
}

pub(super) async fn replay(args: ReplayArgs, config: Config) -> Result<(), Failure> {
    let path = path(&config);
    if !path.exists() {
        return Err(Failure::new(format!("there is no erasure ledger at {}", path.display())).hint(
            "set KARTOTEK_ERASURE_LEDGER_FILE to where it is: it is not part of a backup of the database",
        ));
    }
    let settings = database::settings(&config);
    database::must_be_there(&settings).await?;
    let (master_keys, _) = keys::master(&config, false)?;
    let door = Door::open(&settings, master_keys, Box::new(SystemClock)).await.map_err(database::failure)?;
    let replayed = go_through(&door, Ledger::new(path), args.dry_run).await;
    door.close().await;
    let replayed = replayed?;
    output::data(&summary(&replayed, args.dry_run))?;
    if replayed.failed > 0 {
        return Err(Failure::new("some customers who were erased are still here")
            .hint("the lines above say who and why; run it again once that is put right"));
    }
    if replayed.unfinished > 0 || !replayed.torn.is_empty() {
        return Err(Failure::new("something is left to a person")
            .hint("see which erasures were intended and are not said to be done, and decide about each")
            .with_code(LEFT_TO_A_PERSON));
    }
    Ok(())
}

async fn go_through(door: &Arc<Door>, ledger: Ledger, dry_run: bool) -> Result<Replayed, Failure> {
    let keys = door.program("setup", "useMasterKeys").write(UseMasterKeys).await;
    keys.map_err(|stop| database::not_started(NotStarted::of_keys(stop)))?;
    let catalog = Catalogs::load(door).await?.current();
    output::note(&format!("going through {}", ledger.path().display()));
    let replay = Replay { door: door.clone(), catalog, ledger: Arc::new(ledger), dry_run };
    let mut told = Ok(());
    let replayed = replay
        .run(|intent, outcome| {
            if told.is_ok() {
                told = output::data(&line(intent, outcome));
            }
        })
        .await?;
    told?;
    if !dry_run && !door.empty_log().await? {
        output::note("the database is in use: what was destroyed may stay in its log for a few seconds");
    }
    Ok(replayed)
}

fn line(intent: &Intent, outcome: &Outcome) -> String {
    let (word, why) = match outcome {
        Outcome::Erased => ("erased again", ""),
        Outcome::Here => ("here again", ""),
        Outcome::Failed(why) => ("failed", why.as_str()),
        Outcome::Unfinished => ("unfinished", ""),
    };
    let line = format!("{word}\t{}\t{}\t{}\t{why}", intent.customer, intent.entry, intent.at.to_rfc3339());
    [line.trim_end(), "\n"].concat()
}

fn summary(replayed: &Replayed, dry_run: bool) -> String {
    let Replayed { entries, here_again, failed, unfinished, torn } = replayed;
    let did = if dry_run { "to erase" } else { "erased" };
    let number = here_again - failed;
    let counts = format!(
        "erasures on record {entries}, here again {here_again}, {did} {number}, failed {failed}, unfinished {unfinished}\n"
    );
    let torn = torn.iter().map(|line| format!("line {line} broke off, and nothing was done for it\n"));
    std::iter::once(counts).chain(torn).collect()
}
