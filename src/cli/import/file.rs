//! One file: chunk by chunk, several under way at once, each row once however often it is interrupted.

use super::{
    left_out::{not_written, tell, those_of},
    run::{REJECTED, unreadable},
    sink::{Batch, Begun, Came, Counts, Sink},
    summary::Summary,
};
use crate::{
    cli::{args::ImportArgs, failure::Failure, output, progress::Progress},
    domain::import::UNDER_WAY,
    rows::{Chunk, Chunks, Rejects, Rows, Source},
};
use chrono::{DateTime, Utc};
use entity::enums::ImportKind;
use std::{
    collections::VecDeque,
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
    // First of all: nobody else brings it in from here until this is over.
    let rejects = those_of(source, args)?;
    let begun = sink.begin(kind, &source.digest(), args.again).await?;
    if let Some(at) = begun.finished_at.filter(|_| !args.dry_run) {
        return before((source, kind), args, (begun, at), rejects);
    }
    let mut file = OneFile::open(sink, (source, kind), args, begun, rejects)?;
    let gone_through = file.go_through(stopped).await;
    let is_interrupted = stopped.load(Ordering::Relaxed);
    if (gone_through.is_err() || is_interrupted)
        && let Some(path) = file.rejects.as_ref().and_then(Rejects::so_far)
    {
        output::note(&format!("left out so far: {}", path.display()));
    }
    gone_through?;
    file.finish(is_interrupted).await
}

/// What is to be said of one that was brought in before; where it ended just before its rejects were in their place, they are put there.
fn before(
    (source, kind): (&Source, ImportKind),
    args: &ImportArgs,
    (begun, at): (Begun, DateTime<Utc>),
    rejects: Option<Rejects>,
) -> Result<Over, Failure> {
    let (file, rejected) = (source.name.display(), begun.counts.rejected);
    output::note(&format!("{file} was brought in before ({at}); --again goes through it once more"));
    let mut place = None;
    if let Some(mut rejects) = rejects.filter(|_| rejected > 0) {
        let told = rejects.go_on(u64::MAX).map_err(not_written)?;
        place = Some(rejects.place().to_owned());
        if i64::try_from(told) == Ok(rejected) {
            rejects.publish().map_err(not_written)?;
        }
    }
    let place = place.filter(|path| path.exists());
    if rejected > 0 {
        let which = place.as_ref().map_or_else(
            || "--again goes through it once more, and says which".to_owned(),
            |path| format!("see {}", path.display()),
        );
        output::note(&format!("{file}: rows were left out then ({rejected}): {which}"));
    }
    let summary = Summary::new(&source.name, kind, begun.id, begun.counts);
    let summary = Summary { before: true, rejects: place.as_deref(), ..summary };
    Ok(Over { rejected, told: Some(summary.text(args.output)?) })
}

/// A file on its way.
struct OneFile<'a> {
    sink: &'a Sink,
    source: &'a Source,
    kind: ImportKind,
    args: &'a ImportArgs,
    begun: Begun,
    chunks: Chunks,
    /// A dry run may have none.
    rejects: Option<Rejects>,
    /// Whether that goes on where an earlier run ended.
    goes_on: bool,
    /// Whether what was left out before is told from the beginning.
    tells_all: bool,
    progress: Progress,
    /// Those that were done before among them, unless it is a dry run.
    counts: Counts,
    /// Rows, those that were done before among them.
    seen: u64,
    /// Chunks.
    done: i32,
}

/// A chunk on its way.
struct Sent {
    chunk: Chunk,
    /// Whether it was done before, and is only asked what was left out.
    was_done: bool,
    came: JoinHandle<Result<Came, Failure>>,
}

