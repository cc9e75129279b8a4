//! Files one after the other, in the order in which they need each other.

use super::{
    direct::Direct,
    file::{Over, bring_in},
    reference_data,
    remote::Remote,
    sink::Sink,
    survey::Survey,
};
use crate::{
    cli::{args::ImportArgs, client, failure::Failure, output, stop::told_to_stop},
    config::Config,
    rows::Unreadable,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Some rows were left out.
pub(super) const REJECTED: u8 = 3;

/// Somebody stopped it.
const INTERRUPTED: u8 = 130;

/// Brings all files in; without settings by way of a server.
pub(in crate::cli) async fn run(args: ImportArgs, config: Option<Config>) -> Result<(), Failure> {
    let survey = Survey::of(&args)?;
    let sink = match config {
        Some(config) => Sink::Direct(Direct::open(&config).await?),
        None => Sink::Remote(Remote::new(client::open(&args.client, Some("kartotek import"))?)),
    };
    let stopped = watch_for_stop()?;
    let done = all(&sink, &survey, &args, &stopped).await;
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
        return Err(Failure::new(format!("rows were left out: {rejected}")).hint(hint).with_code(REJECTED));
    }
    Ok(())
}

/// What to say of a file that cannot be read.
pub(super) fn unreadable(path: &str, error: Unreadable) -> Failure {
    let hint = match &error {
        Unreadable::Kind => Some("say it with --as, such as --as customers"),
        Unreadable::Unknown { .. } => Some("rename the column, or pass it over with --ignore"),
        Unreadable::Header => Some("the first line has to name the columns"),
        Unreadable::NoFile => Some("give a regular file: save what comes out of a pipe first"),
        Unreadable::NotUtf8 { .. } => {
            Some("put that line right; or say --encoding windows-1252 if all of the file is that")
        }
        Unreadable::Changed => Some(
            "what was brought in of it stays: bring it in again, as it is now, and leave it alone until that is done",
        ),
        Unreadable::TooLong { .. } | Unreadable::Quote { .. } => {
            Some("nothing from there on was brought in: put the file right, and bring it in again")
        }
        _ => None,
    };
    let named = Named { path: path.to_owned(), error };
    // What is wrong with a whole file is a mistake of who names it; what is found on the way is not.
    let on_the_way = matches!(
        named.error,
        Unreadable::TooLong { .. }
            | Unreadable::Quote { .. }
            | Unreadable::Changed
            | Unreadable::Broken { .. }
    );
    let failure = if on_the_way { Failure::new(named) } else { Failure::usage(named) };
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// What is wrong with a file, with its name.
#[derive(Debug)]
struct Named {
    path: String,
    error: Unreadable,
}

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.error)
    }
}

impl std::error::Error for Named {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
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
async fn all(sink: &Sink, survey: &Survey, args: &ImportArgs, stopped: &AtomicBool) -> Result<i64, Failure> {
    let has_reference_data = !(survey.documents.is_empty() && survey.tables.is_empty());
    if has_reference_data && reference_data::bring_in(sink, survey, args).await? {
        return Err(Failure::new("nothing was brought in, as nobody agreed"));
    }
    let mut rejected = 0;
    for (source, kind) in &survey.rows {
        if stopped.load(Ordering::Relaxed) {
            break;
        }
        let Over { rejected: more, told } = bring_in(sink, (source, *kind), args, stopped).await?;
        rejected += more;
        if let Some(told) = told {
            output::data(&told)?;
        }
    }
    Ok(rejected)
}
