//! By way of a server, on record as whoever the token is of.

use super::sink::{Batch, Begun, Came, Counts, is_of_a_row, kept_out};
use crate::{
    cli::{client, failure::Failure},
    client::{Again, Client, ClientError, Question, UserError},
    domain::{
        consent::ConsentRow, customer::CustomerRow, data_location::DataLocationRow,
        subscription::SubscriptionRow,
    },
    rows::Rows,
};
use chrono::{DateTime, Utc};
use entity::enums::ImportKind;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

macro_rules! import_fields {
    () => {
        "import { id finishedAt timeZone nextChunk doneChunks { number rejected } created unchanged rejected disposalPending }"
    };
}

/// The same file again is the same import.
const BEGIN: Question = Question {
    document: concat!(
        "mutation ($input: BeginImportInput!) { beginImport(input: $input) { ",
        import_fields!(),
        " userErrors { code message field } } }"
    ),
    field: "beginImport",
    again: Again::Safe,
};

const FINISH: Question = Question {
    document: concat!(
        "mutation ($input: FinishImportInput!) { finishImport(input: $input) { ",
        import_fields!(),
        " userErrors { code message field } } }"
    ),
    field: "finishImport",
    again: Again::Safe,
};

/// Each chunk is brought in once, however often it is asked for.
macro_rules! bring_in {
    ($name:ident, $field:literal, $input:literal) => {
        const $name: Question = Question {
            document: concat!(
                "mutation ($input: ",
                $input,
                "!) { ",
                $field,
                "(input: $input) { imported { created unchanged rejected disposalPending refusals { row field message } } \
                 userErrors { code message field } } }"
            ),
            field: $field,
            again: Again::Safe,
        };
    };
}

bring_in!(CUSTOMERS, "importCustomers", "ImportCustomersInput");
bring_in!(SUBSCRIPTIONS, "importSubscriptions", "ImportSubscriptionsInput");
bring_in!(CONSENTS, "importConsents", "ImportConsentsInput");
bring_in!(DATA_LOCATIONS, "importDataLocations", "ImportDataLocationsInput");

#[derive(Deserialize)]
struct WithImport {
    import: Import,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Import {
    id: String,
    finished_at: Option<DateTime<Utc>>,
    time_zone: String,
    next_chunk: i32,
    done_chunks: Vec<DoneChunk>,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Deserialize)]
struct DoneChunk {
    number: i32,
    rejected: i64,
}

#[derive(Deserialize)]
struct WithImported {
    imported: Imported,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Imported {
    refusals: Vec<Refusal>,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Deserialize)]
struct Refusal {
    row: usize,
    field: Option<String>,
    message: String,
}

/// A server.
#[derive(Clone, Debug)]
pub(super) struct Remote {
    pub(super) client: Arc<Client>,
}

impl Remote {
    pub(super) fn new(client: Client) -> Self {
        Self { client: Arc::new(client) }
    }

    pub(super) async fn begin(&self, kind: ImportKind, digest: &str, again: bool) -> Result<Begun, Failure> {
        let input = json!({ "input": { "kind": kind, "digest": digest, "again": again } });
        let WithImport { import } = self.client.ask(&BEGIN, input).await.map_err(failure)?;
        let zone = TimeZone::get(&import.time_zone).map_err(|_| {
            Failure::new(format!("this machine does not know the time zone {}", import.time_zone))
        })?;
        Ok(Begun {
            id: import.id,
            finished_at: import.finished_at,
            zone,
            next: import.next_chunk,
            done: import.done_chunks.into_iter().map(|one| (one.number, one.rejected)).collect(),
            counts: import.counts,
        })
    }

    pub(super) async fn bring_in(&self, batch: Batch) -> Result<Came, Failure> {
        let (question, rows) = match batch.rows {
            Rows::Customers(rows) => (&CUSTOMERS, rows.iter().map(customer).collect::<Value>()),
            Rows::Subscriptions(rows) => (&SUBSCRIPTIONS, rows.iter().map(subscription).collect()),
            Rows::Consents(rows) => (&CONSENTS, rows.iter().map(consent).collect()),
            Rows::DataLocations(rows) => (&DATA_LOCATIONS, rows.iter().map(data_location).collect()),
        };
        let input = json!({ "input": { "importId": batch.import, "chunk": batch.number, "rows": rows,
            "unread": batch.unread, "strict": batch.strict, "dryRun": batch.dry_run } });
        let imported = match self.client.ask::<WithImported>(question, &input).await {
            Ok(WithImported { imported }) => imported,
            Err(ClientError::Refused(refusals)) if batch.strict && refusals.iter().all(is_about_a_row) => {
                let of_row = |one: UserError| (one.field.unwrap_or_default(), one.message);
                return Ok(kept_out(refusals.into_iter().map(of_row).collect()));
            }
            Err(error) => return Err(failure(error)),
        };
        let refused = imported.refusals.into_iter().map(|one| (one.row, one.field, one.message)).collect();
        Ok(Came { counts: imported.counts, refused, kept_out: false })
    }

    pub(super) async fn finish(&self, import: &str, chunks: i32) -> Result<(), Failure> {
        let input = json!({ "input": { "importId": import, "chunks": chunks } });
        self.client.ask::<WithImport>(&FINISH, input).await.map_err(failure)?;
        Ok(())
    }
}

fn customer(row: &CustomerRow) -> Value {
    json!({
        "reference": row.reference,
        "kind": row.kind,
        "locale": row.locale,
        "name": row.name,
        "email": row.email,
        "phone": row.phone,
        "address": row.address,
        "nationalId": row.national_id,
        "dormantSince": row.dormant_since,
        "returning": row.returning,
    })
}

fn subscription(row: &SubscriptionRow) -> Value {
    json!({
        "customer": row.customer,
        "service": row.service,
        "startedAt": row.started_at,
        "endedAt": row.ended_at,
        "endReason": row.end_reason,
    })
}

fn consent(row: &ConsentRow) -> Value {
    json!({
        "customer": row.customer,
        "service": row.service,
        "thirdParty": row.third_party,
        "purpose": row.purpose.0,
        "categories": row.categories.iter().map(|key| &*key.0).collect::<Vec<_>>(),
        "grantedAt": row.granted_at,
        "noticeText": row.notice_text,
        "noticeDeliveredAt": row.notice_delivered_at,
        "noticeLocale": row.notice_locale,
        "withdrawnAt": row.withdrawn_at,
        "evidence": row.evidence,
    })
}

fn data_location(row: &DataLocationRow) -> Value {
    json!({
        "customer": row.customer,
        "system": row.system,
        "category": row.category,
        "externalReference": row.external_reference,
        "collectedAt": row.collected_at,
        "documentDate": row.document_date,
    })
}

/// What is told of it, and what to do.
fn failure(error: ClientError) -> Failure {
    if error.code() == Some("FORBIDDEN") {
        return Failure::new(error).hint(
            "the token needs the role COMPLIANCE, or SERVICE with the scopes beginImport, importCustomers, importSubscriptions, \
             importConsents, importDataLocations and finishImport",
        );
    }
    if error.passes() {
        return Failure::new(error)
            .hint(
                "what is brought in so far stays: run the same command again to go on. Is the server running, and is --endpoint \
                 (KARTOTEK_ENDPOINT) where?",
            )
            .with_code(client::TRY_AGAIN);
    }
    client::failure(error)
}

fn is_about_a_row(refusal: &UserError) -> bool {
    refusal.field.as_deref().is_some_and(is_of_a_row)
}
