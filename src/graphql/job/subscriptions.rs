//! Bulk work is followed.

use super::types::Job;
use crate::{
    domain::job::{JobMark, JobsByIds},
    graphql::{
        context::access,
        error::{OrError, bad_input},
        node::id_or_nobody,
    },
};
use async_graphql::{Context, ID, Result, Subscription};
use entity::ids::JobId;
use futures::{Stream, stream};
use std::sync::OnceLock;

/// What was told to somebody who follows something: of which job, and how far it was then.
pub type Followed = OnceLock<(JobId, JobMark)>;

#[derive(Default)]
pub struct Subscription;

/// What can be followed (graphql-transport-ws).
#[Subscription]
impl Subscription {
    /// A job each time it moves on, at most once a second; ends with the job.
    ///
    /// Requires: COMPLIANCE, AUDITOR.
    async fn job_progress(&self, ctx: &Context<'_>, job_id: ID) -> Result<impl Stream<Item = Job> + use<>> {
        let found = access(ctx).read(JobsByIds(vec![id_or_nobody(&job_id)])).await.or_error()?.pop();
        let row = found.ok_or_else(|| bad_input("jobId", "There is no such job: `jobs` lists them."))?;
        // One answer each time: whoever waits for the next asks anew, with whatever they may by then.
        if let Ok(followed) = ctx.data::<std::sync::Arc<Followed>>() {
            let _ = followed.set((row.id, JobMark::from(&row)));
        }
        Ok(stream::iter([Job(row)]))
    }
}