impl<'a> OneFile<'a> {
    fn open(
        sink: &'a Sink,
        (source, kind): (&'a Source, ImportKind),
        args: &'a ImportArgs,
        begun: Begun,
        mut rejects: Option<Rejects>,
    ) -> Result<Self, Failure> {
        let chunks = chunks((source, kind), &begun)?;
        let counts = if args.dry_run { Counts::default() } else { begun.counts };
        if let Some(rejects) = &mut rejects {
            rejects.name_columns(chunks.header());
            if args.dry_run {
                rejects.go_on(0).map_err(not_written)?;
            }
        }
        Ok(Self {
            sink,
            source,
            kind,
            args,
            begun,
            chunks,
            rejects,
            goes_on: false,
            tells_all: false,
            progress: Progress::of("rows"),
            counts,
            seen: 0,
            done: 0,
        })
    }

    /// All chunks, in order. What is under way when something fails is waited for: it is done, and told.
    async fn go_through(&mut self, stopped: &AtomicBool) -> Result<(), Failure> {
        let mut under_way = VecDeque::new();
        let mut failed = None;
        loop {
            while failed.is_none() && under_way.len() < self.sink.lanes() && !stopped.load(Ordering::Relaxed)
            {
                match self.next() {
                    Ok(Some((chunk, was_done))) => under_way.push_back(self.send(chunk, was_done)),
                    Ok(None) => break,
                    Err(failure) => failed = Some(failure),
                }
            }
            let Some(Sent { chunk, was_done, came }) = under_way.pop_front() else { break };
            match waited_for(came).await.and_then(|came| self.take(&chunk, came, was_done)) {
                Ok(()) => {}
                Err(failure) => failed = failed.or(Some(failure)),
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// The next chunk that is not done, or of which what was left out is to be told again, and whether it is done.
    fn next(&mut self) -> Result<Option<(Chunk, bool)>, Failure> {
        loop {
            let next = self.chunks.next_chunk();
            let next = next.map_err(|error| unreadable(&self.source.name.display().to_string(), error))?;
            let Some(chunk) = next else { return Ok(None) };
            self.done = chunk.number + 1;
            if self.args.dry_run {
                return Ok(Some((chunk, false)));
            }
            if !self.goes_on && chunk.number >= self.begun.next - UNDER_WAY {
                self.goes_on = true;
                if !self.go_on(chunk.first_line())? {
                    continue;
                }
            }
            match self.begun.done.iter().find(|(number, _)| *number == chunk.number) {
                None if chunk.number >= self.begun.next => return Ok(Some((chunk, false))),
                // What was told of it may not have arrived.
                Some((_, rejected)) if *rejected > 0 => return Ok(Some((chunk, true))),
                None if self.tells_all => return Ok(Some((chunk, true))),
                _ => self.seen += chunk.len() as u64,
            }
        }
    }

    /// Goes on with the rejects that an earlier run left, if they tell of all that was left out before that line. If not, all of the
    /// file is gone through from the beginning: what was done answers what it left out.
    fn go_on(&mut self, line: u64) -> Result<bool, Failure> {
        let Some(rejects) = &mut self.rejects else { return Ok(true) };
        let kept = rejects.go_on(line).map_err(not_written)?;
        let later = self.begun.done.iter().map(|(_, rejected)| rejected).sum::<i64>();
        if i64::try_from(kept) == Ok(self.begun.counts.rejected - later) {
            return Ok(true);
        }
        rejects.go_on(0).map_err(not_written)?;
        self.tells_all = true;
        self.chunks = chunks((self.source, self.kind), &self.begun)?;
        self.seen = 0;
        Ok(false)
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

    fn send(&self, chunk: Chunk, was_done: bool) -> Sent {
        let (chunk, batch) = self.batch(chunk);
        let sink = self.sink.clone();
        Sent { chunk, was_done, came: tokio::spawn(async move { sink.bring_in(batch).await }) }
    }

    fn take(&mut self, chunk: &Chunk, came: Came, was_done: bool) -> Result<(), Failure> {
        let before = self.counts.rejected;
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
        if !was_done {
            self.counts.add(came.counts);
            for (told, (_, one)) in (before..TOLD).zip(&rejected) {
                tell(self.source, one, told + 1 == TOLD);
            }
        }
        if let Some(rejects) = &mut self.rejects {
            rejects.add(chunk, &rejected).map_err(not_written)?;
        }
        let bytes = self.chunks.bytes().clamp(1, self.source.size);
        let all = u128::from(self.seen) * u128::from(self.source.size) / u128::from(bytes);
        self.progress.done(self.seen, u64::try_from(all).unwrap_or(u64::MAX).max(self.seen + 1));
        if !was_done && u64::try_from(self.counts.rejected).unwrap_or_default() > self.args.max_rejects {
            return Err(Failure::new(format!("rows were left out, so far: {}", self.counts.rejected)).hint(
                "look at why; if that is as it should be, run the same command again with a larger --max-rejects",
            ));
        }
        Ok(())
    }

    async fn finish(self, interrupted: bool) -> Result<Over, Failure> {
        self.progress.done(self.seen.max(1), self.seen.max(1));
        let rejected = self.counts.rejected;
        if interrupted {
            return Ok(Over { rejected, told: None });
        }
        // Once it is finished, nobody knows any more what was left out.
        if let Some(rejects) = &self.rejects {
            rejects.must_tell_of(rejected).map_err(not_written)?;
        }
        if !self.args.dry_run {
            self.sink.finish(&self.begun.id, self.done).await?;
        }
        let place = self.rejects.map(Rejects::publish).transpose().map_err(not_written)?.flatten();
        let summary = Summary::new(&self.source.name, self.kind, self.begun.id.clone(), self.counts);
        let summary = Summary { rejects: place.as_deref(), dry_run: self.args.dry_run, ..summary };
        Ok(Over { rejected, told: Some(summary.text(self.args.output)?) })
    }
}

fn chunks((source, kind): (&Source, ImportKind), begun: &Begun) -> Result<Chunks, Failure> {
    let chunks = Chunks::open(source, kind, begun.zone.clone());
    chunks.map_err(|error| unreadable(&source.name.display().to_string(), error))
}

async fn waited_for(came: JoinHandle<Result<Came, Failure>>) -> Result<Came, Failure> {
    came.await?
}
