//! Somebody is erased (Art. 17).

pub use super::one::Erased;
use super::{
    intents::Intents,
    keeper::Destroys,
    one::{Wanted, carry_out},
};
use crate::{
    access::{Command, Stop, Writer},
    domain::{catalog::Catalog, disposal::Asked},
    ledger::Ledger,
    policy::{Action, Target},
};
use entity::{
    enums::{Channel, CustomerStatus},
    ids::CustomerId,
};
use std::sync::Arc;

/// Destroys what Kartotek itself keeps of somebody, opens the erasure of everything else, and has a request for it on record;
/// or says what that would be.
#[derive(Clone, Debug)]
pub struct EraseCustomer {
    pub catalog: Arc<Catalog>,
    pub customer: CustomerId,
    pub reason: String,
    pub channel: Channel,
    pub asked: Asked,
    intents: Intents,
}

impl EraseCustomer {
    /// `ledger` says so before anything is destroyed.
    #[must_use]
    pub fn new(
        catalog: Arc<Catalog>,
        ledger: Arc<Ledger>,
        customer: CustomerId,
        (reason, channel): (String, Channel),
        asked: Asked,
    ) -> Self {
        Self { catalog, customer, reason, channel, asked, intents: Intents::new(ledger) }
    }
}

impl Destroys for EraseCustomer {
    fn intents(&self) -> &Intents {
        &self.intents
    }
}

impl Command for EraseCustomer {
    const ACTION: Action = Action::EraseCustomer;
    type Output = Erased;

    fn target(&self) -> Target {
        Target::customer(self.customer)
    }

    async fn run(self, w: &mut Writer) -> Result<Erased, Stop> {
        let wanted = Wanted {
            customer: self.customer,
            becomes: CustomerStatus::Erased,
            reason: &self.reason,
            channel: Some(self.channel),
            asked: &self.asked,
            intents: &self.intents,
        };
        carry_out(w, &self.catalog, wanted).await
    }
}
