//! `kartotek audit`: what keeps the audit log provable, and looks whether it is what was signed.

use super::{
    args::{AuditKeyArgs, AuditVerifyArgs},
    database,
    failure::Failure,
    keys, output,
};
use crate::{
    access::{self, Broken, Door, SystemClock},
    auth::write_new_secret,
    checkpoints::Checkpoints,
    config::Config,
    crypto::MasterKeys,
    domain::audit::{self, Report},
    transparency::{
        note::{self, SigningKeys, Unfit},
        verify::Signed,
    },
};
use std::{
    fs,
    io::{self, IsTerminal, Write},
    path::Path,
};

/// The log is not what was signed.
const TAMPERED: u8 = 2;

/// Makes a key, and prints what its signatures are checked with.
pub(super) fn key(args: &AuditKeyArgs) -> Result<(), Failure> {
    let line = keys::signing_key(&args.origin)?;
    let made = SigningKeys::parse(&line).map_err(Failure::new)?;
    write_new_secret(&args.file, line.as_bytes()).map_err(|error| {
        Failure::new(error)
            .hint(format!("{} is to be a new file in a folder that is there", args.file.display()))
    })?;
    Ok(output::data(&format!("{}\n", made.verifier_keys().join("\n")))?)
}

/// Looks through the log, and says what is wrong with it.
pub(super) async fn verify(args: AuditVerifyArgs, config: Config) -> Result<(), Failure> {
    let keys = if args.key.is_empty() { keys::verifier_keys(&config)? } else { args.key };
    note::check_keys(&keys).map_err(|error| Failure::usage(error).hint("see --key"))?;
    if keys.is_empty() {
        output::note("no key was named, so that no signature is checked: see --key");
    }
    let mut saved = Vec::new();
    if args.checkpoint.is_empty() {
        let file = keys::checkpoints(&config);
        // A server that has just begun has signed nothing.
        if fs::metadata(file.path()).is_ok_and(|file| file.len() > 0) {
            saved.extend(read(file.path(), &keys)?);
        } else {
            output::note(
                "no checkpoint was saved outside the database: a log that was cut off cannot be told from a whole one",
            );
        }
    }
    for file in &args.checkpoint {
        saved.extend(read(file, &keys)?);
    }
    let settings = database::settings(&config);
    if let Some(file) = database::file(&settings).filter(|file| !file.exists()) {
        return Err(Failure::new(format!("there is no database at {}", file.display()))
            .hint("set KARTOTEK_DATABASE_URL to where it is"));
    }
    let pending = access::migrations(&settings).await.map_err(database::failure)?;
    if pending.iter().any(|(_, applied)| !applied) {
        let why = "this database is not up to date: migrations are pending";
        return Err(database::failure(Broken::Unfit(why.to_owned())));
    }
    // Nothing that is sealed is opened: any keys will do.
    let none = MasterKeys::parse(&MasterKeys::generate_text()?).map_err(Failure::new)?;
    let door = Door::open(&settings, none, Box::new(SystemClock)).await.map_err(database::failure)?;
    let report = audit::verify(&door, saved, &keys, progress).await;
    door.close().await;
    tell(&report.map_err(Failure::new)?)
}

fn tell(report: &Report) -> Result<(), Failure> {
    for wrong in &report.wrong {
        output::data(&format!("TAMPERED: {wrong}\n"))?;
    }
    let Report { size, unsealed, agreements, wrong } = report;
    output::data(&format!(
        "{size} events are sealed and {unsealed} are not yet; {agreements} checkpoints agree, {} findings\n",
        wrong.len()
    ))?;
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Failure::new("the audit log is not what was signed")
        .hint("keep the database and the checkpoints as they are, and see docs/audit.md")
        .with_code(TAMPERED))
}

/// What a file says was signed: a note, or a line of JSON for each.
fn read(file: &Path, keys: &[String]) -> Result<Vec<Signed>, Failure> {
    let named = |error: String| Failure::usage(error).hint(format!("see {}", file.display()));
    let text = fs::read(file).map_err(|error| named(error.to_string()))?;
    let notes = if note::read(&text).is_ok() {
        vec![text]
    } else {
        let (lines, damaged) =
            Checkpoints::new(file.to_owned()).all().map_err(|error| named(error.to_string()))?;
        if damaged > 0 {
            output::note(&format!("{damaged} lines of {} are damaged or broken off", file.display()));
        }
        lines.into_iter().map(|line| line.note.into_bytes()).collect()
    };
    if notes.is_empty() {
        return Err(named("there is no signed note in it".to_owned()));
    }
    let (mut signed, mut by_others) = (Vec::new(), 0);
    for note in &notes {
        let said = match if keys.is_empty() { note::read(note) } else { note::open(note, keys) } {
            // The key may have been replaced since.
            Err(Unfit::NotSigned) if notes.len() > 1 => {
                by_others += 1;
                continue;
            }
            said => said.map_err(|error| named(error.to_string()))?,
        };
        let whence = format!("{} of {} events", file.display(), said.size);
        signed.push(Signed { size: said.size, root: said.root, outside: true, whence });
    }
    if signed.is_empty() {
        return Err(named(Unfit::NotSigned.to_string()));
    }
    if by_others > 0 {
        output::note(&format!(
            "{by_others} of {} were signed by none of the keys: name the earlier ones, too",
            notes.len()
        ));
    }
    Ok(signed)
}

/// Says on a terminal how far it is.
fn progress(done: u64, of: u64) {
    if io::stderr().is_terminal() {
        let end = if done == of { "\n" } else { "" };
        let _ = write!(io::stderr(), "\rlooked at {done} of {of} events{end}");
    }
}
