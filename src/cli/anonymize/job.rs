//! Bulk work as the API tells of it, and the questions that are asked.

use crate::client::{Again, Question};
use serde::{Deserialize, Serialize};

macro_rules! job_fields {
    () => {
        "id state dryRun total done failed keptByLaw reason idempotencyKey requestedBy approvedBy cancelReason \
         createdAt startedAt finishedAt"
    };
}

/// Starts it. The key makes it safe to ask again.
pub(super) const BULK_ANONYMIZE: Question = Question {
    document: concat!(
        "mutation ($input: BulkAnonymizeInput!) { bulkAnonymize(input: $input) { job { ",
        job_fields!(),
        " } userErrors { code message field } } }"
    ),
    field: "bulkAnonymize",
    again: Again::Safe,
};

/// Adds to a list. The same ones are on it once; a list that nobody uses is gone after a day.
pub(super) const UPLOAD: Question = Question {
    document: "mutation ($input: UploadSelectionInput!) { uploadSelection(input: $input) { selection { id } \
               userErrors { code message field } } }",
    field: "uploadSelection",
    again: Again::Safe,
};

/// How far it has come.
pub(super) const JOB: Question = Question {
    document: concat!("query ($id: ID!) { job(id: $id) { ", job_fields!(), " } }"),
    field: "job",
    again: Again::Safe,
};

/// The same with all that is counted.
pub(super) const WHOLE_JOB: Question = Question {
    document: concat!(
        "query ($id: ID!) { job(id: $id) { ",
        job_fields!(),
        " plan { planHash createdAt expiresAt executedAt customerCount locationCount keptCount \
         systems { system { name } locationCount keptCount } \
         smallGroups { below groupCount customerCount smallest { size kind locale channel year services } } } \
         tasks(first: 0, filter: { states: [PENDING, RUNNING, RETRYING, AWAITING_THIRD_PARTY, NEEDS_HUMAN] }) { totalCount } } }"
    ),
    field: "job",
    again: Again::Safe,
};

/// With whom it could not be done.
pub(super) const FAILURES: Question = Question {
    document: "query ($id: ID!, $after: String) { job(id: $id) { failures(first: 200, after: $after) { \
               nodes { reference code message occurredAt customer { id reference } } pageInfo { hasNextPage endCursor } } } }",
    field: "job",
    again: Again::Safe,
};

/// Calls it off. Asked for twice, the second time it is over already.
pub(super) const CANCEL: Question = Question {
    document: concat!(
        "mutation ($input: CancelJobInput!) { cancelJob(input: $input) { job { ",
        job_fields!(),
        " } userErrors { code message field } } }"
    ),
    field: "cancelJob",
    again: Again::Unsafe,
};

/// The id of a service.
pub(super) const SERVICE: Question = Question {
    document: "query ($key: String!) { service(key: $key) { id } }",
    field: "service",
    again: Again::Safe,
};

/// How far a job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum State {
    Preview,
    AwaitingApproval,
    Queued,
    Running,
    AwaitingTasks,
    Succeeded,
    SucceededWithFailures,
    Cancelled,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Job {
    pub id: String,
    pub state: State,
    pub dry_run: bool,
    pub total: u64,
    pub done: u64,
    pub failed: u64,
    pub kept_by_law: u64,
    pub reason: String,
    pub idempotency_key: String,
    pub requested_by: String,
    pub approved_by: Option<String>,
    pub cancel_reason: Option<String>,
    pub created_at: String,
    pub started_at: Option<String>,
    pub finished_at: Option<String>,
}

/// What a plan says in numbers.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Plan {
    #[serde(rename = "planHash")]
    pub hash: String,
    pub created_at: String,
    pub expires_at: String,
    pub executed_at: Option<String>,
    pub customer_count: u64,
    pub location_count: u64,
    pub kept_count: u64,
    pub systems: Vec<PlanSystem>,
    /// `None` where the server does not say, and in files from before it did.
    pub small_groups: Option<SmallGroups>,
}

/// Who would stand out among those of whom only a little is left.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SmallGroups {
    pub below: u64,
    pub group_count: u64,
    pub customer_count: u64,
    pub smallest: Vec<SmallGroup>,
}

/// What the customers of one group have in common.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct SmallGroup {
    pub size: u64,
    pub kind: String,
    pub locale: String,
    pub channel: String,
    pub year: i32,
    pub services: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlanSystem {
    system: Named,
    pub location_count: u64,
    pub kept_count: u64,
}

impl PlanSystem {
    pub(super) fn name(&self) -> &str {
        &self.system.name
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Named {
    name: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct WholeJob {
    #[serde(flatten)]
    pub job: Job,
    pub plan: Option<Plan>,
    tasks: Counted,
}

impl WholeJob {
    /// Tasks that have not ended.
    pub(super) fn tasks_open(&self) -> u64 {
        self.tasks.total_count
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Counted {
    total_count: u64,
}

#[derive(Debug, Deserialize)]
pub(super) struct WithJob {
    pub job: Job,
}

#[derive(Debug, Deserialize)]
pub(super) struct WithSelection {
    pub selection: WithId,
}

#[derive(Debug, Deserialize)]
pub(super) struct WithId {
    pub id: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct WithFailures {
    pub failures: Failures,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Failures {
    pub nodes: Vec<Listed>,
    pub page_info: PageInfo,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageInfo {
    pub has_next_page: bool,
    pub end_cursor: Option<String>,
}

/// A failure as the API lists it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listed {
    reference: Option<String>,
    code: String,
    message: String,
    occurred_at: String,
    customer: Option<Customer>,
}

#[derive(Debug, Deserialize)]
struct Customer {
    id: String,
    reference: Option<String>,
}

/// With whom it could not be done, and why.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JobFailure {
    pub job_id: String,
    /// Of somebody who is gone, the pseudonym that took its place.
    pub reference: Option<String>,
    /// `None` where nobody has this number.
    pub customer_id: Option<String>,
    pub code: String,
    pub message: String,
    pub occurred_at: String,
}

impl Listed {
    pub(super) fn of(self, job: &str) -> JobFailure {
        let (customer_id, known) = self.customer.map(|customer| (customer.id, customer.reference)).unzip();
        JobFailure {
            job_id: job.to_owned(),
            reference: self.reference.or(known.flatten()),
            customer_id,
            code: self.code,
            message: self.message,
            occurred_at: self.occurred_at,
        }
    }
}
