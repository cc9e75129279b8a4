//! What to say of rows that were left out, and of where they go.

use crate::{
    cli::{args::ImportArgs, client::TRY_AGAIN, failure::Failure, output},
    rows::{NoRejects, Rejected, Rejects, Source, default_path},
};

/// Where those of a file go; those of a dry run only where that is named.
pub(super) fn those_of(source: &Source, args: &ImportArgs) -> Result<Option<Rejects>, Failure> {
    if args.dry_run && args.rejects.is_none() {
        return Ok(None);
    }
    let place = args.rejects.clone().unwrap_or_else(|| default_path(&source.name));
    Rejects::open(place, source).map(Some).map_err(not_written)
}

/// What to do where they cannot be written.
pub(super) fn not_written(error: NoRejects) -> Failure {
    match &error {
        NoRejects::Source | NoRejects::NoFile(_) => {
            Failure::usage(error).hint("name a file that is not there yet with --rejects")
        }
        NoRejects::There(_) => Failure::new(error)
            .hint("move it away, or name another with --rejects, and run the same command again to go on"),
        NoRejects::Busy => Failure::new(error).with_code(TRY_AGAIN),
        NoRejects::NotWhole { .. } => {
            Failure::new(error).hint("run the same command again: what was left out is told anew")
        }
        NoRejects::Broken { .. } => Failure::new(error).hint("name another with --rejects"),
    }
}

/// Names a row that was left out.
pub(super) fn tell(source: &Source, rejected: &Rejected, is_last: bool) {
    let Rejected { line, column, reason } = rejected;
    let column = column.as_ref().map_or_else(String::new, |column| format!(", column {column}"));
    let more = if is_last { "; further ones are not told here" } else { "" };
    output::note(&format!("{} line {line}{column}: {reason}{more}", source.name.display()));
}
