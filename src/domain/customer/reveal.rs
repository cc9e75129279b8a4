//! So much of a profile as the caller may see.

use super::by_ids::Keyed;
use crate::{
    access::{Inquiry, Reader, Revealed, Stop},
    policy::{Action, ProfileField, Target},
};

/// These fields of the profile of a customer at hand; `None` when the caller may see none, or there is none.
#[derive(Clone, Debug)]
pub struct RevealProfile {
    pub customer: Keyed,
    pub fields: Vec<ProfileField>,
}

impl Inquiry for RevealProfile {
    const ACTION: Action = Action::SeeCustomer;
    type Output = Option<Revealed>;

    fn target(&self) -> Target {
        Target::customer(self.customer.row.id)
    }

    async fn run(self, r: &Reader) -> Result<Option<Revealed>, Stop> {
        r.reveal(&self.customer.row, self.customer.key.as_ref(), &self.fields)
    }
}
