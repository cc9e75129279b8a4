//! Bulk work, asked for and followed as its users do.

use super::{Answer, Client, TestApp};
use serde_json::{Value, json};

const FIELDS: &str = "id state dryRun total done failed keptByLaw reason idempotencyKey requestedBy approvedBy cancelReason \
    startedAt finishedAt plan { planHash customerCount locationCount keptCount executedAt } \
    failures(first: 20) { totalCount nodes { reference code message customer { reference } } } \
    tasks(first: 50) { totalCount nodes { id action state cause system { name } job { id } } }";

pub const UPLOAD: &str = "mutation ($input: UploadSelectionInput!) { uploadSelection(input: $input) { selection { id size expiresAt }
    userErrors { code message field } } }";
pub const APPROVE: &str =
    "mutation ($input: ApproveJobInput!) { approveJob(input: $input) { job { state approvedBy }
    userErrors { code message field } } }";
pub const CANCEL: &str =
    "mutation ($input: CancelJobInput!) { cancelJob(input: $input) { job { state cancelReason done }
    userErrors { code message field } } }";

impl Client<'_> {
    /// Asks for customers to be anonymized.
    pub async fn bulk(&self, key: &str, input: Value) -> Answer {
        let mut whole = json!({ "idempotencyKey": key, "reason": "Gallring 2026" });
        let Value::Object(input) = input else { panic!("{input} is no object") };
        whole.as_object_mut().unwrap().extend(input);
        let document = format!(
            "mutation ($input: BulkAnonymizeInput!) {{ bulkAnonymize(input: $input) {{ job {{ {FIELDS} }} \
             userErrors {{ code message field }} }} }}"
        );
        self.clone().for_purpose("RIGHTS_REQUEST").ask(&document, json!({ "input": whole })).await
    }

    /// The same, which must be taken; the job.
    pub async fn asked_for(&self, key: &str, input: Value) -> Value {
        let answer = self.bulk(key, input).await;
        assert_eq!(answer.user_errors(), []);
        answer.data()["bulkAnonymize"]["job"].clone()
    }

    /// The job as it is now.
    pub async fn job(&self, id: &Value) -> Value {
        let document = format!("query ($id: ID!) {{ job(id: $id) {{ {FIELDS} }} }}");
        let answer = self.clone().for_purpose("RIGHTS_REQUEST").ask(&document, json!({ "id": id })).await;
        answer.data()["job"].clone()
    }
}

impl TestApp {
    /// Somebody else with the same role.
    pub fn second_officer(&self) -> Client<'_> {
        let mut claims = super::actors::claims(&["COMPLIANCE"]);
        claims.subject = "second".to_owned();
        claims.name = Some("Second".to_owned());
        self.bearer(&claims)
    }

    /// Does all bulk work that is due, as a worker does; how much of it there was.
    pub async fn run_jobs(&self) -> usize {
        self.server.catalogs.refresh().await.unwrap();
        let done = self.worker().run_jobs().await.unwrap();
        self.worker().tidy_jobs().await.unwrap();
        done
    }
}
