//! What comes in about customers.

use crate::{domain::customer::ProfileChange, graphql::change::change};
use async_graphql::{InputObject, MaybeUndefined};

/// Absent: unchanged, null: removed.
#[derive(Default, InputObject)]
pub struct CustomerProfileInput {
    name: MaybeUndefined<String>,
    email: MaybeUndefined<String>,
    /// E.164, or a national number of the controller's country.
    phone: MaybeUndefined<String>,
    address: MaybeUndefined<String>,
    /// Personnummer, samordningsnummer or organisationsnummer, in any usual way of writing.
    national_id: MaybeUndefined<String>,
}

impl std::fmt::Debug for CustomerProfileInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CustomerProfileInput(secret)")
    }
}

impl From<CustomerProfileInput> for ProfileChange {
    fn from(input: CustomerProfileInput) -> Self {
        Self {
            name: change(input.name),
            email: change(input.email),
            phone: change(input.phone),
            address: change(input.address),
            national_id: change(input.national_id),
        }
    }
}
