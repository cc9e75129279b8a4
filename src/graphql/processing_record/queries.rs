//! Questions about what the company does with personal data.

use super::{
    snapshot::{ProcessingRecordSnapshot, ProcessingRecordSnapshotConnection},
    types::ProcessingRecord,
};
use crate::{
    domain::processing_record::{DrawUpRecord, ListSnapshots, SnapshotByNumber},
    graphql::{
        connection::Arguments,
        context::{access, catalog},
        error::OrError,
    },
    policy::Action,
};
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct ProcessingRecordQuery;

#[Object]
impl ProcessingRecordQuery {
    /// GDPR Art. 30 record of processing activities, derived from services, requirements and systems.
    ///
    /// Requires: COMPLIANCE, AUDITOR.
    async fn processing_record(&self, ctx: &Context<'_>) -> Result<ProcessingRecord> {
        access(ctx).read(DrawUpRecord(catalog(ctx))).await.or_error().map(ProcessingRecord)
    }

    /// The record as somebody has approved it, by its number.
    ///
    /// Requires: COMPLIANCE, AUDITOR.
    async fn processing_record_snapshot(
        &self,
        ctx: &Context<'_>,
        number: i32,
    ) -> Result<Option<ProcessingRecordSnapshot>> {
        let found = access(ctx).read(SnapshotByNumber(number)).await.or_error()?;
        Ok(found.map(ProcessingRecordSnapshot))
    }

    /// All records that somebody has approved, newest first.
    ///
    /// Requires: COMPLIANCE, AUDITOR.
    async fn processing_record_snapshots(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<ProcessingRecordSnapshotConnection> {
        const LIST: &str = "processingRecordSnapshots";
        access(ctx).require(Action::SeeProcessingRecord).await.or_error()?;
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let page = access(ctx).read(ListSnapshots(page)).await.or_error()?;
        Ok(ProcessingRecordSnapshotConnection::new(LIST, page.map(ProcessingRecordSnapshot)))
    }
}
