//! Files one after the other, in the order in which they need each other.

use super::{
    direct::Direct,
    file::{Over, bring_in},
    sink::Sink,
};
use crate::{
    cli::{args::ImportArgs, failure::Failure, output, stop::told_to_stop},
    config::Config,
    rows::{Encoding, Source, Unreadable},
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Some rows were left out.
const REJECTED: u8 = 3;

/// Somebody stopped it.
const INTERRUPTED: u8 = 130;

/// Brings all files in.
pub(in crate::cli) async fn run(args: ImportArgs, config: Config) -> Result<(), Failure> {
    let sources = survey(&args)?;
    let sink = Sink::Direct(Direct::open(&config).await?);
    let stopped = watch_for_stop()?;
    let done = all(&sink, &sources, &args, &stopped).await;
    sink.close().await;
    let rejected = done?;
    if stopped.load(Ordering::Relaxed) {
        return Err(Failure::new("interrupted")
            .hint("what is brought in so far stays: run the same command again to go on")
            .with_code(INTERRUPTED));
    }
    if rejected > 0 {
        let hint = if args.dry_run {
            "put them right, or leave them out; name a file with --rejects to have them all"
        } else {
            "put them right in the files of rejects, and bring those in"
        };
        return Err(Failure::new(format!("{rejected} rows were left out")).hint(hint).with_code(REJECTED));
    }
    Ok(())
}

/// All files, looked at before anything of any is brought in.
fn survey(args: &ImportArgs) -> Result<Vec<Source>, Failure> {
    if args.rejects.is_some() && args.files.len() > 1 {
        return Err(Failure::usage("--rejects is for one file: bring in several without it, or one by one"));
    }
    let mut sources = Vec::with_capacity(args.files.len());
    for path in &args.files {
        let source =
            Source::survey(path, args.kind.map(Into::into), args.encoding.map(Into::into), &args.ignore);
        let source = source.map_err(|error| unreadable(&path.display().to_string(), error))?;
        if source.guessed && source.encoding == Encoding::Windows1252 {
            output::note(&format!("{} is not UTF-8, and is read as Windows-1252", path.display()));
        }
        sources.push(source);
    }
    sources.sort_by_key(|source| source.kind);
    Ok(sources)
}

/// What to say of a file that cannot be read.
pub(super) fn unreadable(path: &str, error: Unreadable) -> Failure {
    let hint = match &error {
        Unreadable::Kind => Some("say it with --as: customers, subscriptions, consents or data-locations"),
        Unreadable::Unknown { .. } => Some("rename the column, or pass it over with --ignore"),
        Unreadable::Header => Some("the first line has to name the columns"),
        Unreadable::NotUtf8 => Some("say --encoding windows-1252 if it is that"),
        Unreadable::TooLong { .. } | Unreadable::Quote { .. } => {
            Some("nothing from there on was brought in: put the file right, and bring it in again")
        }
        _ => None,
    };
    let failure = Failure::new(Named { path: path.to_owned(), error });
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{path}: {error}")]
struct Named {
    path: String,
    error: Unreadable,
}

/// Set once somebody wants it to stop; a second time it stops at once.
fn watch_for_stop() -> Result<Arc<AtomicBool>, Failure> {
    let stopped = Arc::new(AtomicBool::new(false));
    let (set, first, second) = (stopped.clone(), told_to_stop()?, told_to_stop()?);
    tokio::spawn(async move {
        first.await;
        set.store(true, Ordering::Relaxed);
        output::note("stopping after what is under way; once more stops at once");
        second.await;
        std::process::exit(INTERRUPTED.into());
    });
    Ok(stopped)
}

/// How many rows were left out.
async fn all(
    sink: &Sink,
    sources: &[Source],
    args: &ImportArgs,
    stopped: &AtomicBool,
) -> Result<i64, Failure> {
    let mut rejected = 0;
    for source in sources {
        let Over { rejected: more, told } = bring_in(sink, source, args, stopped).await?;
        rejected += more;
        if let Some(told) = told {
            output::data(&told)?;
        }
        if stopped.load(Ordering::Relaxed) {
            break;
        }
    }
    Ok(rejected)
}
