//! What is to be done, in which order, and how it ends.

use super::{
    ask::{Known, Session, failure},
    job::{CANCEL, Job, State, WholeJob, WithJob},
    plan_file::PlanFile,
    show::show,
    tell::Teller,
};
use crate::cli::{
    args::{AnonymizeArgs, ClientArgs, Output},
    client,
    confirm::{can_be_asked, confirmed},
    failure::Failure,
    output,
    stop::{leave_when_told_again, told_to_stop},
};
use serde_json::{Map, Value, json};

/// Done, but not with everybody.
const WITH_FAILURES: u8 = 3;

/// Somebody else has to let it go ahead.
const AWAITS_APPROVAL: u8 = 4;

/// By SIGINT, as shells have it.
const INTERRUPTED: u8 = 130;

/// Does what the command line asks for.
pub(in crate::cli) async fn run(args: AnonymizeArgs) -> Result<(), Failure> {
    let stop = told_to_stop()?;
    leave_when_told_again(INTERRUPTED)?;
    let plan = args.plan.as_deref().map(PlanFile::read).transpose()?;
    check(&args)?;
    let reason = args.reason.as_deref().or(plan.as_ref().map(|plan| plan.reason.as_str()));
    let client = client::open(&args.client, reason)?;
    let teller = Teller::new(if args.json { Some(Output::Ndjson) } else { args.output });
    let session = Session::new(args, client, teller);
    let ended = tokio::select! {
        ended = session.work(plan) => Some(ended),
        () = stop => None,
    };
    session.progress.end();
    match ended {
        Some(Ok(())) => Ok(()),
        Some(Err(failure)) => {
            session.note_how_to_go_on();
            Err(failure)
        }
        None => session.interrupted(),
    }
}

/// What only goes together, or does not.
fn check(args: &AnonymizeArgs) -> Result<(), Failure> {
    let changes = !args.dry_run && args.job.is_none() && args.cancel.is_none();
    if changes && !args.yes && (args.no_input || !can_be_asked()) {
        return Err(Failure::usage("this cannot be undone, and nobody can be asked here")
            .hint("look with --dry-run, then say --yes"));
    }
    if let Some(path) = &args.plan_out {
        if !args.dry_run && args.job.is_none() {
            return Err(Failure::usage("--plan-out goes with --dry-run, or with --job of a dry run"));
        }
        if path.symlink_metadata().is_ok() {
            return Err(Failure::usage(format!("{} is there already", path.display()))
                .hint("--plan-out writes a new file"));
        }
    }
    Ok(())
}

impl Session {
    async fn work(&self, plan: Option<PlanFile>) -> Result<(), Failure> {
        if let Some(id) = &self.args.cancel {
            return self.cancel(id).await;
        }
        if let Some(id) = &self.args.job {
            let job = self.job(id).await?;
            self.noted("progress", &job)?;
            return self.go_on(job, None).await;
        }
        match plan {
            Some(plan) => self.carry_out_file(plan).await,
            None => self.start().await,
        }
    }

    /// Plans, or does, or plans and asks and does.
    async fn start(&self) -> Result<(), Failure> {
        let asks = !self.args.dry_run && !self.args.yes;
        let dry_run = self.args.dry_run || asks;
        let reason = self.args.reason.as_deref().unwrap_or_default();
        let key = match &self.args.idempotency_key {
            // Planning first, the key is that of what is done.
            Some(key) if !asks => key.clone(),
            _ => new_key()?,
        };
        if !asks && self.args.idempotency_key.is_none() {
            output::note(&format!(
                "this work is called {key}: with --idempotency-key {key} the same command goes on with it"
            ));
        }
        let job = self.bulk(self.whom().await?, (dry_run, &key, reason)).await?;
        if !asks {
            return self.go_on(job, None).await;
        }
        let preview = self.follow(job).await?;
        self.progress.end();
        let planned = preview.plan.as_ref().filter(|plan| plan.customer_count > 0);
        let Some(planned) = planned else {
            output::note("there is nobody with whom it can be done");
            return self.end(preview, None).await;
        };
        let plan = PlanFile::of(&preview.job, planned);
        self.carry_out(plan, Some(preview)).await
    }

