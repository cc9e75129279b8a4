//! The clock stands still while the customer is awaited, and goes on.

use super::{
    open::{PATH, find_open},
    request::Request,
};
use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::{
        catalog::Catalog,
        checks::{BLOCK, Checks},
    },
    policy::{Action, Target},
};
use entity::{
    data_request_pause,
    enums::PauseReason,
    ids::{DataRequestId, DataRequestPauseId},
};
use std::sync::Arc;

/// Stops the clock: the customer was asked something.
#[derive(Clone, Debug)]
pub struct PauseDataRequest {
    pub catalog: Arc<Catalog>,
    pub request: DataRequestId,
    pub reason: PauseReason,
    /// What the customer was asked.
    pub question: String,
}

impl Command for PauseDataRequest {
    const ACTION: Action = Action::PauseDataRequest;
    type Output = Request;

    fn target(&self) -> Target {
        // Whose it is, the request says.
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<Request, Stop> {
        let mut checks = Checks::new();
        let question = checks.block("question", &self.question, BLOCK);
        checks.finish()?;
        let mut open = find_open(w, self.request).await?;
        if open.pause().is_some() {
            return Err(Refusal::new(Code::ClockPaused, "The clock stands still already.").at(PATH).into());
        }
        let pause = data_request_pause::Model {
            id: DataRequestPauseId(w.id()),
            data_request_id: self.request,
            customer_id: open.customer.id,
            reason: self.reason,
            question,
            paused_by: w.actor_name(),
            paused_at: w.now(),
            resumed_by: None,
            resumed_at: None,
        };
        open.pauses.push(w.insert::<data_request_pause::Entity>(pause).await?);
        open.store(w, &self.catalog, open.request.row.clone()).await
    }
}

/// Starts the clock again: the customer has answered, or is awaited no longer.
#[derive(Clone, Debug)]
pub struct ResumeDataRequest {
    pub catalog: Arc<Catalog>,
    pub request: DataRequestId,
}

impl Command for ResumeDataRequest {
    const ACTION: Action = Action::ResumeDataRequest;
    type Output = Request;

    fn target(&self) -> Target {
        // Whose it is, the request says.
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<Request, Stop> {
        let mut open = find_open(w, self.request).await?;
        if open.pause().is_none() {
            return Err(Refusal::new(Code::ClockRunning, "The clock runs already.").at(PATH).into());
        }
        open.resume(w).await?;
        open.store(w, &self.catalog, open.request.row.clone()).await
    }
}
