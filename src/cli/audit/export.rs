//! `kartotek audit export` and `kartotek audit prove`: the log, or some of it, in a file that is looked through offline.

use crate::{
    access::{Door, SystemClock},
    cli::{
        args::{AuditExportArgs, AuditProveArgs},
        database,
        failure::Failure,
        keys, output,
        progress::Progress,
    },
    config::Config,
    domain::{
        audit::{self, Had, NotExported, Wanted},
        customer::IdOfReference,
    },
    graphql::NodeId,
    transparency::export::Line,
};
use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, BufWriter, Seek, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::Arc,
};
use uuid::Uuid;

/// Writes the log, or some of it.
pub(in crate::cli) async fn export(args: AuditExportArgs, config: Config) -> Result<(), Failure> {
    let door = open(&config).await?;
    let result = export_from(&args, &door).await;
    door.close().await;
    result
}

async fn export_from(args: &AuditExportArgs, door: &Arc<Door>) -> Result<(), Failure> {
    let customer = match &args.customer {
        Some(reference) => {
            let found = door.program("audit", "exportLog").read(IdOfReference(reference.clone())).await;
            let found = found.map_err(Failure::new)?;
            let nobody = || Failure::usage("there is no customer of that number").hint("see --customer");
            Some(found.ok_or_else(nobody)?)
        }
        None => None,
    };
    let wanted = Wanted { since: args.since, customer, event: None };
    let (had, file) = match &args.output {
        Some(path) => {
            let opened = if wanted.is_all() {
                resume(path)
            } else {
                new_file(path).map(|file| (Had::default(), file))
            };
            let (had, file) = opened.map_err(|error| in_file(error, path))?;
            (had, Some(file))
        }
        None => (Had::default(), None),
    };
    let mut out: BufWriter<Box<dyn Write>> = BufWriter::new(match &file {
        Some(file) => Box::new(file),
        None => Box::new(io::stdout().lock()),
    });
    let progress = Progress::of("places");
    let write = |line: &Line| write_line(&mut out, line);
    let count =
        audit::export(door, wanted, (had, None), args.whole, write, |done, of| progress.done(done, of));
    let count = match count.await {
        // Whoever reads it has seen enough (`| head`).
        Err(NotExported::NotWritten(error)) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
        count => count.map_err(failure)?,
    };
    out.flush()?;
    drop(out);
    if let Some(file) = file {
        file.sync_all()?;
    }
    output::note(&format!("{count} events were written"));
    Ok(())
}

/// Writes one event, with what proves it.
pub(in crate::cli) async fn prove(args: AuditProveArgs, config: Config) -> Result<(), Failure> {
    let event = event(&args.event).ok_or_else(|| {
        Failure::usage("that is no event's id")
            .hint("give the id that the API or `kartotek audit verify` tells")
    })?;
    let door = open(&config).await?;
    let wanted = Wanted { event: Some(event), ..Wanted::default() };
    let mut out = Vec::new();
    let write = |line: &Line| write_line(&mut out, line);
    let count =
        audit::export(&door, wanted, (Had::default(), args.tree_size), args.whole, write, |_, _| {}).await;
    door.close().await;
    if count.map_err(failure)? == 0 {
        return Err(Failure::new("there is no such event in the tree of that size")
            .hint("an event has its place a second or so after it happened, if the log is signed"));
    }
    Ok(output::data(&String::from_utf8_lossy(&out))?)
}

/// An id as the API has it, or as the log itself.
fn event(text: &str) -> Option<Uuid> {
    match NodeId::parse(&text.into()) {
        Some(NodeId::AuditEvent(id)) => Some(id.0),
        _ => Uuid::try_parse(text).ok(),
    }
}

async fn open(config: &Config) -> Result<Arc<Door>, Failure> {
    let settings = database::settings(config);
    database::must_be_there(&settings).await?;
    Door::open(&settings, keys::none()?, Box::new(SystemClock)).await.map_err(database::failure)
}

fn write_line(out: &mut impl Write, line: &Line) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

fn failure(error: NotExported) -> Failure {
    match error {
        NotExported::NothingSigned | NotExported::NotSigned(_) => Failure::new(error)
            .hint("a server or worker signs the log each second when it has KARTOTEK_AUDIT_KEY_FILE"),
        error => Failure::new(error),
    }
}

fn in_file(error: io::Error, path: &Path) -> Failure {
    Failure::usage(error).hint(format!("see {}", path.display()))
}

/// A file of whom an event was about is nobody else's to read.
fn new_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)
}

/// Where an export goes on that was broken off: at the place after its last whole line. What is not whole is taken away, if what
/// is before it, or it itself, is an export's. Nobody else may be at it.
fn resume(path: &Path) -> io::Result<(Had, File)> {
    let mut file = match new_file(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            OpenOptions::new().read(true).write(true).open(path)?
        }
        made => return made.map(|file| (Had::default(), file)),
    };
    file.try_lock().map_err(|_| io::Error::other("somebody else is writing to it"))?;
    let (mut whole, mut had) = (0, Had::default());
    let mut lines = BufReader::new(&file);
    let mut text = Vec::new();
    loop {
        text.clear();
        let length = lines.read_until(b'\n', &mut text)? as u64;
        if !text.ends_with(b"\n") {
            if had.next == 0 && !text.is_empty() && !text.starts_with(br#"{"leafIndex":0,"#) {
                return Err(io::Error::other("this is no export of the whole log"));
            }
            break;
        }
        match serde_json::from_slice(&text) {
            Ok(Line::Event(event)) if event.leaf_index == had.next && event.hashes.is_none() => {
                had = Had { next: had.next + 1, last: Some(event.entry), signed: false };
            }
            Ok(Line::Signed(_)) if had.next > 0 => had.signed = true,
            _ => return Err(io::Error::other("this is no export of the whole log")),
        }
        whole += length;
    }
    drop(lines);
    file.set_len(whole)?;
    file.seek(io::SeekFrom::End(0))?;
    Ok((had, file))
}