    /// Carries out the plan of a file, if the server has it and says the same of it: whoever agrees, agrees to what will be done.
    async fn carry_out_file(&self, file: PlanFile) -> Result<(), Failure> {
        let whole = self.whole(&file.job_id).await?;
        let planned = whole.plan.as_ref().ok_or_else(|| {
            Failure::new("PLAN_EXPIRED: the server has this plan no more")
                .hint("make a new plan: --dry-run --plan-out FILE")
        })?;
        let known = PlanFile::of(&whole.job, planned);
        if !known.says_the_same(&file) {
            return Err(Failure::new(
                "PLAN_CHANGED: the file says something else of the plan than the server does",
            )
            .hint(format!(
                "it is not what --plan-out wrote; kartotek anonymize{} --job {} --plan-out FILE writes it anew",
                self.there(), known.job_id
            )));
        }
        self.carry_out(known, None).await
    }

    /// Carries out exactly this plan, as the server has just told of it.
    async fn carry_out(&self, plan: PlanFile, preview: Option<WholeJob>) -> Result<(), Failure> {
        if !self.args.yes {
            show(&plan.plan, (plan.failed, plan.kept_by_law))?;
        }
        if !self.args.yes && !confirmed("This cannot be undone.").await? {
            // Nothing goes on.
            *self.known() = Known::default();
            return Err(Failure::new("it was not confirmed: nothing was changed"));
        }
        let key = self.args.idempotency_key.clone().unwrap_or_else(|| plan.key());
        let reason = self.args.reason.as_deref().unwrap_or(&plan.reason);
        let whom = Map::from_iter([("planHash".to_owned(), Value::from(plan.plan.hash.clone()))]);
        let job = self.bulk(whom, (false, &key, reason)).await?;
        self.go_on(job, preview).await
    }

    /// Follows it, unless nobody wants to wait, and tells how it ended.
    async fn go_on(&self, job: Job, preview: Option<WholeJob>) -> Result<(), Failure> {
        let whole = if self.args.no_wait { self.whole(&job.id).await? } else { self.follow(job).await? };
        self.progress.end();
        self.end(whole, preview).await
    }

    async fn cancel(&self, id: &str) -> Result<(), Failure> {
        let input = json!({ "input": { "jobId": id, "reason": self.args.reason } });
        let WithJob { job } = self.client.ask(&CANCEL, input).await.map_err(failure)?;
        let whole = self.whole(&job.id).await?;
        self.tell_failures(&job.id).await?;
        Ok(self.teller().result(&whole, 0)?)
    }

    /// Tells what came of it; `preview` is the dry run that it was asked for after.
    async fn end(&self, whole: WholeJob, preview: Option<WholeJob>) -> Result<(), Failure> {
        if let Some(path) = &self.args.plan_out {
            let plan = whole.plan.as_ref().filter(|_| whole.job.state == State::Preview);
            let none = || {
                Failure::new("this job has no plan that could be carried out")
                    .hint("make a new one: --dry-run")
            };
            PlanFile::of(&whole.job, plan.ok_or_else(none)?).write(path, &self.there())?;
        }
        for job in preview.iter().map(|preview| &preview.job).chain([&whole.job]) {
            if job.failed > 0 {
                self.tell_failures(&job.id).await?;
            }
        }
        let failed = whole.job.failed + preview.map_or(0, |preview| preview.job.failed);
        let (code, ended) = outcome(&whole, failed, &self.there());
        self.teller().result(&whole, code)?;
        // Whatever is said from now on, nothing is left to go on with.
        *self.known() = Known::default();
        ended
    }

    /// Says what goes on, and how to follow it.
    fn note_how_to_go_on(&self) {
        let Known { key, job } = self.known().clone();
        match (job, key) {
            (Some(job), _) if !is_over(&job) => output::note(&format!(
                "the job goes on without this command: `kartotek anonymize{there} --job {id}` follows it, and \
                 `kartotek anonymize{there} --cancel {id} --reason TEXT` stops it",
                there = self.there(),
                id = job.id
            )),
            (None, Some(key)) => output::note(&format!(
                "it is not known whether the server has taken it: the same command with --idempotency-key '{key}' asks for the same work"
            )),
            _ => {}
        }
    }

