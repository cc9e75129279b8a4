//! Who acts: everything below `http` is done by somebody named.

use entity::{enums::ActorKind, ids::CustomerId};
use serde::{Deserialize, Serialize};

/// What a token lets its bearer do. Several add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// A customer: their own data, consents, notices, requests and access log.
    Customer,
    /// Serves customers.
    Agent,
    /// Compliance officer: the whole inventory, third parties, requests, holds, incidents, bulk work, reports.
    Compliance,
    /// Reads the audit log and the reports. Sees no profiles.
    Auditor,
    /// A script: may call the root fields that its token's scopes name, by their names.
    Service,
    /// Reference data and connectors. Sees no profiles.
    Admin,
}

impl Role {
    /// All of them, in the order of the contract.
    pub const ALL: [Self; 6] =
        [Self::Customer, Self::Agent, Self::Compliance, Self::Auditor, Self::Service, Self::Admin];

    /// The word in tokens, the API and the audit log.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Customer => "CUSTOMER",
            Self::Agent => "AGENT",
            Self::Compliance => "COMPLIANCE",
            Self::Auditor => "AUDITOR",
            Self::Service => "SERVICE",
            Self::Admin => "ADMIN",
        }
    }

    /// The role of that exact word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// What the company calls a customer. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Reference(pub String);

impl std::fmt::Debug for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reference(..)")
    }
}

/// The caller of one operation, as the token or the program's own part says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// What sort of actor it is.
    pub kind: ActorKind,
    /// The token's issuer; the program's name for its own parts.
    pub issuer: String,
    /// The token's subject; the part's name.
    pub subject: String,
    /// For people to read.
    pub name: Option<String>,
    /// Sorted, without duplicates.
    pub roles: Vec<Role>,
    /// The root fields that a `SERVICE` may call.
    pub scopes: Vec<String>,
    /// Whose record is the caller's own, for a `CUSTOMER`. `None` when no such customer is on record.
    pub customer: Option<CustomerId>,
    /// What the token calls that customer.
    pub reference: Option<Reference>,
}

impl Actor {
    /// Somebody who bears no role.
    #[must_use]
    pub fn without_role(kind: ActorKind, issuer: &str, subject: &str) -> Self {
        Self {
            kind,
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            name: None,
            roles: Vec::new(),
            scopes: Vec::new(),
            customer: None,
            reference: None,
        }
    }

    /// Whether the actor bears this role.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// The customer of this number, as far as the caller's own record goes: themselves, or nobody.
    #[must_use]
    pub fn own(&self, reference: &str) -> Option<CustomerId> {
        let called = self.reference.as_ref().is_some_and(|own| own.0 == reference);
        self.customer.filter(|_| called)
    }

    /// What rows call them: by name. A customer's own name stands nowhere but in their profile, since rows outlast that; they
    /// are called by their subject, as in the audit log.
    #[must_use]
    pub fn name_on_record(&self) -> &str {
        self.name.as_deref().filter(|_| !self.is(Role::Customer)).unwrap_or(&self.subject)
    }

    /// Issuer and subject, as the audit log names the actor.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{} {}", self.issuer, self.subject)
    }
}
