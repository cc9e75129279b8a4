//! The file is written whole, or not at all, and is what the server made.

use super::questions::Report;
use crate::{
    cli::{args::ReportForm, client::failure, failure::Failure},
    client::{Client, ClientError},
};
use sha2::{Digest, Sha256};
use std::{
    ffi::OsString,
    fs::File,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// Where it goes.
pub(super) enum Target {
    Stdout,
    /// Whatever somebody else reads from: a pipe, a device.
    Open(File),
    /// What is there is replaced once all of it is here. Until then it is a file that nobody else can read, or guess the name of.
    File(PathBuf, NamedTempFile),
}

impl Target {
    /// Looks whether it can be written there before anything is asked for.
    ///
    /// # Errors
    /// When it cannot, or a terminal would be written to that cannot show it.
    pub(super) fn of(path: Option<&Path>, form: ReportForm) -> Result<Self, Failure> {
        let Some(path) = path else {
            if form == ReportForm::Xlsx && io::stdout().is_terminal() {
                return Err(Failure::usage("a spreadsheet is nothing for a terminal").hint("-o FILE"));
            }
            return Ok(Self::Stdout);
        };
        match path.metadata() {
            Ok(there) if there.is_dir() => Err(Failure::usage(format!("{} is a folder", path.display()))),
            Ok(there) if !there.is_file() => {
                let file = File::options().write(true).open(path);
                Ok(Self::Open(file.map_err(|error| unwritable(error, path))?))
            }
            _ => Ok(Self::File(path.to_owned(), beside(path)?)),
        }
    }
}

fn beside(path: &Path) -> Result<NamedTempFile, Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(|error| unwritable(error, path))
}

fn unwritable(error: io::Error, path: &Path) -> Failure {
    Failure::new(error).hint(format!("{} cannot be written", path.display()))
}

fn put_in_place(file: NamedTempFile, path: &Path) -> Result<(), Failure> {
    file.persist(path).map(drop).map_err(|error| unwritable(error.error, path))
}

/// Fetches a report that is ready, and looks whether it is what the server made.
pub(super) async fn save(client: &Client, report: &Report, target: Target) -> Result<(), Failure> {
    match target {
        Target::Stdout => fetch(client, report, io::stdout().lock()).await,
        Target::Open(file) => fetch(client, report, file).await,
        Target::File(path, mut file) => {
            fetch(client, report, &mut file).await?;
            put_in_place(file, &path)?;
            describe(report, &path)
        }
    }
}

/// What it is and what its columns are, where a file itself cannot say that, is said beside it.
fn describe(report: &Report, path: &Path) -> Result<(), Failure> {
    let Some(mut metadata) = report.metadata.clone() else { return Ok(()) };
    let name = path.file_name().unwrap_or_default();
    if let (Some(name), Some(url)) = (name.to_str(), metadata.get_mut("url")) {
        *url = name.into();
    }
    let beside_it = path.with_file_name([name, "-metadata.json".as_ref()].into_iter().collect::<OsString>());
    let mut file = beside(&beside_it)?;
    let text = serde_json::to_string_pretty(&metadata)? + "\n";
    file.write_all(text.as_bytes()).map_err(|error| unwritable(error, &beside_it))?;
    put_in_place(file, &beside_it)
}

async fn fetch(client: &Client, report: &Report, mut into: impl Write) -> Result<(), Failure> {
    let gone = || Failure::new("the report is somebody else's, or gone already: ask for it again");
    let path = report.download_url.as_deref().ok_or_else(gone)?;
    let mut digest = Sha256::new();
    let fetched = client.fetch(path, |bytes| {
        digest.update(bytes);
        into.write_all(bytes)
    });
    match fetched.await {
        Ok(Ok(())) => {}
        // A reader who has seen enough (`| head`) is no failure.
        Ok(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
        Ok(Err(error)) => return Err(error.into()),
        Err(ClientError::NotKartotek(status)) if status.as_u16() == 404 => return Err(gone()),
        Err(error) => return Err(failure(error)),
    }
    into.flush()?;
    if report.sha256.as_deref() == Some(hex::encode(digest.finalize()).as_str()) {
        Ok(())
    } else {
        Err(Failure::new("what arrived is not what the server made: try again"))
    }
}
