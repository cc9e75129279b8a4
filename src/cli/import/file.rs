//! One file: chunk by chunk, several under way at once, each row once however often it is interrupted.

use super::{
    run::{REJECTED, unreadable},
    sink::{Batch, Begun, Came, Counts, Sink},
    summary::Summary,
};
use crate::{
    cli::{args::ImportArgs, failure::Failure, output, progress::Progress},
    domain::import::UNDER_WAY,
    rows::{Chunk, Chunks, Rejected, Rejects, Rows, Source, default_path},
};
use entity::enums::ImportKind;
use std::{
    collections::VecDeque,
    io,
    sync::atomic::{AtomicBool, Ordering},
};
use tokio::task::JoinHandle;

/// How many rows that were left out are told one by one.
const TOLD: i64 = 20;

/// What came of a file.
pub(super) struct Over {
    pub rejected: i64,
    /// For standard output; nothing of one that was interrupted.
    pub told: Option<String>,
}

/// Brings a file in, or goes on with it.
pub(super) async fn bring_in(
    sink: &Sink,
    (source, kind): (&Source, ImportKind),
    args: &ImportArgs,
    stopped: &AtomicBool,
) -> Result<Over, Failure> {
    let begun = sink.begin(kind, &source.digest(), args.again).await?;
    if let Some(at) = begun.finished_at.filter(|_| !args.dry_run) {
        let file = source.path.display();
        output::note(&format!("{file} was brought in before ({at}); --again goes through it once more"));
        let summary = Summary::new(&source.path, kind, begun.id, begun.counts);
        return Ok(Over { rejected: 0, told: Some(Summary { before: true, ..summary }.text(args.output)?) });
    }
    let mut file = OneFile::open(sink, (source, kind), args, begun)?;
    file.go_through(stopped).await?;
    file.finish(stopped.load(Ordering::Relaxed)).await
}

/// A file on its way.
struct OneFile<'a> {
    sink: &'a Sink,
    source: &'a Source,
    kind: ImportKind,
    args: &'a ImportArgs,
    begun: Begun,
    chunks: Chunks,
    rejects: Rejects,
    progress: Progress,
    /// Those that were done before among them, unless it is a dry run.
    counts: Counts,
    /// Rows, those that were done before among them.
    seen: u64,
    /// Chunks.
    done: i32,
}

