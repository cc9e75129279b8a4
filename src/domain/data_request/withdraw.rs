//! A customer takes a request back.

use super::{open::find_open, request::Request};
use crate::{
    access::{Command, Stop, Writer},
    domain::catalog::{self, Catalog},
    policy::{Action, Target},
};
use entity::{data_request, enums::Channel, ids::DataRequestId};
use std::sync::Arc;

/// Records that the customer took a request back.
#[derive(Clone, Debug)]
pub struct WithdrawDataRequest {
    pub catalog: Arc<Catalog>,
    pub request: DataRequestId,
    pub channel: Channel,
}

impl Command for WithdrawDataRequest {
    const ACTION: Action = Action::WithdrawDataRequest;
    type Output = Request;

    fn target(&self) -> Target {
        // Whose it is, the request says.
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<Request, Stop> {
        let catalog = catalog::held(w, &self.catalog).await?;
        let mut open = find_open(w, self.request).await?;
        open.resume(w).await?;
        let row = data_request::Model {
            withdrawn_channel: Some(self.channel),
            withdrawn_by: Some(w.actor_name()),
            withdrawn_at: Some(w.now()),
            ..open.request.row.clone()
        };
        open.store(w, &catalog, row).await?;
        open.give_back(w, &catalog).await
    }
}
