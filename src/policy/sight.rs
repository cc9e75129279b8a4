//! How much of a person a role may see for a purpose.

use super::{Actor, Role, purpose};

/// How a value is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// Not at all.
    Hidden,
    /// So much that it can be recognized by somebody who knows it.
    Masked,
    /// As it is.
    Full,
}

/// The parts of a profile, each with the data category that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProfileField {
    Name,
    Email,
    Phone,
    Address,
    NationalId,
}

impl ProfileField {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Name, Self::Email, Self::Phone, Self::Address, Self::NationalId];

    /// The category (Fides' key) of what stands in it.
    #[must_use]
    pub const fn category(self) -> &'static str {
        match self {
            Self::Name => "user.name",
            Self::Email => "user.contact.email",
            Self::Phone => "user.contact.phone_number",
            Self::Address => "user.contact.address",
            Self::NationalId => "user.government_id.national_identification_number",
        }
    }

    /// Its name in the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Address => "address",
            Self::NationalId => "nationalId",
        }
    }
}

/// How much of this field the actor sees for this purpose: the most that one of the roles which may state it may.
#[must_use]
pub fn sight(actor: &Actor, purpose: &str, field: ProfileField) -> Sight {
    let acting = actor.roles.iter().filter(|role| purpose::role_may_state(**role, purpose));
    acting.map(|role| role_sight(*role, purpose, field)).max().unwrap_or(Sight::Hidden)
}

#[expect(clippy::match_same_arms, reason = "each line is a rule with a reason of its own")]
fn role_sight(role: Role, purpose: &str, field: ProfileField) -> Sight {
    use ProfileField::{Address, Email, Name, NationalId, Phone};
    use Sight::{Full, Hidden, Masked};
    match (role, purpose, field) {
        // A customer sees all of themselves; that it is themselves is the policy's other half.
        (Role::Customer, "SELF", _) => Full,
        (Role::Customer | Role::Auditor | Role::Admin, _, _) | (_, "SELF", _) => Hidden,

        // Whoever uses a right must be told from everybody else, and be given everything.
        (_, "RIGHTS_REQUEST", _) => Full,
        // The books name whom a sale was to, and nothing else.
        (_, "ACCOUNTING", Name | Address | NationalId) | (_, "INVOICE", NationalId) => Full,
        (_, "ACCOUNTING", _) | (_, "INVOICE", Phone) => Hidden,
        // To write or ring to somebody takes no number in a population register.
        (_, "CONTACT", NationalId) | (_, "SECURITY", Address) => Hidden,
        // Overseeing is about the map, not about the person.
        (_, "OVERSIGHT", Name) => Full,
        (_, "OVERSIGHT", Address) => Hidden,
        (_, "OVERSIGHT", Email | Phone) | (_, _, NationalId) => Masked,
        (_, _, Name | Email | Phone | Address) => Full,
    }
}