impl<'a> OneFile<'a> {
    fn open(
        sink: &'a Sink,
        (source, kind): (&'a Source, ImportKind),
        args: &'a ImportArgs,
        begun: Begun,
    ) -> Result<Self, Failure> {
        let path = source.path.display().to_string();
        let chunks =
            Chunks::open(source, kind, begun.zone.clone()).map_err(|error| unreadable(&path, error))?;
        let place = args.rejects.clone().unwrap_or_else(|| default_path(&source.path));
        let rejects = Rejects::new(place, source, chunks.header());
        let counts = if args.dry_run { Counts::default() } else { begun.counts };
        let progress = Progress::of("rows");
        Ok(Self { sink, source, kind, args, begun, chunks, rejects, progress, counts, seen: 0, done: 0 })
    }

    /// All chunks, in order. What is under way when something fails is waited for: it is done, and told.
    async fn go_through(&mut self, stopped: &AtomicBool) -> Result<(), Failure> {
        let mut under_way = VecDeque::new();
        let mut failed = None;
        loop {
            while failed.is_none() && under_way.len() < self.sink.lanes() && !stopped.load(Ordering::Relaxed)
            {
                match self.next().await {
                    Ok(Some(chunk)) => under_way.push_back(self.send(chunk)),
                    Ok(None) => break,
                    Err(failure) => failed = Some(failure),
                }
            }
            let Some((chunk, sent)) = under_way.pop_front() else { break };
            match came(sent).await.and_then(|came| self.take(&chunk, came)) {
                Ok(()) => {}
                Err(failure) => failed = failed.or(Some(failure)),
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// The next chunk that is not done.
    async fn next(&mut self) -> Result<Option<Chunk>, Failure> {
        loop {
            let path = self.source.path.display().to_string();
            let Some(chunk) = self.chunks.next_chunk().map_err(|error| unreadable(&path, error))? else {
                return Ok(None);
            };
            self.done = chunk.number + 1;
            if self.args.dry_run {
                return Ok(Some(chunk));
            }
            if chunk.number == (self.begun.next - UNDER_WAY).max(0) && self.begun.next > 0 {
                self.rejects.go_on(chunk.first_line()).map_err(|error| self.not_written(error))?;
            }
            let rejected = self.begun.done.iter().find(|(number, _)| *number == chunk.number);
            match rejected {
                None if chunk.number >= self.begun.next => return Ok(Some(chunk)),
                // What was told of it may not have arrived.
                Some((_, rejected)) if *rejected > 0 => self.tell_again(chunk).await?,
                _ => self.seen += chunk.len() as u64,
            }
        }
    }

    /// Asks once more what of a chunk was left out.
    async fn tell_again(&mut self, chunk: Chunk) -> Result<(), Failure> {
        let (chunk, batch) = self.batch(chunk);
        let came = self.sink.bring_in(batch).await?;
        self.seen += chunk.len() as u64;
        let rejected = chunk.rejected(came.refused);
        self.rejects.add(&chunk, &rejected).map_err(|error| self.not_written(error))
    }

    fn batch(&self, mut chunk: Chunk) -> (Chunk, Batch) {
        let rows = std::mem::replace(&mut chunk.rows, Rows::Customers(Vec::new()));
        let batch = Batch {
            import: self.begun.id.clone(),
            number: chunk.number,
            rows,
            unread: chunk.unread(),
            strict: self.args.strict && !self.args.dry_run,
            dry_run: self.args.dry_run,
        };
        (chunk, batch)
    }

    fn send(&self, chunk: Chunk) -> (Chunk, JoinHandle<Result<Came, Failure>>) {
        let (chunk, batch) = self.batch(chunk);
        let sink = self.sink.clone();
        (chunk, tokio::spawn(async move { sink.bring_in(batch).await }))
    }

    fn take(&mut self, chunk: &Chunk, came: Came) -> Result<(), Failure> {
        let before = self.counts.rejected;
        self.counts.add(came.counts);
        self.seen += chunk.len() as u64;
        let rejected = chunk.rejected(came.refused);
        if came.kept_out {
            for (_, one) in rejected.iter().take(20) {
                tell(self.source, one, false);
            }
            return Err(Failure::new("none of the rows around these was brought in, as --strict says")
                .hint("put them right, and run the same command again to go on")
                .with_code(REJECTED));
        }
        for (told, (_, one)) in (before..TOLD).zip(&rejected) {
            tell(self.source, one, told + 1 == TOLD);
        }
        if !self.args.dry_run || self.args.rejects.is_some() {
            self.rejects.add(chunk, &rejected).map_err(|error| self.not_written(error))?;
        }
        let bytes = self.chunks.bytes().clamp(1, self.source.size);
        let all = u128::from(self.seen) * u128::from(self.source.size) / u128::from(bytes);
        self.progress.done(self.seen, u64::try_from(all).unwrap_or(u64::MAX).max(self.seen + 1));
        if u64::try_from(self.counts.rejected).unwrap_or_default() > self.args.max_rejects {
            return Err(Failure::new(format!("{} rows were left out so far", self.counts.rejected)).hint(
                "look at why; if that is as it should be, run the same command again with a larger --max-rejects",
            ));
        }
        Ok(())
    }

    fn not_written(&self, error: io::Error) -> Failure {
        let path = self.rejects.path().display();
        let hint = match error.kind() {
            io::ErrorKind::AlreadyExists => {
                format!("{path} is there already: move it away, or name another with --rejects")
            }
            _ => format!("{path} cannot be written: name another with --rejects"),
        };
        Failure::new(error).hint(hint)
    }

    async fn finish(self, interrupted: bool) -> Result<Over, Failure> {
        self.progress.done(self.seen.max(1), self.seen.max(1));
        let rejected = self.counts.rejected;
        if interrupted {
            return Ok(Over { rejected, told: None });
        }
        if !self.args.dry_run {
            self.sink.finish(&self.begun.id, self.done).await?;
        }
        let summary = Summary::new(&self.source.path, self.kind, self.begun.id.clone(), self.counts);
        let written = self.rejects.path();
        let rejects = Some(written).filter(|path| rejected > 0 && path.exists());
        let summary = Summary { rejects, dry_run: self.args.dry_run, ..summary };
        Ok(Over { rejected, told: Some(summary.text(self.args.output)?) })
    }
}

async fn came(sent: JoinHandle<Result<Came, Failure>>) -> Result<Came, Failure> {
    sent.await?
}

/// Names a row that was left out.
fn tell(source: &Source, rejected: &Rejected, is_last: bool) {
    let Rejected { line, column, reason } = rejected;
    let column = column.as_ref().map_or_else(String::new, |column| format!(", column {column}"));
    let more = if is_last { "; further ones are not told here" } else { "" };
    output::note(&format!("{} line {line}{column}: {reason}{more}", source.path.display()));
}