    /// The arguments that say where the server is, and how it is asked, for a command that is to be run next.
    fn there(&self) -> String {
        let ClientArgs { endpoint, insecure_http, purpose, .. } = &self.args.client;
        let given = [("endpoint", endpoint), ("purpose", purpose)].into_iter();
        let given =
            given.filter_map(|(name, value)| Some(format!(" --{name} {}", quoted(value.as_deref()?))));
        let mut there = given.collect::<String>();
        if *insecure_http {
            there.push_str(" --insecure-http");
        }
        there
    }

    fn interrupted(&self) -> Result<(), Failure> {
        self.note_how_to_go_on();
        if let Some(job) = &self.known().job {
            if job.dry_run {
                output::note("nothing was changed");
            }
            self.teller().interrupted(job, INTERRUPTED)?;
        }
        Err(Failure::new("interrupted").with_code(INTERRUPTED))
    }
}

/// A name for a piece of work that nobody else has. It says nothing of whom that is about.
fn new_key() -> Result<String, Failure> {
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes)?;
    Ok(hex::encode(bytes))
}

/// As a shell takes it for one word.
fn quoted(text: &str) -> String {
    if text.chars().all(|it| it.is_ascii_alphanumeric() || "-_./:@".contains(it)) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn is_over(job: &Job) -> bool {
    matches!(job.state, State::Preview | State::Succeeded | State::SucceededWithFailures | State::Cancelled)
}

/// The exit code, and what is said with it.
fn outcome(whole: &WholeJob, failed: u64, there: &str) -> (u8, Result<(), Failure>) {
    let job = &whole.job;
    let failure = |code: u8, what: String, hint: String| {
        let failure = Failure::new(what).with_code(code);
        (code, Err(if hint.is_empty() { failure } else { failure.hint(hint) }))
    };
    if job.state == State::AwaitingTasks {
        output::note(&format!(
            "{} tasks at systems and third parties are open: `kartotek anonymize{there} --job {} --wait-for-tasks` waits for them",
            whole.tasks_open(),
            job.id
        ));
    }
    let small = whole.plan.as_ref().and_then(|plan| plan.small_groups.as_ref());
    if let Some(small) = small.filter(|small| small.customer_count > 0 && job.state == State::Preview) {
        output::note(&format!(
            "{} customers would be in groups of fewer than {} who agree in all that is left of them, and might be told apart by it: \
             erase them instead, leave them out, or wait until more are like them",
            small.customer_count, small.below
        ));
    }
    match job.state {
        State::AwaitingApproval => {
            let hash = whole.plan.as_ref().map_or("…", |plan| plan.hash.as_str());
            failure(
                AWAITS_APPROVAL,
                format!(
                    "{} customers are so many that somebody else has to let it go ahead; nothing was changed",
                    job.total
                ),
                format!(
                    "another person with the role COMPLIANCE looks at the plan of job {id} and says approveJob(input: {{ jobId: \"{id}\", \
                     planHash: \"{hash}\" }}); then `kartotek anonymize{there} --job {id}` follows it",
                    id = job.id
                ),
            )
        }
        State::Cancelled => failure(
            1,
            format!("the job was called off; {} of {} customers are anonymized", job.done, job.total),
            "for new work, use another --idempotency-key or make a new plan".to_owned(),
        ),
        State::SucceededWithFailures if failed == 0 => failure(
            WITH_FAILURES,
            "some of the work at systems and third parties cannot be done, or is kept there".to_owned(),
            format!("see the tasks of job {}", job.id),
        ),
        _ if failed > 0 => failure(
            WITH_FAILURES,
            format!("it could not be done with {failed} customers, who stay as they are: each is named"),
            String::new(),
        ),
        _ => (0, Ok(())),
    }
}
