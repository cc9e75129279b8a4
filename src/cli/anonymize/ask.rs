//! Asks the server for the work, and for what is known of it.

use super::{
    job::{BULK_ANONYMIZE, FAILURES, Job, SERVICE, UPLOAD, WithFailures, WithId, WithJob, WithSelection},
    references::{List, Part, Parts, again, named},
    tell::Teller,
};
use crate::{
    cli::{args::AnonymizeArgs, client, failure::Failure, progress::Progress},
    client::{Client, ClientError},
};
use serde_json::{Map, Value, json};
use std::{
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// One run of the command.
pub(super) struct Session {
    pub args: AnonymizeArgs,
    pub client: Client,
    pub progress: Progress,
    pub teller: Mutex<Teller>,
    known: Mutex<Known>,
}

/// What whoever breaks it off can go on with.
#[derive(Clone, Default)]
pub(super) struct Known {
    /// What the work is called that was asked for, once something may have been sent.
    pub key: Option<String>,
    pub job: Option<Job>,
}

impl Session {
    pub(super) fn new(args: AnonymizeArgs, client: Client, teller: Teller) -> Self {
        let progress = Progress::of("customers").unless(teller.fills_the_terminal());
        Self { args, client, progress, teller: Mutex::new(teller), known: Mutex::default() }
    }

    pub(super) fn teller(&self) -> MutexGuard<'_, Teller> {
        self.teller.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This has become of the job.
    pub(super) fn noted(&self, event: &'static str, job: &Job) -> Result<(), Failure> {
        self.known().job = Some(job.clone());
        Ok(self.teller().event(event, job)?)
    }

    /// Asks for the work, or for a plan of it.
    pub(super) async fn bulk(
        &self,
        whom: Map<String, Value>,
        (dry_run, key, reason): (bool, &str, &str),
    ) -> Result<Job, Failure> {
        let mut input = whom;
        input.insert("dryRun".to_owned(), dry_run.into());
        input.insert("idempotencyKey".to_owned(), key.into());
        input.insert("reason".to_owned(), reason.into());
        *self.known() = Known { key: Some(key.to_owned()), job: None };
        let asked = self.client.ask::<WithJob>(&BULK_ANONYMIZE, json!({ "input": input })).await;
        if asked.as_ref().is_err_and(ClientError::nothing_was_done) {
            self.known().key = None;
        }
        let WithJob { job } = asked.map_err(failure)?;
        self.noted("accepted", &job)?;
        Ok(job)
    }

    /// Whom the command line means: numbers are brought to the server if they are too many for one call.
    pub(super) async fn whom(&self) -> Result<Map<String, Value>, Failure> {
        let Some(path) = &self.args.references else { return self.filter().await };
        let list = List::open(path)?;
        // All of it is looked at before anything is sent. What cannot be read a second time is kept for that long.
        let (is_file, mut parts, mut total, mut kept) = (list.is_file, list.parts(), 0, Vec::new());
        while let Some(part) = parts.recv().await {
            let part = part.map_err(|bad| named(bad, path))?;
            total += part.len();
            if !is_file {
                kept.push(part);
            }
        }
        let parts = if is_file { List::open(path)?.parts() } else { again(kept) };
        self.brought(parts, path, total).await
    }

    async fn brought(
        &self,
        mut parts: Parts,
        path: &Path,
        total: usize,
    ) -> Result<Map<String, Value>, Failure> {
        let (mut last, mut selection, mut done) = (None::<Part>, None::<String>, 0);
        while let Some(part) = parts.recv().await {
            let part = part.map_err(|bad| named(bad, path))?;
            let Some(first) = last.replace(part) else { continue };
            done += first.len();
            selection = Some(self.upload(selection, first).await?);
            self.progress.says(&format!("{done} of {total} references were brought"));
        }
        let last = last.unwrap_or_default();
        let whom = match selection {
            None => ("references", json!(last)),
            Some(_) => ("selectionId", json!(self.upload(selection, last).await?)),
        };
        self.progress.end();
        Ok(Map::from_iter([(whom.0.to_owned(), whom.1)]))
    }

    async fn upload(&self, selection: Option<String>, references: Part) -> Result<String, Failure> {
        let input = json!({ "input": { "selectionId": selection, "references": references } });
        let asked = self.client.ask::<WithSelection>(&UPLOAD, input).await;
        Ok(asked.map_err(failure)?.selection.id)
    }

    async fn filter(&self) -> Result<Map<String, Value>, Failure> {
        let AnonymizeArgs { dormant_since, service, third_party, status, .. } = &self.args;
        let mut filter = Map::new();
        if let Some(date) = dormant_since {
            filter.insert("dormantSince".to_owned(), date.to_string().into());
        }
        if let Some(key) = service {
            let found = self.client.ask::<Option<WithId>>(&SERVICE, json!({ "key": key })).await;
            let found = found.map_err(failure)?;
            let found = found
                .ok_or_else(|| Failure::usage("there is no service of that key").hint("see --service"))?;
            filter.insert("serviceId".to_owned(), found.id.into());
        }
        if let Some(id) = third_party {
            filter.insert("thirdPartyId".to_owned(), id.as_str().into());
        }
        if !status.is_empty() {
            let words = status.iter().map(|status| status.word()).collect::<Vec<_>>();
            filter.insert("statuses".to_owned(), words.into());
        }
        Ok(Map::from_iter([("filter".to_owned(), Value::Object(filter))]))
    }

    /// Tells of all with whom it could not be done.
    pub(super) async fn tell_failures(&self, job: &str) -> Result<(), Failure> {
        let mut after = None::<String>;
        loop {
            let asked = self.client.ask(&FAILURES, json!({ "id": job, "after": after })).await;
            let WithFailures { failures } = self.found(asked, job)?;
            let some = failures.nodes.into_iter().map(|failure| failure.of(job)).collect();
            self.teller().failures(some)?;
            after = failures.page_info.end_cursor;
            if !failures.page_info.has_next_page || after.is_none() {
                return Ok(());
            }
        }
    }

    /// What was found by this id.
    #[expect(clippy::unused_self, reason = "beside what else is asked")]
    pub(super) fn found<T>(&self, asked: Result<Option<T>, ClientError>, id: &str) -> Result<T, Failure> {
        let nothing =
            || Failure::new(format!("there is no job {id}")).hint("see --job, and is it this server?");
        asked.map_err(failure)?.ok_or_else(nothing)
    }
}

fn dormant(error: &ClientError) -> bool {
    let ClientError::Refused(refusals) = error else { return false };
    refusals.iter().any(|refusal| {
        refusal.field.as_ref().and_then(|field| field.last()).is_some_and(|field| field == "dormantSince")
    })
}

/// What is told of it, and what to do.
pub(super) fn failure(error: ClientError) -> Failure {
    let hint = match error.code() {
        Some("FORBIDDEN") => {
            "the token needs the role COMPLIANCE, or SERVICE with the scopes uploadSelection, bulkAnonymize, job, cancelJob, and service for --service"
        }
        Some("OUT_OF_RANGE") if dormant(&error) => "see --dormant-since",
        Some("PLAN_CHANGED" | "PLAN_EXPIRED") => "make a new plan: --dry-run --plan-out FILE",
        Some("IDEMPOTENCY_KEY_REUSED") => "choose another --idempotency-key for other work",
        _ => return client::failure(error),
    };
    Failure::new(error).hint(hint)
}
