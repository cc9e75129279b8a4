//! More time is taken, and the customer told why (Art. 12(3)).

use super::{
    clock::{CannotExtend, Extension},
    open::{PATH, find_open},
    request::{Request, clock, pauses_of},
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
    data_request,
    enums::{Channel, ExtensionReason},
    ids::DataRequestId,
};
use std::sync::Arc;

/// Gives a request more time, once.
#[derive(Clone, Debug)]
pub struct ExtendDataRequest {
    pub catalog: Arc<Catalog>,
    pub request: DataRequestId,
    pub reason: ExtensionReason,
    /// What the customer was told.
    pub explanation: String,
    pub months: i32,
    /// How they were told.
    pub channel: Channel,
}

impl Command for ExtendDataRequest {
    const ACTION: Action = Action::ExtendDataRequest;
    type Output = Request;

    fn target(&self) -> Target {
        // Whose it is, the request says.
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<Request, Stop> {
        let mut checks = Checks::new();
        let explanation = checks.block("explanation", &self.explanation, BLOCK);
        if Extension::of_months(self.months.into()).is_none() {
            checks.refuse("months", Code::OutOfRange, "Give 1 or 2.");
        }
        checks.finish()?;
        let open = find_open(w, self.request).await?;
        let (zone, pauses) = (self.catalog.zone(), pauses_of(&open.pauses));
        if let Err(why) = clock(&open.request.row, &pauses, &zone).may_extend(w.now()) {
            let code = match why {
                CannotExtend::Already => Code::AlreadyExtended,
                CannotExtend::TooLate => Code::ExtensionTooLate,
            };
            return Err(Refusal::new(code, why.to_string()).at(PATH).into());
        }
        let row = data_request::Model {
            extension_months: Some(self.months),
            extension_reason: Some(self.reason),
            extension_explanation: Some(explanation),
            extension_channel: Some(self.channel),
            extended_at: Some(w.now()),
            ..open.request.row.clone()
        };
        open.store(w, &self.catalog, row).await
    }
}
