//! `kartotek audit verify`

use super::saved::Saved;
use crate::{
    access::{Door, SystemClock},
    cli::{args::AuditVerifyArgs, database, failure::Failure, keys, output, progress::Progress},
    config::Config,
    domain::audit::{self, Beside},
    transparency::{
        Exported, file, note,
        verify::{Late, Report, State, Wrong},
    },
};
use std::{
    fs::{self, File},
    io::{BufReader, ErrorKind},
    path::{Path, PathBuf},
    sync::Arc,
};

/// The log is not what was signed.
pub(super) const TAMPERED: u8 = 2;

/// It is, as far as it was looked at.
const UNSEEN: u8 = 3;

/// Looks through the log, and says what is wrong with it.
pub(in crate::cli) async fn verify(args: AuditVerifyArgs, config: Config) -> Result<(), Failure> {
    let keys = if args.key.is_empty() { keys::verifier_keys(&config)? } else { args.key.clone() };
    note::check_keys(&keys).map_err(|error| Failure::new(error).hint("see --key"))?;
    if keys.is_empty() {
        output::note("no key was named, so that no signature is checked: see --key");
    }
    let checkpoints = (args.from.is_none() || !args.checkpoint.is_empty()).then_some(&args.checkpoint[..]);
    let saved = checkpoints.map_or(Ok(Saved::default()), |files| saved_before(files, &config, &keys))?;
    match &args.from {
        Some(path) => in_file(path, saved, &keys),
        None => in_database(&args, &config, saved, &keys).await,
    }
}

/// What was signed and kept elsewhere, as far as it was named, or the server writes it down.
pub(super) fn saved_before(files: &[PathBuf], config: &Config, keys: &[String]) -> Result<Saved, Failure> {
    let mut saved = Saved::default();
    if files.is_empty() {
        let file = keys::checkpoints(config);
        // A server that has just begun has signed nothing.
        if fs::metadata(file.path()).is_ok_and(|file| file.len() > 0) {
            saved.read(file.path(), keys)?;
        } else {
            output::note(
                "no checkpoint was saved outside the database: a log that was cut off cannot be told from a whole one",
            );
        }
    }
    for file in files {
        saved.read(file, keys)?;
    }
    Ok(saved)
}

fn in_file(path: &Path, saved: Saved, keys: &[String]) -> Result<(), Failure> {
    let named = |error| Failure::new(error).hint(format!("see {}", path.display()));
    let file = File::open(path).map_err(named)?;
    let length = file.metadata()?.len();
    let progress = Progress::of("bytes");
    let file = BufReader::new(file);
    let mut looked = file::look_through(file, &saved.signed, keys, |done| progress.done(done, length))?;
    looked.report.wrong.extend(saved.wrong);
    if looked.proven > 0 {
        output::note(
            "the file holds a part of the log: each event of it is proven, and nothing shows whether there are others",
        );
    }
    let what = match (looked.proven, looked.report.size) {
        (0, size) => format!("{size} events, the whole log by then"),
        (proven, 0) => format!("{proven} events, each proven to be in the log"),
        (proven, size) => {
            format!("{size} events, the whole log by then, and {proven} more, each proven to be in it")
        }
    };
    tell(&what, &looked.report, saved.unknown)
}

async fn in_database(
    args: &AuditVerifyArgs,
    config: &Config,
    saved: Saved,
    keys: &[String],
) -> Result<(), Failure> {
    let settings = database::settings(config);
    database::must_be_there(&settings).await?;
    let before = args.state.as_deref().map(read_state).transpose()?.flatten();
    let exported =
        Arc::new(Exported::open(&args.exported).map_err(|error| Failure::new(error).hint("see --exported"))?);
    let door =
        Door::look(&settings, keys::none()?, Box::new(SystemClock)).await.map_err(database::failure)?;
    let progress = Progress::of("events");
    let told = |done, of| progress.done(done, of);
    let (before, leaving) = (before.as_ref(), Vec::new());
    let beside = Beside { saved: saved.signed, keys, before, exported, leaving };
    let looked = audit::verify(&door, beside, told).await;
    door.close().await;
    let (mut report, state) = looked.map_err(Failure::new)?;
    report.wrong.extend(saved.wrong);
    let is_sound = report.unseen.is_empty() && report.wrong.is_empty();
    if let Some((path, state)) = args.state.as_deref().zip(state.filter(|_| is_sound)) {
        write_state(path, &state)?;
    }
    let Report { size, unsealed, .. } = &report;
    tell(&format!("{size} events are sealed and {unsealed} are not yet"), &report, saved.unknown)
}

/// How far the log was looked through before.
fn read_state(path: &Path) -> Result<Option<State>, Failure> {
    let named = || format!("see {}: without it the log is looked through from its beginning", path.display());
    match fs::read(path) {
        Ok(text) => {
            let state = serde_json::from_slice::<State>(&text);
            let state = state.map_err(|error| Failure::new(error).hint(named()))?;
            output::note(&format!("the first {} events were looked at before", state.size));
            Ok(Some(state))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::new(error).hint(named())),
    }
}

/// In one step: whoever is broken off leaves the old one.
fn write_state(path: &Path, state: &State) -> Result<(), Failure> {
    let beside = path.with_extension("new");
    fs::write(&beside, serde_json::to_vec(state)?)?;
    Ok(fs::rename(beside, path)?)
}

/// What is wrong or was not looked at, each on a line.
pub(super) fn tell_wrong(report: &Report) -> Result<(), Failure> {
    for wrong in &report.wrong {
        let word = if matches!(wrong, Wrong::NotInFiles(..)) { "MISSING" } else { "TAMPERED" };
        output::data(&format!("{word}: {wrong}\n"))?;
    }
    if report.more > 0 {
        output::data(&format!("TAMPERED: and {} more\n", report.more))?;
    }
    for (month, events) in &report.unseen {
        output::data(&format!("NOT LOOKED AT: {events} events of {month}, which was detached\n"))?;
    }
    Ok(())
}

/// `unknown` checkpoints are signed by none of the keys.
fn tell(what: &str, report: &Report, unknown: u64) -> Result<(), Failure> {
    tell_wrong(report)?;
    let Report { agreements, not_compared, late, wrong, more, unseen, .. } = report;
    if *not_compared > 0 {
        output::note(&format!(
            "{not_compared} checkpoints are about sizes of the log that were not looked at now, and were not compared"
        ));
    }
    if let Some(Late { count, first: (place, id), after }) = late {
        output::note(&format!(
            "{count} events say that they happened more than a minute before others that had their places by then: the first is event {id} \
             at place {place}, which says that it happened before the one at place {after}. A clock was wrong, or somebody has added \
             events afterwards"
        ));
    }
    let findings = wrong.len() as u64 + more;
    output::data(&format!("{what}; {agreements} checkpoints agree, {findings} findings\n"))?;
    if wrong.is_empty() {
        if unseen.is_empty() && unknown > 0 {
            let why =
                format!("{unknown} of the checkpoints are signed by none of the keys, and were not compared");
            return Err(Failure::new(why).hint("name the earlier keys, too: see --key").with_code(UNSEEN));
        }
        if unseen.is_empty() {
            return Ok(());
        }
        return Err(Failure::new("not all of the log was looked at")
            .hint("name the files that these months were exported to with --exported")
            .with_code(UNSEEN));
    }
    Err(Failure::new("the audit log is not what was signed")
        .hint("keep the database and the checkpoints as they are, and see docs/audit.md")
        .with_code(TAMPERED))
}
