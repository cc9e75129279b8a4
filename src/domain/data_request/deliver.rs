//! The customer has an answer, and waits no longer (Art. 12(3) and (4)).

use super::{
    open::{PATH, find},
    reply::replies,
    request::Request,
};
use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::catalog::Catalog,
    policy::{Action, Target},
};
use entity::{
    data_request,
    enums::{Channel, DataRequestStatus, Locale},
    ids::DataRequestId,
};
use std::sync::Arc;

/// Records that the customer was told what was done about their request, and in which words. Told again, the last time
/// counts.
#[derive(Clone, Debug)]
pub struct DeliverReply {
    pub catalog: Arc<Catalog>,
    pub request: DataRequestId,
    /// How they were told.
    pub channel: Channel,
    /// In which language; their own unless told.
    pub locale: Option<Locale>,
}

impl Command for DeliverReply {
    const ACTION: Action = Action::DeliverReply;
    type Output = Request;

    fn target(&self) -> Target {
        // Whose it is, the request says.
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<Request, Stop> {
        let open = find(w, self.request).await?;
        let reply = replies(w, &self.catalog, &[self.request]).await?.remove(&self.request);
        let text = reply.and_then(|reply| reply.text(&self.catalog, self.locale.unwrap_or(reply.locale)));
        if text.is_none() {
            let message = "There is nothing to tell yet: it is not certain yet who asks, and the request is not refused.";
            return Err(Refusal::new(Code::ReplyNotReady, message).at(PATH).into());
        }
        let row = data_request::Model {
            reply_text: text,
            reply_channel: Some(self.channel),
            reply_delivered_by: Some(w.actor_name()),
            reply_delivered_at: Some(w.now()),
            ..open.request.row.clone()
        };
        open.store(w, &self.catalog, row).await
    }
}

impl Request {
    /// Whether there is anything to answer the customer: a refusal, or what is done and under way since it is certain who asks. One
    /// who took their request back waits for nothing.
    #[must_use]
    pub const fn has_something_to_tell(&self) -> bool {
        match self.status {
            DataRequestStatus::Received | DataRequestStatus::Withdrawn => false,
            DataRequestStatus::Verified
            | DataRequestStatus::InProgress
            | DataRequestStatus::Completed
            | DataRequestStatus::PartiallyCompleted
            | DataRequestStatus::Rejected => true,
        }
    }
}
