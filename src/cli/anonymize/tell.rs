//! What goes to standard output, in the form that was asked for. Whatever happens, it can be parsed.

use super::job::{Job, JobFailure, Plan, SmallGroup, WholeJob};
use crate::cli::{args::Output, output};
use serde::Serialize;
use std::{
    fmt::Write,
    io::{self, IsTerminal},
};

/// How it ended, as an object or the last line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ended<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'static str>,
    job: &'a Job,
    plan: Option<&'a Plan>,
    tasks_open: Option<u64>,
    /// `None` in lines, where each has one of its own, and where they were not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    failures: Option<&'a [JobFailure]>,
    exit_code: u8,
}

/// A line about the job.
#[derive(Serialize)]
struct Happened<'a> {
    event: &'static str,
    job: &'a Job,
}

/// A line about somebody with whom it could not be done.
#[derive(Serialize)]
struct Event<'a> {
    event: &'static str,
    #[serde(flatten)]
    failure: &'a JobFailure,
}

/// Tells of one job, or of a dry run and the job that followed.
pub(super) struct Teller {
    form: Output,
    failures: Vec<JobFailure>,
}

impl Teller {
    /// In this form; without one, as suits whoever reads it.
    pub(super) fn new(form: Option<Output>) -> Self {
        let usual = || if io::stdout().is_terminal() { Output::Table } else { Output::Json };
        Self { form: form.unwrap_or_else(usual), failures: Vec::new() }
    }

    /// Whether lines go to the terminal all the time.
    pub(super) fn fills_the_terminal(&self) -> bool {
        self.form == Output::Ndjson && io::stdout().is_terminal()
    }

    /// Something has happened to the job.
    pub(super) fn event(&self, event: &'static str, job: &Job) -> io::Result<()> {
        if self.form == Output::Ndjson {
            line(&Happened { event, job })?;
        }
        Ok(())
    }

    /// It could not be done with these.
    pub(super) fn failures(&mut self, some: Vec<JobFailure>) -> io::Result<()> {
        if self.form != Output::Ndjson {
            self.failures.extend(some);
            return Ok(());
        }
        let mut lines = String::new();
        for failure in &some {
            lines.push_str(&serde_json::to_string(&Event { event: "failure", failure })?);
            lines.push('\n');
        }
        output::data(&lines)
    }

    /// This is how it ended.
    pub(super) fn result(&self, whole: &WholeJob, exit_code: u8) -> io::Result<()> {
        let (job, plan, tasks_open) = (&whole.job, whole.plan.as_ref(), Some(whole.tasks_open()));
        let result = |event, failures| Ended { event, job, plan, tasks_open, failures, exit_code };
        match self.form {
            Output::Json => line(&result(None, Some(&self.failures))),
            Output::Ndjson => line(&result(Some("result"), None)),
            Output::Table => output::data(&self.table(whole)),
        }
    }

    /// It goes on, and is not followed any more.
    pub(super) fn interrupted(&self, job: &Job, exit_code: u8) -> io::Result<()> {
        let result = |event| Ended { event, job, plan: None, tasks_open: None, failures: None, exit_code };
        match self.form {
            Output::Json => line(&result(None)),
            Output::Ndjson => line(&result(Some("interrupted"))),
            Output::Table => Ok(()),
        }
    }

    fn table(&self, whole: &WholeJob) -> String {
        let WholeJob { job, plan, .. } = whole;
        let state = serde_json::to_value(job.state).unwrap_or_default();
        let mut rows = vec![
            ("job", job.id.clone()),
            ("state", state.as_str().unwrap_or_default().to_owned()),
            ("customers", job.total.to_string()),
            ("done", job.done.to_string()),
            ("failed", job.failed.to_string()),
            ("kept by law", job.kept_by_law.to_string()),
            ("tasks open", whole.tasks_open().to_string()),
        ];
        if let Some(plan) = plan {
            let places = format!("{} go, {} stay", plan.location_count, plan.kept_count);
            rows.extend([("planned", plan.customer_count.to_string()), ("places", places)]);
            if let Some(small) = &plan.small_groups {
                let said = format!(
                    "{} of fewer than {}, with {} customers",
                    small.group_count, small.below, small.customer_count
                );
                rows.push(("small groups", said));
            }
            rows.extend([("plan", plan.hash.clone()), ("good until", plan.expires_at.clone())]);
        }
        let mut text = String::new();
        // Writing to a string does not fail.
        for (name, value) in rows {
            let _ = writeln!(text, "{name:<12}  {value}");
        }
        let small = plan.as_ref().and_then(|plan| plan.small_groups.as_ref());
        for (at, group) in small.iter().flat_map(|small| &small.smallest).enumerate() {
            if at == 0 {
                let _ = writeln!(text, "\nSIZE  KIND          LANGUAGE  CAME BY        IN    SERVICES");
            }
            let services = output::shown(&group.services.join(", "));
            let SmallGroup { size, kind, locale, channel, year, .. } = group;
            let _ = writeln!(text, "{size:<4}  {kind:<12}  {locale:<8}  {channel:<13}  {year}  {services}");
        }
        for (at, failure) in self.failures.iter().enumerate() {
            if at == 0 {
                let _ = writeln!(text, "\n{:<24}  {:<20}  WHY", "REFERENCE", "CODE");
            }
            let who = failure.reference.as_ref().or(failure.customer_id.as_ref());
            let who = output::shown(who.map_or("", String::as_str));
            let why = output::shown(&failure.message);
            let _ = writeln!(text, "{who:<24}  {:<20}  {why}", failure.code);
        }
        text
    }
}

fn line(value: &impl Serialize) -> io::Result<()> {
    output::data(&format!("{}\n", serde_json::to_string(value)?))
}
