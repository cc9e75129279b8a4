//! What a role may say it is asking for, and what is taken for granted when it says nothing.

use super::{Actor, Role};

/// The purposes that ship with the program; the policy knows them by name.
pub const BUILT_IN: [&str; 8] = [
    "DELIVER_SERVICE",
    "CONTACT",
    "INVOICE",
    "ACCOUNTING",
    "RIGHTS_REQUEST",
    "SECURITY",
    "OVERSIGHT",
    "SELF",
];

/// The purpose of a caller who states none; `None` when they must state one.
#[must_use]
pub fn default(actor: &Actor) -> Option<&'static str> {
    // A caller with several roles has no obvious purpose, unless one that oversees is among them.
    if actor.is(Role::Compliance) || actor.is(Role::Auditor) {
        Some("OVERSIGHT")
    } else if actor.roles == [Role::Customer] {
        Some("SELF")
    } else {
        None
    }
}

/// Whether one of the actor's roles may state this purpose. Purposes that the company added are for those who
/// serve or oversee customers.
#[must_use]
pub fn may_state(actor: &Actor, purpose: &str) -> bool {
    actor.roles.iter().any(|role| role_may_state(*role, purpose))
}

/// Whether this role may.
#[must_use]
pub fn role_may_state(role: Role, purpose: &str) -> bool {
    match (role, purpose) {
        (_, "") => false,
        (Role::Customer, _) => purpose == "SELF",
        (_, "SELF") => false,
        (Role::Agent | Role::Service, _) => purpose != "OVERSIGHT",
        (Role::Compliance, _) => true,
        (Role::Auditor, _) => purpose == "OVERSIGHT",
        (Role::Admin, _) => purpose == "SECURITY",
    }
}
