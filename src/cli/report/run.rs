//! From the command line to the file.

use super::{
    asked::{check, form, input},
    questions::{REPORT, REQUEST_REPORT, Report, Requested, State},
    save::{Target, save},
};
use crate::{
    cli::{
        args::ReportArgs,
        client::{self, failure},
        failure::Failure,
        output,
        progress::Progress,
    },
    client::Client,
};
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// How soon it is looked again at first.
const SOON: Duration = Duration::from_millis(300);

/// How long is waited at most. Each look is on record.
const LATER: Duration = Duration::from_secs(5);

/// Has a report made, and saves it.
pub(in crate::cli) async fn run(args: ReportArgs) -> Result<(), Failure> {
    check(&args)?;
    let target = Target::of(args.output.as_deref(), form(&args)?)?;
    let client = client::open(&args.client, args.reason.as_deref())?;
    let input = input(&client, &args).await?;
    let asked = client.ask::<Requested>(&REQUEST_REPORT, json!({ "input": input })).await.map_err(failure)?;
    let progress = Progress::of("rows");
    let report = follow(&client, &progress, asked.report).await?;
    progress.end();
    save(&client, &report, target).await?;
    let (rows, size) = (report.rows, report.size);
    let said = format!("{rows} rows, {size} bytes, SHA-256 {}", report.sha256.as_deref().unwrap_or_default());
    output::note(&said);
    Ok(())
}

/// Waits until it is made.
async fn follow(client: &Client, progress: &Progress, mut report: Report) -> Result<Report, Failure> {
    let mut wait = SOON;
    loop {
        match report.state {
            State::Ready => return Ok(report),
            State::Failed => {
                let why = report.failure.unwrap_or_default();
                return Err(Failure::new(format!("the report was not made: {why}")));
            }
            State::Expired => return Err(Failure::new("the report is gone already: ask for it again")),
            State::Queued => progress.says("the report waits for its turn"),
            State::Running => progress.says(&format!("{} rows so far", report.rows)),
        }
        sleep_until(Instant::now() + wait).await;
        wait = (wait * 3 / 2).min(LATER);
        let id = report.id.clone();
        let found = client.ask::<Option<Report>>(&REPORT, json!({ "id": id })).await.map_err(failure)?;
        report = found.ok_or_else(|| Failure::new("NOT_FOUND: there is no such report"))?;
    }
}
