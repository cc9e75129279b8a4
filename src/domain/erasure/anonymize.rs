//! Somebody is anonymized: what is left of their data cannot be tied to them.

use super::{
    intents::Intents,
    keeper::Destroys,
    one::{Erased, Wanted, carry_out},
};
use crate::{
    access::{Command, Stop, Writer},
    domain::{catalog::Catalog, disposal::Asked},
    ledger::Ledger,
    policy::{Action, Target},
};
use entity::{enums::CustomerStatus, ids::CustomerId};
use std::sync::Arc;

/// Destroys what Kartotek itself keeps of somebody, and opens the disposal of everything else: as services say of their end,
/// and of what no service ever needed by anonymizing it where its system can. Nobody has asked for it, so there is no request.
#[derive(Clone, Debug)]
pub struct AnonymizeCustomer {
    pub catalog: Arc<Catalog>,
    pub customer: CustomerId,
    pub reason: String,
    pub asked: Asked,
    intents: Intents,
}

impl AnonymizeCustomer {
    /// `ledger` says so before anything is destroyed.
    #[must_use]
    pub fn new(
        catalog: Arc<Catalog>,
        ledger: Arc<Ledger>,
        customer: CustomerId,
        reason: String,
        asked: Asked,
    ) -> Self {
        Self { catalog, customer, reason, asked, intents: Intents::new(ledger) }
    }
}

impl Destroys for AnonymizeCustomer {
    fn intents(&self) -> &Intents {
        &self.intents
    }
}

impl Command for AnonymizeCustomer {
    const ACTION: Action = Action::AnonymizeCustomer;
    type Output = Erased;

    fn target(&self) -> Target {
        Target::customer(self.customer)
    }

    async fn run(self, w: &mut Writer) -> Result<Erased, Stop> {
        let wanted = Wanted {
            customer: self.customer,
            becomes: CustomerStatus::Anonymized,
            reason: &self.reason,
            channel: None,
            asked: &self.asked,
            intents: &self.intents,
        };
        carry_out(w, &self.catalog, wanted).await
    }
}
