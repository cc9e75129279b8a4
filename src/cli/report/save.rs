//! The file is written whole, or not at all, and is what the server made.

use super::questions::Report;
use crate::{
    cli::{args::ReportForm, client::failure, failure::Failure},
    client::Client,
};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

/// Where it goes.
pub(super) enum Target {
    Stdout,
    /// What is there is replaced once all of it is here.
    File(PathBuf),
}

impl Target {
    /// # Errors
    /// When a terminal would be written to that cannot show it.
    pub(super) fn of(path: Option<&Path>, form: ReportForm) -> Result<Self, Failure> {
        match path {
            Some(path) => Ok(Self::File(path.to_owned())),
            None if form == ReportForm::Xlsx && io::stdout().is_terminal() => {
                Err(Failure::usage("a spreadsheet is nothing for a terminal").hint("-o FILE"))
            }
            None => Ok(Self::Stdout),
        }
    }
}

/// Fetches a report that is ready, and looks whether it is what the server made.
pub(super) async fn save(client: &Client, report: &Report, target: Target) -> Result<(), Failure> {
    let gone = || Failure::new("the report is somebody else's, or gone already: ask for it again");
    let path = report.download_url.as_deref().ok_or_else(gone)?;
    match target {
        Target::Stdout => fetch(client, path, report, io::stdout().lock()).await,
        Target::File(to) => {
            let part = beside(&to, ".part");
            let fetched = fetch(client, path, report, private(&part)?).await;
            let placed =
                fetched.and_then(|()| fs::rename(&part, &to).map_err(|error| unwritable(error, &to)));
            if placed.is_err() {
                let _ = fs::remove_file(&part);
            }
            placed?;
            if let Some(metadata) = &report.metadata {
                let mut metadata = metadata.clone();
                if let (Some(name), Some(url)) =
                    (to.file_name().and_then(|name| name.to_str()), metadata.get_mut("url"))
                {
                    *url = name.into();
                }
                let path = beside(&to, "-metadata.json");
                let text = serde_json::to_string_pretty(&metadata)? + "\n";
                let written = private(&path)?.write_all(text.as_bytes());
                written.map_err(|error| unwritable(error, &path))?;
            }
            Ok(())
        }
    }
}

/// What it says is for whoever asked: others on this machine need not read it.
fn private(path: &Path) -> Result<File, Failure> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = File::options();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path).map_err(|error| unwritable(error, path))
}

fn unwritable(error: io::Error, path: &Path) -> Failure {
    Failure::new(error).hint(format!("{} cannot be written", path.display()))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

async fn fetch(client: &Client, path: &str, report: &Report, mut into: impl Write) -> Result<(), Failure> {
    let mut digest = Sha256::new();
    let mut broken = None;
    client
        .fetch(path, |bytes| {
            digest.update(bytes);
            if broken.is_none() {
                broken = into.write_all(bytes).err();
            }
        })
        .await
        .map_err(failure)?;
    match broken {
        // A reader who has seen enough (`| head`) is no failure.
        Some(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
        Some(error) => return Err(error.into()),
        None => into.flush()?,
    }
    if report.sha256.as_deref() == Some(hex::encode(digest.finalize()).as_str()) {
        Ok(())
    } else {
        Err(Failure::new("what arrived is not what the server made: try again"))
    }
}
