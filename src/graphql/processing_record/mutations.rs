//! Somebody approves the record.

use super::snapshot::ProcessingRecordSnapshot;
use crate::{
    domain::processing_record::ApproveRecord,
    graphql::{
        context::{access, catalog},
        user_error::{UserError, outcome},
    },
};
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

#[derive(Default)]
pub struct ProcessingRecordMutation;

#[derive(Debug, InputObject)]
pub struct ApproveProcessingRecordInput {
    /// The `hash` of the record as it was read.
    expected_hash: String,
    comment: Option<String>,
}

#[derive(SimpleObject)]
pub struct ApproveProcessingRecordPayload {
    snapshot: Option<ProcessingRecordSnapshot>,
    user_errors: Vec<UserError>,
}

#[Object]
impl ProcessingRecordMutation {
    /// Freezes the record of processing activities as it is, under the next number. It can be shown to the authority as it was
    /// (Art. 30(4)), and compared with others.
    ///
    /// userErrors: RECORD_CHANGED.
    ///
    /// Requires: COMPLIANCE.
    async fn approve_processing_record(
        &self,
        ctx: &Context<'_>,
        input: ApproveProcessingRecordInput,
    ) -> Result<ApproveProcessingRecordPayload> {
        let command = ApproveRecord {
            catalog: catalog(ctx),
            expected_hash: input.expected_hash,
            comment: input.comment,
        };
        let (made, user_errors) = outcome(access(ctx).write(command).await)?;
        Ok(ApproveProcessingRecordPayload { snapshot: made.map(ProcessingRecordSnapshot), user_errors })
    }
}
